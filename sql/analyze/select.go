package analyze

import (
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"culvert/engine/query"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// transformSelect is transformStmt for a query. top tells that it is not
// below another one, which matters to SELECT INTO only.
func transformSelect(s *scope, stmt *pg_query.SelectStmt, top bool) *query.Query {
	defer s.env.enter()()
	s.query = &query.Query{}
	if stmt.IntoClause != nil {
		if !top {
			s.env.failAt(int(stmt.IntoClause.GetRel().GetLocation()), pgerr.New(pgerr.SyntaxError, "SELECT ... INTO is not allowed here"))
		}
		fail(pgerr.New(pgerr.FeatureNotSupported, "SELECT INTO is not supported"))
	}
	if stmt.WithClause != nil {
		transformWith(s, stmt.WithClause)
	}
	switch {
	case len(stmt.ValuesLists) > 0:
		transformValuesStmt(s, stmt)
	case stmt.Op != pg_query.SetOperation_SETOP_NONE:
		transformSetOp(s, stmt)
	default:
		transformPlain(s, stmt)
	}
	return s.query
}

// transformPlain is transformSelectStmt.
func transformPlain(s *scope, stmt *pg_query.SelectStmt) {
	q := s.query
	for _, n := range stmt.WindowClause {
		def := n.GetWindowDef()
		s.windows = append(s.windows, &namedWindow{name: def.Name, def: def, win: &query.Window{}})
	}
	transformFrom(s, stmt.FromClause)
	s.targets = in(s, clauseSelect, func() *targetList { return transformTargets(s, stmt.TargetList) })
	q.Where = transformWhere(s, stmt.WhereClause, clauseWhere, "WHERE")
	q.Having = transformWhere(s, stmt.HavingClause, clauseHaving, "HAVING")
	for _, n := range stmt.SortClause {
		q.OrderBy = append(q.OrderBy, sortKey(s, n.GetSortBy(), s.targets, sortName))
	}
	transformGroup(s, stmt)
	transformDistinct(s, stmt)
	transformLimit(s, stmt)
	transformWindows(s)
	if s.fixUnknown {
		fixTargets(s, s.targets)
	}
	for _, t := range s.targets.items {
		q.Targets = append(q.Targets, query.Target{Expr: t.expr, Junk: t.junk})
		if !t.junk {
			q.Columns = append(q.Columns, query.Column{Name: t.name, Type: t.expr.Type()})
		}
	}
	if q.Targets == nil {
		q.Targets = []query.Target{}
	}
	q.Grouped = stmt.GroupClause != nil || q.Having != nil || s.hasAggs
	orderTargets(s)
	if len(q.Targets) > maxTargets {
		fail(pgerr.New(pgerr.TooManyColumns, "target lists can have at most %d entries", maxTargets))
	}
	if q.Grouped {
		checkGrouped(s)
	}
	checkLocking(s, stmt)
}

// maxTargets is PostgreSQL's MaxTupleAttributeNumber.
const maxTargets = 1664

// orderTargets puts junk behind the columns.
func orderTargets(s *scope) {
	var cols, junk []query.Target
	for _, t := range s.query.Targets {
		if t.Junk {
			junk = append(junk, t)
		} else {
			cols = append(cols, t)
		}
	}
	s.query.Targets = append(append(make([]query.Target, 0, len(s.query.Targets)), cols...), junk...)
}

// transformWhere is transformWhereClause.
func transformWhere(s *scope, n *pg_query.Node, c clause, construct string) query.Expr {
	if n == nil {
		return nil
	}
	return in(s, c, func() query.Expr { return toBoolean(s, transformExpr(s, n), construct) })
}

// transformLimit is transformLimitClause.
func transformLimit(s *scope, stmt *pg_query.SelectStmt) {
	s.query.Offset = transformLimitExpr(s, stmt.LimitOffset, clauseOffset, "OFFSET")
	s.query.Limit = transformLimitExpr(s, stmt.LimitCount, clauseLimit, "LIMIT")
	s.query.WithTies = stmt.LimitOption == pg_query.LimitOption_LIMIT_OPTION_WITH_TIES
	if s.query.WithTies && stmt.LimitCount.GetAConst().GetIsnull() {
		fail(pgerr.New(pgerr.InvalidRowCountInLimit, "row count cannot be null in FETCH FIRST ... WITH TIES clause"))
	}
}

func transformLimitExpr(s *scope, n *pg_query.Node, c clause, construct string) query.Expr {
	if n == nil {
		return nil
	}
	e := in(s, c, func() query.Expr { return toSpecific(s, transformExpr(s, n), types.Int8OID, construct) })
	walkQuery(e, func(sub query.Expr) bool {
		if col, ok := sub.(*query.Var); ok && s.levelOf(col.Entry) == 0 {
			s.env.failAt(s.env.at(col), pgerr.New(pgerr.InvalidColumnReference, "argument of %s must not contain variables", construct))
		}
		return true
	})
	if k, ok := e.(*query.Const); ok && k.Null {
		return nil
	}
	return e
}

// transformDistinct is transformDistinctClause and transformDistinctOnClause.
func transformDistinct(s *scope, stmt *pg_query.SelectStmt) {
	if len(stmt.DistinctClause) == 0 {
		return
	}
	if stmt.DistinctClause[0].GetNode() == nil {
		distinctAll(s)
		return
	}
	q := s.query
	for _, n := range stmt.DistinctClause {
		t := targetFor(s, n, s.targets, clauseDistinct)
		t.expr = settled(s, t.expr)
		s.env.needOrderingOf(t.expr.Type().OID, false, rawLoc(n))
		q.DistinctOn = append(q.DistinctOn, t.expr)
	}
	q.Distinct = true
	matchDistinctOn(s, stmt.DistinctClause)
}

// matchDistinctOn checks that ORDER BY begins with the expressions of DISTINCT ON.
func matchDistinctOn(s *scope, list []*pg_query.Node) {
	q := s.query
	mismatch := func(i int) {
		s.env.failAt(rawLoc(list[i]), pgerr.New(pgerr.InvalidColumnReference, "SELECT DISTINCT ON expressions must match initial ORDER BY expressions"))
	}
	found := make([]bool, len(q.DistinctOn))
	skipped := false
	for _, key := range q.OrderBy {
		at := -1
		for i, e := range q.DistinctOn {
			if sameExpr(e, key.Expr) {
				at = i
			}
		}
		switch {
		case at < 0:
			skipped = true
		case skipped:
			mismatch(at)
		default:
			found[at] = true
		}
	}
	for i := range found {
		if !found[i] && skipped {
			mismatch(i)
		}
	}
}

func distinctAll(s *scope) {
	s.query.Distinct = true
	for _, key := range s.query.OrderBy {
		for _, t := range s.targets.items {
			if t.junk && t.expr == key.Expr {
				s.env.failAt(s.env.at(t.expr), pgerr.New(pgerr.InvalidColumnReference, "for SELECT DISTINCT, ORDER BY expressions must appear in select list"))
			}
		}
	}
	some := false
	for _, t := range s.targets.items {
		if t.junk {
			continue
		}
		some = true
		t.expr = settled(s, t.expr)
		s.env.needOrdering(t.expr, false)
	}
	if !some {
		fail(pgerr.New(pgerr.SyntaxError, "SELECT DISTINCT must have at least one column"))
	}
}
