package tunnel

import (
	"context"
	"errors"
	"net"
	"slices"
	"time"

	"golang.org/x/crypto/ssh"
)

// login is one way from a TCP connect to an authenticated SSH connection, and
// the record of how far it came.
type login struct {
	cfg          Config
	raw          *rawConn
	pins         []HostKey
	offered      HostKey
	hostKeyErr   *Error
	loginReached bool
}

// connect makes a fresh SSH connection. ctx bounds all of it; the manager's
// timeouts bound its parts.
func (m *Manager) connect(ctx context.Context, cfg Config) (*client, *Error) {
	signers, fail := cfg.signers()
	if fail != nil {
		return nil, fail
	}
	pins, fail := m.pinsOf(ctx, cfg)
	if fail != nil {
		return nil, fail
	}
	var last *Error
	for _, algorithms := range algorithmOffers(pins) {
		cl, fail := m.connectOnce(ctx, &login{cfg: cfg, pins: pins}, signers, algorithms)
		if fail == nil {
			return cl, nil
		}
		// Another family of keys may hold the pinned fingerprint. A bastion
		// that has none of a family breaks the handshake off, by either side:
		// a mismatch found before says more.
		if last == nil || last.Leg != LegHostKey || fail.Leg != LegHandshake {
			last = fail
		}
		if fail.Leg != LegHostKey && (fail.Leg != LegHandshake || isTimeout(fail)) {
			break
		}
	}
	return nil, last
}

func (c Config) signers() ([]ssh.Signer, *Error) {
	var signers []ssh.Signer
	for _, k := range c.Keys {
		if k.IsZero() {
			continue
		}
		s, err := k.signer()
		if err != nil {
			return nil, c.fail(LegConfig, err, "connection %s has an unusable key", c.Name).permanent("ALTER CONNECTION %s ROTATE KEYS.", c.Name)
		}
		signers = append(signers, s)
	}
	if len(signers) == 0 {
		return nil, c.fail(LegConfig, nil, "connection %s has no key", c.Name).permanent("ALTER CONNECTION %s ROTATE KEYS.", c.Name)
	}
	return signers, nil
}

func (m *Manager) storeOf(cfg Config) HostKeyStore {
	if cfg.Store != nil {
		return cfg.Store
	}
	return m.opts.Store
}

func (m *Manager) pinsOf(ctx context.Context, cfg Config) ([]HostKey, *Error) {
	if cfg.HostKeys.Off {
		return nil, nil
	}
	if len(cfg.HostKeys.Pinned) > 0 {
		return cfg.HostKeys.Pinned, nil
	}
	pins, err := m.storeOf(cfg).Lookup(ctx, cfg.ConnectionID, cfg.Host, cfg.Port)
	if err != nil {
		return nil, cfg.fail(LegHostKey, err, "cannot read the pinned host key of %s port %d: %v", cfg.Host, cfg.Port, err)
	}
	return pins, nil
}

func (m *Manager) connectOnce(ctx context.Context, l *login, signers []ssh.Signer, algorithms []string) (*client, *Error) {
	cfg := l.cfg
	dialCtx, cancel := context.WithTimeout(ctx, m.opts.ConnectTimeout)
	conn, err := m.opts.Dial(dialCtx, "tcp", cfg.addr())
	cancel()
	if err != nil {
		return nil, cfg.classifyDial(err)
	}
	l.raw = newRawConn(conn)
	if err := conn.SetDeadline(time.Now().Add(m.opts.HandshakeTimeout)); err != nil {
		_ = conn.Close()
		return nil, cfg.classifyDial(err)
	}
	stopAbort := context.AfterFunc(ctx, func() { l.raw.fail(ctx.Err()) })
	sc, chans, reqs, err := ssh.NewClientConn(l.raw, cfg.addr(), l.clientConfig(signers, algorithms))
	if err != nil {
		stopAbort()
		_ = conn.Close()
		return nil, cfg.classifyLogin(l, err)
	}
	// From here on the client owns the connection.
	cl := newClient(cfg, l, sc, chans, reqs)
	if !stopAbort() {
		cl.close(cfg.linkClosed())
		return nil, cfg.classifyLogin(l, ctx.Err())
	}
	if err := conn.SetDeadline(time.Time{}); err != nil {
		fail := cfg.lost(err)
		cl.close(fail)
		return nil, fail
	}
	if fail := m.learn(ctx, l); fail != nil {
		cl.close(fail)
		return nil, fail
	}
	return cl, nil
}

// learn pins the key of a bastion that has just taken the login: a key shown
// before that proves nothing about whose bastion it is.
func (m *Manager) learn(ctx context.Context, l *login) *Error {
	if l.cfg.HostKeys.Off || len(l.pins) > 0 {
		return nil
	}
	err := m.storeOf(l.cfg).Learn(ctx, l.cfg.ConnectionID, l.cfg.Host, l.cfg.Port, l.offered)
	if err != nil {
		return l.cfg.fail(LegHostKey, err, "cannot pin the host key of %s port %d: %v", l.cfg.Host, l.cfg.Port, err)
	}
	m.opts.Logger.Info("ssh host key learnt", "connection", l.cfg.ConnectionID, "host", l.cfg.Host, "port", l.cfg.Port, "fingerprint", l.offered.Fingerprint())
	return nil
}

func (l *login) clientConfig(signers []ssh.Signer, algorithms []string) *ssh.ClientConfig {
	return &ssh.ClientConfig{
		User:              l.cfg.User,
		Auth:              []ssh.AuthMethod{ssh.PublicKeys(signers...)},
		AuthCallback:      l.nextMethod,
		HostKeyCallback:   l.checkHostKey,
		HostKeyAlgorithms: algorithms,
		ClientVersion:     "SSH-2.0-culvert",
	}
}

// checkHostKey runs at every key exchange, so also when a long-lived
// connection renews its keys: then the key must be the one it began with.
func (l *login) checkHostKey(_ string, _ net.Addr, key ssh.PublicKey) error {
	offered := hostKeyOf(key)
	if l.offered != (HostKey{}) {
		if offered != l.offered {
			return errors.New("the host key changed within a connection")
		}
		return nil
	}
	l.offered = offered
	if len(l.pins) > 0 && !slices.ContainsFunc(l.pins, func(k HostKey) bool { return k.matches(key) }) {
		l.hostKeyErr = l.cfg.hostKeyChanged(l.pins, offered)
		return l.hostKeyErr
	}
	return nil
}

// nextMethod is asked before each method of authentication. The library takes
// an error of the network for a key refused and goes on; here it ends the login.
func (l *login) nextMethod(auth *ssh.ClientAuthContext) (ssh.AuthMethod, error) {
	l.loginReached = true
	if err := l.raw.failure(); err != nil {
		return nil, err
	}
	if slices.Contains(auth.TriedMethods, "publickey") || !slices.Contains(auth.AllowedMethods, "publickey") {
		return nil, l.cfg.refused(auth.AllowedMethods)
	}
	return nil, nil // the library's choice: publickey, with both keys
}
