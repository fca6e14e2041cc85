package connectors

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"culvert/engine"
)

// The pace of retries.
const (
	transientMin = 100 * time.Millisecond
	transientMax = 800 * time.Millisecond
	refusedMin   = time.Second
	refusedMax   = 30 * time.Second
)

// runner owns one source: it runs the connector, again after errors, and drops
// what belongs to the source when the catalog no longer has it.
type runner struct {
	sup *Supervisor

	mu       sync.Mutex
	spec     SourceSpec
	dropping bool
	resting  bool   // it waits for its next try
	woken    bool   // it was to be woken while it did not
	interest func() // ends the run or the wait that is going on
}

func newRunner(s *Supervisor, spec SourceSpec) *runner {
	return &runner{sup: s, spec: spec, interest: func() {}}
}

// update takes a new specification; the run ends when it differs.
func (r *runner) update(spec SourceSpec) {
	r.mu.Lock()
	defer r.mu.Unlock()
	same := spec.Fingerprint == r.spec.Fingerprint && sameTables(spec.Tables, r.spec.Tables)
	if same && !r.dropping {
		return
	}
	r.spec, r.dropping = spec, false
	r.interest()
}

// drop makes the runner stop, drop the source's tables and end.
func (r *runner) drop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.dropping {
		r.dropping = true
		r.interest()
	}
}

// wakeUp ends a wait, or saves the run that goes on the next one; it ends a run
// only when also is true.
func (r *runner) wakeUp(also bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if also || r.resting {
		r.interest()
	} else {
		r.woken = true
	}
}

// rest tells whether to wait before the next try.
func (r *runner) rest() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.resting = !r.woken
	return r.resting
}

func sameTables(a, b []Table) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Object != b[i].Object {
			return false
		}
	}
	return true
}

// attend gives the specification to work on and a context that ends when it is
// no longer true.
func (r *runner) attend() (spec SourceSpec, dropping bool, ctx context.Context, cancel context.CancelFunc) {
	ctx, cancel = context.WithCancel(r.sup.ctx)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.interest, r.resting, r.woken = cancel, false, false
	return r.spec, r.dropping, ctx, cancel
}

func (r *runner) run() {
	defer r.sup.wg.Done()
	tries := 0
	for r.sup.ctx.Err() == nil {
		spec, dropping, ctx, cancel := r.attend()
		if dropping {
			cancel()
			if r.dropAll(spec) {
				return
			}
			continue
		}
		err := r.once(ctx, spec, &tries)
		if err != nil && ctx.Err() == nil {
			r.wait(ctx, spec, err, &tries)
		}
		if ctx.Err() != nil { // something has changed
			tries = 0
		}
		cancel()
	}
}

// once runs the connector until it fails or is interrupted.
func (r *runner) once(ctx context.Context, spec SourceSpec, tries *int) error {
	if err := r.dropRemoved(ctx, spec); err != nil {
		return err
	}
	rt := &Runtime{sup: r.sup, spec: spec, leg: spec.Connector.Leg()}
	r.sup.mu.Lock()
	state := r.sup.sources[spec.ID].status.State
	r.sup.mu.Unlock()
	if state == StateCreated || state == StateRunning {
		// A stalled or ceased source stays so until rows flow: a retry is no news.
		r.sup.setSource(spec.ID, StateStarting, "", "", time.Time{})
	}
	err := Guard(func() error { return spec.Connector.Run(ctx, rt) })()
	var panicked *Panicked
	if errors.As(err, &panicked) {
		rt.Log().Error("a connector panicked", "panic", panicked.Value, "stack", string(panicked.Stack))
	}
	if rt.reached.Load() {
		*tries = 0
	}
	if err == nil && ctx.Err() == nil {
		err = errors.New("stream ended prematurely")
	}
	return err
}

// wait announces an error and waits for the next try, a change or a wake-up.
func (r *runner) wait(ctx context.Context, spec SourceSpec, err error, tries *int) {
	mended, err := blame(err, spec)
	text, hint := Describe(err, spec.Connector.Leg())
	class := ClassOf(err)
	if class == Definite {
		r.sup.setSource(spec.ID, StateCeased, text, hint, time.Time{})
		if r.rest() {
			<-ctx.Done()
		}
		return
	}
	delay := retryDelay(class, *tries)
	*tries++
	r.sup.setSource(spec.ID, StateStalled, text, hint, time.Now().Add(delay))
	if r.rest() {
		pauseUntil(ctx, delay, mended)
	}
}

// pauseUntil waits for d, or until ctx ends or the way upstream is mended.
func pauseUntil(ctx context.Context, d time.Duration, mended <-chan struct{}) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-mended:
	case <-ctx.Done():
	}
}

// retryDelay is random, so that many sources behind one bastion do not come
// back at the same moment.
func retryDelay(class Class, tries int) time.Duration {
	lowest, most := transientMin, transientMax
	if class == Refused {
		lowest, most = refusedMin, refusedMax
	}
	ceiling := min(lowest<<min(tries, 10), most)
	return lowest/2 + rand.N(max(ceiling-lowest/2, 1))
}

// dropAll drops everything of the source here; the slot upstream is a cleanup.
func (r *runner) dropAll(spec SourceSpec) bool {
	if err := r.dropRemoved(r.sup.ctx, SourceSpec{ID: spec.ID}); err != nil {
		if r.sup.ctx.Err() == nil {
			r.sup.opts.Log.Error("dropping a source's tables", "source", spec.ID, "error", err)
			_ = pause(r.sup.ctx, time.Second) // the end of ctx shows in the caller's loop
		}
		return false
	}
	r.sup.setSource(spec.ID, StateDropped, "", "", time.Time{})
	r.sup.mu.Lock()
	defer r.sup.mu.Unlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.dropping {
		return false // the catalog has it again
	}
	delete(r.sup.runners, spec.ID)
	delete(r.sup.sources, spec.ID)
	r.sup.broadcast()
	return true
}

// dropRemoved drops the tables that the source has and the specification has not.
func (r *runner) dropRemoved(ctx context.Context, spec SourceSpec) error {
	wanted := map[string]bool{}
	for _, t := range spec.Tables {
		wanted[t.Object] = true
	}
	var removed []TableState
	r.sup.mu.Lock()
	r.mu.Lock()
	if !r.dropping { // it may have tables by now that spec does not know
		for _, t := range r.spec.Tables {
			wanted[t.Object] = true
		}
	}
	r.mu.Unlock()
	for object, t := range r.sup.tables {
		if t.source == spec.ID && !wanted[object] {
			removed = append(removed, t.state)
		}
	}
	r.sup.mu.Unlock()
	if len(removed) == 0 && len(spec.Tables) > 0 {
		return nil
	}
	conn, err := r.sup.opts.Engine.Connect(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	for _, t := range removed {
		if err := r.sup.dropTable(ctx, conn, t); err != nil {
			return fmt.Errorf("dropping the table of %s: %w", t.Object, err)
		}
		if t.Object != spec.ID { // else the source's own end is recorded
			r.sup.rec.enqueue(Status{Object: t.Object, Source: t.Source, State: StateDropped, Since: time.Now()})
		}
		r.sup.mu.Lock()
		delete(r.sup.tables, t.Object)
		r.sup.broadcast()
		r.sup.mu.Unlock()
	}
	if len(spec.Tables) == 0 && spec.Connector == nil {
		return inTransaction(ctx, conn, func() error { return forgetSource(ctx, conn, spec.ID) },
			func() error { return conn.Commit(ctx) })
	}
	return nil
}

// forgetSource removes the progress of a source that is dropped.
func forgetSource(ctx context.Context, conn engine.Conn, id string) error {
	return deleteKey(ctx, conn, progressTable.Name, id)
}
