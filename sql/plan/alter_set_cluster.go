package plan

import (
	"culvert/catalog"
	"culvert/sql/ast"
	"culvert/sql/pgerr"
)

// AlterSetCluster puts an object into another cluster: the object as it is to be.
type AlterSetCluster struct{ Object *catalog.Object }

func (*AlterSetCluster) plan() {}

func alterSetCluster(st *ast.AlterSetCluster, env *Env) (Plan, error) {
	switch st.Object {
	case ast.TypeMaterializedView, ast.TypeIndex:
	default:
		return nil, Unsupported(st)
	}
	object, err := env.lookup(st, st.Name)
	switch {
	case err != nil:
		return nil, err
	case object == nil && st.IfExists:
		env.Notice(doesNotExist(st.Name.Item))
		return &Nothing{}, nil
	case object == nil:
		return nil, env.unknownItem(st, st.Name)
	case !isOfType(object, st.Object):
		return nil, wrongType(st, st.Name, object, st.Object)
	}
	return moveToCluster(st, env, object, st.Cluster)
}

// moveToCluster plans SET CLUSTER of any object.
func moveToCluster(st ast.Statement, env *Env, object *catalog.Object, to ast.Ident) (Plan, error) {
	cluster, err := env.cluster(st, to)
	if err != nil {
		return nil, err
	}
	if object.ClusterID == "" {
		return nil, pgerr.New(pgerr.WrongObjectType, "%s %q is in no cluster", kindText(object), object.Name).At(st.At(st.Span().Start)).
			WithHint("Move its source.")
	}
	if object.ClusterID == cluster.ID {
		return &Nothing{}, nil
	}
	moved := *object
	moved.ClusterID = cluster.ID
	if err := renderAgain(&moved, env.Catalog); err != nil {
		return nil, err
	}
	env.Notice(withoutEffect("the cluster of an object"))
	return &AlterSetCluster{Object: &moved}, nil
}
