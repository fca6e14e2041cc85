// Package auth decides who a client is.
package auth

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"time"

	"culvert/sql/pgerr"
)

// Role is a role as the session layer needs it.
type Role struct {
	Name      string
	Superuser bool
}

// Account is a role as logging in needs it.
type Account struct {
	Role
	Login      bool      // the role may log in
	Password   *Verifier // nil: it has none
	ValidUntil time.Time // of the password; zero: for ever
}

// Startup is what a client has said and shown of itself.
type Startup struct {
	User   string
	Remote net.Addr
	TLS    *tls.ConnectionState // nil: the connection is not encrypted
	// Binding is tls-server-end-point of the connection (RFC 5929, section 4);
	// nil: the server's certificate has none, or there is no TLS.
	Binding []byte
}

// Client is who logs in. Requests are the bodies of Authentication messages,
// from their code on.
type Client interface {
	// Ask sends a request and gives the body of the client's answer, a password
	// or SASL message.
	Ask(ctx context.Context, request []byte) (answer []byte, err error)
	// Tell sends a request that has no answer, with what the server sends next.
	Tell(request []byte) error
}

// Authenticator tells which role a client has. It is safe for concurrent use.
// AuthenticationOk is sent by the server after success; what is before it goes
// to the client. A refusal is 28000 or 28P01.
type Authenticator interface {
	Authenticate(ctx context.Context, startup Startup, client Client) (Role, error)
}

// Roles knows the roles.
type Roles interface {
	// Account gives a role by name; ok is false where it does not exist.
	Account(ctx context.Context, name string) (account Account, ok bool, err error)
}

// Method is how clients show that they are who they say.
type Method string

// The methods.
const (
	// Trust lets every client be the role that it names: for listeners that only
	// this machine reaches.
	Trust Method = "trust"
	// Scram asks for a password, or takes a certificate.
	Scram Method = "scram"
	// Cert asks for a certificate.
	Cert Method = "cert"
)

// Options are what New needs.
type Options struct {
	Roles      Roles
	Method     Method
	RequireTLS bool             // refuse connections that are not encrypted
	Failures   *Failures        // counts and slows down; nil: does neither
	Now        func() time.Time // nil: time.Now
	Log        *slog.Logger     // of refused logins; nil: none
}

// New makes the authenticator of a method. With any method, a client that has
// shown a certificate that the server's authorities signed is the role that is
// the certificate's common name, and no other.
func New(o Options) Authenticator {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	a := &authenticator{Options: o, secret: make([]byte, 32)}
	rand.Read(a.secret)
	return a
}

type authenticator struct {
	Options
	secret []byte // of mockVerifier
}

// Authenticate lets a client in or refuses it. A refusal is counted, logged and
// makes the client's next attempt slower.
func (a *authenticator) Authenticate(ctx context.Context, startup Startup, client Client) (Role, error) {
	if err := a.Failures.wait(ctx, startup); err != nil {
		return Role{}, err
	}
	role, err := a.check(ctx, startup, client)
	var refused *pgerr.Error
	if errors.As(err, &refused) && isRefusal(refused.Code) {
		a.Failures.note(startup, refused.Code)
		a.Log.Warn("login refused", "user", startup.User, "remote", startup.Remote, "encrypted", startup.TLS != nil, "error", refused.Message)
	}
	return role, err
}

func isRefusal(code pgerr.Code) bool {
	switch code {
	case pgerr.InvalidPassword, pgerr.InvalidAuthorizationSpecification, pgerr.ProtocolViolation:
		return true
	}
	return false
}

func (a *authenticator) check(ctx context.Context, startup Startup, client Client) (Role, error) {
	user := startup.User
	switch {
	case user == "":
		return Role{}, refuse("no PostgreSQL user name specified in startup packet")
	case a.RequireTLS && startup.TLS == nil:
		return Role{}, refuse("connection of user %q is not encrypted", user).
			WithHint("This server accepts encrypted connections only: connect with sslmode=require or above.")
	}
	account, ok, err := a.Roles.Account(ctx, user)
	if err != nil {
		return Role{}, err
	}
	if err := a.identify(ctx, startup, client, account); err != nil {
		return Role{}, err
	}
	switch {
	case !ok:
		return Role{}, refuse("role %q does not exist", user)
	case !account.Login:
		return Role{}, refuse("role %q is not permitted to log in", user)
	}
	return account.Role, nil
}

func refuse(format string, args ...any) *pgerr.Error {
	return pgerr.New(pgerr.InvalidAuthorizationSpecification, format, args...)
}

// identify checks that a client is the role that it names.
func (a *authenticator) identify(ctx context.Context, startup Startup, client Client, account Account) error {
	if name, ok := certified(startup.TLS); ok {
		if name != startup.User {
			return refuse("certificate authentication failed for user %q", startup.User).
				WithDetail("The common name of the client's certificate is another.")
		}
		return nil
	}
	switch a.Method {
	case Trust:
		return nil
	case Cert:
		return refuse("connection requires a valid client certificate")
	}
	return a.scram(ctx, startup, client, account)
}

// certified gives the common name of the certificate that a client has shown,
// if the server's authorities signed it.
func certified(state *tls.ConnectionState) (string, bool) {
	if state == nil || len(state.VerifiedChains) == 0 {
		return "", false
	}
	return state.VerifiedChains[0][0].Subject.CommonName, true
}

// scram asks for the password. A role without one, with one that has expired,
// or that does not exist fails as a wrong password does, and only then.
func (a *authenticator) scram(ctx context.Context, startup Startup, client Client, account Account) error {
	x := &exchange{binding: startup.Binding, nonce: newNonce()}
	x.genuine = account.Password != nil && (account.ValidUntil.IsZero() || a.Now().Before(account.ValidUntil))
	if account.Password != nil {
		x.verifier = *account.Password
	} else {
		x.verifier = mockVerifier(a.secret, startup.User)
	}
	err := x.run(ctx, client)
	if errors.Is(err, errProof) {
		return pgerr.New(pgerr.InvalidPassword, "password authentication failed for user %q", startup.User)
	}
	return err
}

// Static is a fixed set of roles that may log in without a password.
type Static []Role

// Account finds a role by name.
func (s Static) Account(_ context.Context, name string) (Account, bool, error) {
	for _, role := range s {
		if role.Name == name {
			return Account{Role: role, Login: true}, true, nil
		}
	}
	return Account{}, false, nil
}
