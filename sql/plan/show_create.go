package plan

import (
	"fmt"
	"slices"

	"culvert/sql/ast"
	"culvert/sql/pgerr"
)

// withDefinition are the kinds of objects that SHOW CREATE is for.
var withDefinition = []ast.ObjectType{ast.TypeConnection, ast.TypeSource, ast.TypeTable, ast.TypeView, ast.TypeMaterializedView}

// showCreate gives the query of SHOW CREATE: one row, the full name and the
// statement that makes the object.
func showCreate(st *ast.ShowCreate, env *Env) (string, error) {
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
	column := "create_sql"
	if st.WithoutLiterals {
		column = "redacted_create_sql"
	}
	return fmt.Sprintf("SELECT name, %s AS create_sql FROM mz_internal.mz_show_create WHERE id = %s", column, literal(string(object.ID))), nil
}
