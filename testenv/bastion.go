package testenv

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// BastionOptions says what kind of sshd to start. The zero value is a bastion on
// a fresh loopback address, port 22 where that may be opened, that forwards to
// everywhere and lets nobody in until keys are added.
type BastionOptions struct {
	Addr           string            // "127.x.y.z:port"; empty: a fresh address with port 22
	User           string            // who logs in; empty: see DefaultUser
	Hosts          map[string]string // names that only the bastion resolves, with their addresses
	AuthorizedKeys []string          // lines of authorized_keys

	AllowTCPForwarding string   // yes (when empty), no, local or remote
	PermitOpen         []string // host:port that may be forwarded to; empty: any
	MaxStartups        string   // as in sshd_config; empty: sshd's own
	Config             []string // further lines of sshd_config, in front of the others

	NSSWrapper bool // hide names by libnss-wrapper even where a mount namespace could
}

// Bastion is a running sshd. Its methods are not safe for concurrent use, but
// for the getters.
type Bastion struct {
	opts    BastionOptions
	program string
	dir     string
	host    string
	port    int
	hostKey string
	proc    *process
}

// StartBastion starts an sshd with a host key, configuration and authorized keys
// of its own. The caller closes it.
func StartBastion(ctx context.Context, opts BastionOptions) (*Bastion, error) {
	program, err := findSSHD()
	if err != nil {
		return nil, err
	}
	if opts.User == "" {
		if opts.User, err = DefaultUser(); err != nil {
			return nil, err
		}
	}
	if opts.Addr == "" {
		if opts.Addr, err = FreeAddr(22); err != nil {
			return nil, err
		}
	}
	b := &Bastion{opts: opts, program: program}
	b.host, b.port = splitAddr(opts.Addr)
	if b.dir, err = tempDir("sshd"); err != nil {
		return nil, err
	}
	if err := b.prepare(ctx); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	if err := b.Start(ctx); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return b, nil
}

// NewBastion starts an sshd for a test and closes it at the test's end.
func NewBastion(tb testing.TB, opts BastionOptions) *Bastion {
	tb.Helper()
	b, err := StartBastion(startContext(tb), opts)
	if err != nil {
		tb.Fatalf("bastion: %v", err)
	}
	tb.Cleanup(func() {
		if err := b.Close(); err != nil {
			tb.Errorf("closing the bastion: %v", err)
		}
	})
	logTail(tb, "the bastion", b.Log)
	return b
}

// Host returns the loopback address that the bastion listens on.
func (b *Bastion) Host() string { return b.host }

// Port returns the TCP port.
func (b *Bastion) Port() int { return b.port }

// Addr returns "host:port".
func (b *Bastion) Addr() string { return b.opts.Addr }

// User returns the name of the user who may log in.
func (b *Bastion) User() string { return b.opts.User }

// HostKey returns the public host key as "ssh-ed25519 AAAA…".
func (b *Bastion) HostKey() string { return b.hostKey }

// SetAuthorizedKeys replaces the keys that may log in; sessions go on.
func (b *Bastion) SetAuthorizedKeys(lines ...string) error {
	b.opts.AuthorizedKeys = lines
	text := strings.Join(lines, "\n") + "\n"
	// In one step, so that no login sees half a file.
	partial := b.path("authorized_keys.new")
	if err := os.WriteFile(partial, []byte(text), 0o644); err != nil {
		return err
	}
	return os.Rename(partial, b.path("authorized_keys"))
}

// AddAuthorizedKeys lets further keys log in.
func (b *Bastion) AddAuthorizedKeys(lines ...string) error {
	return b.SetAuthorizedKeys(append(append([]string(nil), b.opts.AuthorizedKeys...), lines...)...)
}

// SetHosts replaces the names that only the bastion resolves, also while it runs.
func (b *Bastion) SetHosts(hosts map[string]string) error {
	b.opts.Hosts = hosts
	return b.writeHosts()
}

// NewHostKey makes another host key, which the bastion uses from its next start.
func (b *Bastion) NewHostKey(ctx context.Context) error {
	key, err := NewSSHKey(ctx, b.path("host_key"))
	if err != nil {
		return err
	}
	b.hostKey = key.Public
	return nil
}

// Start starts the bastion again after Kill, on the same address, and waits
// until it greets.
func (b *Bastion) Start(ctx context.Context) error {
	spec, err := b.spec()
	if err != nil {
		return err
	}
	if b.proc, err = startProcess(spec); err != nil {
		return err
	}
	if err := waitFor(ctx, b.proc.done, func() error { return b.greets(ctx) }); err != nil {
		return fmt.Errorf("waiting for sshd on %s: %w\n%s", b.opts.Addr, err, b.Log())
	}
	return nil
}

// greets reports whether sshd sends its version line (RFC 4253, section 4.2).
func (b *Bastion) greets(ctx context.Context) error {
	dialer := net.Dialer{Timeout: time.Second}
	conn, err := dialer.DialContext(ctx, "tcp", b.opts.Addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.SetReadDeadline(time.Now().Add(5 * time.Second)); err != nil {
		return err
	}
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err == nil && !strings.HasPrefix(line, "SSH-2.0-") {
		err = fmt.Errorf("sshd greets with %q", line)
	}
	return err
}

// Kill ends the bastion and all its sessions with SIGKILL.
func (b *Bastion) Kill() error {
	sessions := descendants(b.proc.cmd.Process.Pid)
	return errors.Join(b.proc.kill(), killAll(sessions))
}

// KillSessions ends every session and leaves the bastion listening.
func (b *Bastion) KillSessions() error { return killAll(descendants(b.proc.cmd.Process.Pid)) }

// Sessions returns how many connections the bastion has that logged in or try
// to: the direct children of the listening process.
func (b *Bastion) Sessions() int {
	n := 0
	for _, pid := range descendants(b.proc.cmd.Process.Pid) {
		if parent, state, ok := readStat(pid); ok && state != "Z" && parent == b.proc.cmd.Process.Pid {
			n++
		}
	}
	return n
}

// Restart kills the bastion with its sessions and starts it again.
func (b *Bastion) Restart(ctx context.Context) error {
	if err := b.Kill(); err != nil {
		return err
	}
	return b.Start(ctx)
}

// Freeze stops the bastion and its sessions without ending them (SIGSTOP): the
// connections stay open and nothing passes, as behind a dead network link.
func (b *Bastion) Freeze() error { _, err := b.proc.signalTree(syscall.SIGSTOP); return err }

// Thaw lets a frozen bastion go on.
func (b *Bastion) Thaw() error { _, err := b.proc.signalTree(syscall.SIGCONT); return err }

// Log returns what sshd has logged.
func (b *Bastion) Log() string {
	text, err := os.ReadFile(b.path("log"))
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// Close ends the bastion and its sessions and removes its files. It may be
// called twice.
func (b *Bastion) Close() error {
	var err error
	if b.proc != nil {
		err = b.Kill()
		b.proc = nil
	}
	return errors.Join(err, os.RemoveAll(b.dir))
}

func (b *Bastion) path(name string) string { return filepath.Join(b.dir, name) }

// killAll ends processes with SIGKILL and waits until they are gone.
func killAll(pids []int) error {
	for _, pid := range pids {
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
			return err
		}
	}
	return waitGone(pids)
}
