package plan

import (
	"strings"

	"culvert/catalog"
	"culvert/sql/ast"
	"culvert/sql/pgerr"
)

// CreateRole makes a role.
type CreateRole struct{ Role *catalog.Role }

func (*CreateRole) plan() {}

func createRole(st *ast.CreateRole, env *Env) (Plan, error) {
	if err := checkRoleName(env, st, st.Name); err != nil {
		if st.IfNotExists && pgerr.Is(err, pgerr.DuplicateObject) {
			env.Notice(alreadyExists("role \"%s\" already exists, skipping", st.Name.Name))
			return &Nothing{}, nil
		}
		return nil, err
	}
	role := &catalog.Role{Name: st.Name.Name, Inherit: true}
	if err := setAttributes(st, role, st.Attributes); err != nil {
		return nil, err
	}
	role.ID = env.NextID()
	env.Notice(pgerr.Notice("role %q can own objects, and changes nothing else here: it cannot log in", role.Name))
	return &CreateRole{Role: role}, nil
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

// setAttributes gives a role its attributes. Those that a role without a login
// has anyway change nothing; others are refused.
func setAttributes(st ast.Statement, role *catalog.Role, list []ast.RoleAttribute) error {
	seen := map[string]bool{}
	for _, a := range list {
		word := strings.TrimPrefix(a.Name, "NO")
		if seen[word] {
			return pgerr.New(pgerr.SyntaxError, "conflicting or redundant options").At(st.At(a.Pos))
		}
		seen[word] = true
		switch {
		case word == "INHERIT":
			role.Inherit = a.Name == word
		case a.Name == word:
			return pgerr.New(pgerr.FeatureNotSupported, "%s of a role is not supported", word).At(st.At(a.Pos)).
				WithHint("A role can own objects. Clients log in as %s.", catalog.RoleName)
		}
	}
	return nil
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
