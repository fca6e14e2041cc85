package dialect

import (
	"strings"

	"culvert/engine/query"
	"culvert/sql/types"
)

// operation is an operator call while it is printed.
type operation struct {
	op          query.Operator
	leftExpr    query.Expr // nil for a prefix operator
	rightExpr   query.Expr
	left, right expr
}

func (t *translator) operator(o *query.Op) expr {
	x := operation{op: o.Operator, leftExpr: o.Left, rightExpr: o.Right, right: t.expr(o.Right)}
	if o.Left == nil {
		return t.prefix(x)
	}
	x.left = t.expr(o.Left)
	return t.binary(x)
}

// apply prints an operator over values that are already printed.
func (t *translator) apply(op query.Operator, left, right expr) expr {
	return t.binary(operation{op: op, left: left, right: right})
}

func (t *translator) noOperator(x operation) expr {
	left := ""
	if x.op.Left.OID != 0 {
		left = x.op.Left.OID.Name() + " "
	}
	unsupported("operator %s%s %s is not supported", left, x.op.Name, x.op.Right.OID.Name())
	return expr{}
}

func (t *translator) binary(x operation) expr {
	switch x.op.Name {
	case "=", "<>", "<", "<=", ">", ">=":
		l, r := t.comparable(x.left, x.right, x.op, x.op.Name != "=" && x.op.Name != "<>")
		return expr{sql: "(" + l + " " + x.op.Name + " " + r + ")", phys: physBool}
	case "~~", "!~~", "~~*", "!~~*":
		return t.like(x)
	case "~", "!~", "~*", "!~*":
		return t.matches(x)
	case "~<~", "~<=~", "~>~", "~>=~":
		return expr{sql: "(" + x.left.sql + " " + strings.Trim(x.op.Name, "~") + " " + x.right.sql + ")", phys: physBool}
	case "||":
		return t.concat(x)
	case "^@":
		return expr{sql: "starts_with(" + x.left.sql + ", " + x.right.sql + ")", phys: physBool}
	}
	if isJSON(x.op.Left.OID) || isJSON(x.op.Right.OID) {
		return t.jsonOperator(x)
	}
	if types.IsArray(x.op.Left.OID) || x.op.Left.OID == types.AnyarrayOID || x.op.Left.OID == types.AnycompatiblearrayOID {
		return t.arrayOperator(x)
	}
	return t.arithmetic(x)
}

// comparable gives both sides of a comparison in forms that DuckDB compares as
// PostgreSQL does.
func (t *translator) comparable(l, r expr, op query.Operator, ordered bool) (string, string) {
	lt, rt := op.Left, op.Right
	if ordered && !polymorphic(lt.OID) {
		t.requireOrder(lt)
		t.requireOrder(rt)
	}
	switch {
	case lt.OID == types.NumericOID && rt.OID == types.NumericOID:
		if isDecimal(l.phys) && isDecimal(r.phys) && decimalsMeet(l.phys, r.phys) {
			return l.sql, r.sql
		}
		return t.sortKey(t.as(l, physText), lt).sql, t.sortKey(t.as(r, physText), rt).sql
	case lt.OID == types.RecordOID:
		unsupported("comparison of records is not supported")
	case l.phys.Kind == types.KindList && l.phys.Elem != nil && r.phys.Elem != nil && !samePhys(l.phys, r.phys):
		want := unifyTwo(l.phys, r.phys)
		l, r = t.as(l, want), t.as(r, want)
	}
	if l.phys.Kind == types.KindList && (isNumericList(l.phys)) {
		lt, rt = types.T(types.NumericArrayOID), types.T(types.NumericArrayOID)
		if op.Left.OID == types.TextArrayOID {
			lt, rt = op.Left, op.Right
		}
	}
	return t.sortKey(l, lt).sql, t.sortKey(r, rt).sql
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

func (t *translator) concat(x operation) expr {
	lo, ro := x.op.Left.OID, x.op.Right.OID
	switch {
	case lo == types.ByteaOID:
		return expr{sql: "(" + x.left.sql + " || " + x.right.sql + ")", phys: physBytes}
	case lo == types.JSONBOID:
		return expr{sql: "jsonb_concat(" + x.left.sql + ", " + x.right.sql + ")", phys: physText}
	case x.left.phys.Kind == types.KindList || x.right.phys.Kind == types.KindList:
		if lo == types.TextOID || ro == types.TextOID {
			break
		}
		return t.arrayConcat(x)
	}
	left := t.convertToText(x.left, t.operandType(x.leftExpr, x.op.Left), types.T(types.TextOID))
	right := t.convertToText(x.right, t.operandType(x.rightExpr, x.op.Right), types.T(types.TextOID))
	return expr{sql: "(" + left.sql + " || " + right.sql + ")", phys: physText}
}

// operandType is the type of the operand itself where the operator takes any.
func (t *translator) operandType(e query.Expr, declared types.Type) types.Type {
	if e != nil {
		return e.Type()
	}
	return declared
}

func (t *translator) prefix(x operation) expr {
	phys := x.right.phys
	numericText := x.op.Right.OID == types.NumericOID && phys.Kind == types.KindText
	switch x.op.Name {
	case "-":
		if numericText {
			return expr{sql: "num_neg(" + x.right.sql + ")", phys: phys}
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
	return t.noOperator(x)
}

func isInteger(p types.Physical) bool {
	return p.Kind == types.KindInt16 || p.Kind == types.KindInt32 || p.Kind == types.KindInt64
}

func isFloat(p types.Physical) bool {
	return p.Kind == types.KindFloat32 || p.Kind == types.KindFloat64
}
