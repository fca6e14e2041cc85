package analyze

import (
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"culvert/engine/query"
	"culvert/sql/pgerr"
)

// transformUpdate is transformUpdateStmt. A row of the target that FROM joins
// with several rows is changed once, by the first.
func transformUpdate(s *scope, stmt *pg_query.UpdateStmt) *write {
	s.query = &query.Query{CTEs: s.inherited()}
	if stmt.WithClause != nil {
		transformWith(s, stmt.WithClause)
	}
	w := newWrite(s, query.Update, stmt.Relation)
	w.join(s, stmt.FromClause, stmt.WhereClause)
	values := make([]query.Expr, len(w.rel.Columns))
	for i := range values {
		values[i] = w.column(w.entry, i)
	}
	w.assignments(s, stmt.TargetList, values, func(i int) query.Expr { return defaultOf(s.env, w.rel, i) })
	w.Rows = w.setRows(s, s.query, values, rowID(w.rel, w.entry))
	w.returning(s, stmt.ReturningList, s.items, nil)
	return w
}

// join puts the target and FROM or USING into the query, with WHERE.
func (w *write) join(s *scope, from []*pg_query.Node, where *pg_query.Node) {
	s.items = []*item{w.item}
	s.query.From = []query.FromItem{w.entry}
	setLateral(s.items, true, false)
	transformFrom(s, from)
	setLateral(s.items, false, true)
	s.query.Where = transformWhere(s, where, clauseWhere, "WHERE")
	if len(from) > 0 {
		s.query.Distinct, s.query.DistinctOn = true, []query.Expr{rowID(w.rel, w.entry)}
	}
}

// assignments is transformUpdateTargetList.
func (w *write) assignments(s *scope, list []*pg_query.Node, values []query.Expr, byDefault func(int) query.Expr) {
	v := s.env
	for _, n := range list {
		res := n.GetResTarget()
		value := w.newValue(s, res)
		i := w.targetColumn(s, res)
		for _, before := range w.Set {
			if before == i {
				fail(pgerr.New(pgerr.SyntaxError, "multiple assignments to same column \"%s\"", res.Name))
			}
		}
		w.Set = append(w.Set, i)
		if value == nil {
			values[i] = byDefault(i)
			continue
		}
		value = assign(s, w.rel, i, value)
		if returnsSet(value) {
			v.failAt(v.at(value), pgerr.New(pgerr.FeatureNotSupported, "set-returning functions are not allowed in UPDATE"))
		}
		w.refuseGenerated(i, "column \"%s\" can only be updated to DEFAULT")
		values[i] = value
	}
}

// newValue transforms what is assigned; nil is DEFAULT.
func (w *write) newValue(s *scope, res *pg_query.ResTarget) query.Expr {
	node := res.Val
	if ref := node.GetMultiAssignRef(); ref != nil {
		return w.multiValue(s, ref)
	}
	if node.GetSetToDefault() != nil {
		return nil
	}
	return in(s, clauseUpdate, func() query.Expr { return transformExpr(s, node) })
}

// multiValue is one of the values of (a, b) = …: a row is taken apart, and a
// subquery is asked for each of its columns.
func (w *write) multiValue(s *scope, ref *pg_query.MultiAssignRef) query.Expr {
	v := s.env
	n := int(ref.Colno) - 1
	count := int(ref.Ncolumns)
	if row := ref.Source.GetRowExpr(); row != nil {
		if len(row.Args) != count {
			v.failAt(rawLoc(ref.Source), pgerr.New(pgerr.SyntaxError, "number of columns does not match number of values"))
		}
		if row.Args[n].GetSetToDefault() != nil {
			return nil
		}
		return in(s, clauseUpdate, func() query.Expr { return transformExpr(s, row.Args[n]) })
	}
	link := ref.Source.GetSubLink()
	if link == nil || link.SubLinkType != pg_query.SubLinkType_EXPR_SUBLINK {
		v.failAt(rawLoc(ref.Source), pgerr.New(pgerr.FeatureNotSupported, "source for a multiple-column UPDATE item must be a sub-SELECT or ROW() expression"))
	}
	sub := newScope(v, s)
	sub.link = true
	q := in(s, clauseUpdate, func() *query.Query { return transformSelect(sub, link.Subselect.GetSelectStmt(), false) })
	if len(q.Columns) != count {
		v.failAt(int(link.Location), pgerr.New(pgerr.SyntaxError, "number of columns does not match number of values"))
	}
	entry := &query.RangeEntry{Alias: "*ROW*", Query: q, Columns: q.Columns}
	v.owner[entry] = sub
	one := &query.Query{From: []query.FromItem{entry}, Columns: q.Columns[n : n+1]}
	one.Targets = []query.Target{{Expr: &query.Var{T: q.Columns[n].Type, Entry: entry, Col: n}}}
	return mark(v, &query.SubLink{T: q.Columns[n].Type, Kind: query.SubScalar, Query: one}, int(link.Location))
}
