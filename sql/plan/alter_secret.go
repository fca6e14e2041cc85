package plan

import (
	"culvert/catalog"
	"culvert/sql/ast"
)

// AlterSecret gives a secret the value of an expression.
type AlterSecret struct {
	Object *catalog.Object // a copy: what reads the secret is told of the change
	Value  ast.SecretExpr
}

func (*AlterSecret) plan() {}

func alterSecret(st *ast.AlterSecret, env *Env) (Plan, error) {
	object, err := env.lookup(st, st.Name)
	if err != nil {
		return nil, err
	}
	switch {
	case object == nil && st.IfExists:
		env.Notice(doesNotExist(st.Name.Item))
		return &Nothing{}, nil
	case object == nil:
		return nil, env.unknownItem(st, st.Name)
	case object.Kind != catalog.KindSecret:
		return nil, wrongType(st, st.Name, object, ast.TypeSecret)
	}
	altered := *object
	return &AlterSecret{Object: &altered, Value: st.Value}, nil
}
