package dialect

import (
	"strconv"
	"strings"

	"culvert/engine/query"
	"culvert/sql/types"
)

// setFunctions are the set-returning functions, as lists of their rows.
var setFunctions = map[string]func(t *translator, f *query.Func) setResult{
	"generate_series":     generateSeries,
	"unnest":              unnest,
	"generate_subscripts": generateSubscripts,
	"pg_partition_ancestors": func(*translator, *query.Func) setResult { // no table is a partition
		return setResult{list: "CAST([] AS BIGINT[])", fields: []types.Physical{{Kind: types.KindInt64}}}
	},
	"regexp_split_to_table": func(t *translator, f *query.Func) setResult { return textSet(t, f, "regex_split($1, $2, $3)", 3) },
	"string_to_table": func(t *translator, f *query.Func) setResult {
		if len(f.Args) == 3 {
			return textSet(t, f, "list_transform(pg.string_to_array($1, $2), lambda v: nullif(v, $3))", 3)
		}
		return textSet(t, f, "pg.string_to_array($1, $2)", 2)
	},
	"regexp_matches": func(t *translator, f *query.Func) setResult {
		s := textSet(t, f, "regex_matches($1, $2, $3)", 3)
		v := t.lambda()
		return setResult{list: "list_transform(" + s.list + ", lambda " + v + ": array_in(" + v + "))", fields: []types.Physical{physList(physText)}}
	},
	"json_to_recordset":         func(t *translator, f *query.Func) setResult { return jsonRecords(t, f, true) },
	"jsonb_to_recordset":        func(t *translator, f *query.Func) setResult { return jsonRecords(t, f, true) },
	"json_to_record":            func(t *translator, f *query.Func) setResult { return jsonRecords(t, f, false) },
	"jsonb_to_record":           func(t *translator, f *query.Func) setResult { return jsonRecords(t, f, false) },
	"json_array_elements":       func(t *translator, f *query.Func) setResult { return textSet(t, f, "json_elements($1)", 1) },
	"jsonb_array_elements":      func(t *translator, f *query.Func) setResult { return textSet(t, f, "json_elements($1)", 1) },
	"json_array_elements_text":  func(t *translator, f *query.Func) setResult { return textSet(t, f, "json_element_texts($1)", 1) },
	"jsonb_array_elements_text": func(t *translator, f *query.Func) setResult { return textSet(t, f, "json_element_texts($1)", 1) },
	"json_object_keys":          func(t *translator, f *query.Func) setResult { return textSet(t, f, "json_keys($1)", 1) },
	"jsonb_object_keys":         func(t *translator, f *query.Func) setResult { return textSet(t, f, "json_keys($1)", 1) },
	"json_each":                 func(t *translator, f *query.Func) setResult { return jsonEach(t, f, "json_values") },
	"jsonb_each":                func(t *translator, f *query.Func) setResult { return jsonEach(t, f, "json_values") },
	"json_each_text":            func(t *translator, f *query.Func) setResult { return jsonEach(t, f, "json_value_texts") },
	"jsonb_each_text":           func(t *translator, f *query.Func) setResult { return jsonEach(t, f, "json_value_texts") },
}

// textSet fills a template that gives a list of texts; a missing last argument
// is the empty text.
func textSet(t *translator, f *query.Func, template string, n int) setResult {
	args := t.exprs(f.Args)
	for len(args) < n {
		args = append(args, expr{sql: "''", phys: physText})
	}
	return setResult{list: fill(shimmed(t, template), sqlOf(args)...), fields: []types.Physical{physText}}
}

// jsonRecords reads objects as rows of the columns that the query names.
func jsonRecords(t *translator, f *query.Func, set bool) setResult {
	arg := t.expr(f.Args[0]).sql
	out := setResult{}
	v := t.lambda()
	var fields []string
	for i, c := range f.Outs {
		whole := "FALSE"
		if isJSON(c.Type.OID) {
			whole = "TRUE"
		}
		text := expr{sql: "json_field(" + v + ", " + quoteText(c.Name) + ", " + whole + ")", phys: physText}
		e := throughText(t, text, types.T(types.TextOID), c.Type)
		out.fields = append(out.fields, e.phys)
		name := "f" + strconv.Itoa(i+1)
		if len(f.Outs) == 1 {
			fields = []string{e.sql}
			break
		}
		fields = append(fields, "'"+name+"': "+e.sql)
	}
	item := "{" + strings.Join(fields, ", ") + "}"
	if len(f.Outs) == 1 {
		item = fields[0]
	}
	list := "[" + arg + "]"
	if set {
		list = "json_elements(" + arg + ")"
	}
	out.list = "list_transform(" + list + ", lambda " + v + ": " + item + ")"
	return out
}

func jsonEach(t *translator, f *query.Func, values string) setResult {
	arg := t.expr(f.Args[0]).sql
	list := sprintf("list_transform(list_zip(json_keys(%s), %s(%s)), lambda v: {'f1': v[1], 'f2': v[2]})", arg, values, arg)
	return setResult{list: list, fields: []types.Physical{physText, physText}}
}

func generateSeries(t *translator, f *query.Func) setResult {
	args := t.exprs(f.Args)
	phys := physOf(f.T)
	sqls := sqlOf(args)
	switch phys.Kind {
	case types.KindInt32, types.KindInt64:
		list := t.opts.Shim + ".pg.series(" + sqls[0] + ", " + sqls[1] + ", 1)"
		if len(args) == 3 {
			list = t.opts.Shim + ".pg.series(" + sqls[0] + ", " + sqls[1] + ", " + sqls[2] + ")"
		}
		if phys.Kind == types.KindInt32 {
			list = "CAST(" + list + " AS INTEGER[])"
		}
		return setResult{list: list, fields: []types.Physical{phys}}
	case types.KindTimestamp, types.KindTimestampTZ:
		if len(args) == 3 {
			return setResult{list: "generate_series(" + sqls[0] + ", " + sqls[1] + ", " + sqls[2] + ")", fields: []types.Physical{phys}}
		}
	case types.KindText:
		if f.T.OID == types.NumericOID {
			step := "'1'"
			if len(args) == 3 {
				step = convertForm(t, args[2], physText).sql
			}
			return setResult{list: "num_series(" + convertForm(t, args[0], physText).sql + ", " + convertForm(t, args[1], physText).sql + ", " + step + ")", fields: []types.Physical{physText}}
		}
	}
	unsupported("function %s is not supported", signature(f))
	return setResult{}
}

func unnest(t *translator, f *query.Func) setResult {
	if len(f.Args) != 1 {
		unsupported("function %s is not supported", signature(f))
	}
	list := asList(t, t.expr(f.Args[0]), f.Args[0].Type())
	return setResult{list: list.sql, fields: []types.Physical{*list.phys.Elem}}
}

func generateSubscripts(t *translator, f *query.Func) setResult {
	a := t.expr(f.Args[0])
	list := asList(t, a, f.Args[0].Type())
	from, to := "1", "len("+list.sql+")"
	if a.phys.Kind != types.KindList {
		from, to = "0", to+" - 1"
	}
	dim, all := t.expr(f.Args[1]).sql, sprintf("CAST(generate_series(%s, %s) AS INTEGER[])", from, to)
	if len(f.Args) == 3 {
		all = "(CASE WHEN " + t.expr(f.Args[2]).sql + " THEN list_reverse(" + all + ") ELSE " + all + " END)"
	}
	return setResult{
		list:   sprintf("(CASE WHEN %s = 1 THEN %s ELSE [] END)", dim, all),
		fields: []types.Physical{physInt4},
	}
}
