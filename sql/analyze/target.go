package analyze

import (
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"culvert/engine/query"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// target is an expression of the select list under construction.
type target struct {
	expr query.Expr
	name string
	junk bool
	loc  int // of the target as a whole
}

// targetList is a select list under construction. Clauses that repeat one of
// its expressions refer to it.
type targetList struct{ items []*target }

func (l *targetList) add(e query.Expr, name string, junk bool) *target {
	t := &target{expr: e, name: name, junk: junk}
	l.items = append(l.items, t)
	return t
}

// find gives the target that equals an expression, or adds it as junk.
func (l *targetList) find(e query.Expr) *target {
	for _, t := range l.items {
		if sameExpr(t.expr, e) {
			return t
		}
	}
	return l.add(e, "", true)
}

// findCast gives the target of which an expression that was just added is the
// argument of an implicit cast.
func (l *targetList) findCast(e query.Expr) *target {
	last := len(l.items) - 1
	if last < 0 || !l.items[last].junk || l.items[last].expr != e {
		return nil
	}
	for _, t := range l.items[:last] {
		if c, ok := t.expr.(*query.Cast); ok && !c.Explicit && sameExpr(c.Arg, e) {
			return t
		}
	}
	return nil
}

// fold gives the equal expression of the select list, or the one given after
// adding it as junk.
func (l *targetList) fold(e query.Expr) query.Expr { return l.find(e).expr }

// transformTargets is transformTargetList.
func transformTargets(s *scope, list []*pg_query.Node) *targetList {
	out := &targetList{}
	for _, n := range list {
		res := n.GetResTarget()
		if expandStar(s, out, res) {
			continue
		}
		e := transformExpr(s, res.Val)
		name := res.Name
		if name == "" {
			name = figureName(res.Val)
		}
		out.add(e, name, false).loc = int(res.Location)
	}
	return out
}

// expandStar handles *, t.* and (row).*.
func expandStar(s *scope, out *targetList, res *pg_query.ResTarget) bool {
	if ref := res.Val.GetColumnRef(); ref != nil && isStar(ref.Fields) {
		if len(ref.Fields) == 1 {
			expandAll(s, out, res, int(ref.Location))
			return true
		}
		expandItem(s, out, res, ref)
		return true
	}
	ind := res.Val.GetAIndirection()
	if ind == nil || !isStar(ind.Indirection) {
		return false
	}
	row := transformIndirection(s, transformExpr(s, ind.Arg), ind.Indirection[:len(ind.Indirection)-1], rawLoc(res.Val))
	fields := rowFields(s, row)
	if fields == nil {
		err := pgerr.New(pgerr.WrongObjectType, "type %s is not composite", row.Type().OID.Name())
		if row.Type().OID == types.RecordOID {
			err = pgerr.New(pgerr.SyntaxError, "record type has not been registered")
		}
		fail(err)
	}
	for i, f := range fields {
		out.add(pickField(s, row, i, f, s.env.at(row)), f.Name, false)
	}
	return true
}

func isStar(fields []*pg_query.Node) bool {
	return len(fields) > 0 && fields[len(fields)-1].GetAStar() != nil
}

func expandAll(s *scope, out *targetList, res *pg_query.ResTarget, loc int) {
	found := false
	var all []column
	for _, it := range s.items {
		if !it.colsVisible || it.lateralOnly {
			continue
		}
		found = true
		all = append(all, it.cols...)
		for _, c := range it.cols {
			out.add(s.columnOf(c, loc), c.name, false)
		}
	}
	if !found {
		s.env.failAt(loc, pgerr.New(pgerr.SyntaxError, "SELECT * with no tables specified is not valid"))
	}
	s.env.noting().star(s, res, all)
}

func expandItem(s *scope, out *targetList, res *pg_query.ResTarget, ref *pg_query.ColumnRef) {
	parts := names(ref.Fields[:len(ref.Fields)-1])
	schema, name := "", parts[len(parts)-1]
	if len(parts) > 1 {
		schema = parts[len(parts)-2]
	}
	loc := int(ref.Location)
	if len(parts) > 3 {
		s.env.failAt(loc, pgerr.New(pgerr.SyntaxError, "improper qualified name (too many dotted names): %s.*", joinName(parts)))
	}
	it := s.findItem(schema, name, loc)
	if it == nil {
		s.missingEntry(schema, name, loc)
	}
	s.env.noting().reference(s, ref, it, false)
	s.env.noting().starOf(res, it)
	for _, c := range it.cols {
		out.add(s.columnOf(c, loc), c.name, false)
	}
}

// fixTargets makes text of targets whose type is not determined
// (resolveTargetListUnknowns).
func fixTargets(s *scope, list *targetList) {
	for _, t := range list.items {
		t.expr = settled(s, t.expr)
	}
}

// settled gives an expression of undetermined type the type text.
func settled(s *scope, e query.Expr) query.Expr {
	if e.Type().OID != types.UnknownOID {
		return e
	}
	return coerceType(s, e, types.T(types.TextOID), implicitCast)
}
