package duckdb

import (
	"context"
	"errors"
	"runtime"

	"culvert/engine"
	"culvert/sql/pgerr"
	"culvert/sql/types"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// appender adds batches to one table.
type appender struct {
	a       bindings.Appender
	chunk   bindings.DataChunk
	columns []types.Physical // the table's
	pending int              // bytes that DuckDB has collected
}

// flushAt is how many bytes DuckDB may collect before they go into the table.
// By itself it collects 204,800 rows, however long, beside its memory limit.
const flushAt = 16 << 20

// Append implements engine.Conn. Texts must be valid UTF-8, and the types of
// the batch the table's. The rows count as added once another call, or Commit,
// has succeeded: errors of the engine may come late.
func (c *conn) Append(ctx context.Context, table engine.TableName, rows *engine.Batch) error {
	if err := checkBatch(rows); err != nil {
		return c.fail(err)
	}
	if !c.open {
		return c.appendAlone(ctx, table, rows)
	}
	k, err := c.enter(ctx)
	if err != nil {
		return err
	}
	defer c.calls.end(k)
	defer c.calls.watch(ctx, k)()
	return c.fail(because(ctx, c.appenders.add(dataCatalog, table, rows)))
}

// appendAlone appends in a transaction of its own.
func (c *conn) appendAlone(ctx context.Context, table engine.TableName, rows *engine.Batch) error {
	if err := c.Begin(ctx); err != nil {
		return err
	}
	if err := c.Append(ctx, table, rows); err != nil {
		return errors.Join(err, c.Rollback())
	}
	return c.Commit(ctx)
}

// appenders are a connection's open appenders, by table.
type appenders struct {
	c    bindings.Connection
	open map[engine.TableName]*appender
}

// add appends rows to a table of a catalog. They are in the table after close.
func (c *appenders) add(catalog string, table engine.TableName, rows *engine.Batch) error {
	a := c.open[table]
	if a == nil {
		made, err := openAppender(c.c, catalog, table)
		if err != nil {
			return err
		}
		a = made
		c.open[table] = a
	}
	if len(rows.Cols) != len(a.columns) {
		return pgerr.New(pgerr.InternalError, "batch of %d columns for a table of %d", len(rows.Cols), len(a.columns))
	}
	for i, phys := range a.columns {
		if !samePhysical(rows.Cols[i].Phys, phys) {
			return pgerr.New(pgerr.InternalError, "column %d of a batch for %s.%s has another type than the table", i+1, table.Schema, table.Name)
		}
	}
	for from := 0; from < rows.Len; from += vectorSize {
		if err := a.add(rows, from, min(vectorSize, rows.Len-from)); err != nil {
			return err
		}
	}
	return nil
}

// openAppender makes the appender for a table.
func openAppender(c bindings.Connection, catalog string, table engine.TableName) (*appender, error) {
	a, err := newAppender(c, catalog, table.Schema, table.Name)
	if err != nil {
		return nil, err
	}
	made := &appender{a: a}
	if err := made.prepare(); err != nil {
		return nil, errors.Join(err, made.close(false))
	}
	return made, nil
}

// prepare reads the columns of the table and makes a chunk for them.
func (a *appender) prepare() error {
	for i := range bindings.AppenderColumnCount(a.a) {
		t := bindings.AppenderColumnType(a.a, i)
		column, err := newReader(t)
		bindings.DestroyLogicalType(&t)
		if err != nil {
			return err
		}
		a.columns = append(a.columns, column.phys)
	}
	columns, destroy, err := logicalTypes(a.columns)
	if err != nil {
		return err
	}
	defer destroy()
	a.chunk, err = newChunk(columns)
	return err
}

// add appends one chunk. DuckDB has copied the values when it returns.
func (a *appender) add(rows *engine.Batch, from, n int) error {
	var pins runtime.Pinner
	defer pins.Unpin()
	bindings.DataChunkReset(a.chunk)
	if err := fillChunk(a.chunk, rows.Cols, from, n, &pins); err != nil {
		return err
	}
	if bindings.AppendDataChunk(a.a, a.chunk) != bindings.StateSuccess {
		return appenderError(a.a)
	}
	for i := range rows.Cols {
		a.pending += footprint(&rows.Cols[i], from, n)
	}
	if a.pending < flushAt {
		return nil
	}
	a.pending = 0
	if bindings.AppenderFlush(a.a) != bindings.StateSuccess {
		return appenderError(a.a)
	}
	return nil
}

// footprint is about how many bytes rows [from, from+n) of a column take.
func footprint(c *engine.Column, from, n int) int {
	const header = 16 // of a text or a list, and at most that of other values
	if n == 0 || c.Ends == nil {
		return header * n
	}
	first, _ := c.Span(from)
	last := c.Ends[from+n-1]
	if c.Phys.Kind == types.KindList {
		return header*n + footprint(c.Child, int(first), int(last-first))
	}
	return header*n + int(last-first)
}

// fillChunk puts rows [from, from+n) of the columns into a chunk.
func fillChunk(chunk bindings.DataChunk, cols []engine.Column, from, n int, pins *runtime.Pinner) error {
	for i := range cols {
		v, err := chunkVector(chunk, i)
		if err != nil {
			return err
		}
		if err := writeColumn(v, &cols[i], from, n, pins); err != nil {
			return err
		}
	}
	bindings.DataChunkSetSize(chunk, bindings.IdxT(n))
	return nil
}

// close ends the appender; with flush, its rows are in the table afterwards,
// without they are dropped.
func (a *appender) close(flush bool) error {
	var err error
	if !flush {
		bindings.AppenderClear(a.a)
	} else if bindings.AppenderFlush(a.a) != bindings.StateSuccess {
		err = appenderError(a.a)
		bindings.AppenderClear(a.a)
	}
	bindings.AppenderDestroy(&a.a)
	bindings.DestroyDataChunk(&a.chunk)
	return err
}

// close closes all appenders; after the first error nothing more is flushed.
func (c *appenders) close(flush bool) error {
	var first error
	for table, a := range c.open {
		err := a.close(flush && first == nil)
		first = errors.Join(first, err)
		delete(c.open, table)
	}
	return first
}
