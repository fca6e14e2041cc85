package server

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"sync"
	"time"

	"culvert/server/auth"
	"culvert/sql/pgerr"
)

// Config is what a server needs. Limits of 0 take their defaults.
type Config struct {
	Backend Backend
	Auth    auth.Authenticator
	Log     *slog.Logger
	// Certificates of TLS; nil: connections are not encrypted.
	Certificates *auth.Certificates

	MaxConnections      int           // sessions at once; 100
	ReservedConnections int           // more of them, for superusers only; 1
	MaxMessageSize      int           // bytes of a message after login; 64 MiB
	LoginTimeout        time.Duration // 60 s
	MaxPortals          int           // open portals of a session; 1,000
	SpillDir            string        // of portals that outlive their statement; the system's
	MaxSpill            int64         // bytes of one such portal; 1 GiB
}

func (c Config) withDefaults() Config {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	orDefault(&c.MaxConnections, 100)
	orDefault(&c.ReservedConnections, 1)
	orDefault(&c.MaxMessageSize, 64<<20)
	orDefault(&c.LoginTimeout, 60*time.Second)
	orDefault(&c.MaxPortals, 1000)
	orDefault(&c.MaxSpill, 1<<30)
	return c
}

func orDefault[T int | int64 | time.Duration](v *T, def T) {
	if *v == 0 {
		*v = def
	}
}

// loginSlack bounds the connections that are not sessions: those that log in
// or carry a cancel request.
const loginSlack = 100

// Server accepts connections and runs a session for each. It is safe for
// concurrent use.
type Server struct {
	cfg  Config
	stop chan struct{} // closed by Shutdown

	// cut ends every statement that still runs, with a cause.
	cut    context.CancelCauseFunc
	cutCtx context.Context

	mu        sync.Mutex
	stopping  bool
	listeners map[net.Listener]struct{}
	conns     map[*conn]struct{}
	sessions  map[uint32]*conn // those that have logged in, by PID
	lastPID   uint32
	running   sync.WaitGroup // connections
}

// New makes a server; Serve starts it.
func New(cfg Config) *Server {
	s := &Server{
		cfg: cfg.withDefaults(), stop: make(chan struct{}),
		listeners: map[net.Listener]struct{}{}, conns: map[*conn]struct{}{}, sessions: map[uint32]*conn{},
	}
	s.cutCtx, s.cut = context.WithCancelCause(context.Background())
	return s
}

// Serve accepts connections until Shutdown, and then returns nil. It closes
// the listener.
func (s *Server) Serve(ln net.Listener) error {
	if !s.addListener(ln) {
		ln.Close()
		return nil
	}
	defer s.removeListener(ln)
	for delay := time.Duration(0); ; {
		nc, err := ln.Accept()
		switch {
		case err == nil:
			delay = 0
			s.start(nc)
		case s.isStopping():
			return nil
		case errors.Is(err, net.ErrClosed):
			return err
		default: // out of file descriptors, or a client that was gone already
			delay = min(max(2*delay, 5*time.Millisecond), time.Second)
			s.cfg.Log.Warn("accepting a connection", "error", err, "retry_in", delay)
			select {
			case <-s.stop:
			case <-time.After(delay):
			}
		}
	}
}

func (s *Server) addListener(ln net.Listener) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopping {
		return false
	}
	s.listeners[ln] = struct{}{}
	return true
}

func (s *Server) removeListener(ln net.Listener) {
	ln.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.listeners, ln)
}

func (s *Server) isStopping() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stopping
}

// start runs a connection in a goroutine of its own.
func (s *Server) start(nc net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopping || len(s.conns) >= s.cfg.MaxConnections+s.cfg.ReservedConnections+loginSlack {
		nc.Close()
		return
	}
	c := newConn(s, nc)
	s.conns[c] = struct{}{}
	s.running.Add(1)
	go func() {
		defer s.running.Done()
		defer s.forget(c)
		c.run()
	}()
}

func (s *Server) forget(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c)
	if s.sessions[c.pid] == c {
		delete(s.sessions, c.pid)
	}
}

// release gives back the place of a connection whose login has failed, before
// its client hears of it.
func (s *Server) release(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sessions[c.pid] == c {
		delete(s.sessions, c.pid)
	}
}

// admit gives a connection that is about to log in its PID: 53300 above the
// limit.
func (s *Server) admit(c *conn) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.sessions) >= s.cfg.MaxConnections+s.cfg.ReservedConnections {
		return pgerr.New(pgerr.TooManyConnections, "sorry, too many clients already")
	}
	for s.lastPID++; s.lastPID == 0 || s.sessions[s.lastPID] != nil; s.lastPID++ {
	}
	c.pid = s.lastPID
	s.sessions[c.pid] = c
	return nil
}

// admitRole keeps the last connections for superusers.
func (s *Server) admitRole(role auth.Role) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !role.Superuser && len(s.sessions) > s.cfg.MaxConnections {
		return pgerr.New(pgerr.TooManyConnections, "remaining connection slots are reserved for non-replication superuser connections")
	}
	return nil
}

// Cancel cancels what the session with a PID runs, as its client would. It
// tells whether there is such a session.
func (s *Server) Cancel(pid uint32) bool {
	s.mu.Lock()
	c := s.sessions[pid]
	s.mu.Unlock()
	if c != nil {
		c.cancelStatement(pgerr.New(pgerr.QueryCanceled, "canceling statement due to user request"))
	}
	return c != nil
}

// Terminate ends the session with a PID. It tells whether there is one.
func (s *Server) Terminate(pid uint32) bool {
	s.mu.Lock()
	c := s.sessions[pid]
	s.mu.Unlock()
	if c != nil {
		c.terminate()
	}
	return c != nil
}

// cancelByKey serves a cancel request; one with a wrong key has no effect.
func (s *Server) cancelByKey(pid uint32, key []byte) {
	s.mu.Lock()
	c := s.sessions[pid]
	s.mu.Unlock()
	if c != nil && c.keyIs(key) {
		s.Cancel(pid)
	}
}

// killAfter is how long a connection may take to end once its statement has
// been cut: its client may have stopped reading.
const killAfter = 2 * time.Second

// Shutdown stops accepting, ends idle sessions (57P01), and lets statements
// that run finish until ctx ends; those left are cut. It returns when every
// connection is closed, with ctx's error if one was cut.
func (s *Server) Shutdown(ctx context.Context) error {
	s.mu.Lock()
	if !s.stopping {
		s.stopping = true
		close(s.stop)
	}
	for ln := range s.listeners {
		ln.Close()
	}
	s.mu.Unlock()

	done := make(chan struct{})
	go func() {
		s.running.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
	}
	s.cut(errShutdown())
	timer := time.NewTimer(killAfter)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
		s.mu.Lock()
		for c := range s.conns {
			c.nc.Close()
		}
		s.mu.Unlock()
		<-done
	}
	return ctx.Err()
}

func errShutdown() *pgerr.Error {
	e := pgerr.New(pgerr.AdminShutdown, "terminating connection due to administrator command")
	e.Severity = pgerr.SeverityFatal
	return e
}
