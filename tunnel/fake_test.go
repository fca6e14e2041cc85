package tunnel

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"testing"

	"golang.org/x/crypto/ssh"
)

// fakeBastion is an SSH server on in-memory pipes, for what takes time: under
// testing/synctest its clock is the test's. Every target is an echo. A real
// sshd stands in all other tests.
type fakeBastion struct {
	t      *testing.T
	signer ssh.Signer

	mu      sync.Mutex
	down    error // what a dial gets; nil: up
	refuse  bool  // no key is taken
	dials   []string
	servers []net.Conn
	gates   []*gate
	wg      sync.WaitGroup
	hang    chan struct{} // channels to host "hang" are opened when it is closed
}

// gate is a pipe's end that can be frozen: bytes neither come nor go.
type gate struct {
	net.Conn
	mu     sync.Mutex
	frozen chan struct{} // nil: open; never closed by itself
	gone   chan struct{}
	once   sync.Once
}

func (g *gate) pass() error {
	g.mu.Lock()
	frozen := g.frozen
	g.mu.Unlock()
	if frozen != nil {
		select {
		case <-frozen:
		case <-g.gone:
			return net.ErrClosed
		}
	}
	return nil
}

func (g *gate) Read(p []byte) (int, error) {
	n, err := g.Conn.Read(p)
	if perr := g.pass(); perr != nil {
		return 0, perr
	}
	return n, err
}

func (g *gate) Write(p []byte) (int, error) {
	if err := g.pass(); err != nil {
		return 0, err
	}
	return g.Conn.Write(p)
}

func (g *gate) Close() error {
	g.once.Do(func() { close(g.gone) })
	return g.Conn.Close()
}

func newFakeBastion(t *testing.T) *fakeBastion {
	t.Helper()
	k, err := GenerateKeyPair()
	if err != nil {
		t.Fatal(err)
	}
	signer, err := k.signer()
	if err != nil {
		t.Fatal(err)
	}
	return &fakeBastion{t: t, signer: signer, hang: make(chan struct{})}
}

func (f *fakeBastion) manager(opts Options) *Manager {
	opts.Dial = f.dial
	return NewManager(opts)
}

// close ends all servers and waits for them.
func (f *fakeBastion) close() {
	f.cut()
	f.wg.Wait()
}

func (f *fakeBastion) cut() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range f.servers {
		_ = c.Close()
	}
}

func (f *fakeBastion) freeze() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, g := range f.gates {
		g.mu.Lock()
		g.frozen = make(chan struct{})
		g.mu.Unlock()
	}
}

func (f *fakeBastion) set(down error, refuse bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.down, f.refuse = down, refuse
}

func (f *fakeBastion) dialled() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.dials)
}

func (f *fakeBastion) dial(_ context.Context, _, addr string) (net.Conn, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.dials = append(f.dials, addr)
	if f.down != nil {
		return nil, f.down
	}
	mine, theirs := bufferedPipe()
	g := &gate{Conn: mine, gone: make(chan struct{})}
	f.servers = append(f.servers, theirs)
	f.gates = append(f.gates, g)
	refuse := f.refuse
	f.wg.Go(func() { f.serve(theirs, refuse) })
	return g, nil
}

func (f *fakeBastion) serve(c net.Conn, refuse bool) {
	defer func() { _ = c.Close() }()
	config := &ssh.ServerConfig{PublicKeyCallback: func(ssh.ConnMetadata, ssh.PublicKey) (*ssh.Permissions, error) {
		if refuse {
			return nil, errors.New("refused")
		}
		return nil, nil
	}}
	config.AddHostKey(f.signer)
	conn, chans, reqs, err := ssh.NewServerConn(c, config)
	if err != nil {
		return
	}
	f.wg.Go(func() { ssh.DiscardRequests(reqs) })
	for nc := range chans {
		f.wg.Go(func() { f.echo(nc) })
	}
	_ = conn.Wait()
}

func (f *fakeBastion) echo(nc ssh.NewChannel) {
	var to directTCPIP
	if err := ssh.Unmarshal(nc.ExtraData(), &to); err != nil || nc.ChannelType() != "direct-tcpip" {
		_ = nc.Reject(ssh.UnknownChannelType, "only direct-tcpip")
		return
	}
	if to.Host == "hang" {
		<-f.hang
	}
	ch, reqs, err := nc.Accept()
	if err != nil {
		return
	}
	f.wg.Go(func() { ssh.DiscardRequests(reqs) })
	_, _ = io.Copy(ch, ch)
	_ = ch.Close()
}

// bufferedPipe is net.Pipe with room for what both sides send first: SSH's two
// ends both write their version before they read.
func bufferedPipe() (net.Conn, net.Conn) {
	a, b := net.Pipe()
	return &bufferedEnd{Conn: a, out: newOutbox(a)}, &bufferedEnd{Conn: b, out: newOutbox(b)}
}

type bufferedEnd struct {
	net.Conn
	out *outbox
}

func (e *bufferedEnd) Write(p []byte) (int, error) { return e.out.write(p) }

func (e *bufferedEnd) Close() error {
	e.out.stop()
	return e.Conn.Close()
}

// outbox writes to a pipe from a goroutine of its own, which ends with it.
type outbox struct {
	mu      sync.Mutex
	cond    *sync.Cond
	queue   [][]byte
	stopped bool
}

func newOutbox(w io.Writer) *outbox {
	o := &outbox{}
	o.cond = sync.NewCond(&o.mu)
	go func() {
		for {
			o.mu.Lock()
			for len(o.queue) == 0 && !o.stopped {
				o.cond.Wait()
			}
			if o.stopped {
				o.mu.Unlock()
				return
			}
			p := o.queue[0]
			o.queue = o.queue[1:]
			o.mu.Unlock()
			if _, err := w.Write(p); err != nil {
				o.stop()
			}
		}
	}()
	return o
}

func (o *outbox) write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.stopped {
		return 0, io.ErrClosedPipe
	}
	o.queue = append(o.queue, append([]byte(nil), p...))
	o.cond.Signal()
	return len(p), nil
}

func (o *outbox) stop() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.stopped = true
	o.cond.Broadcast()
}
