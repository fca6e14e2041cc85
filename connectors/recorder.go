package connectors

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"culvert/engine"
)

// recorder stores statuses, each in a small transaction apart from the rows, so
// that an apply that fails can still say why.
type recorder struct {
	sup     *Supervisor
	history map[string][]int64 // times of the stored history rows, by object; run's own

	mu      sync.Mutex
	pending []Status
	failed  bool          // the last attempt to store
	more    chan struct{} // has room for one: something is pending
	ended   chan struct{} // closed: store what is pending and end
	once    sync.Once
}

func newRecorder(s *Supervisor) *recorder {
	return &recorder{sup: s, history: map[string][]int64{}, more: make(chan struct{}, 1), ended: make(chan struct{})}
}

// enqueue adds a status; it never waits.
func (r *recorder) enqueue(s Status) {
	r.mu.Lock()
	r.pending = append(r.pending, s)
	r.mu.Unlock()
	select {
	case r.more <- struct{}{}:
	default:
	}
}

// stop lets run store what is pending and end.
func (r *recorder) stop() { r.once.Do(func() { close(r.ended) }) }

func (r *recorder) run() {
	defer r.sup.wg.Done()
	ctx := context.Background() // statuses of the last moments are stored, too
	conn, err := r.sup.opts.Engine.Connect(ctx)
	if err != nil {
		r.sup.opts.Log.Error("statuses cannot be stored", "error", err)
		return
	}
	defer conn.Close()
	for {
		var failed <-chan time.Time // nil: nothing is to be tried again
		if r.waits() {
			failed = time.After(storeAgain)
		}
		ended := false
		more := r.more
		if failed != nil {
			more = nil // what comes meanwhile is stored with what failed, in order
		}
		select {
		case <-more:
		case <-failed:
		case <-r.ended:
			ended = true
		}
		if err := r.storePending(ctx, conn); err != nil {
			r.sup.opts.Log.Error("storing statuses", "error", err)
		}
		if ended {
			return
		}
	}
}

// After a failure statuses are stored again; more than maxPending are not kept.
const (
	storeAgain = time.Second
	maxPending = 10_000
)

// waits tells whether statuses are left that could not be stored.
func (r *recorder) waits() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.failed && len(r.pending) > 0
}

// storePending stores what is pending, and keeps it where that fails.
func (r *recorder) storePending(ctx context.Context, conn engine.Conn) error {
	r.mu.Lock()
	batch := r.pending
	r.pending = nil
	r.mu.Unlock()
	var err error
	if len(batch) > 0 {
		err = r.store(ctx, conn, batch)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failed = err != nil; r.failed {
		r.pending = append(batch, r.pending...)
		if over := len(r.pending) - maxPending; over > 0 {
			r.pending = r.pending[over:]
		}
	}
	return err
}

// store writes statuses in one transaction; what is kept of the history changes
// with its commit.
func (r *recorder) store(ctx context.Context, conn engine.Conn, batch []Status) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	last := map[string]int{}
	kept := maps.Clone(r.history)
	trim := map[string][]int64{}
	for i, s := range batch {
		last[s.Object] = i
		at := append(slices.Clone(kept[s.Object]), s.Since.UnixMicro())
		if most := r.sup.opts.HistoryRows; len(at) > most+most/10 {
			trim[s.Object] = append(trim[s.Object], at[:len(at)-most]...)
			at = at[len(at)-most:]
		}
		kept[s.Object] = at
	}
	forgotten := forget(kept, r.sup.knows(), r.sup.opts.HistoryRows)
	err := inTransaction(ctx, conn, func() error {
		for i, s := range batch {
			if err := storeStatus(ctx, conn, s, last[s.Object] == i); err != nil {
				return err
			}
		}
		for object, at := range trim {
			if err := trimHistory(ctx, conn, object, at); err != nil {
				return err
			}
		}
		for _, object := range forgotten {
			if err := deleteKey(ctx, conn, historyTable.Name, object); err != nil {
				return err
			}
		}
		return nil
	}, func() error { return conn.Commit(ctx) })
	if err == nil {
		r.history = kept
	}
	return err
}

// storeStatus adds a status to the history and, when it is an object's last, puts
// it in the place of the one before.
func storeStatus(ctx context.Context, conn engine.Conn, s Status, last bool) error {
	if err := addHistory(ctx, conn, s); err != nil || !last {
		return err
	}
	if s.State == StateDropped {
		return deleteKey(ctx, conn, statusesTable.Name, s.Object)
	}
	return saveStatus(ctx, conn, s)
}

// forget takes objects that are gone out of a history, those first that have been
// gone for longest, until the others of them have at most that many rows together.
func forget(history map[string][]int64, known map[string]bool, most int) []string {
	var gone []string
	rows := 0
	for object, at := range history {
		if !known[object] && len(at) > 0 {
			gone = append(gone, object)
			rows += len(at)
		}
	}
	slices.SortFunc(gone, func(a, b string) int { return cmp.Compare(slices.Max(history[a]), slices.Max(history[b])) })
	n := 0
	for ; n < len(gone) && rows > most; n++ {
		rows -= len(history[gone[n]])
		delete(history, gone[n])
	}
	return gone[:n]
}

// knows gives the objects that there are.
func (s *Supervisor) knows() map[string]bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	known := map[string]bool{}
	for id := range s.sources {
		known[id] = true
	}
	for object := range s.tables {
		known[object] = true
	}
	return known
}
