package dialect

import (
	"strings"

	"culvert/engine/query"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// printed is a query's text and the representation of its columns c1 to cn.
type printed struct {
	sql  string
	cols []types.Physical
}

// role is what a query's result is for.
type role uint8

const (
	inner     role = iota // read by the query around it
	outermost             // read by the client: numerics without a modifier become text
)

func (t *translator) query(q *query.Query, r role) printed {
	with := t.with(q.CTEs)
	var p printed
	switch {
	case q.Set != nil:
		p = t.setOp(q)
	case q.Values != nil:
		p = t.values(q)
	default:
		p = t.selectQuery(q, r)
	}
	if r == outermost && (q.Set != nil || q.Values != nil) {
		p = wrapOutput(t, p, q.Columns)
	}
	p.sql = t.bound(with + p.sql)
	return p
}

// wrapOutput wraps a query so that its numerics have the form that clients get.
func wrapOutput(t *translator, p printed, cols []query.Column) printed {
	alias := t.alias("t")
	changed := false
	out := printed{cols: make([]types.Physical, len(p.cols))}
	items := make([]string, len(p.cols))
	for i, phys := range p.cols {
		e := outputExpr(t, expr{sql: alias + "." + columnName(i), phys: phys}, cols[i].Type)
		changed = changed || !samePhys(e.phys, phys) || e.sql != alias+"."+columnName(i)
		out.cols[i] = e.phys
		items[i] = e.sql + " AS " + columnName(i)
	}
	if !changed {
		return p
	}
	out.sql = "SELECT " + strings.Join(items, ", ") + " FROM (" + p.sql + ") AS " + alias
	return out
}

// outputExpr gives numerics the form that their type says, so that decimals
// computed with another scale print with PostgreSQL's digits.
func outputExpr(t *translator, e expr, typ types.Type) expr {
	switch {
	case t.opts.Stored:
	case typ.OID == types.TstzrangeOID:
		return toText(t, e, typ)
	case types.ElemOf(typ.OID) == types.TstzrangeOID && e.phys.Kind == types.KindList && !e.null:
		return mapList(t, e, func(v expr) expr { return toText(t, v, types.T(types.TstzrangeOID)) })
	}
	if t.opts.Stored || typ.OID == types.NumericOID || types.ElemOf(typ.OID) == types.NumericOID {
		return convertForm(t, e, physOf(typ))
	}
	return e
}

// coerceColumns wraps a query so that its columns have the wanted forms.
func coerceColumns(t *translator, p printed, cols []query.Column, want []types.Physical, asKey bool) printed {
	alias := t.alias("t")
	changed := false
	items := make([]string, len(p.cols))
	out := printed{cols: make([]types.Physical, len(p.cols))}
	for i := range p.cols {
		e := expr{sql: alias + "." + columnName(i), phys: p.cols[i]}
		c := convertForm(t, e, want[i])
		if asKey {
			c = groupKey(t, c, cols[i].Type)
		}
		changed = changed || c.sql != e.sql
		items[i] = c.sql + " AS " + columnName(i)
		out.cols[i] = c.phys
	}
	if !changed {
		return p
	}
	out.sql = "SELECT " + strings.Join(items, ", ") + " FROM (" + p.sql + ") AS " + alias
	return out
}

func (t *translator) selectQuery(q *query.Query, r role) printed {
	saved := t.outputs
	t.outputs = nil
	defer func() { t.outputs = saved }()

	from, where := t.fromWhere(q)
	group := groupClause(t, q)
	t.groups = append(t.groups, group)
	defer func() { t.groups = t.groups[:len(t.groups)-1] }()

	s := selectParts{from: from, where: where, group: group.sql}
	if q.Having != nil {
		s.having = " HAVING " + t.expr(q.Having).sql
	}
	exprs := make([]expr, len(q.Targets))
	for i, target := range q.Targets {
		exprs[i] = t.expr(target.Expr)
	}
	if q.Distinct && len(q.DistinctOn) == 0 {
		return t.distinct(q, s, exprs, r)
	}
	if len(q.DistinctOn) > 0 {
		s.distinct = "DISTINCT ON (" + joinSQL(q.DistinctOn, ", ", func(e query.Expr) string {
			return groupKey(t, t.expr(e), e.Type()).sql
		}) + ") "
	}
	if q.WithTies {
		return t.withTies(q, s, exprs, r)
	}
	n := len(q.Columns)
	out := printed{cols: make([]types.Physical, n)}
	for i := range n {
		if r == outermost {
			exprs[i] = outputExpr(t, exprs[i], q.Columns[i].Type)
		}
		out.cols[i] = exprs[i].phys
	}
	s.items = exprs[:n]
	s.order = printOrder(t, q.OrderBy)
	s.limit = t.limit(q)
	out.sql = s.print()
	return out
}

// selectParts are the clauses of one SELECT, each with its leading blank.
type selectParts struct {
	distinct, from, where, group, having, order, limit string
	items                                              []expr
	extra                                              []string // further items, with their names
}

func (s selectParts) print() string {
	items := make([]string, 0, len(s.items)+len(s.extra))
	for i, e := range s.items {
		items = append(items, e.sql+" AS "+columnName(i))
	}
	items = append(items, s.extra...)
	if len(items) == 0 {
		items = []string{"TRUE AS c0"} // SELECT without columns still has rows
	}
	return "SELECT " + s.distinct + strings.Join(items, ", ") + s.from + s.where + s.group + s.having + s.order + s.limit
}

func (t *translator) fromWhere(q *query.Query) (from, where string) {
	if len(q.From) > 0 {
		from = " FROM " + joinSQL(q.From, ", ", t.fromItem)
	}
	if q.Where != nil {
		where = " WHERE " + t.expr(q.Where).sql
	}
	return from, where
}

// distinct prints SELECT DISTINCT: the rows are made distinct by group keys in
// an inner query, and sorted outside it.
func (t *translator) distinct(q *query.Query, s selectParts, exprs []expr, r role) printed {
	n := len(q.Columns)
	plain, nodes := make(map[string]int, n), make(map[query.Expr]int, n)
	for i := range n {
		plain[exprs[i].sql], nodes[q.Targets[i].Expr] = i, i
	}
	s.items = exprs[:n]
	body := printed{cols: make([]types.Physical, n)}
	for i := range n {
		body.cols[i] = exprs[i].phys
	}
	if hasGroupKeys(t, body, q.Columns) {
		body.sql = s.print()
		body = distinctByKeys(t, body, q.Columns)
	} else {
		s.distinct = "DISTINCT "
		body.sql = s.print()
	}
	alias := t.alias("t")
	out := printed{cols: make([]types.Physical, n)}
	outer := selectParts{from: " FROM (" + body.sql + ") AS " + alias, limit: t.limit(q)}
	cols := make([]expr, n)
	for i := range n {
		cols[i] = expr{sql: alias + "." + columnName(i), phys: exprs[i].phys}
		if r == outermost {
			outer.items = append(outer.items, outputExpr(t, cols[i], q.Columns[i].Type))
		} else {
			outer.items = append(outer.items, cols[i])
		}
		out.cols[i] = outer.items[i].phys
	}
	outer.order = sortClause(t, q.OrderBy, func(e query.Expr) expr {
		i, ok := nodes[e]
		if !ok {
			i, ok = plain[t.expr(e).sql]
		}
		if ok {
			return cols[i]
		}
		unsupported("ORDER BY of an expression that SELECT DISTINCT does not list is not supported")
		return expr{}
	})
	out.sql = outer.print()
	return out
}

// hasGroupKeys tells whether a column is made distinct by a key of its own.
func hasGroupKeys(t *translator, p printed, cols []query.Column) bool {
	for i, phys := range p.cols {
		if e := (expr{sql: "c", phys: phys}); groupKey(t, e, cols[i].Type).sql != e.sql {
			return true
		}
	}
	return false
}

// distinctByKeys makes the rows of a query distinct by the group keys of their
// columns, and shows one of the equal values of each.
func distinctByKeys(t *translator, p printed, cols []query.Column) printed {
	alias := t.alias("t")
	items, keys := make([]string, len(p.cols)), make([]string, len(p.cols))
	for i, phys := range p.cols {
		e := expr{sql: alias + "." + columnName(i), phys: phys}
		keys[i] = groupKey(t, e, cols[i].Type).sql
		items[i] = e.sql + " AS " + columnName(i)
		if keys[i] != e.sql {
			items[i] = "min(" + e.sql + ") AS " + columnName(i)
		}
	}
	sql := "SELECT " + strings.Join(items, ", ") + " FROM (" + p.sql + ") AS " + alias + " GROUP BY " + strings.Join(keys, ", ")
	return printed{sql: sql, cols: p.cols}
}

// withTies prints FETCH FIRST n ROWS WITH TIES through the rank of each row.
func (t *translator) withTies(q *query.Query, s selectParts, exprs []expr, r role) printed {
	n := len(q.Columns)
	order := strings.TrimPrefix(printOrder(t, q.OrderBy), " ")
	s.items = exprs[:n]
	s.extra = []string{"rank() OVER (" + order + ") AS r", "row_number() OVER (" + order + ") AS n"}
	alias := t.alias("t")
	out := printed{cols: make([]types.Physical, n)}
	outer := selectParts{from: " FROM (" + s.print() + ") AS " + alias}
	for i := range n {
		e := expr{sql: alias + "." + columnName(i), phys: exprs[i].phys}
		if r == outermost {
			e = outputExpr(t, e, q.Columns[i].Type)
		}
		outer.items = append(outer.items, e)
		out.cols[i] = e.phys
	}
	offset := "0"
	if q.Offset != nil {
		offset = "coalesce(" + rowCount(t, q.Offset, pgerr.InvalidRowCountInOffset, "OFFSET must not be negative") + ", 0)"
	}
	outer.where = sprintf(" WHERE %s.n > %s", alias, offset)
	if q.Limit != nil {
		limit := rowCount(t, q.Limit, pgerr.InvalidRowCountInLimit, "LIMIT must not be negative")
		outer.where += sprintf(" AND %s.r <= %s + %s", alias, offset, limit)
	}
	outer.order = " ORDER BY " + alias + ".n"
	out.sql = outer.print()
	return out
}

func (t *translator) limit(q *query.Query) string {
	var b strings.Builder
	if q.Limit != nil {
		b.WriteString(" LIMIT " + rowCount(t, q.Limit, pgerr.InvalidRowCountInLimit, "LIMIT must not be negative"))
	}
	if q.Offset != nil {
		b.WriteString(" OFFSET " + rowCount(t, q.Offset, pgerr.InvalidRowCountInOffset, "OFFSET must not be negative"))
	}
	return b.String()
}

func rowCount(t *translator, e query.Expr, code pgerr.Code, message string) string {
	if text, ok := constInt(e); ok {
		if strings.HasPrefix(text, "-") {
			fail(code, "%s", message)
		}
		return text
	}
	sql := t.expr(e).sql
	return sprintf("(CASE WHEN %s < 0 THEN %s ELSE %s END)", sql, raise(code, message), sql)
}

// with prints the common table expressions.
func (t *translator) with(ctes []*query.CTE) string {
	if len(ctes) == 0 {
		return ""
	}
	recursive := ""
	items := make([]string, len(ctes))
	for i, cte := range ctes {
		if cte.Recursive {
			recursive = "RECURSIVE "
		}
		items[i] = t.cte(cte)
	}
	return "WITH " + recursive + strings.Join(items, ", ") + " "
}

func (t *translator) cte(cte *query.CTE) string {
	rel := &relation{alias: t.alias("w")}
	if cte.Recursive && cte.Query.Set != nil {
		return t.recursive(cte, rel)
	}
	body := t.query(cte.Query, inner)
	rel.cols = columnsOf(body.cols)
	t.ctes[cte] = rel
	materialized := ""
	if cte.Materialized != nil {
		materialized = "NOT MATERIALIZED "
		if *cte.Materialized {
			materialized = "MATERIALIZED "
		}
	}
	return rel.alias + " AS " + materialized + "(" + body.sql + ")"
}

// recursive prints a recursive CTE. Its columns have the forms of their types,
// so that both arms agree before the second one is printed.
func (t *translator) recursive(cte *query.CTE, rel *relation) string {
	q := cte.Query
	if q.Set.Kind != query.Union || len(q.OrderBy) > 0 || q.Limit != nil || q.Offset != nil {
		unsupported("this form of WITH RECURSIVE is not supported")
	}
	want := make([]types.Physical, len(cte.Columns))
	for i, c := range cte.Columns {
		want[i] = physOf(c.Type)
	}
	rel.cols = columnsOf(want)
	with := t.with(q.CTEs)
	left := coerceColumns(t, t.query(q.Set.Left, inner), cte.Columns, want, !q.Set.All)
	t.ctes[cte] = rel
	right := coerceColumns(t, t.query(q.Set.Right, inner), cte.Columns, want, !q.Set.All)
	all := ""
	if q.Set.All {
		all = "ALL "
	}
	names := joinSQL(rel.cols, ", ", func(c physColumn) string { return c.name })
	return rel.alias + "(" + names + ") AS (" + with + "(" + left.sql + ") UNION " + all + "(" + right.sql + "))"
}

func columnsOf(cols []types.Physical) []physColumn {
	out := make([]physColumn, len(cols))
	for i, phys := range cols {
		out[i] = physColumn{columnName(i), phys}
	}
	return out
}

// setOp prints UNION, INTERSECT and EXCEPT.
func (t *translator) setOp(q *query.Query) printed {
	set := q.Set
	left, right := t.query(set.Left, inner), t.query(set.Right, inner)
	want := make([]types.Physical, len(left.cols))
	for i := range want {
		want[i] = unifyTwo(left.cols[i], right.cols[i])
	}
	if set.Kind == query.Union && !set.All && hasGroupKeys(t, printed{cols: want}, q.Columns) {
		left, right = coerceColumns(t, left, q.Columns, want, false), coerceColumns(t, right, q.Columns, want, false)
		all := printed{sql: "(" + left.sql + ") UNION ALL (" + right.sql + ")", cols: want}
		return t.sorted(q, distinctByKeys(t, all, q.Columns))
	}
	distinct := !set.All || set.Kind != query.Union
	left = coerceColumns(t, left, q.Columns, want, distinct)
	right = coerceColumns(t, right, q.Columns, want, distinct)
	word := [...]string{query.Union: "UNION", query.Intersect: "INTERSECT", query.Except: "EXCEPT"}[set.Kind]
	if set.All {
		word += " ALL"
	}
	p := printed{sql: "(" + left.sql + ") " + word + " (" + right.sql + ")", cols: left.cols}
	return t.sorted(q, p)
}

// sorted puts ORDER BY and LIMIT around a set operation or VALUES.
func (t *translator) sorted(q *query.Query, p printed) printed {
	if len(q.OrderBy) == 0 && q.Limit == nil && q.Offset == nil {
		return p
	}
	saved := t.outputs
	defer func() { t.outputs = saved }()
	alias := t.alias("t")
	t.outputs = make([]expr, len(p.cols))
	s := selectParts{from: " FROM (" + p.sql + ") AS " + alias}
	for i, phys := range p.cols {
		t.outputs[i] = expr{sql: alias + "." + columnName(i), phys: phys}
	}
	s.items = t.outputs
	if q.WithTies {
		return t.withTies(q, s, t.outputs, inner)
	}
	s.order = printOrder(t, q.OrderBy)
	s.limit = t.limit(q)
	return printed{sql: s.print(), cols: p.cols}
}

func (t *translator) values(q *query.Query) printed {
	n := len(q.Columns)
	rows := make([][]expr, len(q.Values))
	for r := range rows {
		rows[r] = make([]expr, n)
		for i, e := range q.Values[r] {
			rows[r][i] = t.expr(e)
		}
	}
	out := printed{cols: make([]types.Physical, n)}
	column := make([]expr, len(rows))
	for i := range n {
		for r := range rows {
			column[r] = rows[r][i]
		}
		unified, phys := unifyAll(t, column, q.Columns[i].Type)
		out.cols[i] = phys
		for r := range rows {
			rows[r][i] = unified[r]
		}
	}
	names := make([]string, n)
	for i := range names {
		names[i] = columnName(i)
	}
	alias := t.alias("t")
	out.sql = "SELECT " + strings.Join(names, ", ") + " FROM (VALUES " + joinSQL(rows, ", ", func(row []expr) string {
		return "(" + joinSQL(row, ", ", func(e expr) string { return e.sql }) + ")"
	}) + ") AS " + alias + "(" + strings.Join(names, ", ") + ")"
	return t.sorted(q, out)
}
