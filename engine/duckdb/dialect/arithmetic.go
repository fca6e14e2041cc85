package dialect

import (
	"strings"

	"culvert/sql/types"
)

// printArithmetic prints operators over numbers, dates and times.
func printArithmetic(t *translator, x operation) expr {
	l, r := x.op.Left.OID, x.op.Right.OID
	switch {
	case l == types.NumericOID && r == types.NumericOID:
		return numericOp(t, x)
	case isInteger(x.left.phys) && isInteger(x.right.phys):
		return integerOp(t, x)
	case isFloat(x.left.phys) && isFloat(x.right.phys):
		return floatOp(t, x)
	case isTemporal(l) || isTemporal(r):
		return temporalOp(t, x)
	}
	return noOperator(t, x)
}

func integerOp(t *translator, x operation) expr {
	phys := physOf(x.op.Result)
	l, r := convertForm(t, x.left, phys).sql, convertForm(t, x.right, phys).sql
	switch x.op.Name {
	case "+", "-", "*", "&", "|":
		return expr{sql: "(" + l + " " + x.op.Name + " " + r + ")", phys: phys}
	case "/", "%":
		name, word := "int_div", "//"
		if x.op.Name == "%" {
			name, word = "int_mod", "%"
		}
		if text, ok := literal(x); ok && strings.Trim(text, "0") != "" && text != "-1" {
			return expr{sql: "(" + l + " " + word + " " + r + ")", phys: phys}
		}
		return expr{sql: castSQL(name+"("+l+", "+r+")", phys), phys: phys}
	case "#":
		return expr{sql: "xor(" + l + ", " + r + ")", phys: phys}
	case "<<", ">>":
		name := map[string]string{"<<": "int_shl", ">>": "int_shr"}[x.op.Name]
		bits := map[types.Kind]string{types.KindInt16: "16", types.KindInt32: "32", types.KindInt64: "64"}[phys.Kind]
		return expr{sql: castSQL(name+"("+l+", "+x.right.sql+", "+bits+")", phys), phys: phys}
	}
	return noOperator(t, x)
}

func literal(x operation) (string, bool) {
	if x.rightExpr == nil {
		return "", false
	}
	return constInt(x.rightExpr)
}

func floatOp(t *translator, x operation) expr {
	// Doubles hold enough digits that rounding their result to a float gives
	// what arithmetic on floats gives.
	names := map[string]string{"+": "float8_add", "-": "float8_sub", "*": "float8_mul", "/": "float8_div", "^": "float8_pow"}
	name, ok := names[x.op.Name]
	if !ok {
		return noOperator(t, x)
	}
	if x.op.Name == "^" {
		name = t.opts.Shim + ".pg.pow8"
	}
	out := expr{sql: name + "(" + convertForm(t, x.left, physFloat8).sql + ", " + convertForm(t, x.right, physFloat8).sql + ")", phys: physFloat8}
	return convertForm(t, out, physOf(x.op.Result))
}

var numericNatives = map[string]string{"+": "num_add", "-": "num_sub", "*": "num_mul", "/": "num_div", "%": "num_mod", "^": "num_power"}

// numericOp computes on decimals where the exact result is one, else by the
// native functions on text.
func numericOp(t *translator, x operation) expr {
	l, r := x.left, x.right
	if isDecimal(l.phys) && isDecimal(r.phys) {
		lw, ls, rw, rs := int(l.phys.Width), int(l.phys.Scale), int(r.phys.Width), int(r.phys.Scale)
		var width, scale int
		switch x.op.Name {
		case "+", "-":
			scale = max(ls, rs)
			width = max(lw-ls, rw-rs) + scale + 1
		case "*":
			width, scale = lw+rw, ls+rs
		}
		if width > 0 && width <= types.MaxDecimalWidth {
			return expr{sql: "(" + l.sql + " " + x.op.Name + " " + r.sql + ")", phys: physDecimal(width, scale)}
		}
	}
	name, ok := numericNatives[x.op.Name]
	if !ok {
		return noOperator(t, x)
	}
	return expr{sql: name + "(" + convertForm(t, l, physText).sql + ", " + convertForm(t, r, physText).sql + ")", phys: physText}
}

func isTemporal(oid types.OID) bool {
	switch oid {
	case types.DateOID, types.TimeOID, types.TimetzOID, types.TimestampOID, types.TimestamptzOID, types.IntervalOID:
		return true
	}
	return false
}

// timetzOp prints timetz + interval and timetz - interval, which go round the
// clock.
func timetzOp(t *translator, x operation) expr {
	clock, span := x.left, x.right
	if x.op.Right.OID == types.TimetzOID {
		clock, span = x.right, x.left
	}
	sign := ""
	switch {
	case x.op.Name == "-" && x.op.Right.OID == types.IntervalOID:
		sign = "-"
	case x.op.Name != "+" || x.op.Left.OID != types.IntervalOID && x.op.Right.OID != types.IntervalOID:
		return noOperator(t, x)
	}
	return expr{sql: "timetz_add(" + clock.sql + ", " + sign + "interval_field(" + span.sql + ", 'micros'))", phys: physText}
}

// temporalOp prints + and - over dates and times, and * and / over intervals.
func temporalOp(t *translator, x operation) expr {
	l, r, phys := x.op.Left.OID, x.op.Right.OID, physOf(x.op.Result)
	if l == types.TimetzOID || r == types.TimetzOID {
		return timetzOp(t, x)
	}
	plain := expr{sql: "(" + x.left.sql + " " + x.op.Name + " " + x.right.sql + ")", phys: phys}
	switch x.op.Name {
	case "*":
		if l == types.IntervalOID {
			return expr{sql: "interval_mul(" + x.left.sql + ", " + x.right.sql + ")", phys: phys}
		}
		return expr{sql: "interval_mul(" + x.right.sql + ", " + x.left.sql + ")", phys: phys}
	case "/":
		return expr{sql: "interval_div(" + x.left.sql + ", " + x.right.sql + ")", phys: phys}
	case "+":
		if l == types.IntervalOID && r == types.IntervalOID {
			return expr{sql: "interval_add(" + x.left.sql + ", " + x.right.sql + ", 1)", phys: phys}
		}
		if e, ok := addDays(t, x, phys); ok {
			return e
		}
		return castPlain(plain)
	case "-":
		switch {
		case l == types.IntervalOID && r == types.IntervalOID:
			return expr{sql: "interval_add(" + x.left.sql + ", " + x.right.sql + ", -1)", phys: phys}
		case l == types.DateOID && r == types.DateOID:
			return castPlain(expr{sql: t.opts.Shim + ".pg.date_minus(" + x.left.sql + ", " + x.right.sql + ")", phys: phys})
		case l == types.TimeOID && r == types.TimeOID:
			return expr{sql: "to_microseconds(epoch_us(" + x.left.sql + ") - epoch_us(" + x.right.sql + "))", phys: phys}
		case (l == types.TimestampOID || l == types.TimestamptzOID) && l == r:
			return expr{sql: t.opts.Shim + ".pg.timestamp_minus(" + x.left.sql + ", " + x.right.sql + ")", phys: phys}
		}
		if e, ok := addDays(t, x, phys); ok {
			return e
		}
		return castPlain(plain)
	}
	return noOperator(t, x)
}

// addDays prints a date plus or minus days: the engine's own sum goes round where
// it overflows.
func addDays(t *translator, x operation, phys types.Physical) (expr, bool) {
	date, days := x.left, x.right
	if x.op.Right.OID == types.DateOID {
		date, days = x.right, x.left
	}
	if date.phys.Kind != types.KindDate || !isInteger(days.phys) || phys.Kind != types.KindDate {
		return expr{}, false
	}
	sign := ""
	if x.op.Name == "-" {
		sign = "-"
	}
	return expr{sql: t.opts.Shim + ".pg.date_plus(" + date.sql + ", " + sign + "CAST(" + days.sql + " AS BIGINT))", phys: phys}, true
}

func castPlain(e expr) expr { return expr{sql: castSQL(e.sql, e.phys), phys: e.phys} }
