// Package exec carries statements out. It is the only package that changes the
// world: a Server opens sessions; a Session parses, plans and runs statements
// in its transaction; after a commit that changed the catalog, the Server's
// reconciler brings tunnels and sources in line with it.
package exec

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"sync"
	"time"

	"culvert/catalog"
	"culvert/catalog/secrets"
	"culvert/catalog/systables"
	"culvert/connectors"
	"culvert/engine"
	"culvert/tunnel"
)

// Options are what a Server works with. All but Clock are required.
type Options struct {
	Engine  engine.Engine
	Catalog *catalog.Manager
	Sealer  *secrets.Sealer
	Tunnels *tunnel.Manager
	Sources *connectors.Supervisor
	System  *systables.Set
	Logger  *slog.Logger
	// Egress is what mz_egress_ips shows.
	Egress []netip.Prefix
	// Version is culvert's own, for version().
	Version string
	// UpstreamTimeout bounds what a statement asks upstream; 0: 30 s.
	UpstreamTimeout time.Duration
	Clock           func() time.Time // nil: time.Now
}

// Server is what all sessions share. It is safe for concurrent use.
type Server struct {
	vault
	opts      Options
	started   time.Time
	reconcile *reconciler
	scopes    *systemScope
	plans     *planCache
	sequences *sequences

	mu       sync.Mutex
	sessions map[uint32]*Session
}

// New makes a server and registers the system relations that it makes rows
// for. Start begins its work.
func New(opts Options) (*Server, error) {
	if opts.Clock == nil {
		opts.Clock = time.Now
	}
	if opts.UpstreamTimeout == 0 {
		opts.UpstreamTimeout = 30 * time.Second
	}
	scopes, err := newSystemScope(opts.System)
	if err != nil {
		return nil, err
	}
	s := &Server{vault: vault{opts.Sealer}, opts: opts, started: opts.Clock(), sessions: map[uint32]*Session{}, scopes: scopes, plans: newPlanCache()}
	s.reconcile = newReconciler(s)
	if s.sequences, err = openSequenceStates(context.Background(), s); err != nil {
		return nil, err
	}
	if err := s.registerSystem(); err != nil {
		return nil, err
	}
	return s, nil
}

// Start brings tunnels and sources in line with the catalog, and keeps them
// so until Close.
func (s *Server) Start() { s.reconcile.start() }

// Close stops what Start began. Sessions must be closed before; tunnels and
// the supervisor are their owner's to close.
func (s *Server) Close() {
	s.reconcile.close()
	s.sequences.close()
}

// withConn runs fn on an engine connection of its own.
func (s *Server) withConn(ctx context.Context, fn func(engine.Conn) error) error {
	conn, err := s.opts.Engine.Connect(ctx)
	if err != nil {
		return fmt.Errorf("connecting to the engine: %w", err)
	}
	defer conn.Close()
	return fn(conn)
}

// damaged is the error of a sealed value that is there and cannot be used. It
// concerns those who need the value, and nobody else.
type damaged struct{ error }

// Unwrap gives the error itself.
func (d damaged) Unwrap() error { return d.error }

func isDamaged(err error) bool {
	var d damaged
	return errors.As(err, &d)
}

// Sessions is the number of sessions that are open.
func (s *Server) Sessions() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sessions)
}

func (s *Server) add(session *Session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sessions[session.info.PID] = session
}

func (s *Server) remove(session *Session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.sessions, session.info.PID)
}
