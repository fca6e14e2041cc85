package dialect

import (
	"strings"

	"culvert/engine/query"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// printRow prints ROW(…) as the text of a record.
func printRow(t *translator, r *query.Row) expr {
	items := make([]expr, len(r.Fields))
	for i, f := range r.Fields {
		items[i] = toText(t, t.expr(f), f.Type())
	}
	return expr{sql: "record_out(CAST([" + listSQL(items) + "] AS VARCHAR[]))", phys: physText}
}

func printFieldSelect(t *translator, f *query.FieldSelect) expr {
	if row, ok := f.Arg.(*query.Row); ok && f.Field < len(row.Fields) {
		return t.expr(row.Fields[f.Field])
	}
	unsupported("field \"%s\" of a record is not supported here", f.Name)
	return expr{phys: types.Physical{}}
}

// spreadRows sorts by the fields of a row in its place: records compare field by
// field, and a field that is NULL is the greatest.
func spreadRows(keys []query.SortKey) []query.SortKey {
	var out []query.SortKey
	for _, k := range keys {
		row, ok := k.Expr.(*query.Row)
		if !ok {
			out = append(out, k)
			continue
		}
		fields := make([]query.SortKey, len(row.Fields))
		for i, f := range row.Fields {
			fields[i] = query.SortKey{Expr: f, Desc: k.Desc, NullsFirst: k.Desc}
		}
		out = append(out, spreadRows(fields)...)
	}
	return out
}

// compareRecords prints record_eq and its like over rows whose fields are known:
// unlike ROW(…) = ROW(…), they take NULL for a value. ok is false for other
// operands.
func compareRecords(t *translator, x operation) (out expr, ok bool) {
	l, okL := x.leftExpr.(*query.Row)
	r, okR := x.rightExpr.(*query.Row)
	if !okL || !okR || x.op.Left.OID != types.RecordOID {
		return expr{}, false
	}
	if len(l.Fields) != len(r.Fields) {
		fail(pgerr.DatatypeMismatch, "cannot compare record types with different numbers of columns")
	}
	var same []string
	less := "FALSE"
	for i := len(l.Fields) - 1; i >= 0; i-- {
		typ := l.Fields[i].Type()
		if typ.OID != r.Fields[i].Type().OID {
			fail(pgerr.DatatypeMismatch, "cannot compare dissimilar column types %s and %s at record column %d", typ.OID.Name(), r.Fields[i].Type().OID.Name(), i+1)
		}
		requireOrder(t, typ)
		items, _ := unifyAll(t, []expr{t.expr(l.Fields[i]), t.expr(r.Fields[i])}, typ)
		a, b := sortKey(t, items[0], typ).sql, sortKey(t, items[1], typ).sql
		same = append(same, a+" IS NOT DISTINCT FROM "+b)
		less = sprintf("(CASE WHEN %s IS NOT DISTINCT FROM %s THEN %s WHEN %s IS NULL THEN FALSE WHEN %s IS NULL THEN TRUE ELSE %s < %s END)", a, b, less, a, b, a, b)
	}
	equal := "(" + strings.Join(append(same, "TRUE"), " AND ") + ")"
	sql := map[string]string{
		"=": equal, "<>": "(NOT " + equal + ")", "<": less, ">=": "(NOT " + less + ")",
		"<=": "(" + less + " OR " + equal + ")", ">": "(NOT (" + less + " OR " + equal + "))",
	}[x.op.Name]
	return expr{sql: sql, phys: physBool}, true
}
