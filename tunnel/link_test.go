package tunnel

import (
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// inBubble runs f with a fake bastion on a clock that only the test moves.
func inBubble(t *testing.T, opts Options, f func(t *testing.T, b *fakeBastion, m *Manager, cfg Config)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := newFakeBastion(t)
		m := b.manager(opts)
		cfg := Config{ConnectionID: "u1", Name: "bastion", Host: "one", User: "u", Keys: newKeys(t)}
		m.Set(cfg)
		f(t, b, m, cfg)
		m.Close()
		b.close()
	})
}

// pass lets the clock run on for d.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func TestUnusedLinkIsClosed(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, b *fakeBastion, m *Manager, _ Config) {
		c := dial(t, m.Dialer("u1"), "db:1")
		pass(10 * time.Minute)
		if s := status(t, m); s.State != StateConnected || s.Users != 1 {
			t.Fatalf("with an open channel: %+v", s)
		}
		roundTrip(t, c, "x")
		_ = c.Close()
		pass(59 * time.Second)
		if s := status(t, m); s.State != StateConnected || s.Users != 0 {
			t.Errorf("before the idle period is over: %+v", s)
		}
		pass(2 * time.Second)
		if s := status(t, m); s.State != StateIdle {
			t.Errorf("after the idle period: %+v", s)
		}
		roundTrip(t, dial(t, m.Dialer("u1"), "db:1"), "x")
		if n := b.dialled(); n != 2 {
			t.Errorf("%d connects, want 2", n)
		}
	})
}

func TestChangedHostDrainsTheOldConnection(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, b *fakeBastion, m *Manager, cfg Config) {
		d := m.Dialer("u1")
		short, long := dial(t, d, "db:1"), dial(t, d, "db:1")
		cfg.Host = "two"
		m.Set(cfg)
		fresh := dial(t, d, "db:1")
		if want := []string{"one:22", "two:22"}; !slices.Equal(b.dials, want) {
			t.Errorf("connects to %v, want %v", b.dials, want)
		}
		pass(time.Second)
		roundTrip(t, short, "x")
		_ = short.Close()
		pass(8 * time.Second)
		roundTrip(t, long, "x")
		if rows := m.Status(); len(rows) != 2 || rows[0].State != StateDraining || rows[0].Users != 1 {
			t.Errorf("while draining: %+v", rows)
		}
		pass(1500 * time.Millisecond)
		_, err := long.Read(make([]byte, 1))
		checkError(t, err, LegLink, true, "closed")
		if rows := m.Status(); len(rows) != 1 || rows[0].Host != "two" {
			t.Errorf("after draining: %+v", rows)
		}
		roundTrip(t, fresh, "x")
		// The last channel's end ends a draining connection at once.
		m.Remove("u1")
		_ = fresh.Close()
		synctest.Wait()
		if rows := m.Status(); len(rows) != 0 {
			t.Errorf("after remove: %+v", rows)
		}
		wantError(t, d, "db:1", failure{LegConfig, false})
	})
}

func TestRotatedKeysLeaveLiveConnectionsAlone(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, b *fakeBastion, m *Manager, cfg Config) {
		c := dial(t, m.Dialer("u1"), "db:1")
		cfg.Keys = [2]KeyPair{cfg.Keys[1], newKeys(t)[0]}
		m.Set(cfg)
		pass(time.Minute)
		roundTrip(t, c, "x")
		roundTrip(t, dial(t, m.Dialer("u1"), "db:1"), "x")
		if n := b.dialled(); n != 1 {
			t.Errorf("%d connects, want 1", n)
		}
		// A pin that the live bastion does not match ends it.
		cfg.HostKeys.Pinned = []HostKey{{fingerprint: "SHA256:other"}}
		m.Set(cfg)
		wantError(t, m.Dialer("u1"), "db:1", failure{LegHostKey, false}, "SHA256:other")
	})
}

func TestTransientFailuresAreRetriedQuickly(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, b *fakeBastion, m *Manager, _ Config) {
		b.set(&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, false)
		d, begin := m.Dialer("u1"), time.Now()
		e := wantError(t, d, "db:1", failure{LegConnect, true}, "connect to host one port 22: Connection refused")
		if wait := e.RetryAt.Sub(begin); wait < 100*time.Millisecond || wait > 200*time.Millisecond {
			t.Errorf("first wait %s", wait)
		}
		pass(10 * time.Second)
		last := b.dialled()
		if last < 12 || last > 40 {
			t.Errorf("%d tries in 10 s", last)
		}
		for range 100 {
			wantError(t, d, "db:1", failure{LegConnect, true})
		}
		if n := b.dialled(); n != last {
			t.Errorf("dials in back-off made %d tries", n-last)
		}
		b.set(nil, false)
		pass(800 * time.Millisecond)
		if s := status(t, m); s.State != StateConnected || s.LastError != nil {
			t.Errorf("0.8 s after the fault: %+v", s)
		}
		roundTrip(t, dial(t, d, "db:1"), "x")
	})
}

func TestNobodyWaitsNobodyTries(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, b *fakeBastion, m *Manager, _ Config) {
		b.set(errors.New("down"), false)
		wantError(t, m.Dialer("u1"), "db:1", failure{LegConnect, true}, "Down")
		pass(2 * time.Minute)
		n := b.dialled()
		pass(10 * time.Minute)
		if s := status(t, m); b.dialled() != n || s.State != StateIdle || !s.NextTry.IsZero() || s.LastError == nil {
			t.Errorf("%d more tries; %+v", b.dialled()-n, s)
		}
	})
}

func TestRefusedLoginIsRetriedSeldomUntilWoken(t *testing.T) {
	inBubble(t, Options{IdleTimeout: time.Hour}, func(t *testing.T, b *fakeBastion, m *Manager, cfg Config) {
		b.set(nil, true)
		d := m.Dialer("u1")
		wantError(t, d, "db:1", failure{LegLogin, false}, "u@one: Permission denied (publickey).")
		pass(10 * time.Minute)
		if n := b.dialled(); n < 20 || n > 45 {
			t.Errorf("%d logins in 10 min", n)
		}
		if s := status(t, m); s.State != StateRefused || s.NextTry.After(time.Now().Add(30*time.Second)) {
			t.Errorf("%+v", s)
		}
		b.set(nil, false)
		why, mended := m.Broken("u1")
		checkError(t, why, LegLogin, false)
		m.Set(cfg)
		<-mended
		begin := time.Now()
		roundTrip(t, dial(t, d, "db:1"), "x")
		if took := time.Since(begin); took > 0 {
			t.Errorf("after Set a dial waited %s", took)
		}
	})
}

func TestSetDuringALoginTriesAgainAtOnce(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, b *fakeBastion, m *Manager, cfg Config) {
		b.set(nil, true)
		store := &slowStore{HostKeyStore: NewMemoryHostKeys(), gate: make(chan struct{})}
		cfg.Store = store
		m.Set(cfg)
		result := make(chan error)
		go func() {
			c, err := m.Dialer("u1")(context.Background(), "tcp", "db:1")
			if err == nil {
				_ = c.Close()
			}
			result <- err
		}()
		synctest.Wait() // the attempt waits in the store
		m.Set(cfg)
		store.after = func() { b.set(nil, false) }
		close(store.gate)
		if err := <-result; err != nil {
			t.Error(err)
		}
	})
}

// slowStore lets the first attempt be refused and the second one pass.
type slowStore struct {
	HostKeyStore
	gate  chan struct{}
	calls int
	after func()
}

func (s *slowStore) Lookup(ctx context.Context, id, host string, port uint16) ([]HostKey, error) {
	<-s.gate
	if s.calls++; s.calls == 2 {
		s.after()
	}
	return s.HostKeyStore.Lookup(ctx, id, host, port)
}

func TestFrozenLinkIsDetected(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, b *fakeBastion, m *Manager, _ Config) {
		c := dial(t, m.Dialer("u1"), "db:1")
		pass(time.Hour)
		roundTrip(t, c, "still there")
		b.freeze()
		begin := time.Now()
		_, err := c.Read(make([]byte, 1))
		checkError(t, err, LegLink, true, "server one port 22 not responding")
		if took := time.Since(begin); took > 8*time.Second {
			t.Errorf("detected after %s", took)
		}
		if why, _ := m.Broken("u1"); why == nil {
			t.Error("a link that was lost is not broken")
		}
		pass(time.Second)
		roundTrip(t, dial(t, m.Dialer("u1"), "db:1"), "x")
		if why, _ := m.Broken("u1"); why != nil {
			t.Errorf("a link that works is broken: %v", why)
		}
	})
}

// What gives up on a silent link before the tunnel does can learn that it is
// the tunnel's fault.
func TestASilentBastionIsDoubtedBeforeItIsGivenUp(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, b *fakeBastion, m *Manager, _ Config) {
		c := dial(t, m.Dialer("u1"), "db:1")
		for range 10 { // traffic, and no traffic
			roundTrip(t, c, "x")
			pass(time.Second)
		}
		pass(time.Minute)
		roundTrip(t, c, "x")
		b.freeze()
		pass(3200 * time.Millisecond)
		if why, _ := m.Broken("u1"); why != nil {
			t.Errorf("doubted before the bastion had a chance to answer: %v", why)
		}
		pass(time.Second)
		why, mended := m.Broken("u1")
		checkError(t, why, LegLink, true, "server one port 22 not responding for 4s")
		if s := status(t, m); s.State != StateConnected || s.LastError == nil {
			t.Errorf("%+v", s)
		}
		<-mended // by the next connection
		if why, _ := m.Broken("u1"); why != nil {
			t.Errorf("mended and broken: %v", why)
		}
	})
}

func TestLinkThatDiesAtOnceIsNotHammered(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, b *fakeBastion, m *Manager, _ Config) {
		dial(t, m.Dialer("u1"), "db:1")
		for range 100 {
			b.cut()
			pass(100 * time.Millisecond)
		}
		if n := b.dialled(); n > 30 {
			t.Errorf("%d logins in 10 s", n)
		}
	})
}

func TestDialContextBoundsTheWait(t *testing.T) {
	hang := func(ctx context.Context, _, _ string) (net.Conn, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	synctest.Test(t, func(t *testing.T) {
		m := NewManager(Options{Dial: hang})
		m.Set(Config{ConnectionID: "u1", Host: "one", User: "u", Keys: newKeys(t)})
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_, err := m.Dialer("u1")(ctx, "tcp", "db:1")
		e := checkError(t, err, LegConnect, true, "Connection timed out")
		if !e.Timeout() || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("not the caller's deadline: %v", err)
		}
		// The attempt goes on for others, until its own timeout.
		begin := time.Now()
		wantError(t, m.Dialer("u1"), "db:1", failure{LegConnect, true}, "timed out")
		if took := time.Since(begin); took != 4*time.Second {
			t.Errorf("the connect timeout came after %s", took)
		}
		m.Close()
		wantError(t, m.Dialer("u1"), "db:1", failure{LegConfig, false}, "shut down")
	})
}

func TestCloseFailsOpenConnections(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, _ *fakeBastion, m *Manager, _ Config) {
		c := dial(t, m.Dialer("u1"), "db:1")
		m.Close()
		_, err := c.Read(make([]byte, 1))
		checkError(t, err, LegLink, true, "closed")
		if errors.Is(err, io.EOF) {
			t.Errorf("reads as a clean end: %v", err)
		}
		m.Close()
	})
}

func TestOwnerThatNeitherReadsNorClosesHoldsUpNothing(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, b *fakeBastion, m *Manager, _ Config) {
		idle := dial(t, m.Dialer("u1"), "db:1")
		if _, err := idle.Write(make([]byte, 1<<20)); err != nil {
			t.Fatal(err)
		}
		synctest.Wait() // the echo has filled the buffers of the reading side
		b.cut()
		pass(time.Second)
		roundTrip(t, dial(t, m.Dialer("u1"), "db:1"), "x")
		_, err := io.Copy(io.Discard, idle)
		checkError(t, err, LegLink, true, "closed by remote host")
	})
}

func TestDialContextBoundsTheForward(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, b *fakeBastion, m *Manager, _ Config) {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		begin := time.Now()
		_, err := m.Dialer("u1")(ctx, "tcp", "hang:1")
		e := checkError(t, err, LegForward, true, "hang:1", "timed out")
		if took := time.Since(begin); took != time.Second || !e.Timeout() || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("after %s: %v", took, err)
		}
		if s := status(t, m); s.State != StateConnected || s.Users != 0 {
			t.Errorf("%+v", s)
		}
		close(b.hang) // the answer comes late: the channel is closed, the link goes on
		synctest.Wait()
		roundTrip(t, dial(t, m.Dialer("u1"), "db:1"), "x")
	})
}

func TestDialThatWaitsFollowsAChangedHost(t *testing.T) {
	started := make(chan string, 2)
	hang := func(ctx context.Context, _, addr string) (net.Conn, error) {
		started <- addr
		<-ctx.Done()
		return nil, ctx.Err()
	}
	synctest.Test(t, func(t *testing.T) {
		m := NewManager(Options{Dial: hang})
		cfg := Config{ConnectionID: "u1", Host: "one", User: "u", Keys: newKeys(t)}
		m.Set(cfg)
		result := make(chan error)
		go func() {
			_, err := m.Dialer("u1")(context.Background(), "tcp", "db:1")
			result <- err
		}()
		if addr := <-started; addr != "one:22" {
			t.Errorf("connects to %s", addr)
		}
		cfg.Host = "two"
		m.Set(cfg)
		if addr := <-started; addr != "two:22" {
			t.Errorf("then connects to %s", addr)
		}
		go m.Close()
		checkError(t, <-result, LegConfig, false, "shut down")
		m.Close()
	})
}

// A client that has died is closed before its failure is published, and closing
// waits for what uses it: a dial that comes in between gets the cause.
func TestDialOnADyingLinkGetsItsCause(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, _ *fakeBastion, m *Manager, cfg Config) {
		dial(t, m.Dialer("u1"), "db:1")
		l := m.byID["u1"]
		cl := l.client
		held := make(chan struct{})
		cl.start(&cl.openers, func() { <-held }) // holds up the closing
		defer close(held)
		cl.end(cfg.linkClosed())
		synctest.Wait()
		if s := status(t, m); s.State != StateConnected {
			t.Fatalf("the failure is published already: %+v", s)
		}
		_, err := m.Dialer("u1")(t.Context(), "tcp", "db:1")
		if !errors.Is(err, cl.cause) {
			t.Errorf("got %v, want %v", err, cl.cause)
		}
	})
}
