// Package auth decides who a client is.
package auth

import (
	"context"
	"net"

	"culvert/sql/pgerr"
)

// Role is a role as the session layer needs it.
type Role struct {
	Name      string
	Superuser bool
}

// Startup is what a client has said of itself.
type Startup struct {
	User   string
	Remote net.Addr
	TLS    bool
}

// Exchange sends an authentication request to the client and gives its answer:
// the body of the message that it sends next (a password or SASL message).
// request is the body of the Authentication message, from its code on.
type Exchange func(ctx context.Context, request []byte) (answer []byte, err error)

// Authenticator tells which role a client has. It is safe for concurrent use.
// AuthenticationOk is sent by the server after success; what is before it goes
// through exchange. A refusal is 28000 or 28P01.
type Authenticator interface {
	Authenticate(ctx context.Context, startup Startup, exchange Exchange) (Role, error)
}

// Roles knows the roles that may log in.
type Roles interface {
	// LoginRole gives a role by name; ok is false where it does not exist.
	LoginRole(ctx context.Context, name string) (role Role, ok bool, err error)
}

// Trust lets every client be the role that it names, without a password: for
// listeners that only this machine reaches.
type Trust struct{ Roles Roles }

// Authenticate checks that the role exists.
func (t Trust) Authenticate(ctx context.Context, startup Startup, _ Exchange) (Role, error) {
	if startup.User == "" {
		return Role{}, pgerr.New(pgerr.InvalidAuthorizationSpecification, "no PostgreSQL user name specified in startup packet")
	}
	role, ok, err := t.Roles.LoginRole(ctx, startup.User)
	if err != nil {
		return Role{}, err
	}
	if !ok {
		return Role{}, pgerr.New(pgerr.InvalidAuthorizationSpecification, "role %q does not exist", startup.User)
	}
	return role, nil
}

// Static is a fixed set of roles.
type Static []Role

// LoginRole finds a role by name.
func (s Static) LoginRole(_ context.Context, name string) (Role, bool, error) {
	for _, role := range s {
		if role.Name == name {
			return role, true, nil
		}
	}
	return Role{}, false, nil
}
