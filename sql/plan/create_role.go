package plan

import (
	"strings"

	"culvert/catalog"
	"culvert/catalog/secrets"
	"culvert/sql/ast"
	"culvert/sql/pgerr"
)

// CreateRole makes a role.
type CreateRole struct {
	Role  *catalog.Role
	Login Login
}

func (*CreateRole) plan() {}

// Login is what a statement sets of a role's login; what it leaves out stays.
type Login struct {
	// Password is as the client gave it, in the clear or a verifier; nil: as
	// before, empty: none.
	Password *secrets.Value
	// ValidUntil is a moment in PostgreSQL's input formats; nil: as before.
	ValidUntil *string
}

func createRole(st *ast.CreateRole, env *Env) (Plan, error) {
	if err := mayChangeRoles(env, "permission denied to create role"); err != nil {
		return nil, err
	}
	if err := checkRoleName(env, st, st.Name); err != nil {
		if st.IfNotExists && pgerr.Is(err, pgerr.DuplicateObject) {
			env.Notice(alreadyExists("role \"%s\" already exists, skipping", st.Name.Name))
			return &Nothing{}, nil
		}
		return nil, err
	}
	p := &CreateRole{Role: &catalog.Role{Name: st.Name.Name, Inherit: true}}
	var err error
	if p.Login, err = setAttributes(st, env, p.Role, st.Attributes); err != nil {
		return nil, err
	}
	p.Role.ID = env.NextID()
	if p.Role.Login && !p.Role.Superuser {
		env.Notice(pgerr.Notice("role %q may read and change everything but roles: there are no privileges to hold", p.Role.Name))
	}
	return p, nil
}

// mayChangeRoles tells whether the session's role may change others: 42501.
func mayChangeRoles(env *Env, message string) error {
	if role := env.Catalog.RoleNamed(env.Role); role == nil || !role.Superuser {
		return pgerr.New(pgerr.InsufficientPrivilege, "%s", message).WithDetail("Only roles with the SUPERUSER attribute may do so.")
	}
	return nil
}

// checkRoleName checks that a role may have a name (CreateRole in PostgreSQL's user.c).
func checkRoleName(env *Env, st ast.Statement, name ast.Ident) error {
	switch {
	case name.Name == "public" || name.Name == "none":
		return pgerr.New(pgerr.ReservedName, "role name %q is reserved", name.Name).At(st.At(name.Pos))
	case reservedPrefix(name.Name):
		return pgerr.New(pgerr.ReservedName, "role name %q is reserved", name.Name).At(st.At(name.Pos)).
			WithDetail("Role names starting with %q are reserved.", name.Name[:3])
	case env.Catalog.RoleNamed(name.Name) != nil:
		return pgerr.New(pgerr.DuplicateObject, "role %q already exists", name.Name).At(st.At(name.Pos))
	}
	return nil
}

// setAttributes gives a role its attributes. Those that would give it rights
// that do not exist here are refused; that it has not got them changes nothing.
func setAttributes(st ast.Statement, env *Env, role *catalog.Role, list []ast.RoleAttribute) (Login, error) {
	var login Login
	seen := map[string]bool{}
	for _, a := range list {
		word := strings.TrimPrefix(a.Name, "NO")
		if seen[word] {
			return login, pgerr.New(pgerr.SyntaxError, "conflicting or redundant options").At(st.At(a.Pos))
		}
		seen[word] = true
		on := a.Name == word
		switch {
		case word == "INHERIT":
			role.Inherit = on
		case word == "LOGIN":
			role.Login = on
		case word == "SUPERUSER":
			role.Superuser = on
		case word == "PASSWORD":
			login.Password = &a.Password
			if a.Password.IsZero() && !a.Null {
				env.Notice(pgerr.Notice("empty string is not a valid password, clearing password"))
			}
		case word == "VALID UNTIL":
			until := a.Value.(ast.StringValue).Text
			login.ValidUntil = &until
		case on:
			return login, pgerr.New(pgerr.FeatureNotSupported, "%s of a role is not supported", word).At(st.At(a.Pos))
		}
	}
	return login, nil
}

// role finds a role by name; CURRENT_USER and its kin are the session's.
func (env *Env) role(st ast.Statement, name ast.Ident) (*catalog.Role, error) {
	text := name.Name
	switch text {
	case "current_user", "session_user", "current_role":
		text = env.Role
	}
	if found := env.Catalog.RoleNamed(text); found != nil {
		return found, nil
	}
	return nil, pgerr.New(pgerr.UndefinedObject, "role %q does not exist", text).At(st.At(name.Pos))
}
