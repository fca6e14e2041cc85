package plan

import (
	"culvert/catalog"
	"culvert/sql/ast"
)

// CreateSecret makes a secret of the value of an expression.
type CreateSecret struct {
	Object *catalog.Object
	Value  ast.SecretExpr
}

func (*CreateSecret) plan() {}

func createSecret(st *ast.CreateSecret, env *Env) (Plan, error) {
	schema, err := env.create(st, st.Name, st.IfNotExists)
	if err != nil {
		return nil, err
	}
	if schema == nil {
		return &Nothing{}, nil
	}
	object := &catalog.Object{
		ID:       env.NextID(),
		Kind:     catalog.KindSecret,
		SchemaID: schema.ID,
		Name:     st.Name.Item,
		OwnerID:  catalog.RoleID,
		Def:      &catalog.Secret{},
	}
	env.renderSecret(object)
	return &CreateSecret{Object: object, Value: st.Value}, nil
}

// renderSecret writes the statement that makes a secret into it; the value is
// in no text.
func (env *Env) renderSecret(object *catalog.Object) {
	text := &ast.CreateSecret{Name: env.qualify(object)}
	object.CreateSQL, object.Redacted = text.String()+";", text.Redacted()+";"
}
