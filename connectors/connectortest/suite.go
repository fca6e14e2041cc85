package connectortest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"culvert/connectors"
	"culvert/engine"
	"culvert/testenv"
)

// Subject is a source under test with its upstream.
type Subject interface {
	// Spec describes the source; its tables have rows upstream.
	Spec(tb testing.TB) connectors.SourceSpec
	// Write makes n changes upstream in some of the tables, each its own
	// transaction, with updates and deletes where the upstream has them.
	Write(tb testing.TB, n int)
	// Want gives the rows that a table should have, as enginetest.Line prints
	// them, in any order.
	Want(tb testing.TB, object string) []string
	// Break cuts the link to upstream and keeps it down; Heal brings it back.
	Break(tb testing.TB)
	Heal(tb testing.TB)
}

// Opener gives a function that opens an engine on the same directory each time.
type Opener func(tb testing.TB) func() (engine.Engine, error)

// Run checks what every connector promises. start makes a fresh subject for the
// world that it will run in.
func Run(t *testing.T, open Opener, start func(tb testing.TB, w *World) Subject) {
	cases := []struct {
		name string
		run  func(t *testing.T, w *World, s Subject)
	}{
		{"snapshot and changes arrive", arrives},
		{"restart resumes exactly once", resumes},
		{"a broken link stalls and heals", heals},
		{"conflicts in the engine are tried again", conflicts},
		{"a flip that fails is tried again", flips},
		{"a dropped source leaves nothing", drops},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := New(t, open(t))
			c.run(t, w, start(t, w))
		})
	}
}

// objects are the tables of a source.
func objects(spec connectors.SourceSpec) []string {
	var all []string
	for _, t := range spec.Tables {
		all = append(all, t.Object)
	}
	return all
}

// equal waits until the tables have what upstream has.
func equal(t *testing.T, w *World, s Subject, spec connectors.SourceSpec) {
	t.Helper()
	for _, object := range objects(spec) {
		want := s.Want(t, object)
		slices.Sort(want)
		testenv.Eventually(t, time.Minute, func() error {
			conn, err := w.Engine.Connect(t.Context())
			if err != nil {
				return err
			}
			defer conn.Close()
			rows, ok, err := w.Read(t.Context(), conn, object)
			switch {
			case err != nil:
				return err
			case !ok:
				return fmt.Errorf("%s is not ready: %+v", object, w.Sup.Ready(object))
			case !slices.Equal(rows[object], want):
				return fmt.Errorf("%s has %d rows, upstream %d", object, len(rows[object]), len(want))
			}
			return nil
		})
	}
}

func arrives(t *testing.T, w *World, s Subject) {
	spec := s.Spec(t)
	w.Start(t, spec)
	w.AwaitReady(t, objects(spec)...)
	equal(t, w, s, spec)
	for _, n := range []int{1, 10, 500} {
		s.Write(t, n)
		equal(t, w, s, spec)
	}
	for _, status := range w.Sup.Statuses() {
		if status.State != connectors.StateRunning || status.Error != "" {
			t.Errorf("status %+v", status)
		}
	}
	testenv.Eventually(t, 10*time.Second, func() error {
		st := w.Sup.Statistics()[0]
		if !st.SnapshotDone || st.Messages == 0 || st.Bytes == 0 || st.UpdatesCommitted < 511 || st.OffsetCommitted == 0 || st.OffsetKnown < st.OffsetCommitted {
			return fmt.Errorf("statistics %+v", st)
		}
		return nil
	})
}

func resumes(t *testing.T, w *World, s Subject) {
	spec := s.Spec(t)
	w.Start(t, spec)
	w.AwaitReady(t, objects(spec)...)
	for range 4 {
		s.Write(t, 200)
		before := w.Sup.Statistics()[0]
		w.Stop(t)
		s.Write(t, 50)
		w.Start(t, s.Spec(t))
		w.AwaitReady(t, objects(spec)...) // without a second snapshot
		testenv.Eventually(t, 20*time.Second, func() error {
			if after := w.Sup.Statistics()[0]; after.UpdatesCommitted < before.UpdatesCommitted || after.OffsetCommitted < before.OffsetCommitted {
				return fmt.Errorf("statistics went back: %+v then %+v", before, after)
			}
			return nil
		})
	}
	equal(t, w, s, spec)
}

func heals(t *testing.T, w *World, s Subject) {
	spec := s.Spec(t)
	w.Start(t, spec)
	w.AwaitReady(t, objects(spec)...)
	for range 2 {
		s.Break(t)
		r := w.Await(t, spec.Tables[0].Object, "stalled", 15*time.Second, func(r connectors.Readiness) bool {
			return r.Source.State == connectors.StateStalled
		})
		if leg := spec.Connector.Leg() + ": "; !strings.HasPrefix(r.Source.Error, leg) || r.Source.NextTry.IsZero() || !r.Ready {
			t.Errorf("while stalled: %+v", r)
		}
		s.Write(t, 20)
		s.Heal(t)
		began := time.Now()
		w.Await(t, spec.Tables[0].Object, "running", 10*time.Second, func(r connectors.Readiness) bool {
			return r.Source.State == connectors.StateRunning && r.Source.Error == ""
		})
		if took := time.Since(began); took > 3*time.Second {
			t.Errorf("running %v after the link is back", took)
		}
		equal(t, w, s, spec)
	}
}

func conflicts(t *testing.T, w *World, s Subject) {
	spec := s.Spec(t)
	var calls atomic.Int64
	inner := w.open
	w.open = func() (engine.Engine, error) {
		eng, err := inner()
		return &conflicting{Engine: eng, calls: &calls}, err
	}
	w.Start(t, spec)
	w.AwaitReady(t, objects(spec)...)
	s.Write(t, 300)
	equal(t, w, s, spec)
	s.Write(t, 30)
	equal(t, w, s, spec)
	if calls.Load() < 4 {
		t.Errorf("only %d commits", calls.Load())
	}
}

// conflicting is an engine on which every other commit meets a conflict.
type conflicting struct {
	engine.Engine
	calls *atomic.Int64
}

func (e *conflicting) Connect(ctx context.Context) (engine.Conn, error) {
	conn, err := e.Engine.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &conflictingConn{Conn: conn, calls: e.calls}, nil
}

type conflictingConn struct {
	engine.Conn
	calls *atomic.Int64
}

func (c *conflictingConn) Commit(ctx context.Context) error {
	if c.calls.Add(1)%2 == 0 {
		return errors.Join(engine.ErrConflict, c.Rollback())
	}
	return c.Conn.Commit(ctx)
}

func flips(t *testing.T, w *World, s Subject) {
	spec := s.Spec(t)
	w.FailNextFlip(errors.New("the flip fails"))
	w.Start(t, spec)
	w.AwaitReady(t, objects(spec)...)
	s.Write(t, 5)
	equal(t, w, s, spec)
	if tables := w.Physical(t); len(tables) != len(spec.Tables) {
		t.Errorf("physical tables: %v", tables)
	}
}

func drops(t *testing.T, w *World, s Subject) {
	spec := s.Spec(t)
	w.Start(t, spec)
	w.AwaitReady(t, objects(spec)...)
	s.Write(t, 5)
	w.Sup.Apply(nil)
	testenv.Eventually(t, 20*time.Second, func() error {
		if tables, statuses := w.Physical(t), w.Sup.Statuses(); len(tables)+len(statuses) != 0 {
			return fmt.Errorf("tables %v, statuses %v", tables, statuses)
		}
		return nil
	})
	if r := w.Sup.Ready(spec.Tables[0].Object); r.Known {
		t.Errorf("the table is still known: %+v", r)
	}
}
