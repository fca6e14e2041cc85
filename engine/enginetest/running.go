package enginetest

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"culvert/engine"
	"culvert/sql/pgerr"

	"golang.org/x/sync/errgroup"
)

func rowsClosedEarly(t *testing.T, f *fixture) {
	c, other := f.connect(), f.connect()
	name := f.create(c, "early", Int32)
	f.check(c.Append(f.Context(), name, batch(100000, series(1, 100000))))
	for _, inTransaction := range []bool{false, true} {
		if inTransaction {
			f.check(c.Begin(f.Context()))
		}
		rows, err := c.Scan(f.Context(), name, nil)
		f.check(err)
		if _, err := rows.Next(f.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Scan(f.Context(), name, nil); err == nil && inTransaction {
			t.Error("a call beside open rows was taken")
		}
		f.check(rows.Close())
		f.check(rows.Close())
		if _, err := rows.Next(f.Context()); err == nil {
			t.Error("closed rows can be read")
		}
		if inTransaction {
			f.equal(f.all(c, name)[:1], "1")
			f.check(c.Commit(f.Context()))
		}
	}
	f.check(other.DropTable(f.Context(), name))
	f.check(f.e.Checkpoint(f.Context()))
}

func cancelledContext(t *testing.T, f *fixture) {
	c := f.connect()
	ctx, cancel := context.WithCancel(f.Context())
	cancel()
	if _, err := c.Scan(ctx, table("any"), nil); !pgerr.Is(err, pgerr.QueryCanceled) || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if err := c.Begin(ctx); !pgerr.Is(err, pgerr.QueryCanceled) {
		t.Errorf("got %v", err)
	}
	f.check(c.Begin(f.Context()))
	f.check(c.Commit(f.Context()))
}

func interruptIdle(t *testing.T, f *fixture) {
	c := f.connect()
	name := f.create(c, "idle", Int32)
	c.Interrupt()
	f.check(c.Begin(f.Context()))
	c.Interrupt()
	f.check(c.Append(f.Context(), name, batch(1, ints(1))))
	c.Interrupt()
	f.check(c.Commit(f.Context()))
	f.equal(f.all(c, name), "1")
}

func checkpointBeside(t *testing.T, f *fixture) {
	name := f.create(f.connect(), "busy", Int32, Text)
	reader := f.connect()
	f.check(reader.Begin(f.Context()))
	var stop atomic.Bool
	var group errgroup.Group
	for range 2 {
		writer := f.connect()
		group.Go(func() error {
			for i := 0; !stop.Load(); i++ {
				if err := churn(f.Context(), writer, name, i); err != nil && !errors.Is(err, engine.ErrConflict) {
					stop.Store(true)
					return err
				}
			}
			return nil
		})
	}
	done := 0
	for range 20 {
		err := f.e.Checkpoint(f.Context())
		if err == nil {
			done++
		} else if !errors.Is(err, engine.ErrBusy) {
			t.Error(err)
		}
	}
	stop.Store(true)
	f.check(group.Wait())
	if done == 0 {
		t.Error("no checkpoint succeeded beside writers")
	}
	f.equal(f.all(reader, name))
	f.check(reader.Commit(f.Context()))
	f.check(f.e.Checkpoint(f.Context()))
	size, err := f.e.LogSize()
	f.check(err)
	if size > 1000 {
		t.Errorf("the log has %d bytes after a checkpoint", size)
	}
	f.check(f.connect().Append(f.Context(), name, batch(5000, Values(Int32, 5000, 0, 0), Values(Text, 5000, 0, 0))))
	size, err = f.e.LogSize()
	f.check(err)
	if size < 1000 {
		t.Errorf("the log has %d bytes after a commit", size)
	}
}

// churn deletes and adds some rows in one transaction.
func churn(ctx context.Context, c engine.Conn, name engine.TableName, i int) error {
	if err := c.Begin(ctx); err != nil {
		return err
	}
	defer c.Rollback()
	keys := Values(Int32, 500, i%7, 0)
	if _, err := c.DeleteKeys(ctx, name, []int{0}, batch(500, keys)); err != nil {
		return err
	}
	if err := c.Append(ctx, name, batch(500, keys, Values(Text, 500, i, 9))); err != nil {
		return err
	}
	return c.Commit(ctx)
}
