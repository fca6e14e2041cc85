package dialect

import (
	"strings"

	"culvert/engine/query"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

func printArray(t *translator, a *query.Array) expr {
	if a.Multi {
		unsupported("multidimensional arrays are not supported")
	}
	items, phys := unifyAll(t, t.exprs(a.Elems), a.Elem)
	list := physList(phys)
	if len(items) == 0 {
		return expr{sql: "CAST([] AS " + SQLType(list) + ")", phys: list}
	}
	return expr{sql: "[" + listSQL(items) + "]", phys: list}
}

func printSubscript(t *translator, s *query.Subscript) expr {
	c := t.expr(s.Container)
	if isJSON(s.Container.Type().OID) {
		for _, ix := range s.Indexes {
			key := toText(t, t.expr(ix.Upper), ix.Upper.Type())
			c = expr{sql: "json_path(" + c.sql + ", [" + key.sql + "])", phys: physText}
		}
		return c
	}
	if c.phys.Kind != types.KindList {
		return vectorSubscript(t, s, c)
	}
	if len(s.Indexes) != 1 {
		return expr{sql: castSQL("NULL", physOf(s.T)), phys: physOf(s.T), null: true} // one dimension has no second index
	}
	ix := s.Indexes[0]
	if !s.Slice {
		i := t.expr(ix.Upper).sql
		return expr{sql: "list_extract(" + c.sql + ", nullif(greatest(" + i + ", 0), 0))", phys: *c.phys.Elem}
	}
	lower, upper := "1", "len("+c.sql+")"
	if ix.Lower != nil {
		lower = "greatest(" + t.expr(ix.Lower).sql + ", 1)"
	}
	if ix.Upper != nil {
		upper = "greatest(" + t.expr(ix.Upper).sql + ", 0)"
	}
	return expr{sql: "list_slice(" + c.sql + ", " + lower + ", " + upper + ")", phys: c.phys}
}

// vectorSubscript reads int2vector and oidvector, which count from 0.
func vectorSubscript(t *translator, s *query.Subscript, c expr) expr {
	oid := s.Container.Type().OID
	if (oid != types.Int2vectorOID && oid != types.OidvectorOID) || s.Slice || len(s.Indexes) != 1 {
		unsupported("subscripts of type %s are not supported", s.Container.Type())
	}
	i := t.expr(s.Indexes[0].Upper).sql
	phys := physOf(s.T)
	return expr{sql: castSQL("nullif(list_extract(string_split("+c.sql+", ' '), "+i+" + 1), '')", phys), phys: phys}
}

// asList gives an array as a list: int2vector and oidvector are text.
func asList(t *translator, e expr, typ types.Type) expr {
	if e.phys.Kind == types.KindList {
		return e
	}
	if typ.OID == types.Int2vectorOID || typ.OID == types.OidvectorOID {
		list := physList(physOf(types.T(types.ElemOf(typ.OID))))
		return expr{sql: castSQL("list_filter(string_split("+e.sql+", ' '), lambda v: v <> '')", list), phys: list}
	}
	unsupported("this operation on type %s is not supported", typ)
	return expr{}
}

// printArrayOp prints x op ANY (array) and x op ALL (array).
func printArrayOp(t *translator, a *query.ArrayOp) expr {
	left := t.expr(a.Left)
	if arr, ok := listed(a.Right); ok && !arr.Multi && len(arr.Elems) > 0 {
		if e, ok := inList(t, a, left, arr); ok {
			return e
		}
	}
	right := asList(t, t.expr(a.Right), a.Right.Type())
	if e, ok := inFixedList(t, a, left, right); ok {
		return e
	}
	if e, ok := compareWithList(t, a, left, right); ok {
		return e
	}
	alias := t.alias("t")
	cond := applyOperator(t, a.Operator, left, expr{sql: alias + ".v", phys: *right.phys.Elem})
	return expr{sql: sprintf("(CASE WHEN %s IS NULL THEN NULL ELSE (SELECT %s FROM (SELECT %s AS c FROM (SELECT unnest(%s) AS v) AS %s)) END)",
		right.sql, decision(a.All), cond.sql, right.sql, alias), phys: physBool}
}

// decision is what the comparisons c say together: NULL when none decides and
// some is unknown.
func decision(all bool) string {
	decided, empty, agg := "TRUE", "FALSE", "bool_or"
	if all {
		decided, empty, agg = "FALSE", "TRUE", "bool_and"
	}
	return sprintf("CASE WHEN count(*) = 0 THEN %s WHEN %s(c) = %s THEN %s WHEN count(*) > count(c) THEN NULL ELSE %s END", empty, agg, decided, decided, empty)
}

// compareWithList prints a comparison with all elements by the least or the
// greatest of them: a lambda could not see the columns of an outer query.
func compareWithList(t *translator, a *query.ArrayOp, left, right expr) (expr, bool) {
	ordered := a.Operator.Name != "=" && a.Operator.Name != "<>"
	v := t.lambda()
	l, r := comparableForms(t, left, expr{sql: v, phys: *right.phys.Elem}, a.Operator, ordered)
	if strings.Contains(r, "SELECT") {
		return expr{}, false
	}
	list := right.sql
	if r != v {
		list = "list_transform(" + right.sql + ", lambda " + v + ": " + r + ")"
	}
	var decided string
	switch op := a.Operator.Name; op {
	case "=", "<>":
		decided = "list_contains(" + list + ", " + l + ")"
		if (op == "=") == a.All { // differs from one of them, or from none
			decided = sprintf("(%s <> list_min(%s) OR %s <> list_max(%s))", l, list, l, list)
		}
		if a.All {
			decided = "(NOT " + decided + ")"
		}
	case "<", "<=", ">", ">=":
		extreme := "list_max"
		if (op[0] == '>') != a.All {
			extreme = "list_min"
		}
		decided = sprintf("(%s %s %s(%s))", l, op, extreme, list)
	default:
		return expr{}, false
	}
	name := "list_any"
	if a.All {
		name = "list_all"
	}
	return expr{sql: sprintf("%s.pg.%s(%s, %s, %s)", t.opts.Shim, name, decided, l, right.sql), phys: physBool}, true
}

// listed gives the elements of an array that is written out, as ARRAY[…] or as
// a literal.
func listed(e query.Expr) (*query.Array, bool) {
	switch e := e.(type) {
	case *query.Array:
		return e, true
	case *query.Const:
		elems, nulls, ok := splitArray(e.Text)
		if e.Null || !ok || !types.IsArray(e.T.OID) || len(elems) > 1000 {
			return nil, false
		}
		elem := types.T(types.ElemOf(e.T.OID))
		out := &query.Array{T: e.T, Elem: elem}
		for i, text := range elems {
			out.Elems = append(out.Elems, &query.Const{T: elem, Null: nulls[i], Text: text})
		}
		return out, true
	}
	return nil, false
}

// fixed tells whether a value is the same for all rows of a statement.
func fixed(e query.Expr) bool {
	switch e := e.(type) {
	case *query.Const, *query.Param:
		return true
	case *query.Cast:
		return fixed(e.Arg)
	}
	return false
}

// inFixedList prints = ANY and <> ALL over a parameter as a subquery, which the
// engine hashes.
func inFixedList(t *translator, a *query.ArrayOp, left, right expr) (expr, bool) {
	word := ""
	switch {
	case a.Operator.Name == "=" && !a.All:
		word = " IN "
	case a.Operator.Name == "<>" && a.All:
		word = " NOT IN "
	}
	if word == "" || !fixed(a.Right) {
		return expr{}, false
	}
	alias := t.alias("t")
	l, r := comparableForms(t, left, expr{sql: alias + ".v", phys: *right.phys.Elem}, a.Operator, false)
	return expr{sql: sprintf("(CASE WHEN %s IS NULL THEN NULL ELSE %s%s(SELECT %s FROM (SELECT unnest(%s) AS v) AS %s) END)", right.sql, l, word, r, right.sql, alias), phys: physBool}, true
}

// inList prints IN and NOT IN over values, and other operators as AND or OR.
func inList(t *translator, a *query.ArrayOp, left expr, arr *query.Array) (expr, bool) {
	items := t.exprs(arr.Elems)
	word := ""
	switch {
	case a.Operator.Name == "=" && !a.All:
		word = " IN ("
	case a.Operator.Name == "<>" && a.All:
		word = " NOT IN ("
	}
	if word != "" {
		l, _ := comparableForms(t, left, left, a.Operator, false)
		rights := make([]string, len(items))
		same := true
		for i, item := range items {
			var li string
			li, rights[i] = comparableForms(t, left, item, a.Operator, false)
			same = same && li == l
		}
		if same {
			return expr{sql: "(" + l + word + joinSQL(rights, ", ", func(s string) string { return s }) + "))", phys: physBool}, true
		}
	}
	join := " OR "
	if a.All {
		join = " AND "
	}
	return expr{sql: "(" + joinSQL(items, join, func(item expr) string {
		return applyOperator(t, a.Operator, left, item).sql
	}) + ")", phys: physBool}, true
}

func arrayConcat(t *translator, x operation) expr {
	l, r := x.left, x.right
	switch {
	case l.phys.Kind == types.KindList && r.phys.Kind == types.KindList:
		want, _ := unify([]expr{l, r})
		return expr{sql: t.opts.Shim + ".pg.list_cat(" + convertForm(t, l, want).sql + ", " + convertForm(t, r, want).sql + ")", phys: want}
	case l.phys.Kind == types.KindList:
		elems, phys := unifyAll(t, []expr{{sql: "", phys: *l.phys.Elem}, r}, types.T(types.TextOID))
		l = convertForm(t, l, physList(phys))
		return expr{sql: "list_append(coalesce(" + l.sql + ", []), " + elems[1].sql + ")", phys: l.phys}
	}
	elems, phys := unifyAll(t, []expr{{sql: "", phys: *r.phys.Elem}, l}, types.T(types.TextOID))
	r = convertForm(t, r, physList(phys))
	return expr{sql: "list_prepend(" + elems[1].sql + ", coalesce(" + r.sql + ", []))", phys: r.phys}
}

func arrayOperator(t *translator, x operation) expr {
	if x.left.phys.Kind != types.KindList || x.right.phys.Kind != types.KindList {
		return noOperator(t, x)
	}
	want, _ := unify([]expr{x.left, x.right})
	typ := x.op.Left
	if x.leftExpr != nil {
		typ = x.leftExpr.Type()
	}
	l, r := groupKey(t, convertForm(t, x.left, want), typ).sql, groupKey(t, convertForm(t, x.right, want), typ).sql
	all := func(l, r string) expr { // an element that is NULL is contained in nothing
		return expr{sql: "(list_has_all(" + l + ", " + r + ") AND len(" + r + ") = list_count(" + r + "))", phys: physBool}
	}
	switch x.op.Name {
	case "@>":
		return all(l, r)
	case "<@":
		return all(r, l)
	case "&&":
		return expr{sql: "list_has_any(" + l + ", " + r + ")", phys: physBool}
	}
	return noOperator(t, x)
}

var arrayBuilders = map[string]builder{
	"array_length": func(t *translator, f *query.Func, args []expr) expr {
		a := asList(t, args[0], f.Args[0].Type())
		return expr{sql: "(CASE WHEN " + args[1].sql + " = 1 THEN CAST(nullif(len(" + a.sql + "), 0) AS INTEGER) END)", phys: physInt4}
	},
	"array_upper": func(t *translator, f *query.Func, args []expr) expr {
		a := asList(t, args[0], f.Args[0].Type())
		minus := ""
		if args[0].phys.Kind != types.KindList {
			minus = " - 1"
		}
		return expr{sql: "(CASE WHEN " + args[1].sql + " = 1 THEN CAST(nullif(len(" + a.sql + "), 0) AS INTEGER)" + minus + " END)", phys: physInt4}
	},
	"array_lower": func(t *translator, f *query.Func, args []expr) expr {
		a := asList(t, args[0], f.Args[0].Type())
		first := "1"
		if args[0].phys.Kind != types.KindList {
			first = "0"
		}
		return expr{sql: "(CASE WHEN " + args[1].sql + " = 1 AND len(" + a.sql + ") > 0 THEN " + first + " END)", phys: physInt4}
	},
	"cardinality": func(t *translator, f *query.Func, args []expr) expr {
		return expr{sql: "CAST(len(" + asList(t, args[0], f.Args[0].Type()).sql + ") AS INTEGER)", phys: physInt4}
	},
	"array_ndims": func(t *translator, f *query.Func, args []expr) expr {
		return expr{sql: "(CASE WHEN len(" + asList(t, args[0], f.Args[0].Type()).sql + ") > 0 THEN 1 END)", phys: physInt4}
	},
	"array_dims": func(t *translator, f *query.Func, args []expr) expr {
		return expr{sql: "('[1:' || nullif(len(" + asList(t, args[0], f.Args[0].Type()).sql + "), 0) || ']')", phys: physText}
	},
	"array_append": func(t *translator, f *query.Func, args []expr) expr {
		return arrayConcat(t, operation{left: args[0], right: args[1]})
	},
	"array_prepend": func(t *translator, f *query.Func, args []expr) expr {
		return arrayConcat(t, operation{left: args[0], right: args[1]})
	},
	"array_cat": func(t *translator, f *query.Func, args []expr) expr {
		return arrayConcat(t, operation{left: args[0], right: args[1]})
	},
	"array_to_string": arrayToString,
	"array_position": func(t *translator, f *query.Func, args []expr) expr {
		l, v := memberForms(t, f, args[:2])
		if len(args) == 3 {
			from := "greatest(" + args[2].sql + ", 1)"
			return expr{sql: sprintf("CAST(nullif(list_position(list_slice(%s, %s, len(%s)), %s), 0) + %s - 1 AS INTEGER)", l, from, l, v, from), phys: physInt4}
		}
		return expr{sql: "CAST(nullif(list_position(" + l + ", " + v + "), 0) AS INTEGER)", phys: physInt4}
	},
	"array_positions": func(t *translator, f *query.Func, args []expr) expr {
		l, v := memberForms(t, f, args)
		x, i := t.lambda(), t.lambda()
		return expr{sql: sprintf("list_filter(list_transform(%s, lambda %s, %s: CASE WHEN %s IS NOT DISTINCT FROM %s THEN CAST(%s AS INTEGER) END), lambda %s: %s IS NOT NULL)",
			l, x, i, x, v, i, x, x), phys: physList(physInt4)}
	},
	"array_remove": func(t *translator, f *query.Func, args []expr) expr {
		x := t.lambda()
		_, v := memberForms(t, f, args)
		key := groupKey(t, expr{sql: x, phys: *args[0].phys.Elem}, f.Args[1].Type()).sql
		return expr{sql: sprintf("list_filter(%s, lambda %s: %s IS DISTINCT FROM %s)", args[0].sql, x, key, v), phys: args[0].phys}
	},
	"array_replace": func(t *translator, f *query.Func, args []expr) expr {
		x := t.lambda()
		elem := *args[0].phys.Elem
		from, to := convertForm(t, args[1], elem).sql, convertForm(t, args[2], elem).sql
		return expr{sql: sprintf("list_transform(%s, lambda %s: CASE WHEN %s IS NOT DISTINCT FROM %s THEN %s ELSE %s END)", args[0].sql, x, x, from, to, x), phys: args[0].phys}
	},
	"array_fill": func(t *translator, f *query.Func, args []expr) expr {
		if len(args) != 2 {
			unsupported("function %s is not supported", signature(f))
		}
		list := physList(args[0].phys)
		many := raise(pgerr.FeatureNotSupported, "multidimensional arrays are not supported")
		return expr{sql: sprintf("(CASE WHEN len(%s) > 1 THEN %s ELSE repeat([%s], coalesce(list_extract(%s, 1), 0)) END)", args[1].sql, many, args[0].sql, args[1].sql), phys: list}
	},
	"trim_array": func(t *translator, f *query.Func, args []expr) expr {
		return expr{sql: sprintf("list_slice(%s, 1, len(%s) - %s)", args[0].sql, args[0].sql, args[1].sql), phys: args[0].phys}
	},
}

// memberForms gives a list and a value in forms whose equality is PostgreSQL's.
func memberForms(t *translator, f *query.Func, args []expr) (list, value string) {
	l := asList(t, args[0], f.Args[0].Type())
	elems, phys := unifyAll(t, []expr{{sql: "", phys: *l.phys.Elem}, args[1]}, f.Args[1].Type())
	l = convertForm(t, l, physList(phys))
	return groupKey(t, l, f.Args[0].Type()).sql, groupKey(t, elems[1], f.Args[1].Type()).sql
}

func arrayToString(t *translator, f *query.Func, args []expr) expr {
	elem := types.T(types.ElemOf(f.Args[0].Type().OID))
	list := asList(t, args[0], f.Args[0].Type())
	texts := mapList(t, list, func(v expr) expr { return toText(t, v, elem) })
	null := "CAST(NULL AS VARCHAR)"
	if len(args) == 3 {
		null = args[2].sql
	}
	return expr{sql: "text_join(" + texts.sql + ", " + args[1].sql + ", " + null + ")", phys: physText}
}
