package catalog

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"culvert/engine"
)

func idOf(n int) ID { return ID("u" + strconv.Itoa(n)) }

func TestIDsAreNotUsedTwice(t *testing.T) {
	f := start(t)
	if id := f.m.NextID(); id != "u2" {
		t.Errorf("the first ID is %s", id) // u1 is the schema public
	}
	f.change(put(secret(f.m.NextID(), "a"))...)
	f.change(Edit{Drop: "u3"})
	f.m.NextID() // of a transaction that goes on
	f.change(put(secret(f.m.NextID(), "b"))...)
	f.reopen()
	if id := f.m.NextID(); id != "u6" {
		t.Errorf("after the restart the next ID is %s", id)
	}
	if rows := f.rows(tableIDs); len(rows) != 1 {
		t.Errorf("opening leaves %d rows of used IDs", len(rows))
	}
	f.reopen()
	if id := f.m.NextID(); id != "u6" {
		t.Errorf("after another restart the next ID is %s", id)
	}
}

func TestIDNumbers(t *testing.T) {
	for id, want := range map[ID]int64{"u1": 1, "u123": 123, "": 0, "u": 0, "s1": 0, "ux": 0} {
		if got := id.Number(); got != want {
			t.Errorf("%q has the number %d", id, got)
		}
	}
	if oid := ID("u5").OID(); oid != 16389 {
		t.Errorf("u5 has the OID %d", oid)
	}
}

func TestOverlapsAreRefusedAndCommitNothing(t *testing.T) {
	f := start(t)
	f.change(put(secret("u2", "a"), secret("u3", "b"))...)
	first, second, third := f.begin(), f.begin(), f.begin()
	first.apply(put(secret("u10", "x"))...)
	second.apply(append(put(secret("u11", "y")), Edit{Put: secret("u12", "x"), Sealed: []byte("s")})...)
	third.apply(put(connection("u13", "z", "u3"))...)
	f.check(first.commit())
	version := f.m.Current().Catalog.Version()
	if err := second.commit(); !serialization(err) {
		t.Errorf("the second gives %v", err)
	}
	if f.m.Current().Catalog.Version() != version {
		t.Error("a refused commit moves the version")
	}
	f.check(third.commit())
	c := f.m.Current().Catalog
	if c.Version() != version+1 || c.Lookup("u1", "y") != nil || c.Lookup("u1", "z") == nil {
		t.Error("what is committed is not the first and the third")
	}
	f.reopen()
	if rows := f.rows(tableSealed); rows != nil {
		t.Error("a sealed value is left of the refused transaction")
	}
}

// TestOneObjectChangedTwice: the engine sees such a conflict before the
// catalog does, at the statement or at the commit.
func TestOneObjectChangedTwice(t *testing.T) {
	f := start(t)
	f.change(put(secret("u2", "a"))...)
	first, second := f.begin(), f.begin()
	first.apply(put(secret("u2", "b"))...)
	err := second.draft.Apply(t.Context(), second.conn, Edit{Put: secret("u2", "c")})
	f.check(first.commit())
	if err == nil {
		err = second.commit()
	} else {
		second.rollback()
	}
	if !errors.Is(err, engine.ErrConflict) && !serialization(err) {
		t.Errorf("the second gives %v", err)
	}
	f.reopen()
	if f.m.Current().Catalog.Object("u2").Name != "b" {
		t.Error("the first's change is gone")
	}
}

func TestATransactionKeepsItsSnapshot(t *testing.T) {
	f := start(t)
	tx := f.begin()
	f.change(put(secret("u2", "a"))...)
	if tx.snap.Catalog.Object("u2") != nil {
		t.Error("the snapshot changes")
	}
	rows, err := tx.conn.Scan(t.Context(), objectTables[0].name(), nil)
	values, err := engine.Collect(t.Context(), rows, err)
	f.check(err)
	if len(values) != 0 {
		t.Error("the engine's snapshot is later than the catalog's")
	}
	tx.rollback()
}

func TestBeginGivesUpWithItsEngine(t *testing.T) {
	f := start(t)
	failure := errors.New("no snapshot")
	if _, err := f.m.Begin(func() error { return failure }); !errors.Is(err, failure) {
		t.Errorf("Begin gives %v", err)
	}
	f.change(put(secret("u2", "a"))...) // the lock is free
}

func TestReadyFlipsDoNotMoveTheVersion(t *testing.T) {
	f := start(t)
	f.change(put(secret("u2", "a"))...)
	table := engine.TableName{Schema: engine.SchemaData, Name: "p1"}
	def := engine.TableDef{Name: table, Columns: []engine.ColumnDef{column("x", text)}}
	before := f.m.Current()
	early := f.begin()
	tx := f.begin()
	f.check(tx.conn.CreateTable(t.Context(), def))
	f.check(f.m.CommitPhysical(t.Context(), tx.conn, PhysicalChange{Set: map[ID]engine.TableName{"u2": table, "u3": table}}))
	f.check(tx.conn.Close())
	after := f.begin()
	if name, ok := after.snap.Physical.Table("u2"); !ok || name != table {
		t.Error("a transaction that begins later does not see the table")
	}
	if _, ok := early.snap.Physical.Table("u2"); ok {
		t.Error("a transaction that began before sees the table")
	}
	if after.snap.Catalog != before.Catalog || after.snap.Physical.Version() != before.Physical.Version()+1 {
		t.Error("the flip moves the catalog, or not the map")
	}
	early.rollback()
	f.check(f.m.CommitPhysical(t.Context(), after.conn, PhysicalChange{Remove: []ID{"u2", "u9"}}))
	f.check(after.conn.Close())
	if _, ok := f.m.Current().Physical.Table("u2"); ok {
		t.Error("the table is not removed")
	}
	if _, ok := f.m.Current().Physical.Table("u3"); !ok {
		t.Error("another table is removed")
	}
}

func TestWatchersSeeEveryCommitInOrder(t *testing.T) {
	f := start(t)
	rebuilt := f.m.Current().Catalog
	var versions []uint64
	f.m.Watch(func(c *Catalog, change *Change) {
		d := NewDraft(rebuilt)
		for _, o := range change.Sorted() {
			if o.New == nil {
				d.Drop(o.Old.ID)
			} else {
				d.Put(o.New)
			}
		}
		rebuilt = d.now
		versions = append(versions, c.Version())
		if diff := difference(rebuilt, c); diff != "" {
			t.Error(diff)
		}
	})
	f.commitFromMany(4, 15)
	f.same(rebuilt, f.m.Current().Catalog)
	if len(versions) == 0 || !slices.IsSorted(versions) || versions[0] != 2 || versions[len(versions)-1] != uint64(len(versions)+1) {
		t.Errorf("versions are %v", versions)
	}
}

// TestManyCommittersAndReaders: transactions at the same time commit or are
// told to run again, and the catalog and the engine never differ.
func TestManyCommittersAndReaders(t *testing.T) {
	f := start(t)
	stop, done := make(chan struct{}), make(chan error, 1)
	go func() { done <- readUntil(t.Context(), f, stop) }()
	committed, refused := f.commitFromMany(6, 20)
	close(stop)
	f.check(<-done)
	if committed == 0 || refused == 0 {
		t.Errorf("%d committed and %d refused: the test does not try both", committed, refused)
	}
	f.consistent()
	f.reopen()
}

// commitFromMany runs transactions from several goroutines.
func (f *fixture) commitFromMany(writers, transactions int) (committed, refused int64) {
	f.Helper()
	var ok, again atomic.Int64
	var group sync.WaitGroup
	failures := make(chan error, writers)
	for w := range writers {
		group.Go(func() {
			r := rand.New(rand.NewPCG(uint64(w), 11))
			for range transactions {
				switch err := f.commitRandom(r); {
				case err == nil:
					ok.Add(1)
				case serialization(err) || errors.Is(err, engine.ErrConflict):
					again.Add(1)
				default:
					failures <- err
					return
				}
			}
		})
	}
	group.Wait()
	close(failures)
	for err := range failures {
		f.Error(err)
	}
	return ok.Load(), again.Load()
}

// commitRandom makes, changes or drops an object or two.
func (f *fixture) commitRandom(r *rand.Rand) error {
	ctx := f.Context()
	tx, err := connectAndBegin(ctx, f)
	if err != nil {
		return err
	}
	d := NewDraft(tx.snap.Catalog)
	n := 0
	randomEdits(r, d, &counter{next: int(f.m.NextID().Number()) * 10}, 2)
	for _, c := range d.change.Sorted() {
		n++
		e := Edit{Put: c.New}
		if c.New == nil {
			e = Edit{Drop: c.Old.ID}
		}
		if err = tx.draft.Apply(ctx, tx.conn, e); err != nil {
			break
		}
	}
	if err == nil {
		err = f.m.Commit(ctx, tx.conn, tx.draft)
	}
	if err != nil {
		err = errors.Join(err, tx.conn.Rollback())
	}
	return errors.Join(err, tx.conn.Close())
}

// readUntil begins transactions and compares both halves of each snapshot.
func readUntil(ctx context.Context, f *fixture, stop <-chan struct{}) error {
	for {
		select {
		case <-stop:
			return nil
		default:
		}
		if err := readOnce(ctx, f); err != nil {
			return err
		}
	}
}

func readOnce(ctx context.Context, f *fixture) error {
	tx, err := connectAndBegin(ctx, f)
	if err != nil {
		return err
	}
	defer tx.conn.Close()
	defer tx.conn.Rollback()
	rows, err := tx.conn.Scan(ctx, objectTables[0].name(), nil)
	values, err := engine.Collect(ctx, rows, err)
	if err != nil {
		return err
	}
	for _, v := range values {
		if o := tx.snap.Catalog.Object(ID(v[0].(string))); o == nil || o.Name != v[5].(string) {
			return fmt.Errorf("the engine has %v where the catalog has %v", v[:6], o)
		}
	}
	if len(values) != len(tx.snap.Catalog.objects) {
		return fmt.Errorf("the engine has %d objects, the catalog %d", len(values), len(tx.snap.Catalog.objects))
	}
	return nil
}
