package connectors

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"culvert/engine"
	"culvert/engine/duckdb"
	"culvert/testenv"
)

// fullDisk is an engine that fails to append for some calls.
type fullDisk struct {
	engine.Engine
	failures int
}

func (f *fullDisk) Connect(ctx context.Context) (engine.Conn, error) {
	conn, err := f.Engine.Connect(ctx)
	return &fullConn{conn, f}, err
}

type fullConn struct {
	engine.Conn
	disk *fullDisk
}

func (c *fullConn) Append(ctx context.Context, table engine.TableName, rows *engine.Batch) error {
	if c.disk.failures > 0 {
		c.disk.failures--
		return errors.New("no space left")
	}
	return c.Conn.Append(ctx, table, rows)
}

// newTestRecorder is a recorder over an empty engine, with a connection to it.
func newTestRecorder(t *testing.T, failures, rows int) (*recorder, engine.Conn) {
	t.Helper()
	e, err := duckdb.Open(duckdb.Options{Dir: t.TempDir(), MemoryLimit: 256 << 20})
	if err != nil {
		t.Fatal(err)
	}
	conn, err := e.Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, def := range StateTables() {
		if err := conn.CreateTable(t.Context(), def); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		if err := errors.Join(conn.Close(), e.Close(true)); err != nil {
			t.Error(err)
		}
	})
	sup := NewSupervisor(Options{Engine: &fullDisk{e, failures}, HistoryRows: rows, Log: slog.New(slog.DiscardHandler)})
	return sup.rec, conn
}

// stored lists the history, object by object.
func stored(t *testing.T, conn engine.Conn) []string {
	t.Helper()
	var all []string
	err := scan(context.WithoutCancel(t.Context()), conn, historyTable.Name, func(b *engine.Batch, i int) {
		all = append(all, textAt(b, 0, i)+" "+textAt(b, 3, i))
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(all)
	return all
}

func TestStatusesThatCannotBeStoredAreStoredLater(t *testing.T) {
	r, conn := newTestRecorder(t, 2, 10)
	r.sup.wg.Add(1)
	go r.run()
	defer func() {
		r.stop()
		r.sup.wg.Wait()
	}()
	r.enqueue(Status{Object: "u1", Source: "u1", State: StateStarting, Since: time.UnixMicro(1)})
	r.enqueue(Status{Object: "u1", Source: "u1", State: StateRunning, Since: time.UnixMicro(2)})
	testenv.Eventually(t, 10*time.Second, func() error {
		if got := stored(t, conn); !slices.Equal(got, []string{"u1 running", "u1 starting"}) {
			return fmt.Errorf("the history is %v", got)
		}
		return nil
	})
	statuses, err := loadStatuses(t.Context(), conn)
	if err != nil || len(statuses) != 1 || statuses[0].State != StateRunning {
		t.Errorf("the statuses are %v, %v", statuses, err)
	}
}

func TestStatusesOfTheLastMomentAreStored(t *testing.T) {
	r, conn := newTestRecorder(t, 1, 10)
	r.enqueue(Status{Object: "u1", Source: "u1", State: StateStarting, Since: time.UnixMicro(1)})
	if err := r.storePending(t.Context(), &fullConn{conn, &fullDisk{failures: 1}}); err == nil {
		t.Error("a full disk is no error")
	}
	if err := r.storePending(t.Context(), conn); err != nil || len(stored(t, conn)) != 1 || r.waits() {
		t.Errorf("the second attempt gives %v and %v", err, stored(t, conn))
	}
}

func TestHistoryOfDroppedObjectsIsBounded(t *testing.T) {
	r, conn := newTestRecorder(t, 0, 5)
	r.sup.sources["u1"] = &sourceEntry{}
	for n := range 10 {
		object := fmt.Sprint("u", 2+n)
		err := r.store(t.Context(), conn, []Status{
			{Object: "u1", Source: "u1", State: StateRunning, Since: time.UnixMicro(int64(3 * n))},
			{Object: object, Source: "u1", State: StateRunning, Since: time.UnixMicro(int64(3*n + 1))},
			{Object: object, Source: "u1", State: StateDropped, Since: time.UnixMicro(int64(3*n + 2))},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	got := stored(t, conn)
	want := []string{"u1 running", "u1 running", "u1 running", "u1 running", "u1 running", "u10 dropped", "u10 running", "u11 dropped", "u11 running"}
	if !slices.Equal(got, want) {
		t.Errorf("the history is %v", got)
	}
	kept, err := loadHistory(t.Context(), conn)
	if err != nil || len(kept) != len(r.history) {
		t.Errorf("%v is stored, and known is %v", kept, r.history)
	}
}
