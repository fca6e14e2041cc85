package tunnel

import (
	"context"
	"errors"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"culvert/sql/pgerr"
	"culvert/testenv"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func dial(t *testing.T, d DialFunc, addr string) net.Conn {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	c, err := d(ctx, "tcp", addr)
	if err != nil {
		t.Fatalf("dial %s: %v", addr, err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// failure is the class of an error.
type failure struct {
	leg       Leg
	transient bool
}

// wantError dials and wants a failure of that class whose text contains every part.
func wantError(t *testing.T, d DialFunc, addr string, want failure, parts ...string) *Error {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	c, err := d(ctx, "tcp", addr)
	if err == nil {
		_ = c.Close()
		t.Fatalf("dial %s: no error, want leg %s", addr, want.leg)
	}
	return checkError(t, err, want.leg, want.transient, parts...)
}

func checkError(t *testing.T, err error, leg Leg, transient bool, parts ...string) *Error {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("error %v (%T) is no tunnel error", err, err)
	}
	if e.Leg != leg || e.Transient != transient {
		t.Errorf("leg %q transient %v, want %q %v: %v", e.Leg, e.Transient, leg, transient, e)
	}
	for _, p := range parts {
		if !strings.Contains(e.Error(), p) {
			t.Errorf("error %q lacks %q", e, p)
		}
	}
	if pg := e.PgError(); pg.Code != pgerr.SQLClientUnableToEstablish && pg.Code != pgerr.ConnectionFailure || !strings.HasPrefix(pg.Message, "ssh: ") || e.Host != "" && !strings.Contains(pg.Detail, string(leg)) {
		t.Errorf("as PostgreSQL error: %s %q %q", pg.Code, pg.Message, pg.Detail)
	}
	return e
}

func status(t *testing.T, m *Manager) Status {
	t.Helper()
	rows := m.Status()
	if len(rows) != 1 {
		t.Fatalf("%d status rows, want 1: %+v", len(rows), rows)
	}
	return rows[0]
}

func TestDialThroughBastion(t *testing.T) {
	keys := newKeys(t)
	b := startBastion(t, keys[:1])
	m := newManager(t, Options{})
	m.Set(b.config(keys))
	if s := status(t, m); s.State != StateIdle {
		t.Errorf("state before the first dial: %s", s.State)
	}
	target := echoServer(t)
	c := dial(t, m.Dialer("u1"), target)
	roundTrip(t, c, "hello")
	roundTrip(t, c, strings.Repeat("0123456789", 50_000))
	s := status(t, m)
	if s.State != StateConnected || s.Users != 1 || s.Reconnects != 0 || s.LastError != nil {
		t.Errorf("status %+v", s)
	}
	if s.BytesIn != 500_005 || s.BytesOut != 500_005 {
		t.Errorf("bytes in %d out %d, want 500005", s.BytesIn, s.BytesOut)
	}
	if !strings.HasPrefix(s.HostKey, "SHA256:") {
		t.Errorf("host key %q", s.HostKey)
	}
	if got := c.RemoteAddr().String(); got != target {
		t.Errorf("remote address %s, want %s as dialled", got, target)
	}
	_ = c.Close()
	if err := c.Close(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("second close: %v", err)
	}
	waitFor(t, 5*time.Second, "the channel to be released", func() bool { return status(t, m).Users == 0 })
}

func TestBothKeysAreTried(t *testing.T) {
	keys := newKeys(t)
	for i, name := range []string{"primary", "secondary"} {
		t.Run(name, func(t *testing.T) {
			b := startBastion(t, keys[i:i+1])
			m := newManager(t, Options{})
			m.Set(b.config(keys))
			roundTrip(t, dial(t, m.Dialer("u1"), echoServer(t)), "x")
		})
	}
}

func TestLoginRefused(t *testing.T) {
	keys := newKeys(t)
	b := startBastion(t, nil)
	m := newManager(t, Options{})
	cfg := b.config(keys)
	m.Set(cfg)
	d := m.Dialer("u1")
	e := wantError(t, d, "x:1", failure{LegLogin, false}, "failed to connect to the remote host: "+b.User()+"@"+b.Host()+": Permission denied (publickey).")
	if !strings.Contains(e.Hint, "authorized_keys") {
		t.Errorf("hint %q", e.Hint)
	}
	if s := status(t, m); s.State != StateRefused || s.LastError == nil || s.NextTry.Sub(s.Since) < 900*time.Millisecond {
		t.Errorf("status %+v", s)
	}
	// The stored error is given at once, without another login.
	logins := strings.Count(b.Log(), "Connection closed by authenticating user")
	for range 20 {
		wantError(t, d, "x:1", failure{LegLogin, false})
	}
	if n := strings.Count(b.Log(), "Connection closed by authenticating user"); n > logins+1 {
		t.Errorf("%d logins for 20 dials in back-off", n-logins)
	}
	// A person authorises the key and says so: no wait for the back-off.
	b.authorize(keys[1])
	why, mended := m.Broken("u1")
	checkError(t, why, LegLogin, false)
	if err := m.Validate(context.Background(), cfg); err != nil {
		t.Fatal(err)
	}
	<-mended
	roundTrip(t, dial(t, d, echoServer(t)), "x")

	cfg.User = "invalid"
	err := m.Validate(context.Background(), cfg)
	checkError(t, err, LegLogin, false, "invalid@"+b.Host()+": Permission denied (publickey).")
}

func TestBastionThatCountsTheFirstKeyAgainstTheSecond(t *testing.T) {
	keys := newKeys(t)
	b := startBastion(t, keys[1:], "MaxAuthTries 1")
	m := newManager(t, Options{})
	m.Set(b.config(keys))
	e := wantError(t, m.Dialer("u1"), "x:1", failure{LegLogin, false}, "Too many authentication failures")
	if !strings.Contains(e.Hint, "MaxAuthTries") {
		t.Errorf("hint %q", e.Hint)
	}
}

func TestPortClosedAndHostUnknown(t *testing.T) {
	keys := newKeys(t)
	m := newManager(t, Options{})
	port := freePort(t, "127.0.0.1")
	m.Set(Config{ConnectionID: "u1", Host: "127.0.0.1", Port: port, User: "u", Keys: keys})
	wantError(t, m.Dialer("u1"), "x:1", failure{LegConnect, true}, "failed to connect to the remote host: connect to host 127.0.0.1 port "+strconv.Itoa(int(port))+": Connection refused")
	m.Set(Config{ConnectionID: "u2", Host: "nowhere.invalid", User: "u", Keys: keys})
	wantError(t, m.Dialer("u2"), "x:1", failure{LegResolve, true}, "failed to connect to the remote host: Could not resolve hostname nowhere.invalid")
	wantError(t, m.Dialer("u3"), "x:1", failure{LegConfig, false}, "u3")
	m.Set(Config{ConnectionID: "u4", Host: "127.0.0.1", User: "u"})
	wantError(t, m.Dialer("u4"), "x:1", failure{LegConfig, false}, "no key")
}

func TestHostKeyIsPinnedAtFirstLogin(t *testing.T) {
	keys := newKeys(t)
	b := startBastion(t, nil)
	store := NewMemoryHostKeys()
	m := newManager(t, Options{Store: store})
	cfg := b.config(keys)
	m.Set(cfg)
	d, ctx := m.Dialer("u1"), context.Background()
	wantError(t, d, "x:1", failure{LegLogin, false})
	if k, _ := store.Lookup(ctx, "u1", b.Host(), uint16(b.Port())); len(k) != 0 {
		t.Fatalf("host key %v learnt without a login", k)
	}
	b.authorize(keys[0])
	m.Set(cfg)
	target := echoServer(t)
	roundTrip(t, dial(t, d, target), "x")
	old, _ := store.Lookup(ctx, "u1", b.Host(), uint16(b.Port()))
	if len(old) != 1 || old[0].Fingerprint() != status(t, m).HostKey {
		t.Fatalf("learnt %v, live %s", old, status(t, m).HostKey)
	}

	b.do("kill", b.Kill())
	b.do("new host key", b.NewHostKey(context.Background()))
	changed, err := ParseHostKey(b.HostKey())
	b.do("host key", err)
	b.do("start", b.Start(context.Background()))
	waitFor(t, 5*time.Second, "the changed key to be refused", func() bool { return status(t, m).State == StateRefused })
	e := wantError(t, d, target, failure{LegHostKey, false}, old[0].Fingerprint(), changed.Fingerprint())
	if !strings.Contains(e.Hint, "ALTER CONNECTION bastion RESET (HOST KEY)") {
		t.Errorf("hint %q", e.Hint)
	}
	store.Forget("u1")
	m.Set(cfg)
	roundTrip(t, dial(t, d, target), "x")
	if s := status(t, m); s.HostKey != changed.Fingerprint() {
		t.Errorf("host key %s, want %s", s.HostKey, changed.Fingerprint())
	}
}

func TestHostKeyPinnedByHand(t *testing.T) {
	keys := newKeys(t)
	rsaFile, rsaKey := hostKeyFile(t, "rsa")
	ecdsaFile, ecdsaKey := hostKeyFile(t, "ecdsa")
	b := startBastion(t, keys[:], "HostKey "+rsaFile, "HostKey "+ecdsaFile)
	own, err := ParseHostKey(b.HostKey())
	b.do("host key", err)
	pins := map[string]HostKey{"rsa": rsaKey, "ecdsa": ecdsaKey, "ed25519": own}
	m := newManager(t, Options{})
	for kind, key := range pins {
		short, err := ParseHostKey(key.Fingerprint())
		if err != nil {
			t.Fatal(err)
		}
		for _, pin := range []HostKey{key, short} {
			cfg := b.config(keys)
			cfg.HostKeys.Pinned = []HostKey{pin}
			if err := m.Validate(context.Background(), cfg); err != nil {
				t.Errorf("%s pinned as %s: %v", kind, pin, err)
			}
		}
	}
	// A fingerprint does not tell its type: a bastion with that key alone is found, too.
	only := startBastion(t, keys[:], "HostKey "+rsaFile, "HostKeyAlgorithms rsa-sha2-512").config(keys)
	only.HostKeys.Pinned = []HostKey{{fingerprint: rsaKey.Fingerprint()}}
	if err := m.Validate(context.Background(), only); err != nil {
		t.Error(err)
	}

	cfg := b.config(keys)
	cfg.HostKeys.Pinned = []HostKey{{fingerprint: "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}}
	checkError(t, m.Validate(context.Background(), cfg), LegHostKey, false, "SHA256:AAAA")
	cfg.HostKeys = HostKeyPolicy{Off: true}
	if err := m.Validate(context.Background(), cfg); err != nil {
		t.Error(err)
	}
}

func TestFrozenBastionFailsEveryChannel(t *testing.T) {
	keys := newKeys(t)
	b := startBastion(t, keys[:])
	m := newManager(t, Options{KeepaliveInterval: 200 * time.Millisecond, KeepaliveTimeout: 300 * time.Millisecond, HandshakeTimeout: 500 * time.Millisecond})
	m.Set(b.config(keys))
	d, target := m.Dialer("u1"), echoServer(t)
	var conns []net.Conn
	for range 5 {
		c := dial(t, d, target)
		roundTrip(t, c, "x")
		conns = append(conns, c)
	}
	b.do("freeze", b.Freeze())
	frozen := time.Now()
	for _, c := range conns {
		_, err := c.Read(make([]byte, 1))
		checkError(t, err, LegLink, true, "not responding")
		_, err = c.Write([]byte("x"))
		checkError(t, err, LegLink, true)
	}
	if took := time.Since(frozen); took > 2*time.Second {
		t.Errorf("channels failed after %s", took)
	}
	waitFor(t, 5*time.Second, "the handshake to time out", func() bool {
		e := status(t, m).LastError
		return e != nil && e.Leg == LegHandshake
	})
	wantError(t, d, target, failure{LegHandshake, true}, "timed out during the handshake")
	b.do("thaw", b.Thaw())
	thawed := time.Now()
	waitFor(t, 5*time.Second, "the link to come back", func() bool { return status(t, m).State == StateConnected })
	roundTrip(t, dial(t, d, target), "x")
	if took := time.Since(thawed); took > 2*time.Second {
		t.Errorf("back after %s", took)
	}
}

func TestBastionKilledAndRestarted(t *testing.T) {
	keys := newKeys(t)
	b := startBastion(t, keys[:])
	m := newManager(t, Options{})
	m.Set(b.config(keys))
	d, target := m.Dialer("u1"), echoServer(t)
	c := dial(t, d, target)
	roundTrip(t, c, "x")
	b.do("kill", b.Kill())
	_, err := c.Read(make([]byte, 1))
	if errors.Is(err, io.EOF) {
		t.Errorf("the tunnel's death reads as a clean end of stream: %v", err)
	}
	checkError(t, err, LegLink, true, "closed by remote host")
	waitFor(t, 5*time.Second, "some failed tries", func() bool {
		e := status(t, m).LastError
		return e != nil && e.Leg == LegConnect
	})
	b.do("start", b.Start(context.Background()))
	started := time.Now()
	waitFor(t, 5*time.Second, "the link to come back by itself", func() bool { return status(t, m).State == StateConnected })
	roundTrip(t, dial(t, d, target), "x")
	if took := time.Since(started); took > 1500*time.Millisecond {
		t.Errorf("back after %s", took)
	}
	if s := status(t, m); s.Reconnects != 1 || s.Users != 1 || s.LastError != nil {
		t.Errorf("status %+v", s)
	}
}

func TestForwardRefused(t *testing.T) {
	keys := newKeys(t)
	target := echoServer(t)
	t.Run("forwarding off", func(t *testing.T) {
		b := startBastion(t, keys[:], "AllowTcpForwarding no")
		m := newManager(t, Options{})
		m.Set(b.config(keys))
		e := wantError(t, m.Dialer("u1"), target, failure{LegForward, false}, target, "administratively prohibited")
		if e.Target != target || !strings.Contains(e.Hint, "AllowTcpForwarding") {
			t.Errorf("target %q hint %q", e.Target, e.Hint)
		}
		if s := status(t, m); s.State != StateConnected {
			t.Errorf("a refused forward took the link down: %s", s.State)
		}
	})
	b := startBastion(t, keys[:], "PermitOpen "+target+" nowhere.invalid:* 127.0.0.1:1")
	m := newManager(t, Options{})
	m.Set(b.config(keys))
	d := m.Dialer("u1")
	roundTrip(t, dial(t, d, target), "x")
	wantError(t, d, "127.0.0.1:2", failure{LegForward, false}, "127.0.0.1:2", "administratively prohibited")
	wantError(t, d, "127.0.0.1:1", failure{LegForward, true}, "127.0.0.1:1", "Connection refused")
	wantError(t, d, "nowhere.invalid:5432", failure{LegForward, true}, "nowhere.invalid:5432")
	wantError(t, d, "no-port", failure{LegConfig, false}, "no-port")
}

func TestManyDialsShareOneLogin(t *testing.T) {
	keys := newKeys(t)
	b := startBastion(t, keys[:], "MaxStartups 2")
	m := newManager(t, Options{})
	m.Set(b.config(keys))
	target := echoServer(t)
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			c, err := m.Dialer("u1")(context.Background(), "tcp", target)
			if err != nil {
				t.Error(err)
				return
			}
			if err := tryRoundTrip(c, "hello"); err != nil {
				t.Error(err)
			}
			_ = c.Close()
		})
	}
	wg.Wait()
	if n := b.logins(); n != 1 {
		t.Errorf("%d logins for 50 dials", n)
	}
}

func TestIPv6Bastion(t *testing.T) {
	keys := newKeys(t)
	addr := net.JoinHostPort("::1", strconv.Itoa(int(freePort(t, "::1"))))
	b := bastion{testenv.NewBastion(t, testenv.BastionOptions{Addr: addr, AuthorizedKeys: publicLines(keys[:])}), t}
	m := newManager(t, Options{})
	cfg := b.config(keys)
	cfg.Host = "[::1]"
	m.Set(cfg)
	roundTrip(t, dial(t, m.Dialer("u1"), echoServer(t)), "x")
}

func TestTargetNamesAreResolvedOnTheBastion(t *testing.T) {
	keys := newKeys(t)
	target := echoServer(t)
	host, port, _ := net.SplitHostPort(target)
	b := bastion{testenv.NewBastion(t, testenv.BastionOptions{
		AuthorizedKeys: publicLines(keys[:]), Hosts: map[string]string{"db.hidden.internal": host},
	}), t}
	if addrs, err := net.LookupHost("db.hidden.internal"); err == nil {
		t.Fatalf("the name resolves here: %v", addrs)
	}
	m := newManager(t, Options{})
	m.Set(b.config(keys))
	c := dial(t, m.Dialer("u1"), net.JoinHostPort("db.hidden.internal", port))
	roundTrip(t, c, "x")
	if got := c.RemoteAddr().String(); got != "db.hidden.internal:"+port {
		t.Errorf("remote address %s: a cancel request would go astray", got)
	}
}

// brokenStore cannot keep what is learnt.
type brokenStore struct{ *MemoryHostKeys }

func (brokenStore) Learn(context.Context, string, string, uint16, HostKey) error {
	return errors.New("disk full")
}

func TestKeyThatCannotBePinnedIsNotTrusted(t *testing.T) {
	keys := newKeys(t)
	b := startBastion(t, keys[:])
	m := newManager(t, Options{Store: brokenStore{NewMemoryHostKeys()}})
	m.Set(b.config(keys))
	wantError(t, m.Dialer("u1"), "x:1", failure{LegHostKey, true}, "cannot pin the host key", "disk full")
}

func TestHandshakeThatNeverAnswers(t *testing.T) {
	silent := serveTCP(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
	host, port, _ := net.SplitHostPort(silent)
	number, _ := strconv.Atoi(port)
	m := newManager(t, Options{HandshakeTimeout: 200 * time.Millisecond})
	cfg := Config{ConnectionID: "u1", Host: host, Port: uint16(number), User: "u", Keys: newKeys(t)}
	m.Set(cfg)
	wantError(t, m.Dialer("u1"), "x:1", failure{LegHandshake, true}, "timed out during the handshake")

	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	e := checkError(t, m.Validate(ctx, cfg), LegHandshake, true)
	if !errors.Is(e, context.DeadlineExceeded) || !e.Timeout() {
		t.Errorf("the caller's deadline is not in %v", e)
	}

	web := serveTCP(t, func(c net.Conn) { _, _ = io.WriteString(c, "HTTP/1.1 400 Bad Request\r\n\r\n") })
	_, port, _ = net.SplitHostPort(web)
	number, _ = strconv.Atoi(port)
	cfg.Port = uint16(number)
	checkError(t, m.Validate(context.Background(), cfg), LegHandshake, true)
}

func TestValidateUsesAConnectionOfItsOwn(t *testing.T) {
	keys := newKeys(t)
	b := startBastion(t, keys[:])
	m := newManager(t, Options{})
	cfg := b.config(keys)
	m.Set(cfg)
	dial(t, m.Dialer("u1"), echoServer(t))
	if err := m.Validate(context.Background(), cfg); err != nil {
		t.Fatal(err)
	}
	if n := b.logins(); n != 2 {
		t.Errorf("%d logins, want 2", n)
	}
	b.authorize() // the shared connection is still up
	checkError(t, m.Validate(context.Background(), cfg), LegLogin, false)
}

func TestPrivateTunnelEndsAtClose(t *testing.T) {
	keys := newKeys(t)
	b := startBastion(t, keys[:])
	m := newManager(t, Options{})
	store := NewMemoryHostKeys()
	cfg := b.config(keys)
	cfg.Store = store
	p := m.Private(cfg)
	target := echoServer(t)
	c := dial(t, p.Dial, target)
	roundTrip(t, c, "x")
	if s := status(t, m); !s.Private {
		t.Errorf("status %+v", s)
	}
	wantError(t, m.Dialer("u1"), target, failure{LegConfig, false})
	learnt := 0
	store.Learnt(func(string, string, uint16, HostKey) { learnt++ })
	if learnt != 1 {
		t.Errorf("%d host keys in the transaction's store", learnt)
	}
	p.Close()
	_, err := c.Read(make([]byte, 1))
	checkError(t, err, LegLink, true, "closed")
	wantError(t, p.Dial, target, failure{LegLink, true}, "closed")
	waitFor(t, 5*time.Second, "the tunnel to be gone", func() bool { return len(m.Status()) == 0 })
	p.Close()
	m.Private(cfg).Close()
	if n := len(m.Status()); n != 0 {
		t.Errorf("%d rows for a tunnel that never dialled", n)
	}
}
