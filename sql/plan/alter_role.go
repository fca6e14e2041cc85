package plan

import (
	"culvert/catalog"
	"culvert/sql/ast"
	"culvert/sql/pgerr"
)

// AlterRole changes a role: the role as it is to be, but for its login.
type AlterRole struct {
	Role  *catalog.Role
	Login Login
}

func (*AlterRole) plan() {}

func alterRole(st *ast.AlterRole, env *Env) (Plan, error) {
	role, err := roleToAlter(env, st, st.Name, st.IfExists)
	if role == nil || err != nil {
		return &Nothing{}, err
	}
	if role.Name != env.Role || !onlyPassword(st.Attributes) {
		if err := mayChangeRoles(env, "permission denied to alter role"); err != nil {
			return nil, err
		}
	}
	changed := *role
	p := &AlterRole{Role: &changed}
	if p.Login, err = setAttributes(st, env, p.Role, st.Attributes); err != nil {
		return nil, err
	}
	if role.ID == catalog.RoleID && !(changed.Superuser && changed.Login) {
		return nil, pgerr.New(pgerr.InsufficientPrivilege, "permission denied to alter role").At(st.At(st.Name.Pos)).
			WithDetail("The role of a new data directory keeps SUPERUSER and LOGIN.")
	}
	return p, nil
}

// onlyPassword tells whether attributes are those that a role may change of
// itself.
func onlyPassword(list []ast.RoleAttribute) bool { return len(list) == 1 && list[0].Name == "PASSWORD" }

// roleToAlter finds a role, or nil where IF EXISTS allows that.
func roleToAlter(env *Env, st ast.Statement, name ast.ObjectName, ifExists bool) (*catalog.Role, error) {
	role, err := env.role(st, ast.Ident{Name: name.Item, Pos: name.Pos})
	if err != nil && ifExists {
		n := pgerr.Notice("role %q does not exist, skipping", name.Item)
		n.Code = pgerr.UndefinedObject
		env.Notice(n)
		return nil, nil
	}
	return role, err
}

// renameRole gives a role another name.
func renameRole(st *ast.AlterRename, env *Env) (Plan, error) {
	role, err := roleToAlter(env, st, st.Name, st.IfExists)
	if role == nil || err != nil {
		return &Nothing{}, err
	}
	if role.Name == env.Role {
		return nil, pgerr.New(pgerr.FeatureNotSupported, "session user cannot be renamed").At(st.At(st.Name.Pos))
	}
	if err := mayChangeRoles(env, "permission denied to rename role"); err != nil {
		return nil, err
	}
	if err := checkRoleName(env, st, st.NewName); err != nil {
		return nil, err
	}
	changed := *role
	changed.Name = st.NewName.Name
	return &AlterRole{Role: &changed}, nil
}
