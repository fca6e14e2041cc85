package testenv

import (
	"context"
	"io"
	"net"
	"sync"
	"testing"
	"time"
)

// Proxy passes TCP connections on to a target, and delays, holds or cuts them
// on demand. It is safe for concurrent use.
type Proxy struct {
	target   string
	listener net.Listener
	wg       sync.WaitGroup

	mu     sync.Mutex
	conns  map[net.Conn]struct{} // both sides of each open connection
	delay  time.Duration
	held   chan struct{} // closed while bytes may pass
	refuse bool
	passed int64
	total  int
	cuts   int
	cutAt  int64 // cut everything once this many bytes have passed; 0: never
	closed bool
}

// StartProxy listens on a fresh loopback address and passes connections on to
// target ("host:port"). The caller closes it.
func StartProxy(ctx context.Context, target string) (*Proxy, error) {
	addr, err := FreeAddr(0)
	if err != nil {
		return nil, err
	}
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	p := &Proxy{target: target, listener: l, conns: map[net.Conn]struct{}{}, held: make(chan struct{})}
	close(p.held)
	p.wg.Go(p.accept)
	return p, nil
}

// NewProxy starts a proxy for a test and closes it at the test's end.
func NewProxy(tb testing.TB, target string) *Proxy {
	tb.Helper()
	p, err := StartProxy(startContext(tb), target)
	if err != nil {
		tb.Fatalf("proxy: %v", err)
	}
	tb.Cleanup(p.Close)
	return p
}

// Addr returns the "host:port" that the proxy listens on.
func (p *Proxy) Addr() string { return p.listener.Addr().String() }

// Host returns the loopback address that the proxy listens on.
func (p *Proxy) Host() string { host, _ := splitAddr(p.Addr()); return host }

// Port returns the TCP port that the proxy listens on.
func (p *Proxy) Port() int { _, port := splitAddr(p.Addr()); return port }

// Passed returns how many bytes have passed, both ways together.
func (p *Proxy) Passed() int64 { p.mu.Lock(); defer p.mu.Unlock(); return p.passed }

// Accepted returns how many connections have been accepted so far.
func (p *Proxy) Accepted() int { p.mu.Lock(); defer p.mu.Unlock(); return p.total }

// SetDelay holds every piece of data back for so long, each way, from now on.
func (p *Proxy) SetDelay(d time.Duration) { p.mu.Lock(); defer p.mu.Unlock(); p.delay = d }

// Hold lets no byte pass until Release: connections stay open in silence, as
// behind a dead link.
func (p *Proxy) Hold() {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.held:
		p.held = make(chan struct{})
	default: // held already
	}
}

// Release lets bytes pass again after Hold.
func (p *Proxy) Release() { p.mu.Lock(); defer p.mu.Unlock(); p.release() }

func (p *Proxy) release() {
	select {
	case <-p.held:
	default:
		close(p.held)
	}
}

// Refuse closes new connections as soon as they are accepted, or, with false,
// accepts them again.
func (p *Proxy) Refuse(on bool) { p.mu.Lock(); defer p.mu.Unlock(); p.refuse = on }

// Cut closes every open connection.
func (p *Proxy) Cut() { p.mu.Lock(); defer p.mu.Unlock(); p.cut() }

func (p *Proxy) cut() {
	p.cuts++
	for conn := range p.conns {
		conn.Close()
	}
}

// CutAfter cuts all connections, once, when exactly n more bytes (at least one)
// have passed, both ways together.
func (p *Proxy) CutAfter(n int64) { p.mu.Lock(); defer p.mu.Unlock(); p.cutAt = p.passed + max(n, 1) }

// Close stops listening, cuts everything and waits for the proxy's goroutines.
func (p *Proxy) Close() {
	p.mu.Lock()
	p.closed = true
	p.listener.Close()
	p.release()
	p.cut()
	p.mu.Unlock()
	p.wg.Wait()
}

func (p *Proxy) accept() {
	for {
		conn, err := p.listener.Accept()
		if err != nil {
			return // closed
		}
		p.wg.Go(func() { p.serve(conn) })
	}
}

func (p *Proxy) serve(client net.Conn) {
	defer client.Close()
	p.mu.Lock()
	p.total++
	refuse, cuts := p.refuse, p.cuts
	p.mu.Unlock()
	if refuse {
		return
	}
	server, err := net.DialTimeout("tcp", p.target, 10*time.Second)
	if err != nil {
		return
	}
	defer server.Close()
	if !p.track(cuts, client, server) {
		return
	}
	defer p.untrack(client, server)
	var both sync.WaitGroup
	both.Go(func() { p.copy(server, client) })
	both.Go(func() { p.copy(client, server) })
	both.Wait()
}

// track notes connections that were begun after so many cuts. A cut since then
// was meant for them, too.
func (p *Proxy) track(cuts int, conns ...net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || p.cuts != cuts {
		return false
	}
	for _, c := range conns {
		p.conns[c] = struct{}{}
	}
	return true
}

func (p *Proxy) untrack(conns ...net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range conns {
		delete(p.conns, c)
	}
}

// copy passes bytes from src to dst until either ends, then ends both: a half
// closed connection has no use for the protocols that are tested here.
func (p *Proxy) copy(dst, src net.Conn) {
	defer dst.Close()
	defer src.Close()
	buf := make([]byte, 32<<10)
	for {
		n, err := src.Read(buf)
		if n > 0 {
			p.wait()
			pass, last := p.count(n)
			if _, writeErr := dst.Write(buf[:pass]); writeErr != nil {
				return
			}
			if last {
				p.Cut()
				return
			}
		}
		if err != nil {
			if err != io.EOF {
				return
			}
			p.wait()
			return
		}
	}
}

// wait applies the delay and a hold to a piece of data.
func (p *Proxy) wait() {
	p.mu.Lock()
	delay, held := p.delay, p.held
	p.mu.Unlock()
	if delay > 0 {
		time.Sleep(delay)
	}
	<-held
}

// count takes n bytes into account and returns how many of them may pass, and
// whether everything is to be cut behind them.
func (p *Proxy) count(n int) (pass int, last bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cutAt > 0 && p.passed+int64(n) >= p.cutAt {
		n, last = int(p.cutAt-p.passed), true
		p.cutAt = 0
	}
	p.passed += int64(n)
	return n, last
}
