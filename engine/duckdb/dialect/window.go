package dialect

import (
	"strings"

	"culvert/engine/query"
	"culvert/sql/types"
)

func printWindow(t *translator, w *query.WindowFunc) expr {
	c := &call{t: t, name: w.Name, result: w.T, argExprs: w.Args}
	if w.Filter != nil {
		c.filter = " FILTER (WHERE " + t.expr(w.Filter).sql + ")"
	}
	for _, arg := range w.Args {
		c.args = append(c.args, t.expr(arg))
		c.argTypes = append(c.argTypes, arg.Type())
	}
	c.over = " OVER (" + windowSpec(t, w.Window) + ")"
	if w.IsAgg {
		if w.Star {
			return expr{sql: "count(*)" + c.filter + c.over, phys: physInt8}
		}
		build, ok := t.known.aggregates[w.Name]
		if !ok {
			unsupported("window aggregate %s is not supported", callSignature(w.Name, c.argTypes))
		}
		return build(c)
	}
	if w.IgnoreNulls {
		unsupported("IGNORE NULLS is not supported")
	}
	return c.windowFunction()
}

func (c *call) windowFunction() expr {
	switch c.name {
	case "row_number", "rank", "dense_rank":
		return expr{sql: c.fn(c.name), phys: physInt8}
	case "percent_rank", "cume_dist":
		return expr{sql: c.fn(c.name), phys: physFloat8}
	case "ntile":
		n := c.args[0].sql
		n = "(CASE WHEN " + n + " <= 0 THEN " + raise("22014", "argument of ntile must be greater than zero") + " ELSE " + n + " END)"
		return expr{sql: castSQL(c.fn("ntile", n), physInt4), phys: physInt4}
	case "lag", "lead":
		if len(c.args) == 3 {
			two, phys := unifyAll(c.t, []expr{c.args[0], c.args[2]}, c.result)
			return expr{sql: c.fn(c.name, two[0].sql, c.args[1].sql, two[1].sql), phys: phys}
		}
		fallthrough
	case "first_value", "last_value", "nth_value":
		return expr{sql: c.fn(c.name, sqlOf(c.args)...), phys: c.args[0].phys}
	}
	unsupported("window function %s is not supported", callSignature(c.name, c.argTypes))
	return expr{}
}

func sqlOf(args []expr) []string {
	out := make([]string, len(args))
	for i, a := range args {
		out[i] = a.sql
	}
	return out
}

func windowSpec(t *translator, w *query.Window) string {
	var parts []string
	if len(w.PartitionBy) > 0 {
		parts = append(parts, "PARTITION BY "+joinSQL(w.PartitionBy, ", ", func(e query.Expr) string {
			return groupKey(t, t.expr(e), e.Type()).sql
		}))
	}
	if len(w.OrderBy) > 0 {
		parts = append(parts, windowOrder(t, w))
	}
	if w.Frame != nil {
		parts = append(parts, printFrame(t, w.Frame))
	}
	return strings.Join(parts, " ")
}

// windowOrder prints the keys. RANGE with an offset computes with the key, so
// numerics held as text become decimals there.
func windowOrder(t *translator, w *query.Window) string {
	if f := w.Frame; f != nil && f.Mode == query.FrameRange && (f.StartExpr != nil || f.EndExpr != nil) {
		key := w.OrderBy[0]
		return strings.TrimPrefix(sortClause(t, w.OrderBy, func(e query.Expr) expr {
			k := t.expr(e)
			if key.Expr.Type().OID == types.NumericOID && k.phys.Kind == types.KindText {
				return expr{sql: "num_d18(" + k.sql + ")", phys: physDecimal(38, 18)}
			}
			return k
		}), " ")
	}
	return strings.TrimPrefix(printOrder(t, w.OrderBy), " ")
}

func printFrame(t *translator, f *query.Frame) string {
	mode := [...]string{query.FrameRange: "RANGE", query.FrameRows: "ROWS", query.FrameGroups: "GROUPS"}[f.Mode]
	exclude := [...]string{
		query.ExcludeNone: "", query.ExcludeCurrentRow: " EXCLUDE CURRENT ROW",
		query.ExcludeGroup: " EXCLUDE GROUP", query.ExcludeTies: " EXCLUDE TIES",
	}[f.Exclude]
	return mode + " BETWEEN " + frameBound(t, f.Start, f.StartExpr) + " AND " + frameBound(t, f.End, f.EndExpr) + exclude
}

func frameBound(t *translator, kind query.BoundKind, e query.Expr) string {
	switch kind {
	case query.UnboundedPreceding:
		return "UNBOUNDED PRECEDING"
	case query.CurrentRow:
		return "CURRENT ROW"
	case query.UnboundedFollowing:
		return "UNBOUNDED FOLLOWING"
	}
	offset := t.expr(e)
	if e.Type().OID == types.NumericOID && offset.phys.Kind == types.KindText {
		offset.sql = "num_d18(" + offset.sql + ")"
	}
	if kind == query.OffsetPreceding {
		return offset.sql + " PRECEDING"
	}
	return offset.sql + " FOLLOWING"
}
