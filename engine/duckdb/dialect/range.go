package dialect

import (
	"strconv"

	"culvert/engine/query"
	"culvert/sql/types"
)

// Ranges are held as their canonical text, in UTC; native functions look into it.

// rangeElem gives the type of the bounds of a range type as an argument of the
// natives.
func rangeElem(typ types.Type) string { return strconv.Itoa(int(types.RangeElem(typ.OID))) }

// boundText gives a bound as it stands in a range's text.
func boundText(t *translator, e expr, elem types.OID) string {
	if elem == types.TimestamptzOID && !e.null {
		return t.opts.Shim + ".pg.utc_text(" + e.sql + ")"
	}
	return toText(t, e, types.T(elem)).sql
}

// printRange prints an operator over ranges; ok is false when it is none.
func printRange(t *translator, x operation) (out expr, ok bool) {
	l, r := types.RangeElem(x.op.Left.OID), types.RangeElem(x.op.Right.OID)
	switch {
	case l == 0 && r == 0:
		return expr{}, false
	case l != 0 && r == 0 && x.op.Name == "@>":
		return expr{sql: "range_holds(" + rangeElem(x.op.Left) + ", " + x.left.sql + ", " + boundText(t, x.right, l) + ")", phys: physBool}, true
	case l == 0 && r != 0 && x.op.Name == "<@":
		return expr{sql: "range_holds(" + rangeElem(x.op.Right) + ", " + x.right.sql + ", " + boundText(t, x.left, r) + ")", phys: physBool}, true
	case l == 0 || l != r:
		return expr{}, false
	}
	args := "(" + rangeElem(x.op.Left) + ", " + quoteText(x.op.Name) + ", " + x.left.sql + ", " + x.right.sql + ")"
	switch x.op.Name {
	case "@>", "<@", "&&", "<<", ">>", "&<", "&>", "-|-":
		return expr{sql: "range_compare" + args, phys: physBool}, true
	case "+", "-", "*":
		return expr{sql: "range_combine" + args, phys: physText}, true
	}
	return expr{}, false
}

var rangeBuilders = map[string]builder{
	"lower": rangeBound, "upper": rangeBound,
	"isempty": rangeTest, "lower_inc": rangeTest, "upper_inc": rangeTest, "lower_inf": rangeTest, "upper_inf": rangeTest,
	"int4range": makeRange, "int8range": makeRange, "numrange": makeRange, "tsrange": makeRange, "tstzrange": makeRange, "daterange": makeRange,
	"range_merge": func(t *translator, f *query.Func, args []expr) expr {
		if len(args) != 2 {
			unsupported("function %s is not supported", signature(f))
		}
		return expr{sql: "range_combine(" + rangeElem(f.T) + ", 'merge', " + args[0].sql + ", " + args[1].sql + ")", phys: physText}
	},
}

func rangeBound(t *translator, f *query.Func, args []expr) expr {
	elem := types.RangeElem(f.Args[0].Type().OID)
	if elem == 0 {
		unsupported("function %s is not supported", signature(f))
	}
	return fromText(t, expr{sql: "range_part('" + f.Name + "', " + args[0].sql + ")", phys: physText}, types.T(elem))
}

func rangeTest(t *translator, f *query.Func, args []expr) expr {
	if types.RangeElem(f.Args[0].Type().OID) == 0 {
		unsupported("function %s is not supported", signature(f))
	}
	return expr{sql: "range_flag('" + f.Name + "', " + args[0].sql + ")", phys: physBool}
}

func makeRange(t *translator, f *query.Func, args []expr) expr {
	elem := types.RangeElem(f.T.OID)
	flags := "'[)'"
	if len(args) == 3 {
		flags = args[2].sql
	}
	return expr{sql: "range_make(" + rangeElem(f.T) + ", " + boundText(t, args[0], elem) + ", " + boundText(t, args[1], elem) + ", " + flags + ")", phys: physText}
}
