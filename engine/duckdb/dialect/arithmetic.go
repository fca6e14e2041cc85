package dialect

import (
	"strings"

	"culvert/sql/types"
)

// arithmetic prints operators over numbers, dates and times.
func (t *translator) arithmetic(x operation) expr {
	l, r := x.op.Left.OID, x.op.Right.OID
	switch {
	case l == types.NumericOID && r == types.NumericOID:
		return t.numeric(x)
	case isInteger(x.left.phys) && isInteger(x.right.phys):
		return t.integer(x)
	case isFloat(x.left.phys) && isFloat(x.right.phys):
		return t.float(x)
	case isTemporal(l) || isTemporal(r):
		return t.temporal(x)
	}
	return t.noOperator(x)
}

func (t *translator) integer(x operation) expr {
	phys := physOf(x.op.Result)
	l, r := t.as(x.left, phys).sql, t.as(x.right, phys).sql
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
	return t.noOperator(x)
}

func literal(x operation) (string, bool) {
	if x.rightExpr == nil {
		return "", false
	}
	return constInt(x.rightExpr)
}

func (t *translator) float(x operation) expr {
	// Doubles hold enough digits that rounding their result to a float gives
	// what arithmetic on floats gives.
	names := map[string]string{"+": "float8_add", "-": "float8_sub", "*": "float8_mul", "/": "float8_div", "^": "float8_pow"}
	name, ok := names[x.op.Name]
	if !ok {
		return t.noOperator(x)
	}
	out := expr{sql: name + "(" + t.as(x.left, physFloat8).sql + ", " + t.as(x.right, physFloat8).sql + ")", phys: physFloat8}
	return t.as(out, physOf(x.op.Result))
}

var numericNatives = map[string]string{"+": "num_add", "-": "num_sub", "*": "num_mul", "/": "num_div", "%": "num_mod", "^": "num_power"}

// numeric computes on decimals where the exact result is one, else by the
// native functions on text.
func (t *translator) numeric(x operation) expr {
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
		return t.noOperator(x)
	}
	return expr{sql: name + "(" + t.as(l, physText).sql + ", " + t.as(r, physText).sql + ")", phys: physText}
}

func isTemporal(oid types.OID) bool {
	switch oid {
	case types.DateOID, types.TimeOID, types.TimestampOID, types.TimestamptzOID, types.IntervalOID:
		return true
	}
	return false
}

// temporal prints + and - over dates and times, and * and / over intervals.
func (t *translator) temporal(x operation) expr {
	l, r, phys := x.op.Left.OID, x.op.Right.OID, physOf(x.op.Result)
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
		if l == types.TimeOID || r == types.TimeOID {
			return castPlain(plain)
		}
		return castPlain(plain)
	case "-":
		switch {
		case l == types.DateOID && r == types.DateOID:
			return castPlain(plain)
		case l == types.TimeOID && r == types.TimeOID:
			return expr{sql: "to_microseconds(epoch_us(" + x.left.sql + ") - epoch_us(" + x.right.sql + "))", phys: phys}
		case (l == types.TimestampOID || l == types.TimestamptzOID) && l == r:
			return expr{sql: "timestamp_diff(epoch_us(" + x.left.sql + "), epoch_us(" + x.right.sql + "))", phys: phys}
		}
		return castPlain(plain)
	}
	return t.noOperator(x)
}

func castPlain(e expr) expr { return expr{sql: castSQL(e.sql, e.phys), phys: e.phys} }
