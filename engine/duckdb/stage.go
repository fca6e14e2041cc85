package duckdb

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"culvert/engine"
	"culvert/engine/duckdb/dialect"
	"culvert/sql/pgerr"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// stagePath is the temporary table behind a name in engine.SchemaStage.
func stagePath(name string) string { return "temp.main." + quote(name) }

// Stage implements engine.Conn. The table is made first, because only an
// INSERT takes parameters.
func (c *conn) Stage(ctx context.Context, st engine.Statement, name string) (int64, error) {
	if !c.open {
		return 0, pgerr.New(pgerr.NoActiveSQLTransaction, "there is no transaction to stage rows in")
	}
	tr, err := c.d.cache.translate(st, true)
	if err != nil {
		return 0, c.fail(err)
	}
	columns := make([]engine.ColumnDef, len(tr.Columns))
	for i, phys := range tr.Columns {
		columns[i] = engine.ColumnDef{Name: fmt.Sprint("c", i+1), Phys: phys}
	}
	list, err := columnList(columns)
	if err != nil {
		return 0, c.fail(err)
	}
	err = c.do(ctx, func() error { return execute(c.c, "CREATE TEMPORARY TABLE "+stagePath(name)+list) })
	if err != nil {
		return 0, err
	}
	c.staged = append(c.staged, name)
	return change(ctx, c, st, tr, "INSERT INTO "+stagePath(name)+" "+tr.SQL)
}

// Unstage implements engine.Conn.
func (c *conn) Unstage(ctx context.Context, name string) error {
	c.staged = slices.DeleteFunc(c.staged, func(staged string) bool { return staged == name })
	return c.do(ctx, func() error { return execute(c.c, "DROP TABLE IF EXISTS "+stagePath(name)) })
}

// unstageAll drops what the transaction that is about to commit has staged.
func unstageAll(c *conn) error {
	for _, name := range c.staged {
		if err := execute(c.c, "DROP TABLE IF EXISTS "+stagePath(name)); err != nil {
			return err
		}
	}
	c.staged = nil
	return nil
}

// InsertQuery implements engine.Conn.
func (c *conn) InsertQuery(ctx context.Context, table engine.TableName, columns []string, st engine.Statement) (int64, error) {
	tr, err := c.d.cache.translate(st, true)
	if err != nil {
		return 0, c.fail(err)
	}
	if len(columns) != len(tr.Columns) {
		return 0, c.fail(pgerr.New(pgerr.InternalError, "%d columns for %d values", len(columns), len(tr.Columns)))
	}
	names := make([]string, len(columns))
	for i, name := range columns {
		names[i] = quote(name)
	}
	return change(ctx, c, st, tr, "INSERT INTO "+path(table)+" ("+strings.Join(names, ", ")+") "+tr.SQL)
}

// DeleteQuery implements engine.Conn.
func (c *conn) DeleteQuery(ctx context.Context, table engine.TableName, st engine.Statement) (int64, error) {
	tr, err := c.d.cache.translate(st, true)
	if err != nil {
		return 0, c.fail(err)
	}
	return change(ctx, c, st, tr, "DELETE FROM "+path(table)+" WHERE rowid IN (SELECT c1 FROM ("+tr.SQL+") AS doomed WHERE c1 IS NOT NULL)")
}

// change runs a statement around a translated query, and counts the rows that
// it changed. It is prepared anew each time, as queries are.
func change(ctx context.Context, c *conn, st engine.Statement, tr *dialect.Translation, sql string) (int64, error) {
	k, err := c.enter(ctx)
	if err != nil {
		return 0, err
	}
	defer c.calls.watch(ctx, k)()
	run := &statement{ctx: ctx}
	defer c.finish(k, run)
	changed, err := runChange(c, st, tr, sql, run)
	if run.liveErr != nil {
		err = run.liveErr
	}
	return changed, c.fail(because(ctx, err))
}

func runChange(c *conn, st engine.Statement, tr *dialect.Translation, sql string, run *statement) (int64, error) {
	if err := c.appenders.close(true); err != nil {
		return 0, err
	}
	if err := setZone(c, st.TimeZone); err != nil {
		return 0, err
	}
	c.stmt = run
	var err error
	if run.prepared, err = prepare(c.c, sql); err != nil {
		return 0, err
	}
	if err := bindParams(run.prepared, tr.Params, st.Params); err != nil {
		return 0, err
	}
	var res bindings.Result
	state := bindings.ExecutePrepared(run.prepared, &res)
	defer bindings.DestroyResult(&res)
	if state != bindings.StateSuccess {
		return 0, classify(bindings.ResultError(&res))
	}
	return int64(bindings.RowsChanged(&res)), nil
}
