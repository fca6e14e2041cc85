package testenv

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// echoServer answers what it is sent, until the test ends.
func echoServer(t *testing.T) (host, port string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				_, _ = io.Copy(conn, conn)
			}()
		}
	}()
	host, port, err = net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return host, port
}

// client is an ssh -W: its standard input and output are a forwarded connection.
type client struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
	log *strings.Builder
}

func dialThrough(t *testing.T, b *Bastion, key SSHKey, target string) *client {
	t.Helper()
	ssh, err := findProgram("ssh", "openssh-client")
	if err != nil {
		t.Fatal(err)
	}
	c := &client{log: &strings.Builder{}}
	c.cmd = exec.Command(ssh, "-F", "none", "-i", key.Path, "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes",
		"-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-p", strconv.Itoa(b.Port()),
		"-W", target, b.User()+"@"+b.Host())
	c.cmd.Stderr = c.log
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.out = bufio.NewReader(out)
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.cmd.Process.Kill()
		_ = c.cmd.Wait()
	})
	return c
}

// echo sends a line and says whether the same line came back in time.
func (c *client) echo(line string, within time.Duration) error {
	if _, err := fmt.Fprintln(c.in, line); err != nil {
		return err
	}
	got := make(chan error, 1)
	go func() {
		answer, err := c.out.ReadString('\n')
		if err == nil && strings.TrimSpace(answer) != line {
			err = fmt.Errorf("the answer is %q", answer)
		}
		got <- err
	}()
	select {
	case err := <-got:
		return err
	case <-time.After(within):
		return fmt.Errorf("no answer within %v", within)
	}
}

func newKey(t *testing.T) SSHKey {
	t.Helper()
	key, err := NewSSHKey(t.Context(), filepath.Join(t.TempDir(), "id"))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestOnlyTheBastionResolvesItsNames(t *testing.T) {
	host, port := echoServer(t)
	for _, wrapper := range []bool{false, true} {
		t.Run(fmt.Sprintf("wrapper=%v", wrapper), func(t *testing.T) {
			key := newKey(t)
			b := NewBastion(t, BastionOptions{
				Hosts: map[string]string{"db.hidden": host}, AuthorizedKeys: []string{key.Public}, NSSWrapper: wrapper,
			})
			if addrs, err := net.LookupHost("db.hidden"); err == nil {
				t.Fatalf("db.hidden resolves outside, too: %v", addrs)
			}
			c := dialThrough(t, b, key, "db.hidden:"+port)
			if err := c.echo("hello", 10*time.Second); err != nil {
				t.Fatalf("%v\n%s", err, c.log)
			}
			if err := b.SetHosts(map[string]string{"late.hidden": host}); err != nil {
				t.Fatal(err)
			}
			late := dialThrough(t, b, key, "late.hidden:"+port)
			if err := late.echo("hello", 10*time.Second); err != nil {
				t.Fatalf("a name added while it runs: %v\n%s", err, late.log)
			}
		})
	}
}

func TestBastionKeysCanBeReplacedWhileItRuns(t *testing.T) {
	host, port := echoServer(t)
	target := net.JoinHostPort(host, port)
	key := newKey(t)
	b := NewBastion(t, BastionOptions{})
	if err := dialThrough(t, b, key, target).echo("x", 10*time.Second); err == nil {
		t.Fatal("a stranger was let in")
	}
	if err := b.AddAuthorizedKeys(key.Public); err != nil {
		t.Fatal(err)
	}
	c := dialThrough(t, b, key, target)
	if err := c.echo("x", 10*time.Second); err != nil {
		t.Fatalf("%v\n%s", err, c.log)
	}
}

func TestBastionFreezesDiesAndComesBack(t *testing.T) {
	host, port := echoServer(t)
	target := net.JoinHostPort(host, port)
	key := newKey(t)
	b := NewBastion(t, BastionOptions{AuthorizedKeys: []string{key.Public}})
	c := dialThrough(t, b, key, target)
	if err := c.echo("before", 10*time.Second); err != nil {
		t.Fatalf("%v\n%s", err, c.log)
	}
	if got := b.Sessions(); got != 1 {
		t.Fatalf("%d sessions", got)
	}
	if err := b.Freeze(); err != nil {
		t.Fatal(err)
	}
	if err := c.echo("frozen", 200*time.Millisecond); err == nil {
		t.Fatal("a frozen session passes bytes")
	}
	if err := b.Thaw(); err != nil {
		t.Fatal(err)
	}
	other := dialThrough(t, b, key, target)
	if err := other.echo("thawed", 10*time.Second); err != nil {
		t.Fatalf("%v\n%s", err, other.log)
	}

	before := b.HostKey()
	if err := b.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := other.echo("killed", 5*time.Second); err == nil {
		t.Fatal("a killed session passes bytes")
	}
	if err := b.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if b.HostKey() != before {
		t.Fatal("the host key changed by itself")
	}
	if err := b.NewHostKey(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := b.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	if b.HostKey() == before {
		t.Fatal("the host key is the old one")
	}
	again := dialThrough(t, b, key, target)
	if err := again.echo("again", 10*time.Second); err != nil {
		t.Fatalf("%v\n%s", err, again.log)
	}
	if err := b.KillSessions(); err != nil {
		t.Fatal(err)
	}
	if err := again.echo("gone", 5*time.Second); err == nil {
		t.Fatal("a killed session passes bytes")
	}
	if err := b.greets(t.Context()); err != nil {
		t.Fatalf("the bastion itself should still listen: %v", err)
	}
}

func TestBastionRefusesForwards(t *testing.T) {
	host, port := echoServer(t)
	target := net.JoinHostPort(host, port)
	key := newKey(t)
	for name, opts := range map[string]BastionOptions{
		"no forwarding":       {AllowTCPForwarding: "no"},
		"only another target": {PermitOpen: []string{"127.0.0.1:1"}},
	} {
		t.Run(name, func(t *testing.T) {
			opts.AuthorizedKeys = []string{key.Public}
			b := NewBastion(t, opts)
			if err := dialThrough(t, b, key, target).echo("x", 10*time.Second); err == nil {
				t.Fatal("the forward was let through")
			}
		})
	}
}
