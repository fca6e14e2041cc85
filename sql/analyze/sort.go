package analyze

import (
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"culvert/engine/query"
	"culvert/sql/pgerr"
)

// sortMode says what an item of ORDER BY may be.
type sortMode uint8

const (
	sortName       sortMode = iota // an output column's name or position, or an expression (SQL92)
	sortExpression                 // an expression only (SQL99)
)

// sortKey transforms an item of ORDER BY over a select list.
func sortKey(s *scope, sb *pg_query.SortBy, list *targetList, mode sortMode) query.SortKey {
	var t *target
	if mode == sortName {
		t = targetFor(s, sb.Node, list, clauseOrder)
	} else {
		t = list.find(transformExpr(s, sb.Node))
	}
	t.expr = settled(s, t.expr)
	return sortOf(s, t.expr, sb)
}

// sortKeyIn transforms an item of a window's ORDER BY.
func sortKeyIn(s *scope, sb *pg_query.SortBy, c clause) query.SortKey {
	return in(s, c, func() query.SortKey { return sortKey(s, sb, s.targets, sortExpression) })
}

// sortOf resolves the direction of an item of ORDER BY.
func sortOf(s *scope, e query.Expr, sb *pg_query.SortBy) query.SortKey {
	v := s.env
	key := query.SortKey{Expr: e}
	loc := int(sb.Location)
	if loc < 0 {
		loc = rawLoc(sb.Node)
	}
	switch sb.SortbyDir {
	case pg_query.SortByDir_SORTBY_DESC:
		key.Desc = true
		fallthrough
	default:
		v.needOrderingOf(e.Type().OID, true, loc)
	case pg_query.SortByDir_SORTBY_USING:
		key.Desc = sortUsing(s, e, names(sb.UseOp), loc)
	}
	key.NullsFirst = key.Desc
	switch sb.SortbyNulls {
	case pg_query.SortByNulls_SORTBY_NULLS_FIRST:
		key.NullsFirst = true
	case pg_query.SortByNulls_SORTBY_NULLS_LAST:
		key.NullsFirst = false
	}
	return key
}

// sortUsing resolves USING operator, and tells whether it sorts downwards.
func sortUsing(s *scope, e query.Expr, name []string, loc int) (desc bool) {
	oid := e.Type().OID
	op := s.env.findOper(name, oid, oid, loc)
	for _, m := range s.env.pg.Families(op.OID) {
		switch m.Strategy {
		case 1:
			return false
		case 5:
			return true
		}
	}
	s.env.failAt(loc, pgerr.New(pgerr.WrongObjectType, "operator %s is not a valid ordering operator", joinName(name)).
		WithHint("Ordering operators must be \"<\" or \">\" members of btree operator families."))
	return false
}

// targetFor is findTargetlistEntrySQL92.
func targetFor(s *scope, n *pg_query.Node, list *targetList, c clause) *target {
	v := s.env
	if ref := n.GetColumnRef(); ref != nil && len(ref.Fields) == 1 && ref.Fields[0].GetString_() != nil {
		name := ref.Fields[0].GetString_().Sval
		if c != clauseGroup || !s.hasColumn(name, int(ref.Location)) {
			if t := byName(s, name, list, c, int(ref.Location)); t != nil {
				checkGroupTarget(s, t, c)
				return t
			}
		}
	}
	if k := n.GetAConst(); k != nil {
		ival, ok := k.Val.(*pg_query.A_Const_Ival)
		if !ok || k.Isnull {
			v.failAt(int(k.Location), pgerr.New(pgerr.SyntaxError, "non-integer constant in %s", c.rule().name))
		}
		pos := int(ival.Ival.Ival)
		for _, t := range list.items {
			if !t.junk {
				if pos--; pos == 0 {
					checkGroupTarget(s, t, c)
					return t
				}
			}
		}
		v.failAt(int(k.Location), pgerr.New(pgerr.InvalidColumnReference, "%s position %d is not in select list", c.rule().name, ival.Ival.Ival))
	}
	e := in(s, c, func() query.Expr { return transformExpr(s, n) })
	return list.find(e)
}

// hasColumn tells whether FROM has a column of a name, on this level.
func (s *scope) hasColumn(name string, loc int) bool {
	for _, it := range s.items {
		if it.colsVisible && !it.lateralOnly && s.inItem(it, name, loc) != nil {
			return true
		}
	}
	return false
}

func byName(s *scope, name string, list *targetList, c clause, loc int) *target {
	var found *target
	for _, t := range list.items {
		if t.junk || t.name != name {
			continue
		}
		if found != nil {
			if !sameExpr(found.expr, t.expr) {
				s.env.failAt(loc, pgerr.New(pgerr.AmbiguousColumn, "%s \"%s\" is ambiguous", c.rule().name, name))
			}
			continue
		}
		found = t
	}
	return found
}

// checkGroupTarget is checkTargetlistEntrySQL92: GROUP BY cannot name an
// output column that aggregates.
func checkGroupTarget(s *scope, t *target, c clause) {
	if c != clauseGroup {
		return
	}
	walkQuery(t.expr, func(e query.Expr) bool {
		switch e := e.(type) {
		case *query.Agg:
			s.env.failAt(s.env.at(e), pgerr.New(pgerr.GroupingError, "aggregate functions are not allowed in GROUP BY"))
		case *query.WindowFunc:
			s.env.failAt(s.env.at(e), pgerr.New(pgerr.WindowingError, "window functions are not allowed in GROUP BY"))
		case *query.SubLink:
			return false
		}
		return true
	})
}
