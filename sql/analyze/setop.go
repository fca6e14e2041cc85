package analyze

import (
	"fmt"

	pg_query "github.com/pganalyze/pg_query_go/v6"

	"culvert/engine/query"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// arm is one side of a set operation.
type arm struct {
	s     *scope
	query *query.Query
	cols  []armColumn
}

// armColumn is an output column of an arm: its expression where it is a plain
// SELECT's, so that literals of undetermined type can still be given one.
type armColumn struct {
	expr query.Expr
	loc  int
}

func (a *arm) loc(i int) int { return a.cols[i].loc }

// conform casts the columns of an arm.
func (a *arm) conform(want []query.Column) {
	a.query = recast(a.s, a.query, want, implicitCast)
	for i, c := range want {
		if a.cols[i].expr.Type() != c.Type {
			a.cols[i].expr = &query.CaseTest{T: c.Type}
		}
	}
}

// transformArm is transformSetOperationTree for one side.
func transformArm(s *scope, stmt *pg_query.SelectStmt) *arm {
	defer s.env.enter()()
	out := &arm{s: s}
	nested := stmt.Op != pg_query.SetOperation_SETOP_NONE && len(stmt.SortClause) == 0 && stmt.LimitCount == nil &&
		stmt.LimitOffset == nil && len(stmt.LockingClause) == 0 && stmt.WithClause == nil
	if nested {
		in := newScope(s.env, s)
		in.query, in.setRoot = &query.Query{}, s.root()
		locs := combineArms(in, stmt, transformArm(in, stmt.Larg), transformArm(in, stmt.Rarg))
		out.query = in.query
		for i, c := range in.query.Columns {
			out.cols = append(out.cols, armColumn{expr: mark(s.env, &query.CaseTest{T: c.Type}, locs[i]), loc: locs[i]})
		}
		return out
	}
	leaf := newScope(s.env, s)
	leaf.fixUnknown = false
	out.query = transformSelect(leaf, stmt, false)
	for i, c := range out.query.Columns {
		col := armColumn{expr: &query.CaseTest{T: c.Type}, loc: -1}
		switch {
		case out.query.Targets != nil:
			col.expr = out.query.Targets[i].Expr
			col.loc = s.env.at(col.expr)
		}
		out.cols = append(out.cols, col)
	}
	s.root().seeArm(out.query)
	return out
}

// root is the scope of the whole set operation.
func (s *scope) root() *scope {
	if s.setRoot != nil {
		return s.setRoot
	}
	return s
}

// seeArm notes the columns of an arm for hints, under PostgreSQL's name for it.
func (s *scope) seeArm(q *query.Query) {
	info := &seen{alias: fmt.Sprintf("*SELECT* %d", len(s.seen)+1), aliased: true}
	for _, c := range q.Columns {
		info.names = append(info.names, c.Name)
	}
	s.seen = append(s.seen, info)
}

var setKinds = map[pg_query.SetOperation]struct {
	kind query.SetKind
	name string
}{
	pg_query.SetOperation_SETOP_UNION:     {query.Union, "UNION"},
	pg_query.SetOperation_SETOP_INTERSECT: {query.Intersect, "INTERSECT"},
	pg_query.SetOperation_SETOP_EXCEPT:    {query.Except, "EXCEPT"},
}

// combineArms settles the types of the columns and makes the set operation. It
// gives the locations that stand for the columns in errors.
func combineArms(s *scope, stmt *pg_query.SelectStmt, left, right *arm) []int {
	v := s.env
	op := setKinds[stmt.Op]
	if len(left.cols) != len(right.cols) {
		loc := -1
		if len(right.cols) > 0 {
			loc = right.loc(0)
		}
		v.failAt(loc, pgerr.New(pgerr.SyntaxError, "each %s query must have the same number of columns", op.name))
	}
	want := make([]query.Column, len(left.cols))
	locs := make([]int, len(want))
	for i := range want {
		l, r := left.cols[i].expr, right.cols[i].expr
		oid := commonType(s, []query.Expr{l, r}, op.name)
		for _, e := range []query.Expr{l, r} {
			if from := e.Type().OID; from != oid && !v.canCoerceOne(from, oid, implicitCast) {
				v.failAt(v.at(e), pgerr.New(pgerr.CannotCoerce, "%s could not convert type %s to %s", op.name, from.Name(), oid.Name()))
			}
		}
		for _, e := range []query.Expr{l, r} {
			if k, ok := e.(*query.Const); ok && k.T.OID == types.UnknownOID {
				v.literal(k, types.T(oid)) // to fail in PostgreSQL's order
			}
		}
		want[i] = query.Column{Name: left.query.Columns[i].Name, Type: commonMod([]query.Expr{l, r}, oid)}
		if locs[i] = left.loc(i); l.Type().OID != oid && r.Type().OID == oid {
			locs[i] = right.loc(i)
		}
		if !stmt.All {
			v.needOrderingOf(oid, false, locs[i])
		}
	}
	left.conform(want)
	right.conform(want)
	s.query.Columns = want
	s.query.Set = &query.SetOp{Kind: op.kind, All: stmt.All, Left: left.query, Right: right.query}
	return locs
}

// transformSetOp is transformSetOperationStmt.
func transformSetOp(s *scope, stmt *pg_query.SelectStmt) {
	refuseLocking(stmt, "is not allowed with UNION/INTERSECT/EXCEPT")
	combineArms(s, stmt, transformArm(s, stmt.Larg), transformArm(s, stmt.Rarg))
	list := &targetList{}
	outputs := &item{colsVisible: true}
	for i, c := range s.query.Columns {
		ref := &query.OutputRef{T: c.Type, Col: i}
		list.add(ref, c.Name, false)
		outputs.cols = append(outputs.cols, column{name: c.Name, expr: ref})
	}
	s.items = []*item{outputs}
	for _, n := range stmt.SortClause {
		s.query.OrderBy = append(s.query.OrderBy, sortKey(s, n.GetSortBy(), list, sortName))
	}
	s.items = nil
	if n := len(s.query.Columns); len(list.items) > n {
		s.env.failAt(s.env.at(list.items[n].expr), pgerr.New(pgerr.FeatureNotSupported, "invalid UNION/INTERSECT/EXCEPT ORDER BY clause").
			WithDetail("Only result column names can be used, not expressions or functions.").
			WithHint("Add the expression/function to every SELECT, or move the UNION into a FROM clause."))
	}
	transformLimit(s, stmt)
}

// recast casts the columns of a query: in its select list where nothing else
// refers to that, else in a query around it.
func recast(s *scope, q *query.Query, want []query.Column, ctx castContext) *query.Query {
	inPlace := q.Values != nil || q.Targets != nil && !q.Distinct && len(q.OrderBy) == 0
	wrapped := false
	for i, c := range want {
		have := q.Columns[i].Type
		if sameRepresentation(have, c.Type) {
			q.Columns[i].Type = c.Type
			continue
		}
		if !inPlace && !(q.Targets != nil && have.OID == types.UnknownOID) {
			wrapped = true
			continue
		}
		for _, row := range q.Values {
			row[i] = mustCast(s, row[i], c.Type, ctx)
		}
		if q.Targets != nil {
			q.Targets[i].Expr = mustCast(s, q.Targets[i].Expr, c.Type, ctx)
		}
		q.Columns[i].Type = c.Type
	}
	if !wrapped {
		return q
	}
	entry := &query.RangeEntry{Alias: "*SELECT*", Query: q, Columns: append([]query.Column(nil), q.Columns...)}
	s.env.owner[entry] = s
	out := &query.Query{From: []query.FromItem{entry}}
	for i, c := range want {
		col := &query.Var{T: q.Columns[i].Type, Entry: entry, Col: i}
		out.Columns = append(out.Columns, query.Column{Name: q.Columns[i].Name, Type: c.Type})
		out.Targets = append(out.Targets, query.Target{Expr: mustCast(s, col, c.Type, ctx)})
	}
	return out
}

// sameRepresentation tells that a column of one type needs no cast to be one
// of the other: the modifier only is lost.
func sameRepresentation(have, want types.Type) bool {
	return have == want || have.OID == want.OID && want.Mod < 0 && have.OID != types.NumericOID
}

func mustCast(s *scope, e query.Expr, t types.Type, ctx castContext) query.Expr {
	if e.Type() == t {
		return e
	}
	if e.Type().OID == t.OID && t.Mod < 0 {
		return mark(s.env, &query.Cast{T: t, Arg: e, Method: query.CastBinary}, s.env.at(e))
	}
	out := coerceTo(s, e, t, ctx)
	if out == nil {
		s.env.failAt(s.env.at(e), pgerr.New(pgerr.CannotCoerce, "cannot cast type %s to %s", e.Type().OID.Name(), t.OID.Name()))
	}
	return out
}
