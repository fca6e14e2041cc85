package auth_test

import (
	"context"
	"errors"
	"testing"

	"culvert/server/auth"
	"culvert/sql/pgerr"
)

type failing struct{}

func (failing) LoginRole(context.Context, string) (auth.Role, bool, error) {
	return auth.Role{}, false, errors.New("disk")
}

func TestTrustAcceptsRolesThatExist(t *testing.T) {
	a := auth.Trust{Roles: auth.Static{{Name: "materialize", Superuser: true}}}
	role, err := a.Authenticate(context.Background(), auth.Startup{User: "materialize"}, nil)
	if err != nil || role != (auth.Role{Name: "materialize", Superuser: true}) {
		t.Errorf("got %v, %v", role, err)
	}
	for _, user := range []string{"", "nobody", "Materialize"} {
		if _, err := a.Authenticate(context.Background(), auth.Startup{User: user}, nil); !pgerr.Is(err, pgerr.InvalidAuthorizationSpecification) {
			t.Errorf("%q: %v", user, err)
		}
	}
	if _, err := (auth.Trust{Roles: failing{}}).Authenticate(context.Background(), auth.Startup{User: "x"}, nil); err == nil {
		t.Error("a failing store lets a client in")
	}
}
