package connectors

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"culvert/engine"
)

// Options is what a supervisor needs from the rest of culvert.
type Options struct {
	Engine    engine.Engine
	Publisher Publisher
	Physical  Allocator
	Log       *slog.Logger
	// Cleaners do the work that dropped sources leave upstream, by Cleanup.Kind.
	Cleaners map[string]Cleaner
	// HistoryRows bounds the status history of one source or table, and that of
	// all that were dropped together; 0 is 1,000.
	HistoryRows int
	// ApplySlots bounds how many sources write to the engine at once; 0 is 2.
	ApplySlots int
}

// Supervisor keeps sources running. Its methods are safe for concurrent use.
//
// Goroutines: one runner per source, one per cleanup, one recorder of statuses,
// one for checkpoints. All end before Close returns.
type Supervisor struct {
	opts  Options
	slots chan struct{} // fairness: who may write to the engine
	rec   *recorder

	ctx    context.Context // ends at Close; the parent of everything that runs
	cancel context.CancelFunc
	wg     sync.WaitGroup

	mu       sync.Mutex
	runners  map[string]*runner       // by source; dropping ones included
	tables   map[string]*tableEntry   // by object
	sources  map[string]*sourceEntry  // by source
	cleanups map[string]*cleanupEntry // by source
	changed  chan struct{}            // closed and replaced at every change
	rowsAt   time.Time                // when progress of rows was last announced
}

// tableEntry is what is known in memory about a table.
type tableEntry struct {
	source string
	state  TableState
	rows   Progress
	status Status // last one announced
}

func newTableEntry(source, object string) *tableEntry {
	return &tableEntry{source: source, state: TableState{Object: object, Source: source}, rows: Progress{Known: -1}}
}

// sourceEntry is what is known in memory about a source.
type sourceEntry struct {
	spec   SourceSpec
	status Status
	stats  Statistics
}

// NewSupervisor makes a supervisor; Boot starts it.
func NewSupervisor(opts Options) *Supervisor {
	if opts.HistoryRows == 0 {
		opts.HistoryRows = 1000
	}
	if opts.ApplySlots == 0 {
		opts.ApplySlots = 2
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	s := &Supervisor{
		opts: opts, slots: make(chan struct{}, opts.ApplySlots), changed: make(chan struct{}),
		runners: map[string]*runner{}, tables: map[string]*tableEntry{},
		sources: map[string]*sourceEntry{}, cleanups: map[string]*cleanupEntry{},
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.rec = newRecorder(s)
	return s
}

// Boot sweeps what a crash left behind (snapshots that were not complete, tables
// of objects that the catalog does not have), loads what is stored, and starts
// the sources and the cleanups. It is called once, before any session.
func (s *Supervisor) Boot(ctx context.Context, desired []SourceSpec) error {
	conn, err := s.opts.Engine.Connect(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	wanted, resumes := map[string]bool{}, map[string]bool{}
	for _, spec := range desired {
		resumer, ok := spec.Connector.(Resumer)
		for _, t := range spec.Tables {
			wanted[t.Object], resumes[t.Object] = true, ok && resumer.ResumesSnapshots()
		}
	}
	states, err := LoadTables(ctx, conn)
	if err != nil {
		return err
	}
	for _, t := range states {
		switch {
		case !wanted[t.Object]:
			err = s.dropTable(ctx, conn, t)
		case t.Position == 0 && t.Error == "" && !resumes[t.Object]:
			err = s.dropUnfinished(ctx, conn, &t)
		}
		if err != nil {
			return fmt.Errorf("sweeping the table of %s: %w", t.Object, err)
		}
		if wanted[t.Object] {
			entry := newTableEntry(t.Source, t.Object)
			entry.state = t
			if t.Position != 0 {
				entry.rows = Progress{Known: t.Rows, Done: t.Rows}
			}
			s.tables[t.Object] = entry
		}
	}
	for _, spec := range desired {
		for _, t := range spec.Tables {
			if s.tables[t.Object] == nil {
				s.tables[t.Object] = newTableEntry(spec.ID, t.Object)
			}
		}
	}
	if err := s.restore(ctx, conn, desired); err != nil {
		return err
	}
	s.wg.Add(2)
	go s.rec.run()
	go func() {
		defer s.wg.Done()
		Checkpoints(s.ctx, s.opts.Engine, s.opts.Log)
	}()
	s.Apply(desired)
	return nil
}

// restore loads statuses and history and forgets those of objects that are gone.
func (s *Supervisor) restore(ctx context.Context, conn engine.Conn, desired []SourceSpec) error {
	statuses, err := loadStatuses(ctx, conn)
	if err != nil {
		return err
	}
	wanted := map[string]bool{}
	for _, spec := range desired {
		wanted[spec.ID] = true
	}
	for _, st := range statuses {
		entry := s.tables[st.Object]
		if entry != nil {
			entry.status = st
		}
		switch {
		case wanted[st.Object]:
			s.sources[st.Object] = &sourceEntry{status: st}
		case entry == nil:
			if err := deleteKey(ctx, conn, statusesTable.Name, st.Object); err != nil {
				return err
			}
		}
	}
	s.rec.history, err = loadHistory(ctx, conn)
	return err
}

// Apply makes what runs agree with the committed catalog: it starts, restarts,
// stops and drops sources. It returns at once; the work is done by the sources'
// own goroutines. Cleanups that were added to the engine start, too.
func (s *Supervisor) Apply(desired []SourceSpec) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() != nil {
		return
	}
	wanted := map[string]bool{}
	for _, spec := range desired {
		wanted[spec.ID] = true
		entry := s.sources[spec.ID]
		if entry == nil {
			entry = &sourceEntry{status: Status{Object: spec.ID, Source: spec.ID, Since: time.Now()}}
			s.sources[spec.ID] = entry
			if !spec.isTable() {
				s.rec.enqueue(entry.status)
			}
		}
		entry.spec = spec
		entry.stats.Source = spec.ID
		for _, t := range spec.Tables {
			if s.tables[t.Object] == nil {
				s.tables[t.Object] = newTableEntry(spec.ID, t.Object)
			}
			if entry := s.tables[t.Object]; entry.status.Object == "" {
				entry.status = Status{Object: t.Object, Source: spec.ID, Since: time.Now()}
				if t.Object != spec.ID {
					s.rec.enqueue(entry.status)
				}
			}
		}
		if r := s.runners[spec.ID]; r != nil {
			r.update(spec)
			continue
		}
		r := newRunner(s, spec)
		s.runners[spec.ID] = r
		s.wg.Add(1)
		go r.run()
	}
	for id, r := range s.runners {
		if !wanted[id] {
			r.drop()
		}
	}
	s.wg.Add(1)
	go s.startCleanups()
	s.broadcast()
}

// Restart makes sources try again at once: their connection was altered or
// validated, or a tunnel came back. Running ones are restarted when also is
// true, and left alone otherwise.
func (s *Supervisor) Restart(also bool, ids ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		if r := s.runners[id]; r != nil {
			r.wakeUp(also)
		}
	}
	for _, c := range s.cleanups {
		c.wakeUp()
	}
}

// Close stops everything and waits for it. Nothing is dropped.
func (s *Supervisor) Close() {
	s.mu.Lock()
	s.cancel()
	s.mu.Unlock()
	s.rec.stop()
	s.wg.Wait()
}

// dropTable drops the physical table of an object for good.
func (s *Supervisor) dropTable(ctx context.Context, conn engine.Conn, t TableState) error {
	return inTransaction(ctx, conn, func() error {
		if t.Physical.Name != "" {
			if err := conn.DropTable(ctx, t.Physical); err != nil {
				return err
			}
		}
		return forgetTable(ctx, conn, t.Object)
	}, func() error {
		return s.opts.Publisher.Commit(ctx, conn, PhysicalChange{Dropped: []string{t.Object}})
	})
}

// dropUnfinished drops the table of a snapshot that is not complete.
func (s *Supervisor) dropUnfinished(ctx context.Context, conn engine.Conn, t *TableState) error {
	old := t.Physical
	t.Physical = engine.TableName{}
	return inTransaction(ctx, conn, func() error {
		if old.Name != "" {
			if err := conn.DropTable(ctx, old); err != nil {
				return err
			}
		}
		return SaveTable(ctx, conn, *t)
	}, func() error { return conn.Commit(ctx) })
}

// inTransaction runs work and commit in a transaction, again when it conflicts.
func inTransaction(ctx context.Context, conn engine.Conn, work, commit func() error) error {
	for try := 0; ; try++ {
		err := conn.Begin(ctx)
		if err == nil {
			if err = work(); err == nil {
				err = commit()
			}
			if err != nil {
				if rollback := conn.Rollback(); rollback != nil {
					err = errors.Join(err, rollback)
				}
			}
		}
		if !errors.Is(err, engine.ErrConflict) || try == 20 {
			return err
		}
		if err := pause(ctx, time.Duration(try+1)*time.Millisecond); err != nil {
			return err
		}
	}
}

// pause waits for d or until ctx ends.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
