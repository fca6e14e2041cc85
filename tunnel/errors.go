package tunnel

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"time"

	"culvert/sql/pgerr"

	"golang.org/x/crypto/ssh"
)

// Leg is the part of the way to a target at which something failed.
type Leg string

// The legs, in the order in which a dial takes them. LegLink is the loss of an
// SSH connection that was up.
const (
	LegConfig    Leg = "configuration"
	LegResolve   Leg = "resolve"
	LegConnect   Leg = "connect"
	LegHandshake Leg = "handshake"
	LegHostKey   Leg = "host key"
	LegLogin     Leg = "login"
	LegForward   Leg = "forward"
	LegLink      Leg = "link"
)

// Error is a failure of a tunnel. Its text has no `ssh: ` in front: the reader
// that shows it beside errors of other layers adds that. It is immutable.
type Error struct {
	Leg          Leg
	ConnectionID string
	Host         string // the bastion's
	Port         uint16
	User         string
	Target       string    // host:port behind the bastion; only LegForward
	Transient    bool      // may pass by itself; false: a person must act
	RetryAt      time.Time // when the tunnel tries again by itself; zero: not known
	Message      string    // without the common start that Error puts in front
	Hint         string    // what a person can do, a sentence; may be empty

	cause error
}

// Error gives the text that users of the dialect know:
// `failed to connect to the remote host: …` for all legs of the login.
func (e *Error) Error() string {
	switch e.Leg {
	case LegResolve, LegConnect, LegHandshake, LegHostKey, LegLogin:
		return "failed to connect to the remote host: " + e.Message
	case LegConfig, LegForward, LegLink:
	}
	return e.Message
}

// Unwrap gives the error of the layer below, if there was one.
func (e *Error) Unwrap() error { return e.cause }

// Timeout tells whether a deadline of the caller ended the dial (net.Error).
func (e *Error) Timeout() bool { return errors.Is(e.cause, context.DeadlineExceeded) }

// Temporary is Transient (net.Error).
func (e *Error) Temporary() bool { return e.Transient }

// PgError gives e as clients get it: 08006 for a connection that was lost,
// 08001 for one that was not made, the leg as detail and what to do as hint.
func (e *Error) PgError() *pgerr.Error {
	code := pgerr.SQLClientUnableToEstablish
	if e.Leg == LegLink {
		code = pgerr.ConnectionFailure
	}
	p := pgerr.Wrap(e, code, "ssh: %s", e.Error())
	if e.Host != "" {
		p.WithDetail("The %s step of the SSH tunnel through %s@%s port %d failed.", e.Leg, e.User, e.Host, e.Port)
	}
	p.Hint = e.Hint
	return p
}

func (e *Error) retryAt(t time.Time) *Error {
	c := *e
	c.RetryAt = t
	return &c
}

// because gives e as the reason of a dial that its caller gave up.
func (e *Error) because(cause error) *Error {
	c := *e
	c.cause = cause
	return &c
}

// fail starts an Error about c's bastion; cause may be nil.
func (c Config) fail(leg Leg, cause error, format string, args ...any) *Error {
	return &Error{
		Leg: leg, ConnectionID: c.ConnectionID, Host: c.Host, Port: c.Port, User: c.User,
		Transient: true, Message: fmt.Sprintf(format, args...), cause: cause,
	}
}

func (e *Error) permanent(hint string, args ...any) *Error {
	e.Transient = false
	return e.hint(hint, args...)
}

func (e *Error) hint(hint string, args ...any) *Error {
	e.Hint = fmt.Sprintf(hint, args...)
	return e
}

// classifyDial: name and TCP. Both are transient: bastions are restarted, and
// in container networks their names come and go with them.
func (c Config) classifyDial(err error) *Error {
	var dns *net.DNSError
	if errors.As(err, &dns) {
		reason := "Name or service not known"
		if dns.IsTimeout || dns.IsTemporary {
			reason = "Temporary failure in name resolution"
		}
		return c.fail(LegResolve, err, "Could not resolve hostname %s: %s", c.Host, reason).
			hint("Check HOST of connection %s.", c.Name)
	}
	return c.fail(LegConnect, err, "connect to host %s port %d: %s", c.Host, c.Port, networkReason(err)).
		hint("Check HOST and PORT of connection %s, and that the bastion's firewall admits this server's addresses (mz_egress_ips).", c.Name)
}

// networkReason words an error of the network as the C library does, which is
// how ssh prints it.
func networkReason(err error) string {
	var errno syscall.Errno
	var op *net.OpError
	switch {
	case errors.Is(err, context.Canceled):
		return "Canceled"
	case isTimeout(err):
		return "Connection timed out"
	case errors.As(err, &errno):
		return capitalized(errno.Error())
	case errors.As(err, &op) && op.Err != nil:
		return capitalized(op.Err.Error())
	default:
		return capitalized(err.Error())
	}
}

func capitalized(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func isTimeout(err error) bool {
	var ne net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) ||
		errors.As(err, &ne) && ne.Timeout()
}

// classifyLogin: what NewClientConn returned. The login's own record (host key
// refused, login reached, error of the raw connection) is asked before the
// library's error, which wraps or swallows them: an EOF while a key is being
// offered reads there as a key refused.
func (c Config) classifyLogin(l *login, err error) *Error {
	var mine *Error
	var algo *ssh.AlgorithmNegotiationError
	leg := LegHandshake
	if l.loginReached {
		leg = LegLogin
	}
	rawErr := l.raw.failure()
	if errors.Is(rawErr, context.Canceled) || errors.Is(rawErr, context.DeadlineExceeded) {
		err = rawErr // the caller's context closed the connection
	}
	switch {
	case l.hostKeyErr != nil:
		return l.hostKeyErr
	case errors.As(err, &mine):
		return mine
	case errors.As(err, &algo):
		return c.fail(LegHandshake, err, "no common algorithm with %s port %d: the bastion offers %s", c.Host, c.Port, strings.Join(algo.RequestedAlgorithms, ", ")).
			permanent("Enable a current algorithm on the bastion.")
	case isDisconnect(err) && leg == LegLogin:
		// sshd ends a login this way when it has seen too many keys (MaxAuthTries).
		return c.fail(leg, err, "%s@%s: %s", c.User, c.Host, disconnectReason(err)).
			permanent("Check the bastion's MaxAuthTries: two keys are offered.")
	case isTimeout(err) || isTimeout(rawErr):
		return c.fail(leg, err, "connection to %s port %d timed out during the %s", c.Host, c.Port, leg).
			hint("The bastion accepts connections but does not answer: check that its sshd is running.")
	case rawErr != nil && errors.Is(rawErr, io.EOF) || errors.Is(err, io.EOF):
		return c.fail(leg, err, "connection closed by %s port %d during the %s", c.Host, c.Port, leg).
			hint("The bastion may be starting or refusing connections (MaxStartups).")
	case rawErr != nil:
		return c.fail(leg, err, "%s during the %s with %s port %d", networkReason(rawErr), leg, c.Host, c.Port)
	default:
		reason := strings.TrimPrefix(err.Error(), "ssh: handshake failed: ")
		return c.fail(leg, err, "%s with %s port %d failed: %s", leg, c.Host, c.Port, strings.TrimPrefix(reason, "ssh: ")).
			hint("Check that %s port %d is an SSH server.", c.Host, c.Port)
	}
}

// x/crypto/ssh does not export the type of a peer's disconnect message; its
// text is `ssh: disconnect, reason <n>: <text>`.
const disconnectText = "ssh: disconnect, reason "

func isDisconnect(err error) bool { return strings.Contains(err.Error(), disconnectText) }

func disconnectReason(err error) string {
	_, rest, _ := strings.Cut(err.Error(), disconnectText)
	if _, text, ok := strings.Cut(rest, ": "); ok {
		return text
	}
	return rest
}

// refused: the bastion took neither key. methods are those it would go on with.
func (c Config) refused(methods []string) *Error {
	list := strings.Join(methods, ",")
	if list == "" {
		list = "publickey"
	}
	return c.fail(LegLogin, nil, "%s@%s: Permission denied (%s).", c.User, c.Host, list).
		permanent("Check USER of connection %s, and add its public keys (mz_ssh_tunnel_connections) to authorized_keys of that user on the bastion.", c.Name)
}

func (c Config) hostKeyChanged(pins []HostKey, offered HostKey) *Error {
	prints := make([]string, len(pins))
	for i, k := range pins {
		prints[i] = k.Fingerprint()
	}
	e := c.fail(LegHostKey, nil, "the host key of %s port %d is %s, but %s is pinned", c.Host, c.Port, offered.Fingerprint(), strings.Join(prints, ", "))
	if len(c.HostKeys.Pinned) > 0 {
		return e.permanent("If the bastion's key was really changed, ALTER CONNECTION %s SET (HOST KEY '%s').", c.Name, offered.String())
	}
	return e.permanent("If the bastion's key was really changed, ALTER CONNECTION %s RESET (HOST KEY).", c.Name)
}

// classifyForward: the bastion is up but did not open the channel. What sshd
// forbids needs a person; a target that does not answer may come back.
func (c Config) classifyForward(target string, err error) *Error {
	var open *ssh.OpenChannelError
	if !errors.As(err, &open) {
		e := c.fail(LegForward, err, "failed to forward to %s through %s port %d: %s", target, c.Host, c.Port, networkReason(err))
		e.Target = target
		return e
	}
	e := c.fail(LegForward, err, "failed to forward to %s through %s port %d: %s: %s", target, c.Host, c.Port, open.Reason, open.Message)
	e.Target = target
	if open.Reason == ssh.Prohibited || open.Reason == ssh.UnknownChannelType {
		return e.permanent("Check AllowTcpForwarding and PermitOpen in the bastion's sshd_config, the options of the key in authorized_keys, and that the bastion can resolve and reach %s.", target)
	}
	return e.hint("The bastion is up; check that %s can be resolved and reached from it.", target)
}

// lost: a connection that was up has ended.
func (c Config) lost(rawErr error) *Error {
	switch {
	case rawErr == nil || errors.Is(rawErr, io.EOF):
		// Not wrapped: who reads a stream must not take this for its end.
		return c.fail(LegLink, io.ErrUnexpectedEOF, "connection to %s port %d closed by remote host", c.Host, c.Port)
	default:
		return c.fail(LegLink, rawErr, "connection to %s port %d lost: %s", c.Host, c.Port, networkReason(rawErr))
	}
}

func (c Config) silent(after time.Duration) *Error {
	return c.fail(LegLink, nil, "timeout, server %s port %d not responding for %s", c.Host, c.Port, after.Round(time.Second))
}

func (c Config) linkClosed() *Error {
	return c.fail(LegLink, net.ErrClosed, "the tunnel through %s port %d was closed", c.Host, c.Port)
}
