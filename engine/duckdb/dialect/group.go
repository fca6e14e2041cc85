package dialect

import (
	"strings"

	"culvert/engine/query"
)

// groupPart is a GROUP BY clause with the keys that other clauses refer to.
type groupPart struct {
	sql   string
	keys  map[string]expr // by the plain text of the expression
	nodes map[query.Expr]expr
	texts []string // by index in Query.GroupBy
}

func groupClause(t *translator, q *query.Query) groupPart {
	g := groupPart{keys: map[string]expr{}, nodes: map[query.Expr]expr{}}
	if len(q.GroupBy) == 0 && q.GroupingSets == nil {
		if q.Grouped && !hasAggregate(q) {
			g.sql = " GROUP BY ()" // HAVING alone: one group
		}
		return g
	}
	keys := make([]string, len(q.GroupBy))
	for i, e := range q.GroupBy {
		plain := t.expr(e)
		key := groupKey(t, plain, e.Type())
		shown := key
		if key.sql != plain.sql {
			// Equal numerics may differ in scale: one of the group's is shown.
			shown = expr{sql: "min(" + plain.sql + ")", phys: plain.phys}
			if q.GroupingSets != nil { // not where the set leaves the key out
				shown.sql = "(CASE WHEN " + key.sql + " IS NOT NULL THEN " + shown.sql + " END)"
			}
			g.keys[plain.sql] = shown
		}
		g.nodes[e] = shown
		keys[i] = "(" + key.sql + ")"
	}
	g.texts = keys
	if q.GroupingSets == nil {
		g.sql = " GROUP BY " + strings.Join(keys, ", ")
		return g
	}
	g.sql = " GROUP BY GROUPING SETS (" + joinSQL(q.GroupingSets, ", ", func(set []int) string {
		return "(" + joinSQL(set, ", ", func(i int) string { return keys[i] }) + ")"
	}) + ")"
	return g
}

// hasAggregate looks for an aggregate where one makes the query grouped.
func hasAggregate(q *query.Query) bool {
	found := false
	for _, target := range q.Targets {
		found = found || containsAgg(target.Expr)
	}
	if q.Having != nil {
		found = found || containsAgg(q.Having)
	}
	for _, key := range q.OrderBy {
		found = found || containsAgg(key.Expr)
	}
	return found
}

// printGrouping prints GROUPING(…) over the keys of the innermost grouped query.
func printGrouping(t *translator, g *query.Grouping) expr {
	keys := t.groups[len(t.groups)-1].texts
	return expr{sql: "CAST(grouping(" + joinSQL(g.GroupBy, ", ", func(i int) string { return keys[i] }) + ") AS INTEGER)", phys: physInt4}
}

func containsAgg(e query.Expr) bool {
	_, ok := e.(*query.Agg)
	return ok
}
