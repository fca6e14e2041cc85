package analyze

import (
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"culvert/engine/query"
	"culvert/sql/pgerr"
)

// maxGroupingSets and maxCube are PostgreSQL's bounds (parse_agg.c, parse_clause.c).
const (
	maxGroupingSets = 4096
	maxCube         = 12
)

// groups collects the expressions of GROUP BY.
type groups struct {
	s     *scope
	exprs []query.Expr
	sets  bool // grouping sets were written
}

// transformGroup is transformGroupClause.
func transformGroup(s *scope, stmt *pg_query.SelectStmt) {
	if len(stmt.GroupClause) == 0 {
		return
	}
	g := &groups{s: s}
	product := [][]int{{}}
	for _, n := range flattenRows(stmt.GroupClause) {
		product = cross(product, g.item(n))
	}
	s.query.GroupBy = g.exprs
	if !g.sets {
		return
	}
	for i, set := range product {
		product[i] = unique(set)
	}
	if stmt.GroupDistinct {
		product = distinctSets(product)
	}
	s.query.GroupingSets = product
}

// flattenRows takes GROUP BY (a, b) apart: it means GROUP BY a, b.
func flattenRows(list []*pg_query.Node) []*pg_query.Node {
	var out []*pg_query.Node
	for _, n := range list {
		if row := n.GetRowExpr(); row != nil && row.RowFormat == pg_query.CoercionForm_COERCE_IMPLICIT_CAST {
			out = append(out, flattenRows(row.Args)...)
			continue
		}
		out = append(out, n)
	}
	return out
}

// item gives the grouping sets of one item of GROUP BY.
func (g *groups) item(n *pg_query.Node) [][]int {
	set := n.GetGroupingSet()
	if set == nil {
		return [][]int{g.columns(n)}
	}
	g.sets = true
	switch set.Kind {
	case pg_query.GroupingSetKind_GROUPING_SET_EMPTY:
		return [][]int{{}}
	case pg_query.GroupingSetKind_GROUPING_SET_ROLLUP:
		parts := g.parts(set.Content)
		var out [][]int
		for n := len(parts); n >= 0; n-- {
			out = append(out, concat(parts[:n]))
		}
		return out
	case pg_query.GroupingSetKind_GROUPING_SET_CUBE:
		return g.cube(set)
	}
	var out [][]int
	for _, c := range set.Content {
		out = append(out, g.item(c)...)
	}
	return out
}

func (g *groups) cube(set *pg_query.GroupingSet) [][]int {
	if len(set.Content) > maxCube {
		g.s.env.failAt(int(set.Location), pgerr.New(pgerr.TooManyColumns, "CUBE is limited to %d elements", maxCube))
	}
	parts := g.parts(set.Content)
	var out [][]int
	for mask := 1<<len(parts) - 1; mask >= 0; mask-- {
		var chosen [][]int
		for i, p := range parts {
			if mask>>(len(parts)-1-i)&1 != 0 {
				chosen = append(chosen, p)
			}
		}
		out = append(out, concat(chosen))
	}
	return out
}

func (g *groups) parts(list []*pg_query.Node) [][]int {
	var out [][]int
	for _, n := range list {
		out = append(out, g.columns(n))
	}
	return out
}

// columns gives the indexes of an expression, or of those in (a, b).
func (g *groups) columns(n *pg_query.Node) []int {
	var out []int
	for _, sub := range flattenRows([]*pg_query.Node{n}) {
		t := targetFor(g.s, sub, g.s.targets, clauseGroup)
		t.expr = settled(g.s, t.expr)
		g.s.env.needOrderingOf(t.expr.Type().OID, false, rawLoc(sub))
		out = append(out, g.add(t.expr))
	}
	return out
}

func (g *groups) add(e query.Expr) int {
	for i, have := range g.exprs {
		if sameExpr(have, e) {
			return i
		}
	}
	g.exprs = append(g.exprs, e)
	return len(g.exprs) - 1
}

func cross(a, b [][]int) [][]int {
	if len(a)*len(b) > maxGroupingSets {
		fail(pgerr.New(pgerr.StatementTooComplex, "too many grouping sets present (maximum %d)", maxGroupingSets))
	}
	out := make([][]int, 0, len(a)*len(b))
	for _, x := range a {
		for _, y := range b {
			out = append(out, append(append([]int{}, x...), y...))
		}
	}
	return out
}

func concat(parts [][]int) []int {
	out := []int{}
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

func unique(set []int) []int {
	out := []int{}
	for _, i := range set {
		if !contains(out, i) {
			out = append(out, i)
		}
	}
	return out
}

func contains(list []int, item int) bool {
	for _, have := range list {
		if have == item {
			return true
		}
	}
	return false
}

func distinctSets(sets [][]int) [][]int {
	var out [][]int
	for _, set := range sets {
		seen := false
		for _, have := range out {
			same := len(have) == len(set)
			for _, i := range set {
				same = same && contains(have, i)
			}
			seen = seen || same
		}
		if !seen {
			out = append(out, set)
		}
	}
	return out
}

// groupingCall is a GROUPING(…) whose arguments are matched when GROUP BY is known.
type groupingCall struct {
	node *query.Grouping
	args []query.Expr
}

// transformGrouping is transformGroupingFunc.
func transformGrouping(s *scope, n *pg_query.GroupingFunc) query.Expr {
	call := &groupingCall{node: &query.Grouping{}}
	if len(n.Args) > 31 {
		s.env.failAt(int(n.Location), pgerr.New(pgerr.TooManyArguments, "GROUPING must have fewer than 32 arguments"))
	}
	for _, a := range n.Args {
		call.args = append(call.args, transformExpr(s, a))
	}
	if r := s.clause.rule(); !r.aggregates {
		s.env.failAt(int(n.Location), pgerr.New(pgerr.GroupingError, "grouping operations are not allowed in %s", r.name))
	}
	s.hasAggs = true
	s.groupings = append(s.groupings, call)
	return mark(s.env, call.node, int(n.Location))
}

// checkGrouped is parseCheckAggregates: every column outside of aggregates
// must be one of GROUP BY's.
func checkGrouped(s *scope) {
	q := s.query
	for _, call := range s.groupings {
		for _, a := range call.args {
			at := -1
			for i, e := range q.GroupBy {
				if sameExpr(e, a) {
					at = i
				}
			}
			if at < 0 {
				s.env.failAt(s.env.at(a), pgerr.New(pgerr.GroupingError, "arguments to GROUPING must be grouping expressions of the associated query level"))
			}
			call.node.GroupBy = append(call.node.GroupBy, at)
		}
	}
	for _, t := range q.Targets {
		checkUngrouped(s, t.Expr, false)
	}
	checkUngrouped(s, q.Having, false)
	if s.selfRef && s.hasAggs {
		refuseRecursiveAggregate(s)
	}
}

// refuseRecursiveAggregate fails at the first aggregate of a recursive term.
func refuseRecursiveAggregate(s *scope) {
	find := func(e query.Expr) bool {
		if _, ok := e.(*query.Agg); ok {
			s.env.failAt(s.env.at(e), pgerr.New(pgerr.InvalidRecursion, "aggregate functions are not allowed in a recursive query's recursive term"))
		}
		_, link := e.(*query.SubLink)
		return !link
	}
	for _, t := range s.query.Targets {
		walkQuery(t.Expr, find)
	}
	walkQuery(s.query.Having, find)
}

// checkUngrouped is check_ungrouped_columns; inSub tells that it is in a subquery.
func checkUngrouped(s *scope, e query.Expr, inSub bool) {
	walkQuery(e, func(e query.Expr) bool {
		for _, g := range s.query.GroupBy {
			if sameExpr(g, e) {
				return false
			}
		}
		switch e := e.(type) {
		case *query.Agg:
			if !inSub {
				for _, d := range e.Direct {
					checkUngrouped(s, d, inSub)
				}
				return false
			}
		case *query.SubLink:
			walkAll(e.Left, func(l query.Expr) bool { checkUngrouped(s, l, inSub); return false })
			walkTree(e.Query, func(l query.Expr) bool { checkUngrouped(s, l, true); return false })
			return false
		case *query.Var:
			if s.env.owner[e.Entry] == s && !dependent(s, e) {
				ungrouped(s, e, inSub)
			}
		}
		return true
	})
}

// dependent tells whether a column depends on a primary key that GROUP BY
// names; it is then grouped by as well, which changes no group.
func dependent(s *scope, col *query.Var) bool {
	rel := s.env.origin[col.Entry]
	if rel == nil || len(rel.PrimaryKey) == 0 || s.query.GroupingSets != nil {
		return false
	}
	for _, key := range rel.PrimaryKey {
		found := false
		for _, g := range s.query.GroupBy {
			v, ok := g.(*query.Var)
			found = found || ok && v.Entry == col.Entry && v.Col == key
		}
		if !found {
			return false
		}
	}
	s.query.GroupBy = append(s.query.GroupBy, col)
	return true
}

func ungrouped(s *scope, col *query.Var, inSub bool) {
	name := col.Entry.Alias + "." + col.Entry.Columns[col.Col].Name
	err := pgerr.New(pgerr.GroupingError, "column \"%s\" must appear in the GROUP BY clause or be used in an aggregate function", name)
	if inSub {
		err = pgerr.New(pgerr.GroupingError, "subquery uses ungrouped column \"%s\" from outer query", name)
	}
	s.env.failAt(s.env.at(col), err)
}
