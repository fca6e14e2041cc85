package connectors

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"culvert/connectors/decode"
	"culvert/engine"
	"culvert/sql/types"
)

// Runtime is what a connector has of the supervisor during one Run. It is safe
// for concurrent use; the engine connections that it is given are not.
type Runtime struct {
	sup     *Supervisor
	spec    SourceSpec
	leg     string
	reached atomic.Bool // Running was called
}

// Source is the catalog id of the source.
func (rt *Runtime) Source() string { return rt.spec.ID }

// Log is where the connector logs.
func (rt *Runtime) Log() *slog.Logger { return rt.sup.opts.Log.With("source", rt.spec.ID) }

// Connect opens an engine connection, which the caller closes.
func (rt *Runtime) Connect(ctx context.Context) (engine.Conn, error) {
	return rt.sup.opts.Engine.Connect(ctx)
}

// Load tells the engine that so many connections append in bulk until done.
func (rt *Runtime) Load(writers int) (done func()) { return rt.sup.opts.Engine.Load(writers) }

// Tables gives the tables of the source with their stored states, which are
// zero but for Object and Source where nothing is stored.
func (rt *Runtime) Tables() map[string]TableState {
	rt.sup.mu.Lock()
	defer rt.sup.mu.Unlock()
	states := make(map[string]TableState, len(rt.spec.Tables))
	for _, t := range rt.spec.Tables {
		if entry := rt.sup.tables[t.Object]; entry != nil {
			states[t.Object] = entry.state
		}
	}
	return states
}

// Progress reads how far the source has come.
func (rt *Runtime) Progress(ctx context.Context, conn engine.Conn) ([]Part, error) {
	return LoadProgress(ctx, conn, rt.spec.ID)
}

// NewTable makes an empty physical table for a first snapshot, in a transaction
// of its own. One left by an earlier try is dropped.
func (rt *Runtime) NewTable(ctx context.Context, conn engine.Conn, table Table) (TableState, error) {
	state := rt.Tables()[table.Object]
	old := state.Physical
	state = TableState{Object: table.Object, Source: rt.spec.ID, Physical: rt.sup.opts.Physical.NextPhysical()}
	def := engine.TableDef{Name: state.Physical}
	for _, c := range table.Columns {
		phys, _, ok := decode.ForType(c.Type)
		if !ok {
			phys = types.Physical{Kind: types.KindText}
		}
		def.Columns = append(def.Columns, engine.ColumnDef{Name: c.Physical, Phys: phys})
	}
	err := inTransaction(ctx, conn, func() error {
		if old.Name != "" {
			if err := conn.DropTable(ctx, old); err != nil {
				return err
			}
		}
		if err := conn.CreateTable(ctx, def); err != nil {
			return err
		}
		return SaveTable(ctx, conn, state)
	}, func() error { return conn.Commit(ctx) })
	if err == nil {
		rt.sup.setTable(state)
	}
	return state, err
}

// Commit commits the transaction open on conn together with the changed states
// of tables, and publishes those that became ready.
func (rt *Runtime) Commit(ctx context.Context, conn engine.Conn, changed ...TableState) error {
	before := rt.Tables()
	ready := map[string]engine.TableName{}
	for _, t := range changed {
		if err := SaveTable(ctx, conn, t); err != nil {
			return err
		}
		if t.Ready && !before[t.Object].Ready {
			ready[t.Object] = t.Physical
		}
	}
	var err error
	if len(ready) > 0 {
		err = rt.sup.opts.Publisher.Commit(ctx, conn, PhysicalChange{Ready: ready})
	} else {
		err = conn.Commit(ctx)
	}
	if err != nil {
		return err
	}
	for _, t := range changed {
		rt.sup.setTable(t)
	}
	return nil
}

// SaveTables stores changed states of tables in a transaction of its own.
func (rt *Runtime) SaveTables(ctx context.Context, conn engine.Conn, changed ...TableState) error {
	return inTransaction(ctx, conn, func() error { return nil }, func() error { return rt.Commit(ctx, conn, changed...) })
}

// Running announces that rows flow.
func (rt *Runtime) Running() {
	rt.reached.Store(true)
	rt.sup.setSource(rt.spec.ID, StateRunning, "", "", time.Time{})
}

// Stalled announces that the source waits for something upstream and goes on
// trying.
func (rt *Runtime) Stalled(err error) {
	_, err = blame(err, rt.spec)
	text, hint := Describe(err, rt.leg)
	rt.sup.setSource(rt.spec.ID, StateStalled, text, hint, time.Time{})
}

// Rows announces the progress of a first snapshot.
func (rt *Runtime) Rows(object string, rows Progress) { rt.sup.setRows(object, rows) }

// Counted announces the statistics that are durable now, and positions.
func (rt *Runtime) Counted(counts Counts, known, committed int64) {
	rt.sup.mu.Lock()
	defer rt.sup.mu.Unlock()
	if entry := rt.sup.sources[rt.spec.ID]; entry != nil {
		st := &entry.stats
		st.Messages, st.Bytes, st.UpdatesStaged, st.UpdatesCommitted = counts.Messages, counts.Bytes, counts.Staged, counts.Committed
		st.OffsetKnown, st.OffsetCommitted = max(st.OffsetKnown, known, committed), committed
	}
}

// Acquire waits for one of the slots of those who write to the engine, so that
// no source starves the others. The caller calls release.
func (rt *Runtime) Acquire(ctx context.Context) (release func(), err error) {
	select {
	case rt.sup.slots <- struct{}{}:
		return func() { <-rt.sup.slots }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
