package connectors_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"culvert/connectors"
	"culvert/connectors/connectortest"
	"culvert/engine"
	"culvert/engine/duckdb"
	"culvert/sql/types"
	"culvert/testenv"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// scripted is a connector that does what the test says.
type scripted struct {
	runs atomic.Int64
	run  func(ctx context.Context, rt *connectors.Runtime, n int64) error
}

func (s *scripted) Leg() string { return "fake" }

func (s *scripted) Run(ctx context.Context, rt *connectors.Runtime) error {
	return s.run(ctx, rt, s.runs.Add(1))
}

func newWorld(t *testing.T) *connectortest.World {
	dir := t.TempDir()
	return connectortest.New(t, func() (engine.Engine, error) { return duckdb.Open(duckdb.Options{Dir: dir}) })
}

func spec(c connectors.Connector, tables ...string) connectors.SourceSpec {
	s := connectors.SourceSpec{ID: "u1", Name: "s", Connector: c}
	for _, object := range tables {
		s.Tables = append(s.Tables, connectors.Table{Object: object, Name: object, Columns: []connectors.Column{{Name: "k", Physical: "c1", Type: types.T(types.Int4OID)}}})
	}
	return s
}

// status waits until an object's status is as wanted.
func status(t *testing.T, w *connectortest.World, object string, state connectors.State, text string) connectors.Status {
	t.Helper()
	var found connectors.Status
	testenv.Eventually(t, 10*time.Second, func() error {
		for _, s := range w.Sup.Statuses() {
			if s.Object == object {
				if found = s; s.State == state && strings.Contains(s.Error, text) {
					return nil
				}
			}
		}
		return fmt.Errorf("status %+v", found)
	})
	return found
}

type sshError struct{ slow bool }

func (e *sshError) Error() string             { return "failed to connect to the remote host: gone" }
func (e *sshError) SourceErrorPrefix() string { return "ssh" }
func (e *sshError) RetrySlowly() bool         { return e.slow }
func (e *sshError) ErrorHint() string         { return "Look at the bastion." }

func TestErrorsNameTheirLegAndAreRetried(t *testing.T) {
	w := newWorld(t)
	c := &scripted{run: func(ctx context.Context, rt *connectors.Runtime, n int64) error {
		if n < 4 {
			return fmt.Errorf("copying: %w", &sshError{})
		}
		rt.Running()
		<-ctx.Done()
		return ctx.Err()
	}}
	w.Start(t, spec(c, "u2"))
	s := status(t, w, "u2", connectors.StateStalled, "ssh: failed to connect to the remote host: gone")
	if strings.Contains(s.Error, "copying") || s.Hint != "Look at the bastion." {
		t.Errorf("status %+v", s)
	}
	status(t, w, "u1", connectors.StateRunning, "")
	status(t, w, "u2", connectors.StateStarting, "") // it has no snapshot
	if c.runs.Load() != 4 {
		t.Errorf("%d runs", c.runs.Load())
	}
}

func TestAPanicStallsItsSourceAlone(t *testing.T) {
	w := newWorld(t)
	c := &scripted{run: func(ctx context.Context, rt *connectors.Runtime, n int64) error {
		switch n {
		case 1:
			var none []int
			return fmt.Errorf("%d", none[n])
		case 2: // in a goroutine of the connector's own
			ended := make(chan error)
			go func() { ended <- connectors.Guard(func() error { panic("a value nobody foresaw") })() }()
			return <-ended
		}
		rt.Running()
		<-ctx.Done()
		return ctx.Err()
	}}
	other := spec(&scripted{run: func(ctx context.Context, rt *connectors.Runtime, _ int64) error {
		rt.Running()
		<-ctx.Done()
		return ctx.Err()
	}})
	other.ID = "u9"
	w.Start(t, spec(c), other)
	s := status(t, w, "u1", connectors.StateStalled, "fake: internal error: runtime error: index out of range")
	if s.NextTry.Before(time.Now()) || s.Hint == "" {
		t.Errorf("status %+v", s)
	}
	w.Sup.Restart(false, "u1")
	status(t, w, "u1", connectors.StateStalled, "fake: internal error: a value nobody foresaw")
	status(t, w, "u9", connectors.StateRunning, "")
	w.Sup.Restart(false, "u1")
	status(t, w, "u1", connectors.StateRunning, "")
	if c.runs.Load() != 3 {
		t.Errorf("%d runs", c.runs.Load())
	}
}

func TestRefusedAndDefiniteErrorsWaitForAPerson(t *testing.T) {
	w := newWorld(t)
	c := &scripted{}
	c.run = func(ctx context.Context, rt *connectors.Runtime, n int64) error {
		switch n {
		case 1:
			return connectors.Fail(connectors.Refused, errors.New("password authentication failed"), "Alter the password.")
		case 2:
			return connectors.Fail(connectors.Definite, errors.New("slot is lost"), "Create it again.")
		case 3:
			return &sshError{slow: true}
		}
		rt.Running()
		<-ctx.Done()
		return ctx.Err()
	}
	w.Start(t, spec(c))
	s := status(t, w, "u1", connectors.StateStalled, "fake: password authentication failed")
	if s.NextTry.Before(time.Now()) || s.Hint != "Alter the password." {
		t.Errorf("status %+v", s)
	}
	w.Sup.Restart(false, "u1")
	s = status(t, w, "u1", connectors.StateCeased, "fake: slot is lost")
	if !s.NextTry.IsZero() {
		t.Errorf("status %+v", s)
	}
	w.Sup.Restart(false, "u1")
	status(t, w, "u1", connectors.StateStalled, "ssh: ")
	w.Sup.Restart(false, "u1")
	status(t, w, "u1", connectors.StateRunning, "")
	w.Sup.Restart(false, "u1") // leaves a running source alone
	w.Sup.Restart(true, "u1")  // its connection was altered
	testenv.Eventually(t, 5*time.Second, func() error {
		if c.runs.Load() != 5 {
			return fmt.Errorf("%d runs", c.runs.Load())
		}
		return nil
	})
}

func TestStatusesAndHistoryAreStored(t *testing.T) {
	w := newWorld(t)
	c := &scripted{run: func(_ context.Context, _ *connectors.Runtime, n int64) error {
		return connectors.Fail(connectors.Definite, fmt.Errorf("error %d", n), "")
	}}
	w.Start(t, spec(c, "u2"))
	status(t, w, "u1", connectors.StateCeased, "error 1")
	w.Stop(t)
	block := make(chan struct{})
	defer close(block)
	c.run = func(ctx context.Context, _ *connectors.Runtime, _ int64) error { <-ctx.Done(); return ctx.Err() }
	w.Start(t, spec(c, "u2"))
	// What is stored says why, also before the source has done anything.
	s := status(t, w, "u2", connectors.StateCeased, "fake: error 1")
	if s.Since.IsZero() {
		t.Errorf("status %+v", s)
	}
	conn := w.Conn(t)
	defer conn.Close()
	rows, err := conn.Scan(t.Context(), engine.TableName{Schema: engine.SchemaState, Name: "status_history"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	states := map[string]string{}
	for {
		batch, err := rows.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if batch == nil {
			break
		}
		for i := range batch.Len {
			states[string(batch.Cols[0].Bytes(i))] += string(batch.Cols[3].Bytes(i)) + " "
		}
	}
	if states["u1"] != "created starting ceased " || !strings.HasPrefix(states["u2"], "created ") || !strings.HasSuffix(states["u2"], "ceased ") {
		t.Errorf("history %v", states)
	}
}

func TestUnfinishedTablesAreSweptAtBoot(t *testing.T) {
	w := newWorld(t)
	made := make(chan struct{}, 2)
	c := &scripted{run: func(ctx context.Context, rt *connectors.Runtime, _ int64) error {
		conn, err := rt.Connect(ctx)
		if err != nil {
			return err
		}
		defer conn.Close()
		done, err := rt.NewTable(ctx, conn, spec(nil, "u2").Tables[0])
		if err != nil {
			return err
		}
		done.Position, done.Ready = 7, true
		if err := rt.SaveTables(ctx, conn, done); err != nil {
			return err
		}
		if _, err := rt.NewTable(ctx, conn, spec(nil, "u3").Tables[0]); err != nil {
			return err
		}
		made <- struct{}{}
		<-ctx.Done()
		return ctx.Err()
	}}
	w.Start(t, spec(c, "u2", "u3"))
	<-made
	w.AwaitReady(t, "u2")
	if r := w.Sup.Ready("u3"); !r.Known || r.Ready {
		t.Errorf("u3: %+v", r)
	}
	if r := w.Sup.Ready("u99"); r.Known {
		t.Errorf("u99: %+v", r)
	}
	w.Stop(t)
	c.run = func(ctx context.Context, _ *connectors.Runtime, _ int64) error { <-ctx.Done(); return ctx.Err() }
	w.Start(t, spec(c, "u2", "u3"))
	if tables := w.Physical(t); len(tables) != 1 {
		t.Errorf("physical tables %v", tables)
	}
	if r := w.Sup.Ready("u2"); !r.Ready {
		t.Errorf("u2: %+v", r)
	}
	w.Stop(t)
	w.Start(t) // the catalog has none of it any more
	if tables := w.Physical(t); len(tables) != 0 {
		t.Errorf("physical tables %v", tables)
	}
}

// TestTablesThatAreAddedInARow: a runner that is about to drop what its source
// no longer has leaves alone what the source has got meanwhile.
func TestTablesThatAreAddedInARow(t *testing.T) {
	w := newWorld(t)
	c := &scripted{run: func(ctx context.Context, _ *connectors.Runtime, _ int64) error {
		<-ctx.Done()
		return ctx.Err()
	}}
	tables := []string{"t1"}
	w.Start(t, spec(c, tables...))
	for n := 2; n <= 400; n++ {
		tables = append(tables, fmt.Sprint("t", n))
		w.Sup.Apply([]connectors.SourceSpec{spec(c, tables...)})
		if n%20 == 0 {
			status(t, w, "u1", connectors.StateStarting, "")
		}
	}
	for _, object := range tables {
		if !w.Sup.Ready(object).Known {
			t.Errorf("%s is not known", object)
		}
	}
}

// TestAWakeUpDoesNotEndARun: a validated connection lets a source that waits
// try again, and one that works go on, even when it works after an error.
func TestAWakeUpDoesNotEndARun(t *testing.T) {
	w := newWorld(t)
	began, fail := make(chan int64), make(chan struct{})
	c := &scripted{}
	c.run = func(ctx context.Context, _ *connectors.Runtime, n int64) error {
		select {
		case began <- n:
		case <-ctx.Done():
			return ctx.Err()
		}
		select {
		case <-fail:
			return connectors.Fail(connectors.Definite, errors.New("no"), "")
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	w.Start(t, spec(c))
	<-began
	fail <- struct{}{}
	status(t, w, "u1", connectors.StateCeased, "no")
	w.Sup.Restart(false, "u1")
	if n := <-began; n != 2 {
		t.Errorf("run %d", n)
	}
	w.Sup.Restart(false, "u1") // the second run works, and the state still is ceased
	fail <- struct{}{}
	if n := <-began; n != 3 { // its failure is followed by a try at once
		t.Errorf("run %d", n)
	}
}

// TestABrokenWayIsToBlame has an upstream that does not answer because the
// tunnel is broken, and a refusal that has nothing to do with it; news of the
// tunnel end the wait.
func TestABrokenWayIsToBlame(t *testing.T) {
	w := newWorld(t)
	var broken atomic.Bool
	mended := make(chan struct{})
	silent := &scripted{run: func(ctx context.Context, rt *connectors.Runtime, n int64) error {
		switch n {
		case 1:
			return errors.New("the brokers did not answer in time")
		case 2:
			broken.Store(true)
			return fmt.Errorf("reading: %w", context.DeadlineExceeded)
		}
		rt.Running()
		<-ctx.Done()
		return ctx.Err()
	}}
	refused := &scripted{run: func(context.Context, *connectors.Runtime, int64) error {
		broken.Store(true)
		return connectors.Fail(connectors.Refused, errors.New("no such user"), "")
	}}
	way := func() (<-chan struct{}, error) {
		if broken.Load() {
			return mended, &sshError{slow: true}
		}
		return nil, nil
	}
	first, second := spec(silent), spec(refused)
	second.ID = "u3"
	first.Way, second.Way = way, way
	w.Start(t, first)
	status(t, w, "u1", connectors.StateStalled, "fake: the brokers did not answer in time")
	s := status(t, w, "u1", connectors.StateStalled, "ssh: failed to connect to the remote host: gone")
	if s.Hint != "Look at the bastion." || time.Until(s.NextTry) < 100*time.Millisecond {
		t.Errorf("status %+v", s)
	}
	close(mended)
	status(t, w, "u1", connectors.StateRunning, "")
	w.Sup.Apply([]connectors.SourceSpec{first, second})
	status(t, w, "u3", connectors.StateStalled, "fake: no such user")
}
