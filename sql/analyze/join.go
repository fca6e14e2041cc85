package analyze

import (
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"culvert/engine/query"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

var joinKinds = map[pg_query.JoinType]query.JoinKind{
	pg_query.JoinType_JOIN_INNER: query.InnerJoin, pg_query.JoinType_JOIN_LEFT: query.LeftJoin,
	pg_query.JoinType_JOIN_RIGHT: query.RightJoin, pg_query.JoinType_JOIN_FULL: query.FullJoin,
}

// transformJoin is the part of transformFromClauseItem for JOIN.
func transformJoin(s *scope, j *pg_query.JoinExpr) (query.FromItem, []*item) {
	out := &query.Join{Kind: joinKinds[j.Jointype]}
	var left, right []*item
	out.Left, left = joinSide(s, j.Larg, out.Kind == query.RightJoin || out.Kind == query.FullJoin)

	// The right side may refer to the left one laterally.
	lateralOK := out.Kind == query.InnerJoin || out.Kind == query.LeftJoin
	setLateral(left, true, lateralOK)
	before := len(s.items)
	s.items = append(s.items, left...)
	out.Right, right = joinSide(s, j.Rarg, out.Kind == query.LeftJoin || out.Kind == query.FullJoin)
	s.items = s.items[:before:before]
	s.checkConflicts(left, right)
	leftCols, rightCols := visible(left), visible(right)

	using := names(j.UsingClause)
	if j.IsNatural {
		using = natural(leftCols, rightCols)
	}
	var merged []column
	switch {
	case len(using) > 0 || j.IsNatural:
		merged, leftCols, rightCols = joinUsing(s, out, using, leftCols, rightCols)
	case j.Quals != nil:
		out.On = joinOn(s, append(append([]*item(nil), left...), right...), j.Quals)
	}
	if out.On == nil {
		if out.Kind == query.InnerJoin {
			out.Kind = query.CrossJoin
		} else {
			out.On = mark[query.Expr](s.env, trueConst(), -1)
		}
	}
	result := &item{colsVisible: true, cols: append(append(append([]column(nil), merged...), leftCols...), rightCols...)}
	items := append(append(left, right...), usingAlias(s, j, merged)...)
	if j.Alias != nil {
		nameJoin(s, result, j.Alias)
		return out, []*item{result}
	}
	for _, it := range items {
		it.colsVisible = false
	}
	return out, append(items, result)
}

// joinSide transforms one side of a join, which may give NULLs if nullable.
func joinSide(s *scope, n *pg_query.Node, nullable bool) (query.FromItem, []*item) {
	if nullable {
		s.nullable++
		defer func() { s.nullable-- }()
	}
	return fromItem(s, n)
}

// visible are the columns that the items of one side have as a table.
func visible(items []*item) []column {
	var out []column
	for _, it := range items {
		if it.colsVisible {
			out = append(out, it.cols...)
		}
	}
	return out
}

// joinOn is transformJoinOnClause: ON sees the two sides, and what is around.
func joinOn(s *scope, items []*item, n *pg_query.Node) query.Expr {
	setLateral(items, false, true)
	saved := s.items
	s.items = items
	on := transformWhere(s, n, clauseJoin, "JOIN/ON")
	s.items = saved
	return on
}

func natural(left, right []column) []string {
	var out []string
	for _, l := range left {
		for _, r := range right {
			if l.name == r.name {
				out = append(out, l.name)
				break
			}
		}
	}
	return out
}

// joinUsing is transformJoinUsingClause: the condition, the merged columns and
// the rest of both sides.
func joinUsing(s *scope, j *query.Join, using []string, left, right []column) (merged, restLeft, restRight []column) {
	var conds []query.Expr
	gone := map[string]bool{}
	for _, name := range using {
		if gone[name] {
			fail(pgerr.New(pgerr.DuplicateColumn, "column name \"%s\" appears more than once in USING clause", name))
		}
		gone[name] = true
		l, r := usingColumn(name, left, "left"), usingColumn(name, right, "right")
		merged = append(merged, column{name: name, expr: mergedColumn(s, j.Kind, s.columnOf(l, -1), s.columnOf(r, -1))})
		op := makeOp(s, []string{"="}, s.columnOf(l, -1), s.columnOf(r, -1), -1)
		conds = append(conds, toBoolean(s, op, "JOIN/USING"))
	}
	switch len(conds) {
	case 0:
	case 1:
		j.On = conds[0]
	default:
		j.On = mark(s.env, &query.BoolExpr{Kind: query.And, Args: conds}, -1)
	}
	for _, c := range left {
		if !gone[c.name] {
			restLeft = append(restLeft, c)
		}
	}
	for _, c := range right {
		if !gone[c.name] {
			restRight = append(restRight, c)
		}
	}
	return merged, restLeft, restRight
}

func usingColumn(name string, cols []column, side string) column {
	at := -1
	for i, c := range cols {
		if c.name != name {
			continue
		}
		if at >= 0 {
			fail(pgerr.New(pgerr.AmbiguousColumn, "common column name \"%s\" appears more than once in %s table", name, side))
		}
		at = i
	}
	if at < 0 {
		fail(pgerr.New(pgerr.UndefinedColumn, "column \"%s\" specified in USING clause does not exist in %s table", name, side))
	}
	return cols[at]
}

// mergedColumn is buildMergedJoinVar.
func mergedColumn(s *scope, kind query.JoinKind, left, right query.Expr) query.Expr {
	pair := []query.Expr{left, right}
	oid := commonType(s, pair, "JOIN/USING")
	t := commonMod(pair, oid)
	l, r := toMerged(s, left, oid), toMerged(s, right, oid)
	switch kind {
	case query.LeftJoin:
		return l
	case query.RightJoin:
		return r
	case query.FullJoin:
		return mark(s.env, &query.Coalesce{T: t, Args: []query.Expr{l, r}}, -1)
	}
	if l != left && r == right {
		return r
	}
	return l
}

func toMerged(s *scope, e query.Expr, oid types.OID) query.Expr {
	return toCommon(s, e, oid, "JOIN/USING")
}

// usingAlias is the item of JOIN … USING (…) AS alias.
func usingAlias(s *scope, j *pg_query.JoinExpr, merged []column) []*item {
	if j.JoinUsingAlias == nil {
		return nil
	}
	return []*item{{name: j.JoinUsingAlias.Aliasname, cols: merged, relVisible: true}}
}

// nameJoin gives a join the alias that hides what it joins.
func nameJoin(s *scope, it *item, alias *pg_query.Alias) {
	it.name, it.relVisible = alias.Aliasname, true
	renamed := names(alias.Colnames)
	if len(renamed) > len(it.cols) {
		fail(pgerr.New(pgerr.InvalidColumnReference, "join expression \"%s\" has %d columns available but %d columns specified",
			alias.Aliasname, len(it.cols), len(renamed)))
	}
	for i, name := range renamed {
		it.cols[i].name = name
	}
	info := &seen{alias: it.name, aliased: true, item: it}
	for _, c := range it.cols {
		info.names = append(info.names, c.name)
	}
	s.seen = append(s.seen, info)
}
