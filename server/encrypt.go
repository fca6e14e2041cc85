package server

import (
	"context"
	"crypto/tls"
	"errors"
	"net"

	"culvert/server/auth"
	"culvert/server/wire"
	"culvert/sql/pgerr"
)

// recordHandshake is the first byte of a TLS connection (RFC 8446, section
// 5.1): no startup packet is as long as to begin with it.
const recordHandshake = 0x16

// acceptDirect begins TLS with a client that did so with its first byte, as
// libpq 17 does with sslnegotiation=direct. It must name its protocol by ALPN,
// so that no request for another server is taken for one.
func (c *conn) acceptDirect(ctx context.Context) error {
	first, err := c.in.Peek()
	if err != nil || first != recordHandshake {
		return err
	}
	if c.server.cfg.Certificates == nil {
		return errors.New("TLS is off") // the client takes the end for it
	}
	early := c.in.Unread()
	if err := c.encrypt(ctx, &earlyConn{Conn: c.nc, early: early}); err != nil {
		return err
	}
	if c.tls.ConnectionState().NegotiatedProtocol != auth.ALPN {
		return pgerr.New(pgerr.ProtocolViolation, "received direct SSL connection request without ALPN protocol negotiation extension")
	}
	return nil
}

// acceptRequested answers an SSLRequest, and begins TLS where there is a
// certificate.
func (c *conn) acceptRequested(ctx context.Context) error {
	if c.server.cfg.Certificates == nil || c.tls != nil {
		return c.answer('N')
	}
	if len(c.in.Unread()) > 0 {
		// Somebody may have put it there, to be taken for what comes encrypted.
		return pgerr.New(pgerr.ProtocolViolation, "received unencrypted data after SSL request").
			WithDetail("This could be either a client-software bug or evidence of an attempted man-in-the-middle attack.")
	}
	if err := c.answer('S'); err != nil {
		return err
	}
	return c.encrypt(ctx, c.nc)
}

// answer sends one byte that is no message.
func (c *conn) answer(b byte) error {
	c.out.Raw([]byte{b})
	return c.out.Flush()
}

// encrypt goes through TLS's handshake; from then on everything is encrypted.
func (c *conn) encrypt(ctx context.Context, nc net.Conn) error {
	identity := c.server.cfg.Certificates.Current()
	encrypted := tls.Server(nc, identity.Config)
	if err := encrypted.HandshakeContext(ctx); err != nil {
		c.server.cfg.Log.Info("TLS handshake failed", "remote", c.nc.RemoteAddr(), "error", err)
		return err
	}
	c.tls, c.binding = encrypted, identity.Binding
	c.src.encrypted = encrypted
	c.in = wire.NewReader(c.src, wire.MaxStartupPacket)
	c.out = wire.NewWriter(encrypted)
	return nil
}

// earlyConn gives what was read already before the rest.
type earlyConn struct {
	net.Conn
	early []byte
}

// Read gives the early bytes first.
func (e *earlyConn) Read(p []byte) (int, error) {
	if len(e.early) > 0 {
		n := copy(p, e.early)
		e.early = e.early[n:]
		return n, nil
	}
	return e.Conn.Read(p)
}

// startup is what is known of the client for its login.
func (c *conn) startup(user string) auth.Startup {
	s := auth.Startup{User: user, Remote: c.nc.RemoteAddr()}
	if c.tls != nil {
		state := c.tls.ConnectionState()
		s.TLS, s.Binding = &state, c.binding
	}
	return s
}

// Ask sends an authentication request and reads the answer.
func (c *conn) Ask(_ context.Context, request []byte) ([]byte, error) {
	c.out.Authentication(request)
	if err := c.out.Flush(); err != nil {
		return nil, err
	}
	kind, body, err := c.in.Next()
	if err != nil {
		return nil, err
	}
	if kind != 'p' {
		return nil, pgerr.New(pgerr.ProtocolViolation, "expected password response, got message type %d", kind)
	}
	return body, nil
}

// Tell sends an authentication request with what follows it.
func (c *conn) Tell(request []byte) error {
	c.out.Authentication(request)
	return nil
}
