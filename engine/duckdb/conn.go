package duckdb

import (
	"context"
	"errors"

	"culvert/engine"
	"culvert/sql/pgerr"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// conn is one DuckDB connection. It implements engine.Conn.
type conn struct {
	d    *database
	c    bindings.Connection
	id   uint64
	zone string // TimeZone as set on the connection

	open   bool  // in a transaction
	failed error // what aborted it
	rows   *rows // the open result
	// appenders are open within a transaction until another statement runs.
	appenders appenders
	stmt      *statement // what runs now; used by callbacks on the same goroutine
	kept      *kept
	calls     calls
	staged    []string // what the open transaction has staged
}

// Connect implements engine.Engine.
func (d *database) Connect(ctx context.Context) (engine.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, cancelled(err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed || d.cause != nil {
		return nil, pgerr.Wrap(d.cause, pgerr.CannotConnectNow, "the engine is closed")
	}
	c, err := connect(d.db)
	if err != nil {
		return nil, err
	}
	id, err := connectionID(c)
	if err != nil {
		bindings.Disconnect(&c)
		return nil, err
	}
	made := &conn{d: d, c: c, id: id, appenders: appenders{c: c, open: map[engine.TableName]*appender{}}, kept: newKept(), calls: calls{c: c}}
	d.connsMu.Lock()
	defer d.connsMu.Unlock()
	d.conns[id] = made
	return made, nil
}

// Close implements engine.Conn. An open transaction is rolled back.
func (c *conn) Close() error {
	if c.c.Ptr == nil {
		return nil
	}
	var err error
	if c.rows != nil {
		err = c.rows.Close()
	}
	err = errors.Join(err, c.Rollback())
	c.kept.clear()
	c.d.connsMu.Lock()
	defer c.d.connsMu.Unlock()
	delete(c.d.conns, c.id)
	c.calls.close()
	bindings.Disconnect(&c.c)
	return err
}

// Interrupt implements engine.Conn.
func (c *conn) Interrupt() { c.calls.interrupt() }

// enter begins a call, which calls.end ends.
func (c *conn) enter(ctx context.Context) (*call, error) {
	if err := ctx.Err(); err != nil {
		return nil, c.fail(cancelled(err))
	}
	if c.c.Ptr == nil {
		return nil, pgerr.New(pgerr.InternalError, "engine connection is closed")
	}
	if c.rows != nil {
		return nil, pgerr.New(pgerr.InternalError, "engine connection still has rows to read")
	}
	if c.failed != nil {
		return nil, aborted(c.failed)
	}
	return c.calls.begin(), nil
}

// do runs f as one interruptible call, after what is still to be appended.
func (c *conn) do(ctx context.Context, f func() error) error {
	k, err := c.enter(ctx)
	if err != nil {
		return err
	}
	defer c.calls.end(k)
	defer c.calls.watch(ctx, k)()
	err = c.appenders.close(true)
	if err == nil {
		err = f()
	}
	return c.fail(because(ctx, err))
}

// because gives a cancelled call the end of its context as the cause.
func because(ctx context.Context, err error) error {
	if ended := ctx.Err(); ended != nil && pgerr.Is(err, pgerr.QueryCanceled) && !errors.Is(err, ended) {
		return cancelled(ended)
	}
	return err
}

// fail records an error of the open transaction: DuckDB aborts it after most
// errors, and its COMMIT would then report success.
func (c *conn) fail(err error) error {
	if err != nil && c.open && c.failed == nil {
		c.failed = err
	}
	return c.d.note(err)
}

func aborted(cause error) error {
	return pgerr.Wrap(cause, pgerr.InFailedSQLTransaction, "current transaction is aborted, commands ignored until end of transaction block")
}

func cancelled(cause error) error {
	return pgerr.Wrap(cause, pgerr.QueryCanceled, "canceling statement due to user request")
}

// control runs a statement that controls transactions.
func control(c *conn, sql string) error {
	st, err := c.kept.get(c.c, sql)
	if err != nil {
		return err
	}
	return executePrepared(st)
}

// Begin implements engine.Conn.
func (c *conn) Begin(ctx context.Context) error {
	if c.open {
		return pgerr.New(pgerr.ActiveSQLTransaction, "there is already a transaction in progress")
	}
	err := c.do(ctx, func() error {
		if err := control(c, "BEGIN TRANSACTION"); err != nil {
			return err
		}
		_, err := tableColumns(c.c, anchorSchema, anchorTable)
		return err
	})
	if err != nil {
		// BEGIN may have succeeded; without it this is an error of no interest.
		_ = execute(c.c, "ROLLBACK")
		return err
	}
	c.open = true
	return nil
}

// Commit implements engine.Conn. It cannot be interrupted once COMMIT runs:
// the answer would be open.
func (c *conn) Commit(ctx context.Context) error {
	if !c.open {
		return pgerr.New(pgerr.NoActiveSQLTransaction, "there is no transaction in progress")
	}
	err := c.do(ctx, func() error { return unstageAll(c) }) // and flushes the appenders
	if err == nil {
		err = c.d.note(control(c, "COMMIT"))
	}
	if err != nil {
		if c.rows != nil {
			_ = c.rows.Close()
		}
		_ = c.Rollback() // the error that counts is err
		return err
	}
	c.open = false
	return nil
}

// Rollback implements engine.Conn.
func (c *conn) Rollback() error {
	if !c.open {
		return nil
	}
	if c.rows != nil {
		_ = c.rows.Close()
	}
	_ = c.appenders.close(false)
	c.open, c.failed, c.staged = false, nil, nil
	err := execute(c.c, "ROLLBACK")
	if isNoTransaction(err) {
		return nil // a failed COMMIT has ended it
	}
	return c.d.note(err)
}
