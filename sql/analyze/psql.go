package analyze

import (
	"slices"

	pg_query "github.com/pganalyze/pg_query_go/v6"
)

// shownElsewhere are psql's patterns for the schemas whose relations pg_class shows
// in pg_catalog, so that clients do not take them for users' relations.
var shownElsewhere = []string{"^(mz_catalog)$", "^(mz_internal)$"}

// schemaPattern gives the right side of an operator. Where psql looks for the
// relations of one of those schemas (\d mz_catalog.mz_sources), which it does by
//
//	n.nspname OPERATOR(pg_catalog.~) '^(mz_catalog)$' COLLATE pg_catalog.default
//
// it is the pattern of the schema that they are shown in.
func schemaPattern(a *pg_query.A_Expr, name []string) *pg_query.Node {
	fields := a.Lexpr.GetColumnRef().GetFields()
	collate := a.Rexpr.GetCollateClause()
	if collate == nil || len(fields) == 0 || !slices.Equal(name, []string{"pg_catalog", "~"}) ||
		fields[len(fields)-1].GetString_().GetSval() != "nspname" {
		return a.Rexpr
	}
	pattern := collate.Arg.GetAConst()
	if !slices.Contains(shownElsewhere, pattern.GetSval().GetSval()) {
		return a.Rexpr
	}
	return &pg_query.Node{Node: &pg_query.Node_AConst{AConst: &pg_query.A_Const{
		Val: &pg_query.A_Const_Sval{Sval: &pg_query.String{Sval: "^(pg_catalog)$"}}, Location: pattern.Location,
	}}}
}
