package plan

import (
	"context"
	"slices"
	"strings"

	"culvert/catalog"
	"culvert/sql/ast"
	"culvert/sql/pgerr"
)

// AlterConnection replaces the definition of a connection.
type AlterConnection struct {
	Object   *catalog.Object // as it is to be
	Validate bool
	// ForgetHostKeys: the host keys that were learnt are no longer pinned.
	ForgetHostKeys bool
}

func (*AlterConnection) plan() {}

// RotateKeys moves the second key pair of an SSH tunnel to the first place and
// makes a new second one.
type RotateKeys struct{ Object *catalog.Object }

func (*RotateKeys) plan() {}

func alterConnection(_ context.Context, st *ast.AlterConnection, env *Env) (Plan, error) {
	object, err := env.lookup(st, st.Name)
	if err != nil {
		return nil, err
	}
	if object == nil && st.IfExists {
		env.Notice(doesNotExist(st.Name.Item))
		return &Nothing{}, nil
	}
	if object, err = env.resolveConnection(st, st.Name); err != nil {
		return nil, err
	}
	rotate := slices.ContainsFunc(st.Actions, func(a ast.ConnectionAction) bool { return a.Kind == ast.ConnectionRotateKeys })
	if rotate {
		return rotateKeys(st, object)
	}
	return setOptions(env, st, object)
}

func doesNotExist(name string) *pgerr.Error {
	n := pgerr.Notice("catalog item '%s' does not exist, skipping", name)
	n.Code = pgerr.UndefinedObject
	return n
}

func rotateKeys(st *ast.AlterConnection, object *catalog.Object) (Plan, error) {
	if len(st.Actions) > 1 {
		return nil, pgerr.New(pgerr.SyntaxError, "cannot specify any other actions alongside ALTER CONNECTION...ROTATE KEYS").
			At(st.At(st.Actions[1].Pos))
	}
	if len(st.With) > 0 {
		return nil, pgerr.New(pgerr.SyntaxError, "ALTER CONNECTION...ROTATE KEYS does not support WITH (VALIDATE = ...)").
			At(st.At(st.With[0].Pos))
	}
	if _, ok := object.Def.(*catalog.SSHTunnel); !ok {
		return nil, pgerr.New(pgerr.WrongObjectType, "%s is not an SSH connection", object.Name).At(st.At(st.Name.Pos))
	}
	return &RotateKeys{Object: object}, nil
}

// setOptions plans SET and RESET: the option list that would make the
// connection, changed, is read as at its creation.
func setOptions(env *Env, st *ast.AlterConnection, object *catalog.Object) (Plan, error) {
	t := connectionType(object)
	kind, err := connectionKind(st, t)
	if err != nil {
		return nil, err
	}
	if err := checkActions(st, t, kind); err != nil {
		return nil, err
	}
	list := env.connectionOptions(object)
	forget := false
	for _, a := range st.Actions {
		list = slices.DeleteFunc(list, func(o ast.Option) bool { return o.Name == a.Option.Name || kind.replaces(a, o.Name) })
		forget = forget || a.Option.Name == optionHostKey
	}
	for _, a := range st.Actions {
		if a.Kind == ast.ConnectionSet {
			list = append(list, a.Option)
		}
	}
	altered := *object
	if err := env.defineConnection(st, &altered, t, list); err != nil {
		e := *pgerr.From(err)
		if e.Code == pgerr.UndefinedObject { // the statement's names are resolved before its options are read
			return nil, err
		}
		e.Message = "invalid ALTER CONNECTION: " + e.Message
		return nil, &e
	}
	if err := keepsTunnel(st, object, &altered); err != nil {
		return nil, err
	}
	if d, ok := altered.Def.(*catalog.SSHTunnel); ok {
		old := object.Def.(*catalog.SSHTunnel)
		d.PublicKey1, d.PublicKey2 = old.PublicKey1, old.PublicKey2
	}
	validate, err := env.readValidate(st, st.With, t)
	if err != nil {
		return nil, err
	}
	RenderConnection(&altered, env.Catalog)
	return &AlterConnection{Object: &altered, Validate: validate, ForgetHostKeys: forget}, nil
}

// replaces tells whether an action sets an option that stands in the place of
// another.
func (c connection) replaces(a ast.ConnectionAction, name string) bool {
	return a.Kind == ast.ConnectionSet && slices.Contains(c.exclusive, a.Option.Name) && slices.Contains(c.exclusive, name)
}

// checkActions refuses actions that contradict each other or that the type
// does not have.
func checkActions(st *ast.AlterConnection, t ast.ConnectionType, kind connection) error {
	if err := checkExclusive(st, t, kind); err != nil {
		return err
	}
	seen := map[string]ast.ConnectionActionKind{}
	for _, a := range st.Actions {
		name := a.Option.Name
		before, twice := seen[name]
		switch {
		case twice && before != a.Kind:
			return pgerr.New(pgerr.SyntaxError, "cannot both SET and DROP/RESET options %s", name).At(st.At(a.Option.Pos))
		case twice:
			return pgerr.New(pgerr.SyntaxError, "%s specified more than once", name).At(st.At(a.Option.Pos))
		case !slices.Contains(kind.allowed, name):
			return pgerr.New(pgerr.InvalidParameterValue, "%s connections do not support %s values", t, name).At(st.At(a.Option.Pos)).
				WithHint("Valid options are %s.", strings.Join(kind.allowed, ", "))
		case slices.Contains(kind.fixed, name):
			return pgerr.New(pgerr.FeatureNotSupported, "cannot ALTER %s option %s", t, name).At(st.At(a.Option.Pos))
		}
		seen[name] = a.Kind
	}
	return nil
}

// checkExclusive refuses to set and to drop options that replace each other.
func checkExclusive(st *ast.AlterConnection, t ast.ConnectionType, kind connection) error {
	var set, reset []string
	pos := ast.NoPos
	for _, a := range st.Actions {
		if !slices.Contains(kind.exclusive, a.Option.Name) {
			continue
		}
		if a.Kind == ast.ConnectionSet {
			set = append(set, a.Option.Name)
		} else {
			reset, pos = append(reset, a.Option.Name), a.Option.Pos
		}
	}
	if set == nil || reset == nil || slices.Equal(set, reset) {
		return nil
	}
	return pgerr.New(pgerr.SyntaxError, "cannot both SET and DROP/RESET mutually exclusive %s options %s", t, strings.Join(kind.exclusive, ", ")).
		At(st.At(pos))
}

// keepsTunnel refuses a change of the tunnel that a connection goes through:
// its sources were made for that way. Brokers of Kafka have several ways.
func keepsTunnel(st *ast.AlterConnection, old, altered *catalog.Object) error {
	if tunnelOf(old.Def) == tunnelOf(altered.Def) {
		return nil
	}
	i := slices.IndexFunc(st.Actions, func(a ast.ConnectionAction) bool { return a.Option.Name == optionSSHTunnel })
	return pgerr.New(pgerr.FeatureNotSupported, "cannot ALTER %s option SSH TUNNEL", connectionType(old)).At(st.At(st.Actions[i].Option.Pos)).
		WithHint("Change the SSH TUNNEL connection itself, or make a new connection.")
}

// tunnelOf is the tunnel that a connection stays with.
func tunnelOf(d catalog.Definition) catalog.ID {
	switch d := d.(type) {
	case *catalog.Postgres:
		return d.Tunnel
	case *catalog.SchemaRegistry:
		return d.Tunnel
	}
	return ""
}
