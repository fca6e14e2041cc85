package tunnel

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// bastion is a real sshd with its own configuration, host key and
// authorized_keys, on a port of its own.
type bastion struct {
	t    testing.TB
	dir  string
	host string
	port uint16
	user string
	more []string // further lines of sshd_config
	cmd  *exec.Cmd
	log  *lockedBuffer
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// startBastion starts sshd on host (an address of the loopback network).
func startBastion(t testing.TB, host string, keys []KeyPair, more ...string) *bastion {
	t.Helper()
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	b := &bastion{t: t, dir: t.TempDir(), host: host, port: freePort(t, host), user: me.Username, more: more, log: &lockedBuffer{}}
	if os.Geteuid() == 0 {
		if err := os.MkdirAll("/run/sshd", 0o755); err != nil {
			t.Fatal(err)
		}
	}
	b.newHostKey("ed25519")
	b.authorize(keys...)
	b.start()
	t.Cleanup(b.kill)
	return b
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

func (b *bastion) newHostKey(kind string) HostKey {
	b.t.Helper()
	path := filepath.Join(b.dir, "host_"+kind)
	_ = os.Remove(path)
	if out, err := exec.Command("ssh-keygen", "-q", "-t", kind, "-N", "", "-f", path).CombinedOutput(); err != nil {
		b.t.Fatalf("ssh-keygen: %v: %s", err, out)
	}
	pub, err := os.ReadFile(path + ".pub")
	if err != nil {
		b.t.Fatal(err)
	}
	key, err := ParseHostKey(string(bytes.TrimSpace(pub)))
	if err != nil {
		b.t.Fatal(err)
	}
	return key
}

func (b *bastion) authorize(keys ...KeyPair) {
	b.t.Helper()
	var lines strings.Builder
	for _, k := range keys {
		fmt.Fprintln(&lines, k.Public())
	}
	if err := os.WriteFile(filepath.Join(b.dir, "authorized_keys"), []byte(lines.String()), 0o600); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bastion) start() {
	b.t.Helper()
	lines := []string{
		"ListenAddress " + net.JoinHostPort(b.host, strconv.Itoa(int(b.port))),
		"AuthorizedKeysFile " + filepath.Join(b.dir, "authorized_keys"),
		"PidFile none", "UsePAM no", "StrictModes no", "PermitRootLogin prohibit-password",
		"PasswordAuthentication no", "KbdInteractiveAuthentication no", "UseDNS no",
	}
	hostKeys, err := filepath.Glob(filepath.Join(b.dir, "host_*.pub"))
	if err != nil {
		b.t.Fatal(err)
	}
	for _, k := range hostKeys {
		lines = append(lines, "HostKey "+strings.TrimSuffix(k, ".pub"))
	}
	config := filepath.Join(b.dir, "sshd_config")
	if err := os.WriteFile(config, []byte(strings.Join(append(b.more, lines...), "\n")+"\n"), 0o600); err != nil {
		b.t.Fatal(err)
	}
	sshd := "/usr/sbin/sshd" // sshd wants to be started by its absolute path
	b.cmd = exec.Command(sshd, "-D", "-e", "-f", config)
	b.cmd.Stderr = b.log
	if err := b.cmd.Start(); err != nil {
		b.t.Fatalf("starting sshd (Debian package openssh-server): %v", err)
	}
	waitFor(b.t, 5*time.Second, "sshd to listen", func() bool {
		c, err := net.Dial("tcp", net.JoinHostPort(b.host, strconv.Itoa(int(b.port))))
		if err != nil {
			return false
		}
		_ = c.Close()
		return true
	})
}

// tree gives sshd's process and all that descend from it.
func (b *bastion) tree() []int {
	children := map[int][]int{}
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		// proc(5): pid (comm) state ppid …
		fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		ppid, _ := strconv.Atoi(fields[1])
		children[ppid] = append(children[ppid], pid)
	}
	all := []int{b.cmd.Process.Pid}
	for i := 0; i < len(all); i++ {
		all = append(all, children[all[i]]...)
	}
	return all
}

func (b *bastion) signal(sig syscall.Signal) {
	for _, pid := range b.tree() {
		_ = syscall.Kill(pid, sig)
	}
}

// kill ends sshd and its sessions at once.
func (b *bastion) kill() {
	if b.cmd.ProcessState != nil {
		return
	}
	b.signal(syscall.SIGKILL)
	_ = b.cmd.Wait()
}

func (b *bastion) config(keys [2]KeyPair) Config {
	return Config{ConnectionID: "u1", Name: "bastion", Host: b.host, Port: b.port, User: b.user, Keys: keys}
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
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	deadline := time.Now().Add(limit)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("waited %s for %s", limit, what)
		}
		<-tick.C
	}
}
