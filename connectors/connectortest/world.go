// Package connectortest is the suite that every connector passes, and a small
// world for connectors to run in: a real engine, a supervisor, and a physical
// map that is swapped as the catalog does it.
package connectortest

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"culvert/connectors"
	"culvert/engine"
	"culvert/engine/enginetest"
)

// World is a place for sources to run in. It is safe for concurrent use, but
// for Stop and Start.
type World struct {
	Engine   engine.Engine
	Sup      *connectors.Supervisor
	Log      *slog.Logger
	Cleaners map[string]connectors.Cleaner

	open func() (engine.Engine, error)

	mu       sync.Mutex // as the catalog's: taken for snapshots and for flips
	physical map[string]engine.TableName
	next     int
	fail     error // of the next Commit of the publisher
}

// New makes a world with an engine that open opens on the same data each time.
// It is stopped at the test's end.
func New(tb testing.TB, open func() (engine.Engine, error)) *World {
	tb.Helper()
	w := &World{open: open, Cleaners: map[string]connectors.Cleaner{}, Log: slog.New(slog.NewTextHandler(tb.Output(), &slog.HandlerOptions{Level: slog.LevelInfo}))}
	tb.Cleanup(func() { w.Stop(tb) })
	return w
}

// Start opens the engine and boots a supervisor with the given sources.
func (w *World) Start(tb testing.TB, specs ...connectors.SourceSpec) {
	tb.Helper()
	ctx := tb.Context()
	eng, err := w.open()
	if err != nil {
		tb.Fatalf("opening the engine: %v", err)
	}
	w.Engine = eng
	conn := w.Conn(tb)
	defer conn.Close()
	have, err := conn.ListTables(ctx, engine.SchemaState)
	if err != nil {
		tb.Fatal(err)
	}
	for _, def := range connectors.StateTables() {
		if !slices.ContainsFunc(have, func(h engine.TableDef) bool { return h.Name == def.Name }) {
			if err := conn.CreateTable(ctx, def); err != nil {
				tb.Fatal(err)
			}
		}
	}
	data, err := conn.ListTables(ctx, engine.SchemaData)
	if err != nil {
		tb.Fatal(err)
	}
	w.physical, w.next = map[string]engine.TableName{}, 0
	for _, def := range data {
		var n int
		if _, err := fmt.Sscanf(def.Name.Name, "p%d", &n); err == nil {
			w.next = max(w.next, n)
		}
	}
	states, err := connectors.LoadTables(ctx, conn)
	if err != nil {
		tb.Fatal(err)
	}
	for _, s := range states {
		if s.Ready {
			w.physical[s.Object] = s.Physical
		}
	}
	w.Sup = connectors.NewSupervisor(connectors.Options{
		Engine: eng, Publisher: w, Physical: w, Log: w.Log, Cleaners: w.Cleaners,
	})
	if err := w.Sup.Boot(ctx, specs); err != nil {
		tb.Fatalf("booting: %v", err)
	}
}

// Stop closes the supervisor and the engine.
func (w *World) Stop(tb testing.TB) {
	tb.Helper()
	if w.Sup == nil {
		return
	}
	w.Sup.Close()
	w.Sup = nil
	if err := w.Engine.Close(true); err != nil {
		tb.Errorf("closing the engine: %v", err)
	}
}

// Conn opens an engine connection, which the caller closes.
func (w *World) Conn(tb testing.TB) engine.Conn {
	tb.Helper()
	conn, err := w.Engine.Connect(context.WithoutCancel(tb.Context()))
	if err != nil {
		tb.Fatalf("connecting to the engine: %v", err)
	}
	return conn
}

// Commit is connectors.Publisher.
func (w *World) Commit(ctx context.Context, conn engine.Conn, change connectors.PhysicalChange) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.fail; err != nil {
		w.fail = nil
		return err
	}
	if err := conn.Commit(ctx); err != nil {
		return err
	}
	next := maps.Clone(w.physical)
	maps.Copy(next, change.Ready)
	for _, object := range change.Dropped {
		delete(next, object)
	}
	w.physical = next
	return nil
}

// FailNextFlip makes the next change of the physical map fail.
func (w *World) FailNextFlip(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fail = err
}

// NextPhysical is connectors.Allocator.
func (w *World) NextPhysical() engine.TableName {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.next++
	return engine.TableName{Schema: engine.SchemaData, Name: fmt.Sprintf("p%d", w.next)}
}

// Begin opens a transaction, and gives the physical map that belongs to its
// snapshot: as a session does.
func (w *World) Begin(ctx context.Context, conn engine.Conn) (map[string]engine.TableName, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.physical, conn.Begin(ctx)
}

// Read reads the rows of tables in one snapshot; a table that is not ready has
// ok false.
func (w *World) Read(ctx context.Context, conn engine.Conn, objects ...string) (rows map[string][]string, ok bool, err error) {
	physical, err := w.Begin(ctx, conn)
	if err != nil {
		return nil, false, err
	}
	defer func() { _ = conn.Rollback() }() // nothing was written
	rows = map[string][]string{}
	for _, object := range objects {
		name, found := physical[object]
		if !found {
			return nil, false, nil
		}
		if rows[object], err = lines(ctx, conn, name); err != nil {
			return nil, false, err
		}
	}
	return rows, true, nil
}

func lines(ctx context.Context, conn engine.Conn, name engine.TableName) (all []string, err error) {
	rows, err := conn.Scan(ctx, name, nil)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for {
		batch, err := rows.Next(ctx)
		if err != nil || batch == nil {
			slices.Sort(all)
			return all, err
		}
		for i := range batch.Len {
			all = append(all, enginetest.Line(batch, i))
		}
	}
}

// Table gives the physical table of an object that is ready.
func (w *World) Table(object string) (engine.TableName, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	name, ok := w.physical[object]
	return name, ok
}

// Rows reads a table that has to be ready.
func (w *World) Rows(tb testing.TB, object string) []string {
	tb.Helper()
	conn := w.Conn(tb)
	defer conn.Close()
	rows, ok, err := w.Read(tb.Context(), conn, object)
	if err != nil {
		tb.Fatalf("reading %s: %v", object, err)
	}
	if !ok {
		tb.Fatalf("%s is not ready: %+v", object, w.Sup.Ready(object).Status)
	}
	return rows[object]
}

// Physical lists the physical tables of data.
func (w *World) Physical(tb testing.TB) []string {
	tb.Helper()
	conn := w.Conn(tb)
	defer conn.Close()
	defs, err := conn.ListTables(tb.Context(), engine.SchemaData)
	if err != nil {
		tb.Fatal(err)
	}
	names := []string{}
	for _, def := range defs {
		names = append(names, def.Name.Name)
	}
	slices.Sort(names)
	return names
}

// AddCleanup stores a cleanup, as the transaction of a DROP does.
func (w *World) AddCleanup(tb testing.TB, c connectors.Cleanup) {
	tb.Helper()
	conn := w.Conn(tb)
	defer conn.Close()
	ctx := tb.Context()
	if err := conn.Begin(ctx); err != nil {
		tb.Fatal(err)
	}
	if err := connectors.AddCleanup(ctx, conn, c); err != nil {
		tb.Fatal(err)
	}
	if err := conn.Commit(ctx); err != nil {
		tb.Fatal(err)
	}
}

// Await waits until the status of an object satisfies what is asked for.
func (w *World) Await(tb testing.TB, object, what string, within time.Duration, ok func(connectors.Readiness) bool) connectors.Readiness {
	tb.Helper()
	deadline := time.NewTimer(within)
	defer deadline.Stop()
	for {
		r := w.Sup.Ready(object)
		if ok(r) {
			return r
		}
		select {
		case <-r.Changed:
		case <-deadline.C:
			tb.Fatalf("%s: not %s within %v: %+v", object, what, within, r)
		}
	}
}

// AwaitReady waits for the first snapshot of tables.
func (w *World) AwaitReady(tb testing.TB, objects ...string) {
	tb.Helper()
	for _, object := range objects {
		w.Await(tb, object, "ready", time.Minute, func(r connectors.Readiness) bool { return r.Ready })
	}
}

// AwaitError waits for an error of a table or its source that contains text.
func (w *World) AwaitError(tb testing.TB, object, text string) connectors.Status {
	tb.Helper()
	r := w.Await(tb, object, "failed with "+text, time.Minute, func(r connectors.Readiness) bool {
		return strings.Contains(r.Status.Error, text) || strings.Contains(r.Source.Error, text)
	})
	if strings.Contains(r.Status.Error, text) {
		return r.Status
	}
	return r.Source
}
