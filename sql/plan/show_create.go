package plan

import (
	"fmt"
	"slices"

	"culvert/sql/ast"
	"culvert/sql/pgerr"
)

// withDefinition are the kinds of objects that SHOW CREATE is for.
var withDefinition = []ast.ObjectType{ast.TypeConnection, ast.TypeSource, ast.TypeTable, ast.TypeView, ast.TypeMaterializedView, ast.TypeIndex}

// showCreate gives the query of SHOW CREATE: one row, the full name and the
// statement that makes the object.
func showCreate(st *ast.ShowCreate, env *Env) (string, error) {
	if st.Object == ast.TypeCluster {
		return showCreateCluster(st, env)
	}
	if !slices.Contains(withDefinition, st.Object) {
		return "", pgerr.New(pgerr.FeatureNotSupported, "SHOW CREATE %s is not supported", st.Object).At(st.At(st.Span().Start))
	}
	object, err := env.resolve(st, st.Name)
	if err != nil {
		return "", err
	}
	if !isOfType(object, st.Object) {
		return "", wrongType(st, st.Name, object, st.Object)
	}
	return fmt.Sprintf("SELECT name, %s AS create_sql FROM mz_internal.mz_show_create WHERE id = %s",
		createColumn(st), literal(string(object.ID))), nil
}

func createColumn(st *ast.ShowCreate) string {
	if st.WithoutLiterals {
		return "redacted_create_sql"
	}
	return "create_sql"
}

func showCreateCluster(st *ast.ShowCreate, env *Env) (string, error) {
	cluster, err := env.cluster(st, ast.Ident{Name: st.Name.Item, Pos: st.Name.Pos})
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("SELECT name, %s AS create_sql FROM mz_internal.mz_show_create_cluster WHERE id = %s",
		createColumn(st), literal(string(cluster.ID))), nil
}
