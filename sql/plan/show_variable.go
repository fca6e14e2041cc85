package plan

import (
	"fmt"

	"culvert/sql/ast"
)

// showVariable gives the query of SHOW name and SHOW ALL.
func showVariable(st *ast.ShowVariable) string {
	if st.Name == "all" {
		return "SELECT name, setting, short_desc AS description FROM pg_catalog.pg_settings ORDER BY name"
	}
	return fmt.Sprintf("SELECT pg_catalog.current_setting(%s) AS %s", literal(st.Name), ast.QuoteIdent(st.Name))
}
