package dialect

import (
	"strings"

	"culvert/engine/query"
	"culvert/sql/types"
)

// printLike prints LIKE and ILIKE. PostgreSQL's default escape is the backslash;
// DuckDB has none, and its plain LIKE is quicker.
func printLike(t *translator, x operation) expr {
	if x.op.Left.OID == types.ByteaOID {
		return noOperator(t, x)
	}
	not := ""
	if strings.HasPrefix(x.op.Name, "!") {
		not = " NOT"
	}
	escape := ` ESCAPE '\'`
	if pattern, ok := literal(x); ok {
		if !strings.Contains(pattern, `\`) {
			escape = ""
		}
	} else if f, ok := x.rightExpr.(*query.Func); ok && f.Name == "like_escape" {
		if e, ok := constText(f.Args[1]); ok && len([]rune(e)) <= 1 {
			x.right = t.expr(f.Args[0])
			escape = " ESCAPE " + quoteText(e)
			if e == "" {
				escape = ""
			}
		}
	}
	if strings.HasSuffix(x.op.Name, "*") { // ILIKE, in the C collation
		x.left.sql, x.right.sql = t.opts.Shim+".pg.lower_c("+x.left.sql+")", t.opts.Shim+".pg.lower_c("+x.right.sql+")"
	}
	return expr{sql: "(" + x.left.sql + not + " LIKE " + x.right.sql + escape + ")", phys: physBool}
}

// printMatch prints ~ and its like. A literal pattern is translated once, here;
// others at run time.
func printMatch(t *translator, x operation) expr {
	flags := ""
	if strings.HasSuffix(x.op.Name, "*") {
		flags = "i"
	}
	not := ""
	if strings.HasPrefix(x.op.Name, "!") {
		not = "NOT "
	}
	sql := "regex_test(" + x.left.sql + ", " + x.right.sql + ", '" + flags + "')"
	return expr{sql: "(" + not + sql + ")", phys: physBool}
}
