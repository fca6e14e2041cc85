package dialect

import (
	"strconv"
	"strings"

	"culvert/engine/query"
	"culvert/sql/types"
)

// call is an aggregate or window call while it is printed.
type call struct {
	t        *translator
	name     string
	result   types.Type
	args     []expr
	argTypes []types.Type
	distinct bool
	order    string // ORDER BY inside the brackets
	keys     []query.SortKey
	filter   string
	over     string
	argExprs []query.Expr
}

// fn prints one engine aggregate with the call's DISTINCT, ORDER BY, FILTER
// and OVER.
func (c *call) fn(name string, args ...string) string {
	distinct := ""
	if c.distinct {
		distinct = "DISTINCT "
	}
	return name + "(" + distinct + strings.Join(args, ", ") + c.order + ")" + c.filter + c.over
}

// aggregateBuilder prints an aggregate.
type aggregateBuilder func(c *call) expr

func printAggregate(t *translator, a *query.Agg) expr {
	c := &call{t: t, name: a.Name, result: a.T, distinct: a.Distinct, keys: a.OrderBy, argExprs: a.Args}
	groups := t.groups // an aggregate reads the rows, not the groups
	t.groups = nil
	defer func() { t.groups = groups }()
	if a.Filter != nil {
		c.filter = " FILTER (WHERE " + t.expr(a.Filter).sql + ")"
	}
	if a.Ordered {
		return printOrderedSet(t, a, c)
	}
	for _, arg := range a.Args {
		c.args = append(c.args, t.expr(arg))
		c.argTypes = append(c.argTypes, arg.Type())
	}
	if c.distinct {
		for i := range c.args {
			c.args[i] = groupKey(t, c.args[i], c.argTypes[i])
		}
		keys := a.OrderBy
		if len(keys) == 0 && len(a.Args) > 0 && orderMatters[a.Name] && types.Orderable(a.Args[0].Type()) {
			keys = []query.SortKey{{Expr: a.Args[0]}} // PostgreSQL makes them distinct by sorting
		}
		c.order = sortClause(t, keys, func(e query.Expr) expr { return groupKey(t, t.expr(e), e.Type()) })
	} else {
		c.order = printOrder(t, a.OrderBy)
	}
	if a.Star {
		return expr{sql: "count(*)" + c.filter, phys: physInt8}
	}
	build, ok := t.known.aggregates[a.Name]
	if !ok {
		unsupported("aggregate %s is not supported", callSignature(a.Name, c.argTypes))
	}
	return build(c)
}

// orderMatters has the aggregates that show the order of their values.
var orderMatters = map[string]bool{"array_agg": true, "string_agg": true, "json_agg": true, "jsonb_agg": true}

func callSignature(name string, args []types.Type) string {
	return name + "(" + joinSQL(args, ", ", func(a types.Type) string { return a.OID.Name() }) + ")"
}

var aggregates = map[string]aggregateBuilder{
	"count":           func(c *call) expr { return expr{sql: c.fn("count", c.args[0].sql), phys: physInt8} },
	"sum":             aggSum,
	"avg":             aggAvg,
	"min":             func(c *call) expr { return c.extreme("min") },
	"max":             func(c *call) expr { return c.extreme("max") },
	"bool_and":        func(c *call) expr { return expr{sql: c.fn("bool_and", c.args[0].sql), phys: physBool} },
	"every":           func(c *call) expr { return expr{sql: c.fn("bool_and", c.args[0].sql), phys: physBool} },
	"bool_or":         func(c *call) expr { return expr{sql: c.fn("bool_or", c.args[0].sql), phys: physBool} },
	"bit_and":         func(c *call) expr { return expr{sql: c.fn("bit_and", c.args[0].sql), phys: c.args[0].phys} },
	"bit_or":          func(c *call) expr { return expr{sql: c.fn("bit_or", c.args[0].sql), phys: c.args[0].phys} },
	"bit_xor":         func(c *call) expr { return expr{sql: c.fn("bit_xor", c.args[0].sql), phys: c.args[0].phys} },
	"string_agg":      aggString,
	"array_agg":       aggArray,
	"json_agg":        func(c *call) expr { return c.jsonAgg("json_agg") },
	"jsonb_agg":       func(c *call) expr { return c.jsonAgg("jsonb_agg") },
	"json_object_agg": func(c *call) expr { return c.jsonObjectAgg("json_object_agg_text") },
	"jsonb_object_agg": func(c *call) expr {
		return c.jsonObjectAgg("jsonb_object_text")
	},
	"stddev":      func(c *call) expr { return c.spread("stddev_samp", true, true) },
	"stddev_samp": func(c *call) expr { return c.spread("stddev_samp", true, true) },
	"stddev_pop":  func(c *call) expr { return c.spread("stddev_pop", false, true) },
	"variance":    func(c *call) expr { return c.spread("var_samp", true, false) },
	"var_samp":    func(c *call) expr { return c.spread("var_samp", true, false) },
	"var_pop":     func(c *call) expr { return c.spread("var_pop", false, false) },
	"corr":        aggPair, "covar_pop": aggPair, "covar_samp": aggPair, "regr_avgx": aggPair, "regr_avgy": aggPair,
	"regr_intercept": aggPair, "regr_r2": aggPair, "regr_slope": aggPair, "regr_sxx": aggPair, "regr_sxy": aggPair, "regr_syy": aggPair,
	"regr_count": func(c *call) expr { return expr{sql: c.fn("regr_count", c.args[0].sql, c.args[1].sql), phys: physInt8} },
}

func aggPair(c *call) expr {
	return expr{sql: c.fn(c.name, c.args[0].sql, c.args[1].sql), phys: physFloat8}
}

func aggSum(c *call) expr {
	arg := c.args[0]
	switch {
	case arg.phys.Kind == types.KindInt64:
		return expr{sql: castSQL(c.fn("sum", arg.sql), physDecimal(38, 0)), phys: physDecimal(38, 0)}
	case isInteger(arg.phys):
		return expr{sql: castSQL(c.fn("sum", arg.sql), physInt8), phys: physInt8}
	case isFloat(arg.phys):
		return castPlain(expr{sql: c.fn("sum", arg.sql), phys: arg.phys})
	case isDecimal(arg.phys):
		return castPlain(expr{sql: c.fn("sum", arg.sql), phys: physDecimal(38, int(arg.phys.Scale))})
	case c.result.OID == types.NumericOID:
		return expr{sql: c.sumText(), phys: physText}
	case c.result.OID == types.IntervalOID:
		return expr{sql: c.sumInterval(), phys: physInterval}
	}
	unsupported("aggregate %s is not supported", callSignature(c.name, c.argTypes))
	return expr{}
}

// sumText sums numerics held as text, and shows the largest of their scales.
func (c *call) sumText() string {
	arg := c.args[0].sql
	if c.distinct { // the parts of different values may be equal
		return "num_sum_list(" + c.fn("list", arg) + ")"
	}
	return "num_sum(" + c.fn("sum", "num_high("+arg+")") + ", CAST(" + c.fn("sum", "num_low("+arg+")") + " AS VARCHAR), coalesce(" + c.fn("max", "num_scale("+arg+")") + ", 0), " + c.fn("bit_or", "num_special("+arg+")") + ")"
}

// sumInterval sums the fields of intervals, which the engine cannot sum.
func (c *call) sumInterval() string {
	field := func(name string) string { return c.fn("sum", "interval_field("+c.args[0].sql+", '"+name+"')") }
	return "interval_make(CAST(" + field("months") + " AS BIGINT), CAST(" + field("days") + " AS BIGINT), CAST(" + field("micros") + " AS BIGINT))"
}

func aggAvg(c *call) expr {
	arg := c.args[0]
	switch {
	case isFloat(arg.phys):
		return expr{sql: c.fn("avg", arg.sql), phys: physFloat8}
	case c.result.OID == types.IntervalOID:
		return expr{sql: "interval_div(" + c.sumInterval() + ", CAST(nullif(" + c.fn("count", arg.sql) + ", 0) AS DOUBLE))", phys: physInterval}
	case isInteger(arg.phys), isDecimal(arg.phys):
		sum := castSQL(c.fn("sum", arg.sql), physText)
		return expr{sql: "num_avg(" + sum + ", " + c.fn("count", arg.sql) + ")", phys: physText}
	}
	return expr{sql: "num_avg(" + c.sumText() + ", " + c.fn("count", arg.sql) + ")", phys: physText}
}

// extreme is min and max: by the value where DuckDB orders it as PostgreSQL
// does, else by its key.
func (c *call) extreme(name string) expr {
	arg, typ := c.args[0], c.argTypes[0]
	requireOrder(c.t, typ)
	c.order, c.distinct = "", false
	key := sortKey(c.t, arg, typ)
	if key.sql == arg.sql {
		return expr{sql: c.fn(name, arg.sql), phys: arg.phys}
	}
	return expr{sql: c.fn("arg_"+name, arg.sql, key.sql), phys: arg.phys}
}

func aggString(c *call) expr {
	arg := c.args[0]
	if arg.phys.Kind == types.KindBytes && c.over == "" {
		if text, ok := constText(c.argExprs[1]); ok {
			digits := quoteText(strings.ToUpper(strings.TrimPrefix(text, `\x`)))
			return expr{sql: "unhex(" + c.fn("string_agg", "hex("+arg.sql+")", digits) + ")", phys: physBytes}
		}
	}
	if arg.phys.Kind != types.KindText {
		unsupported("aggregate %s is not supported", callSignature(c.name, c.argTypes))
	}
	if c.over == "" {
		if text, ok := constText(c.argExprs[1]); ok {
			return expr{sql: c.fn("string_agg", arg.sql, quoteText(text)), phys: physText}
		}
	}
	if c.distinct {
		unsupported("string_agg(DISTINCT …) with a delimiter that is not a literal is not supported")
	}
	pair := "{'d': " + c.args[1].sql + ", 'v': " + arg.sql + "}"
	return expr{sql: c.t.opts.Shim + ".pg.join_pairs(" + c.fn("list", pair) + ")", phys: physText}
}

func aggArray(c *call) expr {
	arg := c.args[0]
	if arg.phys.Kind == types.KindList {
		unsupported("array_agg of arrays is not supported")
	}
	return expr{sql: c.fn("list", arg.sql), phys: physList(arg.phys)}
}

// spread is the family of variance and stddev: exact for integers and
// numerics, whose result is numeric.
func (c *call) spread(engineName string, sample, root bool) expr {
	arg := c.args[0]
	if isFloat(arg.phys) { // the engine refuses what is not finite; here that makes a NaN
		least := "0"
		if sample {
			least = "1"
		}
		finite := c.fn(engineName, "CASE WHEN isfinite("+arg.sql+") THEN "+arg.sql+" END")
		return expr{sql: sprintf("(CASE WHEN %s AND %s > %s THEN CAST('NaN' AS DOUBLE) ELSE %s END)",
			c.fn("bool_or", "NOT isfinite("+arg.sql+")"), c.fn("count", arg.sql), least, finite), phys: physFloat8}
	}
	var value string
	switch {
	case isInteger(arg.phys):
		value = castSQL(arg.sql, physDecimal(38, 0))
	case isDecimal(arg.phys):
		value = castSQL(arg.sql, physDecimal(38, int(arg.phys.Scale)))
	default:
		value = "num_d18(" + arg.sql + ")"
	}
	list := c.fn("list", castSQL(value, physText))
	if arg.phys.Kind == types.KindText {
		list = c.fn("list", arg.sql)
	}
	return expr{sql: "num_spread(" + list + ", " + strconv.FormatBool(sample) + ", " + strconv.FormatBool(root) + ")", phys: physText}
}
