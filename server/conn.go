package server

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"runtime/debug"
	"sync"
	"time"

	"culvert/server/wire"
	"culvert/sql/pgerr"
)

// conn is a client's connection, from its first packet to its end.
type conn struct {
	server *Server
	nc     net.Conn
	src    *source
	in     *wire.Reader
	out    *wire.Writer
	pid    uint32 // set by admit
	key    uint32

	tls     *tls.Conn // nil: not encrypted
	binding []byte    // tls-server-end-point of tls

	// ctx ends when the client is gone or the session is terminated.
	ctx    context.Context
	cancel context.CancelCauseFunc
	stop   chan struct{} // closed by terminate and at shutdown
	once   sync.Once     // of stop

	mu        sync.Mutex
	statement context.CancelCauseFunc // of the message that runs; nil: idle
}

func newConn(s *Server, nc net.Conn) *conn {
	c := &conn{server: s, nc: nc, out: wire.NewWriter(nc), stop: make(chan struct{})}
	c.ctx, c.cancel = context.WithCancelCause(s.cutCtx)
	var key [4]byte
	rand.Read(key[:])
	c.key = binary.BigEndian.Uint32(key[:])
	return c
}

// run serves the connection to its end. A panic ends this connection only.
func (c *conn) run() {
	gone := func() { c.cancel(pgerr.New(pgerr.ConnectionFailure, "connection to client lost")) }
	c.src = newSource(c.nc, c.stop, gone)
	c.in = wire.NewReader(c.src, wire.MaxStartupPacket)
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		select {
		case <-c.server.stop:
			c.end()
		case <-c.ctx.Done():
		}
	}()
	defer func() { <-watched }()
	defer c.src.close()
	defer c.close()
	defer c.cancel(nil)
	defer func() {
		if p := recover(); p != nil {
			c.server.cfg.Log.Error("session panicked", "pid", c.pid, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			c.fatal(pgerr.New(pgerr.InternalError, "internal error"))
		}
	}()
	if err := c.serve(); err != nil {
		c.fatal(err)
	}
}

// fatal tells the client why the connection ends, if it is still there.
func (c *conn) fatal(err error) {
	var e *pgerr.Error
	switch {
	case errors.Is(err, errStopping):
		e = errShutdown()
	case !errors.As(err, &e):
		return // the network's errors cannot be sent over it
	}
	copied := *e
	copied.Severity = pgerr.SeverityFatal
	c.out.Error(&copied)
	c.nc.SetWriteDeadline(time.Now().Add(killAfter))
	_ = c.out.Flush()
}

// close ends the connection; an encrypted one says so first.
func (c *conn) close() {
	if c.tls != nil {
		_ = c.tls.Close()
	}
	c.nc.Close()
}

func (c *conn) serve() error {
	deadline := time.Now().Add(c.server.cfg.LoginTimeout)
	c.nc.SetDeadline(deadline)
	ctx, cancel := context.WithDeadline(c.ctx, deadline)
	defer cancel()
	packet, ok, err := c.firstPacket(ctx)
	if err != nil || !ok {
		return err
	}
	sess, err := c.login(ctx, packet)
	if err != nil {
		c.server.release(c)
		return err
	}
	cancel()
	defer sess.sess.Close()
	defer sess.portals.closeAll()
	c.nc.SetDeadline(time.Time{})
	c.in.SetMax(c.server.cfg.MaxMessageSize)
	return sess.loop()
}

// firstPacket answers offers of encryption and serves a cancel request; ok is
// false when there is nothing more to do.
func (c *conn) firstPacket(ctx context.Context) (p wire.Packet, ok bool, err error) {
	if err := c.acceptDirect(ctx); err != nil {
		return p, false, err
	}
	for ssl, gss := false, false; ; {
		p, err = wire.ReadPacket(c.in)
		if err != nil {
			return p, false, err
		}
		switch {
		case p.Kind == wire.PacketSSL && !ssl:
			ssl = true
			err = c.acceptRequested(ctx)
		case p.Kind == wire.PacketGSSENC && !gss:
			gss = true
			err = c.answer('N')
		case p.Kind == wire.PacketCancel:
			c.server.cancelByKey(p.PID, p.Key)
			return p, false, nil
		case p.Kind == wire.PacketStartup:
			return p, true, nil
		default:
			return p, false, pgerr.New(pgerr.ProtocolViolation, "encryption was requested twice")
		}
		if err != nil {
			return p, false, err
		}
	}
}

// login finds out who the client is, opens its session and greets it.
func (c *conn) login(ctx context.Context, packet wire.Packet) (*session, error) {
	if packet.Negotiate {
		c.out.NegotiateVersion(packet.Unknown)
	}
	info, err := c.readStartup(packet.Params)
	if err != nil {
		return nil, err
	}
	info.Role, err = c.server.cfg.Auth.Authenticate(ctx, c.startup(packet.Params["user"]), c)
	if err != nil {
		return nil, err
	}
	// Those who do not get in take no place from those who do.
	if err := c.server.admit(c); err != nil {
		return nil, err
	}
	if err := c.server.admitRole(info.Role); err != nil {
		return nil, err
	}
	info.PID = c.pid
	sess := newSession(c)
	c.out.Authentication([]byte{0, 0, 0, 0})
	if sess.sess, err = c.server.cfg.Backend.Open(ctx, info, sess); err != nil {
		return nil, err
	}
	for _, p := range sess.sess.Reported() {
		c.out.ParameterStatus(p)
	}
	c.out.KeyData(c.pid, c.key)
	sess.changed = nil // Reported has it
	c.out.Ready(sess.sess.TxStatus())
	if err := c.out.Flush(); err != nil {
		sess.sess.Close()
		return nil, err
	}
	return sess, nil
}

// readStartup gives the session's beginning from the startup parameters.
func (c *conn) readStartup(params map[string]string) (SessionInfo, error) {
	info := SessionInfo{Database: params["database"], Settings: map[string]string{}, Remote: c.nc.RemoteAddr()}
	if params["user"] == "" {
		return info, pgerr.New(pgerr.InvalidAuthorizationSpecification, "no PostgreSQL user name specified in startup packet")
	}
	if info.Database == "" {
		info.Database = params["user"]
	}
	switch params["replication"] {
	case "", "false", "off", "no", "0":
	default:
		return info, pgerr.New(pgerr.FeatureNotSupported, "replication connections are not supported")
	}
	options, err := wire.SplitOptions(params["options"])
	if err != nil {
		return info, err
	}
	for name, value := range options {
		info.Settings[name] = value
	}
	for name, value := range params {
		switch name {
		case "user", "database", "options", "replication":
		default:
			info.Settings[name] = value
		}
	}
	return info, nil
}

// begin gives the context of a message; end must be called after it.
func (c *conn) begin() (ctx context.Context, end func()) {
	ctx, cancel := context.WithCancelCause(c.ctx)
	c.mu.Lock()
	c.statement = cancel
	c.mu.Unlock()
	c.src.watch()
	return ctx, func() {
		c.src.unwatch()
		c.mu.Lock()
		c.statement = nil
		c.mu.Unlock()
		cancel(nil)
	}
}

// cancelStatement ends the message that runs, if there is one.
func (c *conn) cancelStatement(cause *pgerr.Error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.statement != nil {
		c.statement(cause)
	}
}

// terminate ends the session: at once when it is idle, else after its
// statement is cut.
func (c *conn) terminate() {
	c.end()
	c.cancelStatement(errShutdown())
}

// end ends the session once it is idle.
func (c *conn) end() {
	c.once.Do(func() {
		close(c.stop)
		c.src.interrupt()
	})
}

func (c *conn) keyIs(key []byte) bool {
	var own [4]byte
	binary.BigEndian.PutUint32(own[:], c.key)
	return subtle.ConstantTimeCompare(own[:], key) == 1
}
