package tunnel

import (
	"context"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/ssh"
)

// client is one live SSH connection. Its goroutines: one that waits for its
// end, two that answer what the bastion asks, one keepalive (when started), one
// per channel being opened, and those of its channels. close waits for them.
type client struct {
	cfg     Config
	raw     *rawConn
	ssh     ssh.Conn
	hostKey HostKey

	mu    sync.Mutex    // orders end and start
	down  chan struct{} // closed when the connection is no longer of use
	cause *Error        // why; written before down is closed

	asked atomic.Pointer[time.Time] // when the bastion was asked for a sign of life that has not come yet

	wg      sync.WaitGroup // all but the openers
	openers sync.WaitGroup
}

// openersGrace bounds the wait for goroutines that open channels. x/crypto/ssh
// can lose the answer of a channel opened in the very moment in which its
// reader ends; such a goroutine stays, and must not hold up a shutdown.
const openersGrace = time.Second

// doubtAfter is how long a bastion may leave the question whether it lives
// unanswered before what fails meanwhile is put down to that.
const doubtAfter = time.Second

func newClient(cfg Config, l *login, sc ssh.Conn, chans <-chan ssh.NewChannel, reqs <-chan *ssh.Request) *client {
	c := &client{cfg: cfg, raw: l.raw, ssh: sc, hostKey: l.offered, down: make(chan struct{})}
	c.wg.Go(func() { ssh.DiscardRequests(reqs) })
	c.wg.Go(func() {
		for ch := range chans {
			_ = ch.Reject(ssh.UnknownChannelType, "no channels to this client")
		}
	})
	c.wg.Go(func() {
		err := sc.Wait()
		if rawErr := c.raw.failure(); rawErr != nil {
			err = rawErr
		}
		c.end(cfg.lost(err))
	})
	return c
}

// end fails everything on the connection at once. The raw connection is closed
// directly: the library's Close can wait for a writer that a frozen peer blocks.
func (c *client) end(cause *Error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if closed(c.down) {
		return
	}
	c.cause = cause
	close(c.down)
	_ = c.raw.Conn.Close()
}

// start runs f as one of wg's goroutines, unless the client has ended. The
// lock makes each start come before close's Wait.
func (c *client) start(wg *sync.WaitGroup, f func()) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if closed(c.down) {
		return false
	}
	wg.Go(f)
	return true
}

// close ends the connection and waits for its goroutines.
func (c *client) close(cause *Error) {
	c.end(cause)
	_ = c.ssh.Close()
	c.wg.Wait()
	opened := make(chan struct{})
	go func() { c.openers.Wait(); close(opened) }()
	grace := time.NewTimer(openersGrace)
	defer grace.Stop()
	select {
	case <-opened:
	case <-grace.C:
	}
}

// keepalive asks a silent bastion whether it lives, until the client ends. Any
// byte that arrives is a sign of life, so a reply queued behind data is no miss.
func (c *client) keepalive(interval, timeout time.Duration) {
	timer := time.NewTimer(interval)
	defer timer.Stop()
	for {
		select {
		case <-c.down:
			return
		case <-timer.C:
		}
		if c.raw.silence() >= interval && !c.ping(timeout) {
			return
		}
		timer.Reset(max(interval-c.raw.silence(), time.Millisecond))
	}
}

// ping sends OpenSSH's keepalive request and waits for its reply. It runs the
// request aside: the request blocks for ever when the peer is gone.
func (c *client) ping(timeout time.Duration) bool {
	reply := make(chan error, 1)
	asked := time.Now()
	c.asked.Store(&asked)
	defer c.asked.Store(nil)
	c.wg.Go(func() {
		_, _, err := c.ssh.SendRequest("keepalive@openssh.com", true, nil)
		reply <- err
	})
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	for {
		select {
		case err := <-reply:
			return err == nil
		case <-c.down:
			return false
		case <-timer.C:
			unanswered := min(time.Since(asked), c.raw.silence())
			if unanswered >= timeout {
				c.end(c.cfg.silent(c.raw.silence()))
				return false
			}
			timer.Reset(timeout - unanswered)
		}
	}
}

// doubt tells why the connection may be dead although nobody has given it up
// yet: the bastion was asked whether it lives, and has said nothing for a while.
func (c *client) doubt() *Error {
	if closed(c.down) {
		return c.cause
	}
	asked := c.asked.Load()
	if asked == nil || time.Since(*asked) < doubtAfter || c.raw.silence() < doubtAfter {
		return nil
	}
	return c.cfg.silent(c.raw.silence())
}

// directTCPIP is the payload of a channel open (RFC 4254, section 7.2).
type directTCPIP struct {
	Host           string
	Port           uint32
	OriginatorIP   string
	OriginatorPort uint32
}

type opened struct {
	ch   ssh.Channel
	reqs <-chan *ssh.Request
	err  error
}

// open asks the bastion for a connection to addr, whose host goes there as it
// is. When ctx ends first, the answer is awaited aside and the channel closed.
func (c *client) open(ctx context.Context, network, addr string) (opened, *Error) {
	payload, fail := c.payload(network, addr)
	if fail != nil {
		return opened{}, fail
	}
	if err := ctx.Err(); err != nil {
		return opened{}, c.cfg.classifyForward(addr, err)
	}
	result := make(chan opened)
	abandoned := make(chan struct{})
	started := c.start(&c.openers, func() {
		ch, reqs, err := c.ssh.OpenChannel("direct-tcpip", payload)
		select {
		case result <- opened{ch, reqs, err}:
		case <-abandoned:
			if err == nil {
				_ = ch.Close()
				ssh.DiscardRequests(reqs)
			}
		}
	})
	if !started {
		return opened{}, c.cause
	}
	select {
	case o := <-result:
		return c.openResult(addr, o)
	case <-ctx.Done():
		close(abandoned)
		if fail := c.doubt(); fail != nil {
			return opened{}, fail.because(ctx.Err())
		}
		return opened{}, c.cfg.classifyForward(addr, ctx.Err())
	case <-c.down:
		close(abandoned)
		return opened{}, c.cause
	}
}

func (c *client) openResult(addr string, o opened) (opened, *Error) {
	if o.err == nil {
		return o, nil
	}
	if _, refused := o.err.(*ssh.OpenChannelError); refused {
		return opened{}, c.cfg.classifyForward(addr, o.err)
	}
	// Anything else is the end of the connection, which the waiter reports.
	c.end(c.cfg.lost(c.raw.failure()))
	return opened{}, c.cause
}

func (c *client) payload(network, addr string) ([]byte, *Error) {
	switch network {
	case "tcp", "tcp4", "tcp6":
	default:
		return nil, c.cfg.fail(LegConfig, nil, "an SSH tunnel cannot dial network %q", network).permanent("Only TCP goes through a tunnel.")
	}
	host, port, err := net.SplitHostPort(addr)
	number, perr := strconv.ParseUint(port, 10, 16)
	if err != nil || perr != nil || host == "" {
		return nil, c.cfg.fail(LegConfig, err, "invalid address %q behind the SSH tunnel", addr).permanent("An address is host:port with a number as port.")
	}
	return ssh.Marshal(&directTCPIP{Host: host, Port: uint32(number), OriginatorIP: "127.0.0.1"}), nil
}
