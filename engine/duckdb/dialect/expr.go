package dialect

import (
	"strconv"
	"strings"

	"culvert/engine/query"
	"culvert/sql/types"
)

// expr prints an expression. In a grouped query, what equals a group key is
// printed as that key.
func (t *translator) expr(e query.Expr) expr {
	for _, g := range t.groups {
		if key, ok := g.nodes[e]; ok {
			return key
		}
	}
	out := t.plain(e)
	t.bound(out.sql)
	for _, g := range t.groups {
		if key, ok := g.keys[out.sql]; ok {
			return key
		}
	}
	return out
}

func (t *translator) exprs(list []query.Expr) []expr {
	out := make([]expr, len(list))
	for i, e := range list {
		out[i] = t.expr(e)
	}
	return out
}

func (t *translator) plain(e query.Expr) expr {
	switch e := e.(type) {
	case *query.Const:
		return printConst(t, e.T, e.Null, e.Text)
	case *query.Param:
		return t.param(e)
	case *query.Var:
		return t.column(e)
	case *query.OutputRef:
		return t.outputs[e.Col]
	case *query.Func:
		return t.function(e)
	case *query.Op:
		return printOperator(t, e)
	case *query.Cast:
		return printCast(t, e)
	case *query.Agg:
		return printAggregate(t, e)
	case *query.WindowFunc:
		return printWindow(t, e)
	case *query.SubLink:
		return printSubLink(t, e)
	case *query.Collate:
		return t.expr(e.Arg)
	}
	return printConditional(t, e)
}

// printConditional prints what has a syntax of its own and is not a call.
func printConditional(t *translator, e query.Expr) expr {
	switch e := e.(type) {
	case *query.BoolExpr:
		return printBoolean(t, e)
	case *query.NullTest:
		return printNullTest(t, e)
	case *query.BoolTest:
		return printBoolTest(t, e)
	case *query.DistinctExpr:
		word := " IS DISTINCT FROM "
		if e.Not {
			word = " IS NOT DISTINCT FROM "
		}
		l, r := comparableForms(t, t.expr(e.Left), t.expr(e.Right), e.Operator, false)
		return expr{sql: "(" + l + word + r + ")", phys: physBool}
	case *query.NullIf:
		return printNullIf(t, e)
	case *query.Case:
		return printCase(t, e)
	case *query.CaseTest:
		return t.caseTests[len(t.caseTests)-1]
	case *query.Coalesce:
		items, phys := unifyAll(t, t.exprs(e.Args), e.T)
		return expr{sql: "coalesce(" + listSQL(items) + ")", phys: phys}
	case *query.MinMax:
		return printMinMax(t, e)
	}
	return printComposite(t, e)
}

// printComposite prints arrays, rows and what looks into them.
func printComposite(t *translator, e query.Expr) expr {
	switch e := e.(type) {
	case *query.Array:
		return printArray(t, e)
	case *query.Subscript:
		return printSubscript(t, e)
	case *query.ArrayOp:
		return printArrayOp(t, e)
	case *query.Row:
		return printRow(t, e)
	case *query.RowCompare:
		return printRowCompare(t, e)
	case *query.FieldSelect:
		return printFieldSelect(t, e)
	case *query.Grouping:
		return printGrouping(t, e)
	}
	unsupported("this kind of expression is not supported")
	return expr{}
}

func (t *translator) column(v *query.Var) expr {
	rel, ok := t.entries[v.Entry]
	if !ok {
		unsupported("invalid reference to FROM-clause entry for table \"%s\"", v.Entry.Alias)
	}
	c := rel.cols[v.Col]
	return expr{sql: rel.alias + "." + c.name, phys: c.phys}
}

func (t *translator) param(p *query.Param) expr {
	return fromText(t, expr{sql: "CAST(" + paramMark + strconv.Itoa(p.Index) + paramMark + " AS VARCHAR)", phys: physText}, p.T)
}

func printBoolean(t *translator, b *query.BoolExpr) expr {
	args := t.exprs(b.Args)
	if b.Kind == query.Not {
		return expr{sql: "(NOT " + args[0].sql + ")", phys: physBool}
	}
	word := " AND "
	if b.Kind == query.Or {
		word = " OR "
	}
	return expr{sql: "(" + joinSQL(args, word, func(e expr) string { return e.sql }) + ")", phys: physBool}
}

func printNullTest(t *translator, n *query.NullTest) expr {
	word := " IS NULL"
	if n.Not {
		word = " IS NOT NULL"
	}
	if row, ok := n.Arg.(*query.Row); ok {
		if len(row.Fields) == 0 {
			return expr{sql: "TRUE", phys: physBool}
		}
		return expr{sql: "(" + joinSQL(t.exprs(row.Fields), " AND ", func(e expr) string { return e.sql + word }) + ")", phys: physBool}
	}
	return expr{sql: "(" + t.expr(n.Arg).sql + word + ")", phys: physBool}
}

func printBoolTest(t *translator, b *query.BoolTest) expr {
	arg := t.expr(b.Arg).sql
	var sql string
	switch b.Kind {
	case query.IsTrue:
		sql = "coalesce(" + arg + ", FALSE)"
	case query.IsNotTrue:
		sql = "(NOT coalesce(" + arg + ", FALSE))"
	case query.IsFalse:
		sql = "(NOT coalesce(" + arg + ", TRUE))"
	case query.IsNotFalse:
		sql = "coalesce(" + arg + ", TRUE)"
	case query.IsUnknown:
		sql = "(" + arg + " IS NULL)"
	default:
		sql = "(" + arg + " IS NOT NULL)"
	}
	return expr{sql: sql, phys: physBool}
}

func printNullIf(t *translator, n *query.NullIf) expr {
	left := t.expr(n.Left)
	l, r := comparableForms(t, left, t.expr(n.Right), n.Operator, false)
	return expr{sql: "(CASE WHEN " + l + " = " + r + " THEN NULL ELSE " + left.sql + " END)", phys: left.phys}
}

func printCase(t *translator, c *query.Case) expr {
	if c.Arg != nil {
		t.caseTests = append(t.caseTests, t.expr(c.Arg))
		defer func() { t.caseTests = t.caseTests[:len(t.caseTests)-1] }()
	}
	conds := make([]string, len(c.Whens))
	results := make([]expr, 0, len(c.Whens)+1)
	for i, w := range c.Whens {
		conds[i] = t.expr(w.Cond).sql
		results = append(results, t.expr(w.Result))
	}
	if c.Else != nil {
		results = append(results, t.expr(c.Else))
	}
	results, phys := unifyAll(t, results, c.T)
	var b strings.Builder
	b.WriteString("(CASE")
	for i, cond := range conds {
		b.WriteString(" WHEN " + cond + " THEN " + results[i].sql)
	}
	if c.Else != nil {
		b.WriteString(" ELSE " + results[len(conds)].sql)
	}
	b.WriteString(" END)")
	return expr{sql: b.String(), phys: phys}
}

func printMinMax(t *translator, m *query.MinMax) expr {
	items, phys := unifyAll(t, t.exprs(m.Args), m.T)
	name, pick := "greatest", "list_max"
	if m.Least {
		name, pick = "least", "list_min"
	}
	requireOrder(t, m.T)
	keys := make([]string, len(items))
	plain := true
	for i, e := range items {
		keys[i] = sortKey(t, e, m.T).sql
		plain = plain && keys[i] == e.sql
	}
	if plain {
		return expr{sql: name + "(" + listSQL(items) + ")", phys: phys}
	}
	// The value whose key is the largest: structs compare field by field.
	structs := make([]string, 0, len(items))
	for i, e := range items {
		structs = append(structs, "CASE WHEN "+e.sql+" IS NULL THEN NULL ELSE {'k': "+keys[i]+", 'v': "+e.sql+"} END")
	}
	return expr{sql: "struct_extract(" + pick + "([" + strings.Join(structs, ", ") + "]), 'v')", phys: phys}
}

func listSQL(items []expr) string {
	return joinSQL(items, ", ", func(e expr) string { return e.sql })
}

// sortKey is what orders and compares a value as PostgreSQL does.
func sortKey(t *translator, e expr, typ types.Type) expr {
	switch {
	case typ.OID == types.NumericOID && e.phys.Kind == types.KindText:
		return expr{sql: "num_key(" + e.sql + ")", phys: physBytes, null: e.null}
	case typ.OID == types.JSONBOID:
		return expr{sql: "jsonb_key(" + e.sql + ")", phys: physBytes, null: e.null}
	case typ.OID == types.TimetzOID:
		return expr{sql: "timetz_key(" + e.sql + ")", phys: physBytes, null: e.null}
	case types.RangeElem(typ.OID) != 0:
		return expr{sql: "range_key(" + rangeElem(typ) + ", " + e.sql + ")", phys: physBytes, null: e.null}
	case typ.OID == types.BpcharOID:
		return expr{sql: "rtrim(" + e.sql + ", ' ')", phys: physText, null: e.null}
	case e.phys.Kind == types.KindList && !e.null:
		elem := types.Type{OID: types.ElemOf(typ.OID), Mod: typ.Mod}
		return mapList(t, e, func(v expr) expr {
			if elem.OID == types.IntervalOID { // in lists the engine compares months, days and micros
				return expr{sql: t.opts.Shim + ".pg.interval_key(" + v.sql + ")", phys: physDecimal(38, 0)}
			}
			return sortKey(t, v, elem)
		})
	}
	return e
}

// groupKey is a value that is equal where PostgreSQL's type calls two equal,
// and is still a value of the type.
func groupKey(t *translator, e expr, typ types.Type) expr {
	switch {
	case typ.OID == types.NumericOID && e.phys.Kind == types.KindText && !e.null:
		if strings.HasPrefix(e.sql, "num_norm(") {
			return e
		}
		return expr{sql: "num_norm(" + e.sql + ")", phys: physText}
	case typ.OID == types.JSONBOID && !e.null:
		return expr{sql: "jsonb_norm(" + e.sql + ")", phys: physText}
	case typ.OID == types.NumrangeOID && !e.null:
		return expr{sql: "range_norm(" + e.sql + ")", phys: physText}
	case e.phys.Kind == types.KindList && !e.null:
		elem := types.T(types.ElemOf(typ.OID))
		return mapList(t, e, func(v expr) expr {
			if elem.OID == types.IntervalOID {
				return expr{sql: "interval_norm(" + v.sql + ")", phys: physInterval}
			}
			return groupKey(t, v, elem)
		})
	}
	return e
}

func requireOrder(t *translator, typ types.Type) {
	if !types.Orderable(typ) {
		unsupported("values of type %s cannot be ordered here", typ)
	}
}

func printOrder(t *translator, keys []query.SortKey) string {
	return sortClause(t, keys, t.expr)
}

func sortClause(t *translator, keys []query.SortKey, print func(query.Expr) expr) string {
	if len(keys) == 0 {
		return ""
	}
	return " ORDER BY " + joinSQL(spreadRows(keys), ", ", func(k query.SortKey) string {
		requireOrder(t, k.Expr.Type())
		sql := sortKey(t, print(k.Expr), k.Expr.Type()).sql
		if _, err := strconv.Atoi(sql); err == nil {
			sql = "(" + sql + ")"
		}
		if k.Desc {
			sql += " DESC"
		}
		if k.NullsFirst {
			return sql + " NULLS FIRST"
		}
		return sql + " NULLS LAST"
	})
}
