package tunnel

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"culvert/testenv"
)

// bastion is a real sshd (testenv) as these tests use it.
type bastion struct {
	*testenv.Bastion
	t testing.TB
}

// startBastion starts sshd on a fresh address with lines of sshd_config in
// front of testenv's; only keys may log in.
func startBastion(t testing.TB, keys []KeyPair, config ...string) *bastion {
	t.Helper()
	return &bastion{testenv.NewBastion(t, testenv.BastionOptions{AuthorizedKeys: publicLines(keys), Config: config}), t}
}

func publicLines(keys []KeyPair) []string {
	var lines []string
	for _, k := range keys {
		lines = append(lines, k.Public())
	}
	return lines
}

// hostKeyFile makes a host key for sshd_config's HostKey.
func hostKeyFile(t testing.TB, kind string) (string, HostKey) {
	t.Helper()
	path := filepath.Join(t.TempDir(), kind)
	if out, err := exec.Command("ssh-keygen", "-q", "-t", kind, "-N", "", "-f", path).CombinedOutput(); err != nil {
		t.Fatalf("ssh-keygen: %v: %s", err, out)
	}
	pub, err := os.ReadFile(path + ".pub")
	if err != nil {
		t.Fatal(err)
	}
	key, err := ParseHostKey(string(pub))
	if err != nil {
		t.Fatal(err)
	}
	return path, key
}

func (b *bastion) do(what string, err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatalf("%s: %v", what, err)
	}
}

func (b *bastion) authorize(keys ...KeyPair) {
	b.t.Helper()
	b.do("authorizing keys", b.SetAuthorizedKeys(publicLines(keys)...))
}

func (b *bastion) logins() int { return strings.Count(b.Log(), "Accepted publickey") }

func (b *bastion) config(keys [2]KeyPair) Config {
	return Config{ConnectionID: "u1", Name: "bastion", Host: b.Host(), Port: uint16(b.Port()), User: b.User(), Keys: keys}
}

func newKeys(t testing.TB) [2]KeyPair {
	t.Helper()
	var keys [2]KeyPair
	for i := range keys {
		k, err := GenerateKeyPair()
		if err != nil {
			t.Fatal(err)
		}
		keys[i] = k
	}
	return keys
}

func newManager(t testing.TB, opts Options) *Manager {
	t.Helper()
	m := NewManager(opts)
	t.Cleanup(m.Close)
	return m
}

// echoServer is a target that sends back what it gets.
func echoServer(t testing.TB) string {
	t.Helper()
	return serveTCP(t, func(c net.Conn) { _, _ = io.Copy(c, c) })
}

func serveTCP(t testing.TB, handle func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	var conns []net.Conn
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			conns = append(conns, c)
			mu.Unlock()
			wg.Go(func() { handle(c); _ = c.Close() })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		mu.Lock()
		for _, c := range conns {
			_ = c.Close()
		}
		mu.Unlock()
		wg.Wait()
	})
	return l.Addr().String()
}

// roundTrip sends text through c and wants it back.
func roundTrip(t testing.TB, c net.Conn, text string) {
	t.Helper()
	if err := tryRoundTrip(c, text); err != nil {
		t.Fatal(err)
	}
}

func tryRoundTrip(c net.Conn, text string) error {
	if _, err := io.WriteString(c, text); err != nil {
		return err
	}
	got := make([]byte, len(text))
	if _, err := io.ReadFull(c, got); err != nil {
		return err
	}
	if string(got) != text {
		return fmt.Errorf("got %q back for %q", got, text)
	}
	return nil
}

// waitFor polls a condition of another process with a deadline.
func waitFor(t testing.TB, limit time.Duration, what string, ok func() bool) {
	t.Helper()
	testenv.Eventually(t, limit, func() error {
		if !ok() {
			return fmt.Errorf("not yet: %s", what)
		}
		return nil
	})
}

func freePort(t testing.TB, host string) uint16 {
	t.Helper()
	l, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return uint16(l.Addr().(*net.TCPAddr).Port)
}
