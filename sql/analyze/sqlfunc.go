package analyze

import (
	"culvert/engine/query"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// SQLFunctions is what a Catalog may also be: functions of pg_proc whose value
// a query over its relations gives.
type SQLFunctions interface {
	// SQLFunction gives the query of a function: one column, at most one row,
	// $n for the arguments, names resolved by the view's own catalog. Without
	// one it is nil.
	SQLFunction(proc types.OID) *View
}

// sqlFunction finds the query of a function.
func (v *env) sqlFunction(proc types.OID) *View {
	functions, ok := v.cat.(SQLFunctions)
	if !ok {
		return nil
	}
	return functions.SQLFunction(proc)
}

// inlineFunction puts the query of a function in the place of its call: a
// scalar subquery in which the arguments stand for the parameters. Columns of
// the calling query in them make it a correlated one.
func (v *env) inlineFunction(def *View, name string, args []query.Expr, result types.Type) query.Expr {
	if v.viewDepth >= maxViewDepth {
		fail(pgerr.New(pgerr.StatementTooComplex, "functions are nested too deeply"))
	}
	node, err := def.parse()
	if err != nil {
		fail(pgerr.From(err))
	}
	cat, arguments := v.cat, v.arguments
	v.cat, v.arguments = def.Catalog, args
	v.viewDepth++
	q := transformSelect(newScope(v, nil), node.GetSelectStmt(), true)
	v.viewDepth--
	v.cat, v.arguments = cat, arguments
	if len(q.Columns) != 1 {
		fail(pgerr.New(pgerr.InternalError, "the query of function %s has %d columns", name, len(q.Columns)))
	}
	if q.Columns[0].Type.OID != result.OID {
		q = recast(newScope(v, nil), q, []query.Column{{Name: name, Type: result}}, explicitCast)
	}
	return &query.SubLink{T: result, Kind: query.SubScalar, Query: q}
}
