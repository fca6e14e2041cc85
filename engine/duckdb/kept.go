package duckdb

import (
	"container/list"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// keptStatements is how many prepared statements a connection keeps.
const keptStatements = 32

// kept holds a connection's prepared statements that read no tables: BEGIN,
// COMMIT and queries like SELECT 1. Others are prepared for each run, since
// DuckDB's prepared statements without parameters answer from the data as it
// was when they were prepared.
type kept struct {
	bySQL map[string]*list.Element
	order *list.List // of *keptStatement, the latest used in front
}

type keptStatement struct {
	sql string
	st  bindings.PreparedStatement
}

func newKept() *kept { return &kept{bySQL: map[string]*list.Element{}, order: list.New()} }

// get gives the prepared statement for a text. It stays kept's, and is not
// valid any more once keptStatements others were got.
func (k *kept) get(c bindings.Connection, sql string) (bindings.PreparedStatement, error) {
	if e := k.bySQL[sql]; e != nil {
		k.order.MoveToFront(e)
		return e.Value.(*keptStatement).st, nil
	}
	st, err := prepare(c, sql)
	if err != nil {
		return st, err
	}
	k.bySQL[sql] = k.order.PushFront(&keptStatement{sql: sql, st: st})
	if k.order.Len() > keptStatements {
		oldest := k.order.Back().Value.(*keptStatement)
		k.order.Remove(k.order.Back())
		delete(k.bySQL, oldest.sql)
		bindings.DestroyPrepare(&oldest.st)
	}
	return st, nil
}

// clear ends all statements.
func (k *kept) clear() {
	for e := k.order.Front(); e != nil; e = e.Next() {
		bindings.DestroyPrepare(&e.Value.(*keptStatement).st)
	}
	k.order.Init()
	clear(k.bySQL)
}
