package analyze

import (
	"fmt"

	pg_query "github.com/pganalyze/pg_query_go/v6"

	"culvert/engine/query"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// transformValuesStmt is transformValuesClause. With ORDER BY, the rows become
// a subquery, so that it may have any expression.
func transformValuesStmt(s *scope, stmt *pg_query.SelectStmt) {
	refuseLocking(stmt, "cannot be applied to VALUES")
	if len(stmt.SortClause) == 0 {
		s.query.Values, s.query.Columns = valueRows(s, stmt)
		transformLimit(s, stmt)
		return
	}
	inner := &query.Query{}
	inner.Values, inner.Columns = valueRows(s, stmt)
	entry := &query.RangeEntry{Alias: "*VALUES*", Query: inner, Columns: append([]query.Column(nil), inner.Columns...)}
	it := s.addEntry(entry, nil, nil)
	s.items = append(s.items, it)
	s.query.From = []query.FromItem{entry}
	s.targets = &targetList{}
	expandAll(s, s.targets, nil, -1)
	for _, n := range stmt.SortClause {
		s.query.OrderBy = append(s.query.OrderBy, sortKey(s, n.GetSortBy(), s.targets, sortName))
	}
	transformLimit(s, stmt)
	s.query.Columns = inner.Columns
	for _, t := range s.targets.items {
		s.query.Targets = append(s.query.Targets, query.Target{Expr: t.expr, Junk: t.junk})
	}
}

func valueRows(s *scope, stmt *pg_query.SelectStmt) ([][]query.Expr, []query.Column) {
	var rows [][]query.Expr
	for _, n := range stmt.ValuesLists {
		items := n.GetList().GetItems()
		row := in(s, clauseValues, func() []query.Expr { return valueRow(s, items) })
		if len(rows) > 0 && len(rows[0]) != len(row) {
			s.env.failAt(firstLoc(s.env, row), pgerr.New(pgerr.SyntaxError, "VALUES lists must all be the same length"))
		}
		rows = append(rows, row)
	}
	cols := make([]query.Column, len(rows[0]))
	for i := range cols {
		list := make([]query.Expr, len(rows))
		for r := range rows {
			list[r] = rows[r][i]
		}
		list, oid := toCommonAll(s, list, "VALUES")
		for r := range rows {
			rows[r][i] = list[r]
		}
		cols[i] = query.Column{Name: fmt.Sprintf("column%d", i+1), Type: commonMod(list, oid)}
		if cols[i].Type.OID == types.NumericOID {
			sameMod(s, rows, i, cols[i].Type)
		}
	}
	return rows, cols
}

// sameMod makes the rows of a numeric column share its modifier, which tells
// how it is held.
func sameMod(s *scope, rows [][]query.Expr, i int, t types.Type) {
	for _, row := range rows {
		row[i] = mustCast(s, row[i], t, implicitCast)
	}
}

func firstLoc(v *env, row []query.Expr) int {
	for _, e := range row {
		if loc := v.at(e); loc >= 0 {
			return loc
		}
	}
	return -1
}

func valueRow(s *scope, items []*pg_query.Node) []query.Expr {
	var out []query.Expr
	for _, n := range items {
		if n.GetSetToDefault() != nil {
			s.env.failAt(rawLoc(n), pgerr.New(pgerr.SyntaxError, "DEFAULT is not allowed in this context"))
		}
		list := &targetList{}
		if expandStar(s, list, &pg_query.ResTarget{Val: n}) {
			for _, t := range list.items {
				out = append(out, t.expr)
			}
			continue
		}
		out = append(out, transformExpr(s, n))
	}
	return out
}
