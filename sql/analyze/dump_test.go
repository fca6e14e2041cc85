package analyze

import (
	"fmt"
	"strings"

	"culvert/engine/query"
	"culvert/sql/analyze/pgcatalog"
	"culvert/sql/types"
)

// dumper prints a resolved tree, compactly: every cast, with its method, and
// the types of everything.
type dumper struct {
	names map[*query.RangeEntry]string
	b     strings.Builder
}

func dump(q *query.Query) string {
	d := &dumper{names: map[*query.RangeEntry]string{}}
	d.query(q, "")
	return d.b.String()
}

func (d *dumper) line(indent, format string, args ...any) {
	fmt.Fprintf(&d.b, "%s%s\n", indent, fmt.Sprintf(format, args...))
}

func (d *dumper) query(q *query.Query, in string) {
	for _, c := range q.CTEs {
		d.line(in, "with %s recursive=%v", c.Name, c.Recursive)
		d.query(c.Query, in+"  ")
	}
	if q.Set != nil {
		d.line(in, "set %d all=%v", q.Set.Kind, q.Set.All)
		d.query(q.Set.Left, in+"  ")
		d.query(q.Set.Right, in+"  ")
	}
	for _, f := range q.From {
		d.from(f, in)
	}
	for _, row := range q.Values {
		d.line(in, "row %s", d.list(row))
	}
	for i, t := range q.Targets {
		if t.Junk {
			d.line(in, "junk %s", d.expr(t.Expr))
			continue
		}
		d.line(in, "%s = %s", q.Columns[i].Name, d.expr(t.Expr))
	}
	for _, part := range []struct {
		name string
		expr query.Expr
	}{{"where", q.Where}, {"having", q.Having}, {"limit", q.Limit}, {"offset", q.Offset}} {
		if part.expr != nil {
			d.line(in, "%s %s", part.name, d.expr(part.expr))
		}
	}
	if q.Grouped {
		d.line(in, "group %s %v", d.list(q.GroupBy), q.GroupingSets)
	}
	if q.Distinct {
		d.line(in, "distinct %s", d.list(q.DistinctOn))
	}
	if len(q.OrderBy) > 0 {
		d.line(in, "order %s ties=%v", d.keys(q.OrderBy), q.WithTies)
	}
}

func (d *dumper) from(f query.FromItem, in string) {
	switch f := f.(type) {
	case *query.Join:
		on := "true"
		d.line(in, "join %d", f.Kind)
		d.from(f.Left, in+"  ")
		d.from(f.Right, in+"  ")
		if f.On != nil {
			on = d.expr(f.On)
		}
		d.line(in, "  on %s", on)
	case *query.RangeEntry:
		name := fmt.Sprintf("%s#%d", f.Alias, len(d.names)+1)
		d.names[f] = name
		switch {
		case f.Table != nil:
			d.line(in, "table %s %s", name, f.Table.Object)
		case f.CTE != nil:
			d.line(in, "cte %s of %s", name, f.CTE.Name)
		case f.Func != nil:
			d.line(in, "func %s %s ordinality=%v", name, d.list(f.Func.Funcs), f.Func.Ordinality)
		default:
			d.line(in, "query %s lateral=%v", name, f.Lateral)
			d.query(f.Query, in+"  ")
		}
	}
}

func (d *dumper) keys(list []query.SortKey) string {
	var out []string
	for _, k := range list {
		out = append(out, fmt.Sprintf("%s desc=%v nullsfirst=%v", d.expr(k.Expr), k.Desc, k.NullsFirst))
	}
	return strings.Join(out, ", ")
}

func (d *dumper) list(list []query.Expr) string {
	var out []string
	for _, e := range list {
		out = append(out, d.expr(e))
	}
	return "(" + strings.Join(out, ", ") + ")"
}

var castNames = map[query.CastMethod]string{query.CastFunc: "func", query.CastBinary: "binary", query.CastIO: "io",
	query.CastLength: "length", query.CastArray: "array", query.CastUnknown: "unknown"}

func (d *dumper) expr(e query.Expr) string {
	if e == nil {
		return "-"
	}
	switch e := e.(type) {
	case *query.Const:
		if e.Null {
			return "null::" + typeName(e.T)
		}
		return "'" + e.Text + "'::" + typeName(e.T)
	case *query.Param:
		return fmt.Sprintf("$%d::%s", e.Index+1, typeName(e.T))
	case *query.Var:
		return d.names[e.Entry] + "." + e.Entry.Columns[e.Col].Name
	case *query.OutputRef:
		return fmt.Sprintf("output %d", e.Col+1)
	case *query.Func:
		return e.Name + d.list(e.Args) + "::" + typeName(e.T)
	case *query.Op:
		if e.Left == nil {
			return e.Operator.Name + " " + d.expr(e.Right)
		}
		return fmt.Sprintf("(%s %s %s)", d.expr(e.Left), operatorName(e.Operator), d.expr(e.Right))
	case *query.Cast:
		fn := ""
		if e.Func != 0 {
			fn = " " + pgcatalog.Get().Procs[e.Func].Name
		}
		return fmt.Sprintf("cast[%s%s explicit=%v](%s)::%s", castNames[e.Method], fn, e.Explicit, d.expr(e.Arg), typeName(e.T))
	case *query.SubLink:
		return d.subLink(e)
	case *query.Agg:
		return fmt.Sprintf("agg %s%s direct=%s distinct=%v order=[%s]::%s", e.Name, d.list(e.Args), d.list(e.Direct), e.Distinct, d.keys(e.OrderBy), typeName(e.T))
	case *query.WindowFunc:
		return fmt.Sprintf("window %s%s partition=%s order=[%s]::%s", e.Name, d.list(e.Args), d.list(e.Window.PartitionBy), d.keys(e.Window.OrderBy), typeName(e.T))
	}
	name := strings.ToLower(strings.TrimPrefix(fmt.Sprintf("%T", e), "*query."))
	return name + d.list(children(e)) + "::" + typeName(e.Type())
}

func (d *dumper) subLink(e *query.SubLink) string {
	inner := &dumper{names: d.names}
	inner.query(e.Query, "")
	var ops []string
	for _, op := range e.Operators {
		ops = append(ops, operatorName(op))
	}
	return fmt.Sprintf("sublink %d %s %s {%s}::%s", e.Kind, d.list(e.Left), strings.Join(ops, " "),
		strings.ReplaceAll(strings.TrimSpace(inner.b.String()), "\n", "; "), typeName(e.T))
}

func operatorName(op query.Operator) string {
	return op.Name + "[" + pgcatalog.Get().Procs[op.Func].Name + "]"
}

func typeName(t types.Type) string { return strings.ReplaceAll(types.FormatType(t), " ", "_") }
