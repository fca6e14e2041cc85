package duckdb

import (
	"context"
	"testing"

	"culvert/engine"
	"culvert/engine/enginetest"
	"culvert/engine/query"
	"culvert/sql/types"
)

func openTest(t testing.TB) *database {
	t.Helper()
	e, err := Open(Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(true); err != nil {
			t.Error(err)
		}
	})
	return e.(*database)
}

func connectTest(t testing.TB, d *database) *conn {
	t.Helper()
	c, err := d.Connect(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c.(*conn)
}

// run runs DuckDB SQL and gives its rows as texts; NULL is ∅.
func run(t testing.TB, c *conn, sql string) ([]string, error) {
	t.Helper()
	r, err := c.queryText(context.Background(), sql)
	if err != nil {
		return nil, err
	}
	return readAll(r)
}

// selectOne is the statement SELECT n.
func selectOne(n string) engine.Statement {
	int4 := types.T(types.Int4OID)
	return engine.Statement{Key: "select " + n, Query: &query.Query{
		Columns: []query.Column{{Name: "n", Type: int4}},
		Targets: []query.Target{{Expr: &query.Const{T: int4, Text: n}}},
	}}
}

func runStatement(c *conn, st engine.Statement) ([]string, error) {
	r, err := c.Query(context.Background(), st)
	if err != nil {
		return nil, err
	}
	return readAll(r)
}

func readAll(r engine.Rows) ([]string, error) {
	defer r.Close()
	var out []string
	for {
		b, err := r.Next(context.Background())
		if err != nil {
			return out, err
		}
		if b == nil {
			return out, nil
		}
		for i := range b.Len {
			out = append(out, enginetest.Line(b, i))
		}
	}
}

func mustRun(t testing.TB, c *conn, sql string) []string {
	t.Helper()
	out, err := run(t, c, sql)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return out
}
