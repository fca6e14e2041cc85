package enginetest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"culvert/engine"
	"culvert/sql/pgerr"

	"golang.org/x/sync/errgroup"
)

func snapshotAtBegin(t *testing.T, f *fixture) {
	reader, writer := f.connect(), f.connect()
	name := f.create(writer, "snap", Int32)
	f.check(reader.Begin(f.Context()))
	f.check(writer.Append(f.Context(), name, batch(1, ints(1))))
	f.equal(f.all(reader, name))
	f.check(reader.Commit(f.Context()))
	f.equal(f.all(reader, name), "1")
}

func uncommittedNotSeen(t *testing.T, f *fixture) {
	reader, writer := f.connect(), f.connect()
	name := f.create(writer, "isolated", Int32)
	f.check(writer.Append(f.Context(), name, batch(2, ints(1, 2))))
	f.check(writer.Begin(f.Context()))
	f.check(writer.Append(f.Context(), name, batch(1, ints(3))))
	_, err := writer.DeleteKeys(f.Context(), name, []int{0}, batch(1, ints(1)))
	f.check(err)
	f.equal(f.all(writer, name), "2", "3")
	f.equal(f.all(reader, name), "1", "2")
	f.check(writer.Commit(f.Context()))
	f.equal(f.all(reader, name), "2", "3")
}

func rollbackUndoes(t *testing.T, f *fixture) {
	c := f.connect()
	name := f.create(c, "undone", Int32)
	f.check(c.Append(f.Context(), name, batch(1, ints(1))))
	f.check(c.Rollback()) // without a transaction it does nothing
	f.check(c.Begin(f.Context()))
	f.create(c, "made", Int32)
	f.check(c.Truncate(f.Context(), name))
	f.check(c.Append(f.Context(), name, batch(1, ints(2))))
	f.check(c.Rollback())
	f.equal(f.all(c, name), "1")
	tables, err := c.ListTables(f.Context(), engine.SchemaData)
	f.check(err)
	if len(tables) != 1 {
		t.Errorf("got %v", tables)
	}
	f.check(c.Begin(f.Context()))
	if err := c.Begin(f.Context()); !pgerr.Is(err, pgerr.ActiveSQLTransaction) {
		t.Errorf("a second Begin gives %v", err)
	}
	f.check(c.Commit(f.Context()))
	if err := c.Commit(f.Context()); !pgerr.Is(err, pgerr.NoActiveSQLTransaction) {
		t.Errorf("a second Commit gives %v", err)
	}
}

func failedDoesNotCommit(t *testing.T, f *fixture) {
	c := f.connect()
	name := f.create(c, "unfinished", Int32)
	f.check(c.Begin(f.Context()))
	f.check(c.Append(f.Context(), name, batch(1, ints(1))))
	if err := c.CreateTable(f.Context(), tableDef("unfinished", Int32)); !pgerr.Is(err, pgerr.DuplicateTable) {
		t.Errorf("making a table twice gives %v", err)
	}
	if err := c.Append(f.Context(), name, batch(1, ints(2))); !pgerr.Is(err, pgerr.InFailedSQLTransaction) {
		t.Errorf("a call after an error gives %v", err)
	}
	if err := c.Commit(f.Context()); err == nil {
		t.Error("a failed transaction was committed")
	}
	f.equal(f.all(c, name))

	ctx, cancel := context.WithCancel(f.Context())
	f.check(c.Begin(ctx))
	f.check(c.Append(ctx, name, batch(1, ints(1))))
	cancel()
	if err := c.Commit(ctx); !pgerr.Is(err, pgerr.QueryCanceled) {
		t.Errorf("Commit of a cancelled context gives %v", err)
	}
	f.equal(f.all(c, name))
}

func conflictIsReported(t *testing.T, f *fixture) {
	a, b := f.connect(), f.connect()
	name := f.create(a, "contested", Int32)
	f.check(a.Append(f.Context(), name, batch(3, ints(1, 2, 3))))
	f.check(a.Begin(f.Context()))
	f.check(b.Begin(f.Context()))
	_, err := a.DeleteKeys(f.Context(), name, []int{0}, batch(1, ints(2)))
	f.check(err)
	_, err = b.DeleteKeys(f.Context(), name, []int{0}, batch(1, ints(2)))
	if err == nil {
		f.check(a.Commit(f.Context()))
		err = b.Commit(f.Context())
	} else {
		f.check(a.Commit(f.Context()))
		f.check(b.Rollback())
	}
	if !errors.Is(err, engine.ErrConflict) {
		t.Errorf("deleting a row twice gives %v", err)
	}
	f.equal(f.all(b, name), "1", "3")
}

func sideBySide(t *testing.T, f *fixture) {
	a, b := f.connect(), f.connect()
	first, second := f.create(a, "left", Int32), f.create(a, "right", Int32)
	f.check(a.Begin(f.Context()))
	f.check(b.Begin(f.Context()))
	f.check(a.Append(f.Context(), first, batch(1, ints(1))))
	f.check(b.Append(f.Context(), second, batch(1, ints(2))))
	f.check(b.Append(f.Context(), first, batch(1, ints(3))))
	f.check(a.Commit(f.Context()))
	f.check(b.Commit(f.Context()))
	f.equal(f.all(a, first), "1", "3")
	f.equal(f.all(a, second), "2")
}

func tablesSideBySide(t *testing.T, f *fixture) {
	var group errgroup.Group
	for i := range 10 {
		c := f.connect()
		group.Go(func() error {
			if err := c.Begin(f.Context()); err != nil {
				return err
			}
			if err := c.CreateTable(f.Context(), tableDef(fmt.Sprintf("p%d", i), Int32)); err != nil {
				return err
			}
			return c.Commit(f.Context())
		})
	}
	f.check(group.Wait())
	tables, err := f.connect().ListTables(f.Context(), engine.SchemaData)
	f.check(err)
	if len(tables) != 10 {
		t.Errorf("%d tables were made", len(tables))
	}
}

func droppedTable(t *testing.T, f *fixture) {
	a, b := f.connect(), f.connect()
	name := f.create(a, "dropped", Int32)
	f.check(a.Begin(f.Context()))
	f.check(a.Append(f.Context(), name, batch(1, ints(1))))
	_, err := a.DeleteKeys(f.Context(), name, []int{0}, batch(1, ints(0))) // moves the rows into the table
	f.check(err)
	f.check(b.DropTable(f.Context(), name))
	if err := a.Commit(f.Context()); !errors.Is(err, engine.ErrConflict) {
		t.Errorf("committing rows of a dropped table gives %v", err)
	}
	other := f.create(a, "kept", Int32)
	f.check(a.Append(f.Context(), other, batch(1, ints(1))))
	f.equal(f.all(b, other), "1")
}

func fiftyConnections(t *testing.T, f *fixture) {
	name := f.create(f.connect(), "shared", Int32)
	var group errgroup.Group
	for i := range 50 {
		c := f.connect()
		group.Go(func() error {
			for k := range 4 {
				if err := c.Append(f.Context(), name, batch(1, ints(i*4+k))); err != nil {
					return err
				}
				rows, err := c.Scan(f.Context(), name, &engine.Match{Cols: []int{0}, Key: batch(1, ints(i*4+k))})
				if err != nil {
					return err
				}
				lines, err := read(f.Context(), rows)
				if err != nil || len(lines) != 1 {
					return fmt.Errorf("read %v: %w", lines, err)
				}
			}
			return nil
		})
	}
	f.check(group.Wait())
	if n := f.count(f.connect(), name); n != 200 {
		t.Errorf("%d rows", n)
	}
}

func deletesSideBySide(t *testing.T, f *fixture) {
	a, b := f.connect(), f.connect()
	name := f.create(a, "parted", Int32)
	f.check(a.Append(f.Context(), name, batch(5000, series(1, 5000))))
	f.check(a.Begin(f.Context()))
	f.check(b.Begin(f.Context()))
	f.deleted(2000)(a.DeleteKeys(f.Context(), name, []int{0}, batch(2000, series(1, 2000))))
	f.deleted(2999)(b.DeleteKeys(f.Context(), name, []int{0}, batch(2999, series(2001, 4999))))
	f.check(a.Commit(f.Context()))
	f.check(b.Commit(f.Context()))
	f.equal(f.all(a, name), "5000")
}

func sameTableTwice(t *testing.T, f *fixture) {
	a, b := f.connect(), f.connect()
	f.check(a.Begin(f.Context()))
	f.check(b.Begin(f.Context()))
	f.create(a, "same", Int32)
	err := b.CreateTable(f.Context(), tableDef("same", Int32))
	f.check(a.Commit(f.Context()))
	if err == nil {
		err = b.Commit(f.Context())
	} else {
		f.check(b.Rollback())
	}
	if !errors.Is(err, engine.ErrConflict) {
		t.Errorf("making one table in two transactions gives %v", err)
	}
	if err := b.CreateTable(f.Context(), tableDef("same", Int32)); !pgerr.Is(err, pgerr.DuplicateTable) {
		t.Errorf("making it once more gives %v", err)
	}
}
