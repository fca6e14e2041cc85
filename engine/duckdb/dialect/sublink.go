package dialect

import (
	"strings"

	"culvert/engine/query"
)

func printSubLink(t *translator, s *query.SubLink) expr {
	switch s.Kind {
	case query.SubExists:
		return expr{sql: "EXISTS (" + t.query(s.Query, inner).sql + ")", phys: physBool}
	case query.SubScalar:
		p := t.query(s.Query, inner)
		return expr{sql: "(" + p.sql + ")", phys: p.cols[0]}
	case query.SubArray:
		p := t.query(s.Query, inner)
		alias := t.alias("t")
		return expr{
			sql:  "coalesce((SELECT list(" + alias + ".c1) FROM (" + p.sql + ") AS " + alias + "), CAST([] AS " + SQLType(physList(p.cols[0])) + "))",
			phys: physList(p.cols[0]),
		}
	case query.SubAny, query.SubAll:
		return printQuantified(t, s)
	}
	return printRowSubquery(t, s)
}

// printQuantified prints x op ANY (SELECT …) and x op ALL (SELECT …).
func printQuantified(t *translator, s *query.SubLink) expr {
	p := t.query(s.Query, inner)
	alias := t.alias("t")
	if len(s.Left) == 1 {
		op := s.Operators[0]
		cond, l, r := printComparison(t, op, t.expr(s.Left[0]), expr{sql: alias + ".c1", phys: p.cols[0]})
		if cond == "" {
			word := " ANY "
			if s.Kind == query.SubAll {
				word = " ALL "
			}
			return expr{sql: "(" + l + " " + op.Name + word + "(SELECT " + r + " FROM (" + p.sql + ") AS " + alias + "))", phys: physBool}
		}
	}
	left := t.exprs(s.Left)
	right := make([]expr, len(p.cols))
	for i := range p.cols {
		right[i] = expr{sql: alias + "." + columnName(i), phys: p.cols[i]}
	}
	cond := compareRows(t, s.Name, s.Operators, left, right)
	return expr{sql: sprintf("(SELECT %s FROM (SELECT %s AS c FROM (%s) AS %s))", decision(s.Kind == query.SubAll), cond, p.sql, alias), phys: physBool}
}

// printComparison gives the two sides of a plain comparison, or the condition when
// the operator is not one.
func printComparison(t *translator, op query.Operator, left, right expr) (cond, l, r string) {
	switch op.Name {
	case "=", "<>", "<", "<=", ">", ">=":
		l, r = comparableForms(t, left, right, op, op.Name != "=" && op.Name != "<>")
		return "", l, r
	}
	return applyOperator(t, op, left, right).sql, "", ""
}

// printRowSubquery prints (a, b) op (SELECT …): the subquery has at most one row.
func printRowSubquery(t *translator, s *query.SubLink) expr {
	p := t.query(s.Query, inner)
	alias := t.alias("t")
	right := make([]expr, len(p.cols))
	for i := range p.cols {
		right[i] = expr{sql: alias + "." + columnName(i), phys: p.cols[i]}
	}
	cond := compareRows(t, s.Name, s.Operators, t.exprs(s.Left), right)
	return expr{sql: "(SELECT " + cond + " FROM (" + p.sql + ") AS " + alias + ")", phys: physBool}
}

func printRowCompare(t *translator, c *query.RowCompare) expr {
	return expr{sql: compareRows(t, c.Name, c.Operators, t.exprs(c.Left), t.exprs(c.Right)), phys: physBool}
}

// compareRows compares field by field with PostgreSQL's treatment of NULL.
func compareRows(t *translator, name string, ops []query.Operator, left, right []expr) string {
	conds := make([]string, len(left))
	switch name {
	case "<", "<=", ">", ">=":
		return orderRows(t, name, ops, left, right)
	case "<>":
		for i := range left {
			conds[i] = applyOperator(t, ops[i], left[i], right[i]).sql
		}
		return "(" + strings.Join(conds, " OR ") + ")"
	}
	for i := range left {
		conds[i] = applyOperator(t, ops[i], left[i], right[i]).sql
	}
	return "(" + strings.Join(conds, " AND ") + ")"
}

// orderRows decides by the first pair that is not equal; an unknown pair makes
// the result unknown.
func orderRows(t *translator, name string, ops []query.Operator, left, right []expr) string {
	strict := name[:1]
	var b strings.Builder
	b.WriteString("(CASE")
	for i := range left {
		l, r := comparableForms(t, left[i], right[i], ops[i], true)
		if i == len(left)-1 {
			b.WriteString(" ELSE " + l + " " + name + " " + r)
			break
		}
		b.WriteString(sprintf(" WHEN (%s <> %s) IS NOT FALSE THEN %s %s %s", l, r, l, strict, r))
	}
	b.WriteString(" END)")
	return b.String()
}
