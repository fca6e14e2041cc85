package dialect

import (
	"culvert/engine/query"
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
