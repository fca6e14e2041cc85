package kafka

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"culvert/connectors"
	"culvert/engine"
	"culvert/sql/types"
)

// Source is a Kafka source; it is a connectors.Connector.
type Source struct {
	cfg    Config
	tables []*table
}

// table is a table of the source with what ingesting it needs.
type table struct {
	Table
	spec        connectors.Table
	physical    []types.Physical
	keyPhysical []types.Physical
	errorColumn int // -1: errors are not a column
}

// keyed tells whether messages replace and delete rows.
func (t *table) keyed() bool { return t.Envelope != None }

// New makes a source. It fails when the configuration contradicts itself.
func New(cfg Config) (*Source, error) {
	s := &Source{cfg: cfg}
	specs := cfg.SupervisorTables()
	for i, t := range cfg.Tables {
		entry := &table{Table: t, spec: specs[i], errorColumn: -1}
		for _, col := range t.Columns {
			phys, ok := types.PhysicalOf(col.Type)
			if !ok {
				return nil, fmt.Errorf("column %s has a type that cannot be ingested", col.Name)
			}
			entry.physical = append(entry.physical, phys)
		}
		if entry.keyed() {
			if t.Key == nil || len(t.Key.Columns) == 0 {
				return nil, fmt.Errorf("table %s has no key", t.Object)
			}
			for _, col := range t.Key.Columns {
				entry.keyPhysical = append(entry.keyPhysical, entry.physical[col])
			}
		}
		for _, inc := range t.Includes {
			if inc.What == ErrorField {
				entry.errorColumn = inc.Column
			}
		}
		s.tables = append(s.tables, entry)
	}
	return s, nil
}

// Leg names the protocol in front of errors.
func (s *Source) Leg() string { return leg }

// ResumesSnapshots is true: rows and offsets of unready tables belong together.
func (s *Source) ResumesSnapshots() bool { return true }

// run is one Run of a source.
type run struct {
	*Source
	rt     *connectors.Runtime
	conn   engine.Conn // of the apply goroutine
	states map[string]connectors.TableState
	counts connectors.Counts
	// positions has, by table, the next offset of each partition. Those that
	// are not in it start at 0.
	positions map[string]map[int32]int64
	// stored is what the engine has of how far source and tables have come, by
	// catalog id and partition.
	stored map[string]map[int32]connectors.Part
	// active has, by table and identity (see operation.identity), the errors of
	// messages that cannot be read and were not yet made good.
	active map[string]map[string]keyError
}

// Run reads the topic until ctx ends or something fails.
func (s *Source) Run(ctx context.Context, rt *connectors.Runtime) error {
	conn, err := rt.Connect(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	r := &run{
		Source: s, rt: rt, conn: conn, states: rt.Tables(),
		positions: map[string]map[int32]int64{}, active: map[string]map[string]keyError{}, stored: map[string]map[int32]connectors.Part{},
	}
	if err := r.load(ctx); err != nil {
		return err
	}
	// What is fetched is asked for once the positions are known.
	fetches := &fetchCounter{since: map[int32]int{}}
	cl, err := s.cfg.Params.connect(s.consumerOptions(fetches)...)
	if err != nil {
		return err
	}
	defer cl.Close()
	return cl.failure(r.follow(ctx, cl, fetches))
}

// follow prepares the tables and reads.
func (r *run) follow(ctx context.Context, cl *client, fetches *fetchCounter) error {
	up, err := r.inspect(ctx, cl)
	if err != nil {
		return err
	}
	if err := r.prepare(ctx, cl, up); err != nil {
		return err
	}
	return r.stream(ctx, cl, fetches, up)
}

// load reads how far the source and its tables have come.
func (r *run) load(ctx context.Context) error {
	parts, err := r.rt.Progress(ctx, r.conn)
	if err != nil {
		return err
	}
	var total int64
	for _, p := range parts {
		total += p.Position
		if p.Part == 0 {
			r.counts = p.Counts
		}
	}
	r.rt.Counted(r.counts, total, total)
	r.keep(map[string][]connectors.Part{r.rt.Source(): parts})
	for _, t := range r.tables {
		if r.states[t.Object].Physical.Name == "" {
			continue
		}
		parts, err := connectors.LoadProgress(ctx, r.conn, t.Object)
		if err != nil {
			return err
		}
		if len(parts) > 0 {
			r.positions[t.Object] = map[int32]int64{}
		}
		for _, p := range parts {
			r.positions[t.Object][p.Part] = p.Position
		}
		r.keep(map[string][]connectors.Part{t.Object: parts})
		found, err := connectors.LoadSourceErrors(ctx, r.conn, t.Object)
		if err != nil {
			return err
		}
		if r.active[t.Object], err = t.activeErrors(found); err != nil {
			return err
		}
	}
	return nil
}

// prepare makes the tables that do not exist, and settles where each begins.
// The order matters for a crash in between: positions of an earlier table with
// the same id go first, so that a table without positions is a new one.
func (r *run) prepare(ctx context.Context, cl *client, up *upstream) error {
	for _, t := range r.tables {
		if r.positions[t.Object] != nil || r.states[t.Object].Error != "" {
			continue
		}
		if err := r.inTransaction(ctx, func() error { return connectors.ForgetProgress(ctx, r.conn, t.Object) }); err != nil {
			return err
		}
		delete(r.stored, t.Object)
		start, err := r.start(ctx, cl, up)
		if err != nil {
			return err
		}
		if r.states[t.Object], err = r.rt.NewTable(ctx, r.conn, t.spec); err != nil {
			return err
		}
		r.positions[t.Object] = start
		moved := r.moved(r.progress())
		if err := r.inTransaction(ctx, func() error { return connectors.SaveProgresses(ctx, r.conn, moved) }); err != nil {
			return err
		}
		r.keep(moved)
		r.active[t.Object] = map[string]keyError{}
	}
	return nil
}

// start is where a new table begins: what START OFFSET or START TIMESTAMP says,
// but not before what the partitions still have.
func (r *run) start(ctx context.Context, cl *client, up *upstream) (map[int32]int64, error) {
	start := map[int32]int64{}
	var after map[int32]int64
	if r.cfg.StartTimestamp != 0 {
		var err error
		if after, err = cl.offsetsAfter(ctx, r.cfg.Topic, r.cfg.StartTimestamp); err != nil {
			return nil, err
		}
	}
	for p, bounds := range up.partitions {
		at := after[p]
		if after == nil && int(p) < len(r.cfg.StartOffsets) {
			at = r.cfg.StartOffsets[p]
		}
		start[p] = max(at, bounds.first)
	}
	return start, nil
}

// progress is what to store about how far source and tables have come: the
// source is where the last of its tables is, and has the counts. A source that
// is a table itself has one row for both.
func (r *run) progress() map[string][]connectors.Part {
	all := map[string][]connectors.Part{r.rt.Source(): parts(r.least())}
	for _, t := range r.tables {
		if positions := r.positions[t.Object]; positions != nil {
			all[t.Object] = parts(positions)
		}
	}
	of := all[r.rt.Source()]
	if len(of) == 0 || of[0].Part != 0 {
		of = append([]connectors.Part{{}}, of...)
	}
	of[0].Counts = r.counts
	all[r.rt.Source()] = of
	return all
}

// moved is what of the progress is not stored as it is now: few partitions of
// many have messages in one batch.
func (r *run) moved(progress map[string][]connectors.Part) map[string][]connectors.Part {
	moved := maps.Clone(progress)
	for object, all := range moved {
		moved[object] = slices.DeleteFunc(all, func(p connectors.Part) bool {
			stored, ok := r.stored[object][p.Part]
			return ok && stored == p
		})
	}
	maps.DeleteFunc(moved, func(_ string, all []connectors.Part) bool { return len(all) == 0 })
	return moved
}

// keep remembers what was stored.
func (r *run) keep(stored map[string][]connectors.Part) {
	for object, all := range stored {
		if r.stored[object] == nil {
			r.stored[object] = map[int32]connectors.Part{}
		}
		for _, p := range all {
			r.stored[object][p.Part] = p
		}
	}
}

func parts(positions map[int32]int64) []connectors.Part {
	var all []connectors.Part
	for _, p := range slices.Sorted(maps.Keys(positions)) {
		all = append(all, connectors.Part{Part: p, Position: positions[p]})
	}
	return all
}

// least is where reading has to go on: the lowest position of the tables that
// take messages, by partition; of all tables when none does.
func (r *run) least() map[int32]int64 {
	least := map[int32]int64{}
	lower := func(t *table) {
		for p, at := range r.positions[t.Object] {
			if before, ok := least[p]; !ok || at < before {
				least[p] = at
			}
		}
	}
	for _, t := range r.tables {
		if !r.stopped(t) {
			lower(t)
		}
	}
	if r.allStopped() {
		for _, t := range r.tables {
			lower(t)
		}
	}
	return least
}

func (r *run) allStopped() bool {
	return !slices.ContainsFunc(r.tables, func(t *table) bool { return !r.stopped(t) })
}

// stopped tells whether a table takes no more messages. One with keys goes on:
// a later message makes its errors good.
func (r *run) stopped(t *table) bool {
	return r.states[t.Object].Error != "" && (!t.keyed() || r.positions[t.Object] == nil)
}

// gap is the error of offsets that are gone.
func (r *run) gap(partition int32, want, first int64) error {
	return definite("Drop the source and create it again to read what there is, and give the topic a longer retention.",
		"offset %d of partition %d of topic %q is gone: the partition begins at offset %d (messages were removed by retention or by hand before they were read)",
		want, partition, r.cfg.Topic, first)
}

// inTransaction runs work in an engine transaction, again when it conflicts.
func (r *run) inTransaction(ctx context.Context, work func() error) error {
	return r.retry(ctx, func() error {
		if err := r.conn.Begin(ctx); err != nil {
			return err
		}
		if err := work(); err != nil {
			return err
		}
		return r.conn.Commit(ctx)
	})
}

// retry tries again what met a conflict in the engine.
func (r *run) retry(ctx context.Context, work func() error) error {
	for try := 0; ; try++ {
		err := work()
		if err == nil {
			return nil
		}
		if rollback := r.conn.Rollback(); rollback != nil {
			return errors.Join(err, rollback)
		}
		if !errors.Is(err, engine.ErrConflict) || try == conflicts {
			return err
		}
		if err := pause(ctx, retryPause(try)); err != nil {
			return err
		}
	}
}
