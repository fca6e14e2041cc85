package dialect

import (
	"strconv"

	"culvert/sql/types"
)

var (
	physBool     = types.Physical{Kind: types.KindBool}
	physInt4     = types.Physical{Kind: types.KindInt32}
	physInt8     = types.Physical{Kind: types.KindInt64}
	physFloat8   = types.Physical{Kind: types.KindFloat64}
	physText     = types.Physical{Kind: types.KindText}
	physBytes    = types.Physical{Kind: types.KindBytes}
	physInterval = types.Physical{Kind: types.KindInterval}
)

func physDecimal(width, scale int) types.Physical {
	return types.Physical{Kind: types.KindDecimal, Width: uint8(width), Scale: uint8(scale)}
}

func physList(elem types.Physical) types.Physical {
	return types.Physical{Kind: types.KindList, Elem: &elem}
}

// physOf is types.PhysicalOf for types that a value can have.
func physOf(t types.Type) types.Physical {
	p, ok := types.PhysicalOf(t)
	if !ok {
		unsupported("values of type %s are not supported", t)
	}
	return p
}

// samePhys compares representations in depth.
func samePhys(a, b types.Physical) bool {
	if a.Kind != b.Kind || a.Width != b.Width || a.Scale != b.Scale {
		return false
	}
	if a.Elem == nil || b.Elem == nil {
		return a.Elem == b.Elem
	}
	return samePhys(*a.Elem, *b.Elem)
}

var kindNames = map[types.Kind]string{
	types.KindBool: "BOOLEAN", types.KindInt16: "SMALLINT", types.KindInt32: "INTEGER", types.KindInt64: "BIGINT",
	types.KindInt128: "HUGEINT", types.KindFloat32: "FLOAT", types.KindFloat64: "DOUBLE", types.KindText: "VARCHAR",
	types.KindBytes: "BLOB", types.KindDate: "DATE", types.KindTime: "TIME", types.KindTimestamp: "TIMESTAMP",
	types.KindTimestampTZ: "TIMESTAMPTZ", types.KindInterval: "INTERVAL", types.KindUUID: "UUID",
}

// SQLType is the DuckDB type that holds a representation.
func SQLType(p types.Physical) string {
	switch p.Kind {
	case types.KindDecimal:
		return "DECIMAL(" + strconv.Itoa(int(p.Width)) + "," + strconv.Itoa(int(p.Scale)) + ")"
	case types.KindList:
		return SQLType(*p.Elem) + "[]"
	}
	return kindNames[p.Kind]
}

func isDecimal(p types.Physical) bool { return p.Kind == types.KindDecimal }

// castSQL prints a cast of the engine.
func castSQL(sql string, p types.Physical) string {
	return "CAST(" + sql + " AS " + SQLType(p) + ")"
}

// convertForm converts a value between two representations of the same type: decimal
// and text numerics, integers of different width, and lists of those.
func convertForm(t *translator, e expr, want types.Physical) expr {
	switch {
	case e.null:
		return expr{sql: castSQL("NULL", want), phys: want, null: true}
	case samePhys(e.phys, want):
		return e
	case e.phys.Kind == types.KindList && want.Kind == types.KindList:
		return mapList(t, e, func(v expr) expr { return convertForm(t, v, *want.Elem) })
	}
	if want.Kind == types.KindText {
		e = wholeDigit(e)
	}
	return expr{sql: castSQL(e.sql, want), phys: want}
}

// wholeDigit gives a decimal a digit before its point: without one, DuckDB's
// text of it is .5.
func wholeDigit(e expr) expr {
	if wide := e.phys; isDecimal(wide) && wide.Width == wide.Scale && wide.Width < types.MaxDecimalWidth {
		wide.Width++
		return expr{sql: castSQL(e.sql, wide), phys: wide}
	}
	return e
}

// mapList applies a function to each element of a list.
func mapList(t *translator, e expr, f func(expr) expr) expr {
	v := t.lambda()
	out := f(expr{sql: v, phys: *e.phys.Elem})
	if out.sql == v {
		return expr{sql: e.sql, phys: physList(out.phys)}
	}
	return expr{sql: "list_transform(" + e.sql + ", lambda " + v + ": " + out.sql + ")", phys: physList(out.phys)}
}

// unify finds the representation that all values share without loss of their
// display scale.
func unify(items []expr) (types.Physical, bool) {
	var out types.Physical
	found := false
	for _, e := range items {
		switch {
		case e.null:
		case !found:
			out, found = e.phys, true
		default:
			out = unifyTwo(out, e.phys)
		}
	}
	return out, found
}

func unifyTwo(a, b types.Physical) types.Physical {
	switch {
	case samePhys(a, b):
		return a
	case a.Kind == types.KindList && b.Kind == types.KindList:
		return physList(unifyTwo(*a.Elem, *b.Elem))
	case isDecimal(a) && isDecimal(b) && a.Scale == b.Scale:
		return physDecimal(int(max(a.Width, b.Width)), int(a.Scale))
	case isDecimal(a) || isDecimal(b):
		return physText
	}
	return a
}

// unifyAll converts all items to one representation, by default that of t.
func unifyAll(t *translator, items []expr, typ types.Type) ([]expr, types.Physical) {
	want, ok := unify(items)
	if !ok {
		want = physOf(typ)
	}
	out := make([]expr, len(items))
	for i, e := range items {
		out[i] = convertForm(t, e, want)
	}
	return out, want
}
