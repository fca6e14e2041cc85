package tunnel

import (
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
)

// Manager holds the links of all SSH TUNNEL connections. It is safe for
// concurrent use. Close ends it.
type Manager struct {
	opts    Options
	wg      sync.WaitGroup // one per running link and per Validate
	made    atomic.Int64   // links so far
	closing chan struct{}

	mu    sync.Mutex // also: closing is closed under it
	byID  map[string]*link
	links map[*link]struct{} // byID's, private ones, and replaced ones that still drain
}

// NewManager makes a manager without connections.
func NewManager(opts Options) *Manager {
	return &Manager{opts: opts.withDefaults(), closing: make(chan struct{}), byID: make(map[string]*link), links: make(map[*link]struct{})}
}

// Close ends every link and waits for all goroutines. Open connections fail,
// dials fail from now on.
//
// Order: mark as closing (no link is added any more, validations are given up),
// retire the links (none starts its goroutine any more, attempts are given up,
// connections closed), wait.
func (m *Manager) Close() {
	m.mu.Lock()
	if !closed(m.closing) {
		close(m.closing)
	}
	for l := range m.links {
		l.retire(0)
	}
	m.mu.Unlock()
	m.wg.Wait()
}

// Set makes a connection known, or replaces its configuration. Waiting
// back-offs end. A live SSH connection goes on when only its keys changed;
// when host, port or user changed, or its host key is no longer allowed, new
// dials take a new one at once and the old one is drained.
func (m *Manager) Set(cfg Config) {
	cfg = cfg.normalized()
	m.mu.Lock()
	defer m.mu.Unlock()
	if closed(m.closing) {
		return
	}
	old := m.byID[cfg.ConnectionID]
	if old != nil && old.keeps(cfg) {
		old.update(cfg)
		return
	}
	l := newLink(m, cfg, false)
	m.byID[cfg.ConnectionID] = l
	m.links[l] = struct{}{}
	if old != nil {
		m.retireLocked(old)
	}
}

// Remove forgets a connection; its SSH connection is drained. An unknown id is
// no error.
func (m *Manager) Remove(connectionID string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if l := m.byID[connectionID]; l != nil {
		delete(m.byID, connectionID)
		m.retireLocked(l)
	}
}

// retireLocked drains l; its goroutine, where it has one, forgets it. m.mu is held.
func (m *Manager) retireLocked(l *link) {
	l.retire(m.opts.DrainTimeout)
	if !l.busy() {
		delete(m.links, l)
	}
}

func (l *link) busy() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state != StateIdle
}

func (m *Manager) forgetRetired(l *link) {
	l.mu.Lock()
	retired := l.retired
	l.mu.Unlock()
	if retired {
		m.mu.Lock()
		delete(m.links, l)
		m.mu.Unlock()
	}
}

// Dialer gives the dial function of a connection. It may be taken before the
// connection is Set and kept for ever: each dial uses the configuration of its
// moment.
func (m *Manager) Dialer(connectionID string) DialFunc {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		for {
			m.mu.Lock()
			l := m.byID[connectionID]
			m.mu.Unlock()
			if over := closed(m.closing); l == nil || over {
				return nil, unknownConnection(connectionID, over)
			}
			conn, err := l.dial(ctx, network, addr)
			if !errors.Is(err, errRetired) {
				return conn, err
			}
		}
	}
}

func unknownConnection(id string, over bool) *Error {
	if over {
		return &Error{Leg: LegConfig, ConnectionID: id, Message: "the SSH tunnels are shut down", cause: net.ErrClosed}
	}
	return &Error{Leg: LegConfig, ConnectionID: id, Message: "there is no SSH connection " + id}
}

// Broken tells why the tunnel of a connection does not work at this moment, by
// the error of its last try, or because its bastion has fallen silent. It is nil
// while the tunnel works, is not used or makes its first try. mended is closed
// when a dial that failed is worth trying again before its RetryAt: the
// connection was Set, validated or removed, or its bastion is connected again;
// for an unknown id it is nil, which is never closed.
func (m *Manager) Broken(connectionID string) (why *Error, mended <-chan struct{}) {
	m.mu.Lock()
	l := m.byID[connectionID]
	m.mu.Unlock()
	if l == nil {
		return nil, nil
	}
	return l.broken()
}

// Validate logs in to cfg's bastion on a connection of its own and asks for
// one sign of life; nothing is forwarded. Learning and pinning of host keys
// are as for a dial. Whatever it finds, a waiting back-off of the shared link
// ends. The error is an *Error.
func (m *Manager) Validate(ctx context.Context, cfg Config) error {
	cfg = cfg.normalized()
	defer m.rouse(cfg.ConnectionID)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if !m.watchClose(ctx, cancel) {
		return unknownConnection(cfg.ConnectionID, true)
	}
	cl, fail := m.connect(ctx, cfg)
	if fail != nil {
		return fail
	}
	alive := cl.ping(m.opts.KeepaliveTimeout)
	cl.close(cfg.linkClosed())
	if !alive {
		return cl.cause
	}
	return nil
}

// watchClose cancels ctx when the manager closes; it says false when that has begun.
func (m *Manager) watchClose(ctx context.Context, cancel context.CancelFunc) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if closed(m.closing) {
		return false
	}
	m.wg.Go(func() {
		select {
		case <-m.closing:
			cancel()
		case <-ctx.Done():
		}
	})
	return true
}

func (m *Manager) rouse(connectionID string) {
	m.mu.Lock()
	l := m.byID[connectionID]
	m.mu.Unlock()
	if l != nil {
		l.mu.Lock()
		l.rouse()
		l.mu.Unlock()
	}
}

// Tunnel is a private link: for objects of a transaction that nobody else
// sees. It is safe for concurrent use.
type Tunnel struct {
	m *Manager
	l *link
}

// Private makes a tunnel that Dialer does not know and that shares its SSH
// connection with nobody. It connects at the first dial. Close ends it.
func (m *Manager) Private(cfg Config) *Tunnel {
	t := &Tunnel{m: m, l: newLink(m, cfg.normalized(), true)}
	m.mu.Lock()
	defer m.mu.Unlock()
	if closed(m.closing) {
		t.l.retire(0)
		return t
	}
	m.links[t.l] = struct{}{}
	return t
}

// Dial is the tunnel's DialFunc.
func (t *Tunnel) Dial(ctx context.Context, network, addr string) (net.Conn, error) {
	conn, err := t.l.dial(ctx, network, addr)
	if errors.Is(err, errRetired) {
		return nil, t.l.config().linkClosed()
	}
	return conn, err
}

// Close ends the tunnel and all connections through it. It does not wait.
func (t *Tunnel) Close() {
	t.l.retire(0)
	if !t.l.busy() {
		t.m.forgetRetired(t.l)
	}
}
