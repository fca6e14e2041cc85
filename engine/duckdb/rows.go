package duckdb

import (
	"context"

	"culvert/engine"
	"culvert/sql/pgerr"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// statement is what a running statement holds: the prepared statement, what
// its live relations gave, and the batches that it reads.
type statement struct {
	prepared bindings.PreparedStatement
	keep     bool            // the prepared statement is the connection's
	ctx      context.Context // of the call that started it, for live relations
	live     map[string]*engine.Batch
	liveErr  error
	feed     int64 // the batch that feed() reads, 0: none
}

// rows streams a result. It implements engine.Rows.
type rows struct {
	c       *conn
	k       *call
	st      *statement
	res     *bindings.Result
	chunk   bindings.DataChunk
	readers []*reader
	batch   engine.Batch
	end     bool // read to the end, or failed
	err     error
}

// start prepares and starts a query as the call k. Bind sets its parameters.
func (c *conn) start(ctx context.Context, k *call, st *statement, sql string, bind func(bindings.PreparedStatement) error) (_ *rows, err error) {
	defer func() {
		if err != nil {
			if st.liveErr != nil {
				err = st.liveErr
			}
			c.finish(k, st)
		}
	}()
	st.ctx = ctx
	c.stmt = st
	if st.keep {
		st.prepared, err = c.kept.get(c.c, sql)
	} else {
		st.prepared, err = prepare(c.c, sql)
	}
	if err != nil {
		return nil, err
	}
	if bind != nil {
		if err = bind(st.prepared); err != nil {
			return nil, err
		}
	}
	res, err := stream(st.prepared)
	if err != nil {
		return nil, err
	}
	r := &rows{c: c, k: k, st: st, res: res}
	for i := range bindings.ColumnCount(res) {
		t := bindings.ColumnLogicalType(res, i)
		column, err := newReader(t)
		bindings.DestroyLogicalType(&t)
		if err != nil {
			bindings.DestroyResult(res)
			return nil, err
		}
		r.readers = append(r.readers, column)
	}
	r.batch.Cols = make([]engine.Column, len(r.readers))
	c.rows = r
	return r, nil
}

// finish ends the call k and frees what its statement holds.
func (c *conn) finish(k *call, st *statement) {
	if !st.keep {
		bindings.DestroyPrepare(&st.prepared)
	}
	c.d.feeds.remove(st.feed)
	c.stmt = nil
	c.calls.end(k)
}

// Next implements engine.Rows.
func (r *rows) Next(ctx context.Context) (*engine.Batch, error) {
	if r.end {
		return nil, r.err
	}
	batch, err := r.next(ctx)
	if err != nil || batch == nil {
		r.end = true
		r.err = r.c.fail(because(ctx, err))
		return nil, r.err
	}
	return batch, nil
}

func (r *rows) next(ctx context.Context) (*engine.Batch, error) {
	if err := ctx.Err(); err != nil {
		return nil, cancelled(err)
	}
	if r.k.cancelled.Load() {
		return nil, cancelled(context.Canceled)
	}
	defer r.c.calls.watch(ctx, r.k)()
	bindings.DestroyDataChunk(&r.chunk)
	chunk, err := fetch(r.res)
	r.chunk = chunk
	if err != nil {
		return nil, err
	}
	if chunk.Ptr == nil {
		return nil, nil
	}
	n := int(bindings.DataChunkGetSize(chunk))
	if n == 0 {
		return nil, nil
	}
	for i, column := range r.readers {
		v, err := chunkVector(chunk, i)
		if err != nil {
			return nil, err
		}
		if err := column.read(v, n, &r.batch.Cols[i]); err != nil {
			return nil, err
		}
	}
	r.batch.Len = n
	return &r.batch, nil
}

// Close implements engine.Rows.
func (r *rows) Close() error {
	if r.res == nil {
		return nil
	}
	bindings.DestroyDataChunk(&r.chunk)
	bindings.DestroyResult(r.res)
	r.res = nil
	var err error
	if !r.end {
		err = r.stop()
	}
	r.end = true
	if r.err == nil {
		r.err = pgerr.New(pgerr.InternalError, "rows are closed")
	}
	r.c.finish(r.k, r.st)
	r.c.rows = nil
	return err
}

// stop ends a query that was not read to its end. DuckDB keeps it, and the
// snapshot of a statement outside a transaction, until another one runs.
func (r *rows) stop() error {
	return r.c.fail(execute(r.c.c, "SELECT 1"))
}
