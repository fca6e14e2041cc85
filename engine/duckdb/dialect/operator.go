package dialect

import (
	"strings"

	"culvert/engine/query"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// operation is an operator call while it is printed.
type operation struct {
	op          query.Operator
	leftExpr    query.Expr // nil for a prefix operator
	rightExpr   query.Expr
	left, right expr
}

func printOperator(t *translator, o *query.Op) expr {
	x := operation{op: o.Operator, leftExpr: o.Left, rightExpr: o.Right, right: t.expr(o.Right)}
	if o.Left == nil {
		return printPrefix(t, x)
	}
	x.left = t.expr(o.Left)
	return printBinary(t, x)
}

// applyOperator prints an operator over values that are already printed.
func applyOperator(t *translator, op query.Operator, left, right expr) expr {
	return printBinary(t, operation{op: op, left: left, right: right})
}

func noOperator(t *translator, x operation) expr {
	left := ""
	if x.op.Left.OID != 0 {
		left = x.op.Left.OID.Name() + " "
	}
	unsupported("operator %s%s %s is not supported", left, x.op.Name, x.op.Right.OID.Name())
	return expr{}
}

func printBinary(t *translator, x operation) expr {
	switch x.op.Name {
	case "=", "<>", "<", "<=", ">", ">=":
		if out, ok := compareRecords(t, x); ok {
			return out
		}
		l, r := comparableForms(t, x.left, x.right, x.op, x.op.Name != "=" && x.op.Name != "<>")
		return expr{sql: "(" + l + " " + x.op.Name + " " + r + ")", phys: physBool}
	case "~~", "!~~", "~~*", "!~~*":
		return printLike(t, x)
	case "~", "!~", "~*", "!~*":
		return printMatch(t, x)
	case "~<~", "~<=~", "~>~", "~>=~":
		return expr{sql: "(" + x.left.sql + " " + strings.Trim(x.op.Name, "~") + " " + x.right.sql + ")", phys: physBool}
	case "||":
		return printConcat(t, x)
	case "^@":
		return expr{sql: "starts_with(" + x.left.sql + ", " + x.right.sql + ")", phys: physBool}
	}
	if out, ok := printRange(t, x); ok {
		return out
	}
	if isJSON(x.op.Left.OID) || isJSON(x.op.Right.OID) {
		return jsonOperator(t, x)
	}
	if types.IsArray(x.op.Left.OID) || x.op.Left.OID == types.AnyarrayOID || x.op.Left.OID == types.AnycompatiblearrayOID {
		return arrayOperator(t, x)
	}
	return printArithmetic(t, x)
}

// comparableForms gives both sides of a comparison in forms that DuckDB compares as
// PostgreSQL does.
func comparableForms(t *translator, l, r expr, op query.Operator, ordered bool) (string, string) {
	lt, rt := op.Left, op.Right
	if types.ElemOf(lt.OID) == types.JSONOID {
		what := "an equality operator"
		if ordered {
			what = "a comparison function"
		}
		fail(pgerr.UndefinedFunction, "could not identify %s for type json", what)
	}
	if ordered && !polymorphic(lt.OID) {
		requireOrder(t, lt)
		requireOrder(t, rt)
	}
	switch {
	case lt.OID == types.NumericOID && rt.OID == types.NumericOID:
		if isDecimal(l.phys) && isDecimal(r.phys) && decimalsMeet(l.phys, r.phys) {
			return l.sql, r.sql
		}
		return sortKey(t, convertForm(t, l, physText), lt).sql, sortKey(t, convertForm(t, r, physText), rt).sql
	case lt.OID == types.RecordOID:
		unsupported("comparison of records is not supported")
	case l.phys.Kind == types.KindList && l.phys.Elem != nil && r.phys.Elem != nil && !samePhys(l.phys, r.phys):
		want := unifyTwo(l.phys, r.phys)
		l, r = convertForm(t, l, want), convertForm(t, r, want)
	}
	if l.phys.Kind == types.KindList && (isNumericList(l.phys)) {
		lt, rt = types.T(types.NumericArrayOID), types.T(types.NumericArrayOID)
		if op.Left.OID == types.TextArrayOID {
			lt, rt = op.Left, op.Right
		}
	}
	return sortKey(t, l, lt).sql, sortKey(t, r, rt).sql
}

func isNumericList(p types.Physical) bool { return p.Elem != nil && p.Elem.Kind == types.KindDecimal }

func polymorphic(oid types.OID) bool {
	info, ok := types.Lookup(oid)
	return ok && info.Category == 'P'
}

// decimalsMeet tells whether DuckDB has a decimal that holds both without loss.
func decimalsMeet(a, b types.Physical) bool {
	return max(a.Width-a.Scale, b.Width-b.Scale)+max(a.Scale, b.Scale) <= types.MaxDecimalWidth
}

func printConcat(t *translator, x operation) expr {
	lo := x.op.Left.OID
	switch {
	case lo == types.ByteaOID:
		return expr{sql: "(" + x.left.sql + " || " + x.right.sql + ")", phys: physBytes}
	case lo == types.JSONBOID:
		return expr{sql: "jsonb_concat(" + x.left.sql + ", " + x.right.sql + ")", phys: physText}
	case x.left.phys.Kind == types.KindList || x.right.phys.Kind == types.KindList:
		return arrayConcat(t, x)
	}
	left := convertToText(t, x.left, operandType(t, x.leftExpr, x.op.Left), types.T(types.TextOID))
	right := convertToText(t, x.right, operandType(t, x.rightExpr, x.op.Right), types.T(types.TextOID))
	return expr{sql: "(" + left.sql + " || " + right.sql + ")", phys: physText}
}

// operandType is the type of the operand itself where the operator takes any.
func operandType(t *translator, e query.Expr, declared types.Type) types.Type {
	if e != nil {
		return e.Type()
	}
	return declared
}

func printPrefix(t *translator, x operation) expr {
	phys := x.right.phys
	numericText := x.op.Right.OID == types.NumericOID && phys.Kind == types.KindText
	switch x.op.Name {
	case "-":
		if numericText {
			return expr{sql: "num_neg(" + x.right.sql + ")", phys: phys}
		}
		if isInteger(phys) { // so that the engine names the type that overflows
			return expr{sql: "(" + castSQL("0", phys) + " - " + x.right.sql + ")", phys: phys}
		}
		return expr{sql: "(- " + x.right.sql + ")", phys: phys}
	case "+":
		return x.right
	case "@":
		if numericText {
			return expr{sql: "num_abs(" + x.right.sql + ")", phys: phys}
		}
		return expr{sql: "abs(" + x.right.sql + ")", phys: phys}
	case "~":
		if isInteger(phys) {
			return expr{sql: "(~ " + x.right.sql + ")", phys: phys}
		}
	case "|/":
		return expr{sql: "float8_sqrt(" + x.right.sql + ")", phys: physFloat8}
	case "||/":
		return expr{sql: "cbrt(" + x.right.sql + ")", phys: physFloat8}
	}
	return noOperator(t, x)
}

func isInteger(p types.Physical) bool {
	return p.Kind == types.KindInt16 || p.Kind == types.KindInt32 || p.Kind == types.KindInt64
}

func isFloat(p types.Physical) bool {
	return p.Kind == types.KindFloat32 || p.Kind == types.KindFloat64
}
