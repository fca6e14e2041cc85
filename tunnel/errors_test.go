package tunnel

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"culvert/sql/pgerr"

	"golang.org/x/crypto/ssh"
)

// TestErrorTexts is the list of what people read, one line per fault.
func TestErrorTexts(t *testing.T) {
	c := Config{ConnectionID: "u1", Name: "bastion", Host: "ssh-bastion-host", Port: 23, User: "invalid"}
	wire := func(err error) error { return fmt.Errorf("ssh: handshake failed: %w", err) }
	well := &login{cfg: c, raw: &rawConn{}}
	atLogin := &login{cfg: c, raw: &rawConn{}, loginReached: true}
	cut := &login{cfg: c, raw: &rawConn{}, loginReached: true}
	eof := io.EOF
	cut.raw.failed.Store(&eof)
	key := HostKey{line: "ssh-ed25519 AAAA", fingerprint: "SHA256:new"}
	for _, tt := range []struct {
		err       *Error
		leg       Leg
		transient bool
		text      string
	}{
		{c.classifyDial(&net.OpError{Err: &net.DNSError{Err: "no such host", IsNotFound: true}}), LegResolve, true,
			"failed to connect to the remote host: Could not resolve hostname ssh-bastion-host: Name or service not known"},
		{c.classifyDial(&net.DNSError{IsTemporary: true}), LegResolve, true,
			"failed to connect to the remote host: Could not resolve hostname ssh-bastion-host: Temporary failure in name resolution"},
		{c.classifyDial(&net.OpError{Err: syscall.ECONNREFUSED}), LegConnect, true,
			"failed to connect to the remote host: connect to host ssh-bastion-host port 23: Connection refused"},
		{c.classifyDial(&net.OpError{Err: syscall.EHOSTUNREACH}), LegConnect, true,
			"failed to connect to the remote host: connect to host ssh-bastion-host port 23: No route to host"},
		{c.classifyDial(context.DeadlineExceeded), LegConnect, true,
			"failed to connect to the remote host: connect to host ssh-bastion-host port 23: Connection timed out"},
		{c.classifyLogin(well, wire(io.EOF)), LegHandshake, true,
			"failed to connect to the remote host: connection closed by ssh-bastion-host port 23 during the handshake"},
		{c.classifyLogin(well, wire(errors.New("ssh: overflow reading version string"))), LegHandshake, true,
			"failed to connect to the remote host: handshake with ssh-bastion-host port 23 failed: overflow reading version string"},
		{c.classifyLogin(well, wire(&ssh.AlgorithmNegotiationError{What: "key exchange", RequestedAlgorithms: []string{"old"}})), LegHandshake, false,
			"failed to connect to the remote host: no common algorithm with ssh-bastion-host port 23: the bastion offers old"},
		{c.classifyLogin(cut, wire(errors.New("ssh: unable to authenticate"))), LegLogin, true,
			"failed to connect to the remote host: connection closed by ssh-bastion-host port 23 during the login"},
		{c.classifyLogin(atLogin, wire(errors.New("ssh: disconnect, reason 2: Too many authentication failures"))), LegLogin, false,
			"failed to connect to the remote host: invalid@ssh-bastion-host: Too many authentication failures"},
		{c.refused([]string{"publickey", "keyboard-interactive"}), LegLogin, false,
			"failed to connect to the remote host: invalid@ssh-bastion-host: Permission denied (publickey,keyboard-interactive)."},
		{c.hostKeyChanged([]HostKey{{fingerprint: "SHA256:old"}}, key), LegHostKey, false,
			"failed to connect to the remote host: the host key of ssh-bastion-host port 23 is SHA256:new, but SHA256:old is pinned"},
		{c.classifyForward("db:5432", &ssh.OpenChannelError{Reason: ssh.Prohibited, Message: "open failed"}), LegForward, false,
			"failed to forward to db:5432 through ssh-bastion-host port 23: administratively prohibited: open failed"},
		{c.classifyForward("db:5432", &ssh.OpenChannelError{Reason: ssh.ConnectionFailed, Message: "Connection refused"}), LegForward, true,
			"failed to forward to db:5432 through ssh-bastion-host port 23: connect failed: Connection refused"},
		{c.classifyForward("db:5432", context.DeadlineExceeded), LegForward, true,
			"failed to forward to db:5432 through ssh-bastion-host port 23: Connection timed out"},
		{c.lost(io.EOF), LegLink, true, "connection to ssh-bastion-host port 23 closed by remote host"},
		{c.lost(syscall.ECONNRESET), LegLink, true, "connection to ssh-bastion-host port 23 lost: Connection reset by peer"},
		{c.silent(5 * time.Second), LegLink, true, "timeout, server ssh-bastion-host port 23 not responding for 5s"},
	} {
		if got := tt.err.Error(); got != tt.text || tt.err.Leg != tt.leg || tt.err.Transient != tt.transient {
			t.Errorf("got  %s, transient %v: %s\nwant %s, transient %v: %s", tt.err.Leg, tt.err.Transient, got, tt.leg, tt.transient, tt.text)
		}
		if !tt.transient && tt.err.Hint == "" {
			t.Errorf("a person must act, but is not told how: %s", tt.text)
		}
		if tt.err.Hint != "" && !strings.HasSuffix(tt.err.Hint, ".") {
			t.Errorf("hint is no sentence: %s", tt.err.Hint)
		}
	}
}

func TestErrorForClients(t *testing.T) {
	c := Config{ConnectionID: "u1", Name: "bastion", Host: "h", Port: 22, User: "u"}
	p := c.refused([]string{"publickey"}).PgError()
	if p.Code != pgerr.SQLClientUnableToEstablish || p.Message != "ssh: failed to connect to the remote host: u@h: Permission denied (publickey)." ||
		p.Detail != "The login step of the SSH tunnel through u@h port 22 failed." || !strings.Contains(p.Hint, "mz_ssh_tunnel_connections") {
		t.Errorf("%+v", p)
	}
	if p := c.lost(io.EOF).PgError(); p.Code != pgerr.ConnectionFailure {
		t.Errorf("code %s for a lost connection", p.Code)
	}
	var e *Error
	if !errors.As(error(p), &e) || e.Leg != LegLogin {
		t.Error("the tunnel's error cannot be reached behind the client's")
	}
}

// TestErrorForSources: what connectors ask of an error that they cannot name,
// since they do not import this package.
func TestErrorForSources(t *testing.T) {
	c := Config{ConnectionID: "u1", Name: "bastion", Host: "h", Port: 22, User: "u"}
	var wrapped error = fmt.Errorf("connecting: %w", c.refused(nil))
	var source interface {
		SourceErrorPrefix() string
		RetrySlowly() bool
		ErrorHint() string
	}
	if !errors.As(wrapped, &source) || source.SourceErrorPrefix() != "ssh" || !source.RetrySlowly() || source.ErrorHint() == "" {
		t.Errorf("a refused login, for a source: %+v", source)
	}
	if c.lost(io.EOF).RetrySlowly() {
		t.Error("a lost link is retried slowly")
	}
}
