package plan

import (
	"culvert/catalog"
	"culvert/sql/ast"
	"culvert/sql/pgerr"
)

// ValidateConnection checks the way to what a connection leads to.
type ValidateConnection struct{ Object *catalog.Object }

func (*ValidateConnection) plan() {}

func validateConnection(st *ast.ValidateConnection, env *Env) (Plan, error) {
	object, err := env.resolveConnection(st, st.Name)
	if err != nil {
		return nil, err
	}
	return &ValidateConnection{Object: object}, nil
}

// resolveConnection finds a connection of any type.
func (env *Env) resolveConnection(st ast.Statement, name ast.ObjectName) (*catalog.Object, error) {
	object, err := env.resolve(st, name)
	if err != nil {
		return nil, err
	}
	if object.Kind != catalog.KindConnection {
		return nil, pgerr.New(pgerr.WrongObjectType, "%s is not a connection", nameText(name)).At(st.At(name.Pos))
	}
	return object, nil
}
