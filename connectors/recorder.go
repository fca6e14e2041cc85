package connectors

import (
	"context"
	"sync"
	"time"

	"culvert/engine"
)

// recorder stores statuses, each in a small transaction apart from the rows, so
// that an apply that fails can still say why.
type recorder struct {
	sup     *Supervisor
	history map[string][]int64 // times of the stored history rows, by object

	mu      sync.Mutex
	pending []Status
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
		ended := false
		select {
		case <-r.more:
		case <-r.ended:
			ended = true
		}
		r.mu.Lock()
		batch := r.pending
		r.pending = nil
		r.mu.Unlock()
		if len(batch) > 0 {
			if err := r.store(ctx, conn, batch); err != nil {
				r.sup.opts.Log.Error("storing statuses", "error", err)
			}
		}
		if ended {
			return
		}
	}
}

func (r *recorder) store(ctx context.Context, conn engine.Conn, batch []Status) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	last := map[string]int{}
	for i, s := range batch {
		last[s.Object] = i
	}
	trim := map[string][]int64{}
	for _, s := range batch {
		at := append(r.history[s.Object], s.Since.UnixMicro())
		if most := r.sup.opts.HistoryRows; len(at) > most+most/10 {
			trim[s.Object] = append(trim[s.Object], at[:len(at)-most]...)
			at = append([]int64(nil), at[len(at)-most:]...)
		}
		r.history[s.Object] = at
	}
	return inTransaction(ctx, conn, func() error {
		for i, s := range batch {
			if err := addHistory(ctx, conn, s); err != nil {
				return err
			}
			if last[s.Object] != i {
				continue
			}
			store := saveStatus(ctx, conn, s)
			if s.State == StateDropped {
				store = deleteKey(ctx, conn, statusesTable.Name, s.Object)
			}
			if store != nil {
				return store
			}
		}
		for object, at := range trim {
			if err := trimHistory(ctx, conn, object, at); err != nil {
				return err
			}
		}
		return nil
	}, func() error { return conn.Commit(ctx) })
}
