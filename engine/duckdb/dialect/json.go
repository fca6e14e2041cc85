package dialect

import (
	"strings"

	"culvert/engine/query"
	"culvert/sql/types"
)

func isJSON(oid types.OID) bool { return oid == types.JSONOID || oid == types.JSONBOID }

var jsonOperators = map[string]string{
	"->": "json_get", "->>": "json_get_text", "#>": "json_path", "#>>": "json_path_text",
	"@>": "jsonb_contains", "?": "jsonb_exists", "?|": "jsonb_exists_any", "?&": "jsonb_exists_all", "#-": "jsonb_delete_path",
}

func jsonOperator(t *translator, x operation) expr {
	right := x.right.sql
	switch x.op.Name {
	case "<@":
		return expr{sql: "jsonb_contains(" + right + ", " + x.left.sql + ")", phys: physBool}
	case "->", "->>":
		if isInteger(x.right.phys) {
			name := jsonOperators[x.op.Name]
			if x.op.Left.OID == types.JSONBOID {
				name = strings.Replace(name, "json_", "jsonb_", 1)
			}
			return expr{sql: name + "_index(" + x.left.sql + ", CAST(" + right + " AS INTEGER))", phys: physText}
		}
	case "-":
		switch {
		case isInteger(x.right.phys):
			return expr{sql: "jsonb_delete_index(" + x.left.sql + ", CAST(" + right + " AS INTEGER))", phys: physText}
		case x.right.phys.Kind == types.KindList:
			return expr{sql: "jsonb_delete_keys(" + x.left.sql + ", " + right + ")", phys: physText}
		}
		return expr{sql: "(CASE WHEN " + right + " IS NOT NULL THEN jsonb_delete_keys(" + x.left.sql + ", [" + right + "]) END)", phys: physText}
	}
	name, ok := jsonOperators[x.op.Name]
	if !ok {
		return noOperator(t, x)
	}
	return expr{sql: name + "(" + x.left.sql + ", " + right + ")", phys: physOf(x.op.Result)}
}

var jsonTemplates = templates{
	"json_typeof(json)": "json_typeof($1)", "jsonb_typeof(jsonb)": "json_typeof($1)",
	"json_array_length(json)": "json_length($1)", "jsonb_array_length(jsonb)": "json_length($1)",
	"jsonb_pretty(jsonb)": "jsonb_pretty($1)", "json_strip_nulls(json)": "json_strip_nulls($1, FALSE)", "jsonb_strip_nulls(jsonb)": "json_strip_nulls($1, TRUE)",
	"jsonb_set(jsonb,_text,jsonb)":               "jsonb_set($1, $2, $3, TRUE)",
	"jsonb_set(jsonb,_text,jsonb,bool)":          "jsonb_set($1, $2, $3, $4)",
	"jsonb_concat(jsonb,jsonb)":                  "jsonb_concat($1, $2)",
	"jsonb_insert(jsonb,_text,jsonb,bool)":       "jsonb_insert($1, $2, $3, $4)",
	"jsonb_set_lax(jsonb,_text,jsonb,bool,text)": "jsonb_set_lax($1, $2, $3, $4, $5)",
	"json_object(_text)":                         "json_object_pairs($1)", "json_object(_text,_text)": "json_object_lists($1, $2)",
	"jsonb_object(_text)": "jsonb_in(json_object_pairs($1))", "jsonb_object(_text,_text)": "jsonb_in(json_object_lists($1, $2))",
}

var jsonBuilders = map[string]builder{
	"to_json": func(t *translator, f *query.Func, args []expr) expr {
		return expr{sql: jsonOf(t, f.Args[0], args[0]), phys: physText}
	},
	"to_jsonb": func(t *translator, f *query.Func, args []expr) expr {
		return expr{sql: "jsonb_in(" + jsonOf(t, f.Args[0], args[0]) + ")", phys: physText}
	},
	"array_to_json": func(t *translator, f *query.Func, args []expr) expr {
		if len(args) != 1 {
			unsupported("function %s is not supported", signature(f))
		}
		return expr{sql: jsonOf(t, f.Args[0], args[0]), phys: physText}
	},
	"row_to_json": func(t *translator, f *query.Func, args []expr) expr {
		if pretty, ok := constBool(f.Args[len(args)-1]); ok && len(args) == 2 && pretty {
			return expr{sql: strings.Replace(rowToJSON(t, f.Args[0]), "json_compact_object(", "json_lines_object(", 1), phys: physText}
		} else if !ok && len(args) == 2 {
			unsupported("function %s with an argument that is not a literal is not supported", signature(f))
		}
		return expr{sql: rowToJSON(t, f.Args[0]), phys: physText}
	},
	"json_build_object": func(t *translator, f *query.Func, args []expr) expr {
		return jsonBuild(t, f, args, "json_object_text", true)
	},
	"jsonb_build_object": func(t *translator, f *query.Func, args []expr) expr {
		return jsonBuild(t, f, args, "jsonb_object_text", true)
	},
	"json_build_array": func(t *translator, f *query.Func, args []expr) expr {
		return jsonBuild(t, f, args, "json_array_text", false)
	},
	"jsonb_build_array": func(t *translator, f *query.Func, args []expr) expr {
		return jsonBuild(t, f, args, "jsonb_array_text", false)
	},
	"json_extract_path":       func(t *translator, f *query.Func, args []expr) expr { return jsonPath(t, f, args, "json_path") },
	"jsonb_extract_path":      func(t *translator, f *query.Func, args []expr) expr { return jsonPath(t, f, args, "json_path") },
	"json_extract_path_text":  func(t *translator, f *query.Func, args []expr) expr { return jsonPath(t, f, args, "json_path_text") },
	"jsonb_extract_path_text": func(t *translator, f *query.Func, args []expr) expr { return jsonPath(t, f, args, "json_path_text") },
}

func constBool(e query.Expr) (value, ok bool) {
	text, ok := constText(e)
	return text == "t" || text == "true", ok
}

func jsonPath(t *translator, f *query.Func, args []expr, name string) expr {
	return expr{sql: name + "(" + args[0].sql + ", " + textList(t, f, args, 1) + ")", phys: physText}
}

// jsonBuild gives the pieces to a native: keys as texts, values as JSON.
func jsonBuild(t *translator, f *query.Func, args []expr, name string, object bool) expr {
	if f.Variadic {
		unsupported("function %s with VARIADIC is not supported", signature(f))
	}
	if !object {
		items := make([]string, len(args))
		for i, a := range args {
			items[i] = jsonOf(t, f.Args[i], a)
		}
		return expr{sql: name + "(CAST([" + joinSQL(items, ", ", func(s string) string { return s }) + "] AS VARCHAR[]))", phys: physText}
	}
	if len(args)%2 != 0 {
		fail("22023", "argument list must have even number of elements")
	}
	var keys, values []string
	for i := 0; i < len(args); i += 2 {
		keys = append(keys, toText(t, args[i], f.Args[i].Type()).sql)
		values = append(values, jsonOf(t, f.Args[i+1], args[i+1]))
	}
	list := func(items []string) string {
		return "CAST([" + joinSQL(items, ", ", func(s string) string { return s }) + "] AS VARCHAR[])"
	}
	return expr{sql: name + "(" + list(keys) + ", " + list(values) + ")", phys: physText}
}

// jsonOf gives an expression as to_json() does; rows become objects.
func jsonOf(t *translator, e query.Expr, printed expr) string {
	if row, ok := e.(*query.Row); ok {
		return rowToJSON(t, row)
	}
	return toJSON(t, printed, e.Type())
}

// toJSON gives a value as to_json() does; SQL's NULL stays NULL.
func toJSON(t *translator, e expr, typ types.Type) string {
	switch {
	case e.null:
		return "CAST(NULL AS VARCHAR)"
	case isJSON(typ.OID):
		return e.sql
	case typ.OID == types.BoolOID:
		return "(CASE " + e.sql + " WHEN TRUE THEN 'true' WHEN FALSE THEN 'false' END)"
	case typ.OID == types.Int2OID, typ.OID == types.Int4OID, typ.OID == types.Int8OID:
		return castSQL(e.sql, physText)
	case typ.OID == types.NumericOID, isFloat(e.phys):
		return "json_number(" + toText(t, e, typ).sql + ")"
	case e.phys.Kind == types.KindList:
		elem := types.Type{OID: types.ElemOf(typ.OID), Mod: typ.Mod}
		list := mapList(t, e, func(v expr) expr { return expr{sql: toJSON(t, v, elem), phys: physText} })
		return "json_compact_array(" + list.sql + ")"
	case typ.OID == types.TimestampOID, typ.OID == types.TimestamptzOID:
		return "json_quote_text(json_time(" + toText(t, e, typ).sql + "))"
	}
	return "json_quote_text(" + toText(t, e, typ).sql + ")"
}

// rowToJSON gives a row as a JSON object.
func rowToJSON(t *translator, e query.Expr) string {
	row, ok := e.(*query.Row)
	if !ok {
		unsupported("row_to_json of this expression is not supported")
	}
	keys := joinSQL(row.Names, ", ", quoteText)
	values := joinSQL(row.Fields, ", ", func(f query.Expr) string { return jsonOf(t, f, t.expr(f)) })
	return "json_compact_object([" + keys + "], CAST([" + values + "] AS VARCHAR[]))"
}

// convertJSON casts a jsonb scalar.
func convertJSON(t *translator, e expr, to types.Type) expr {
	phys := physOf(to)
	switch {
	case to.OID == types.BoolOID:
		return castPlain(expr{sql: "jsonb_scalar(" + e.sql + ", 'boolean')", phys: physBool})
	case to.OID == types.NumericOID:
		return expr{sql: "jsonb_scalar(" + e.sql + ", 'numeric')", phys: physText}
	case isInteger(phys):
		return convertForm(t, expr{sql: "num_int(jsonb_scalar(" + e.sql + ", '" + integerNames[phys.Kind] + "'))", phys: physInt8}, phys)
	case isFloat(phys):
		return castPlain(expr{sql: "jsonb_scalar(" + e.sql + ", 'double precision')", phys: phys})
	}
	return noCast(t, types.T(types.JSONBOID), to)
}

// jsonAgg collects values as JSON.
func (c *call) jsonAgg(name string) expr {
	value := jsonOf(c.t, c.argExprs[0], c.args[0])
	native := name + "_text"
	if _, row := c.argExprs[0].(*query.Row); name == "json_agg" && (row || c.args[0].phys.Kind == types.KindList) {
		native = "json_agg_lines" // a line for each row or array
	}
	return expr{sql: native + "(" + c.fn("list", value) + ")", phys: physText}
}

func (c *call) jsonObjectAgg(name string) expr {
	key := toText(c.t, c.args[0], c.argTypes[0]).sql
	value := toJSON(c.t, c.args[1], c.argTypes[1])
	pairs := c.fn("list", "{'k': "+key+", 'v': "+value+"}")
	v := c.t.lambda()
	return expr{sql: sprintf("%s(list_transform(%s, lambda %s: %s.k), list_transform(%s, lambda %s: %s.v))", name, pairs, v, v, pairs, v, v), phys: physText}
}
