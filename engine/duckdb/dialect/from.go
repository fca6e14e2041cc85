package dialect

import (
	"strings"

	"culvert/engine"
	"culvert/engine/query"
	"culvert/sql/types"
)

func (t *translator) fromItem(item query.FromItem) string {
	switch item := item.(type) {
	case *query.RangeEntry:
		return t.rangeEntry(item)
	case *query.Join:
		return t.join(item)
	}
	unsupported("this item of FROM is not supported")
	return ""
}

func (t *translator) join(j *query.Join) string {
	left, right := t.fromItem(j.Left), t.fromItem(j.Right)
	if _, nested := j.Right.(*query.Join); nested {
		right = "(" + right + ")"
	}
	if j.Kind == query.CrossJoin {
		return left + " CROSS JOIN " + right
	}
	word := [...]string{query.InnerJoin: " JOIN ", query.LeftJoin: " LEFT JOIN ", query.RightJoin: " RIGHT JOIN ", query.FullJoin: " FULL JOIN "}[j.Kind]
	on := "TRUE"
	if j.On != nil {
		on = t.expr(j.On).sql
	}
	return left + word + right + " ON " + on
}

func (t *translator) rangeEntry(e *query.RangeEntry) string {
	rel := &relation{}
	var sql string
	switch {
	case e.Table != nil:
		sql = t.tableName(e.Table)
		for _, c := range e.Table.Physical {
			rel.cols = append(rel.cols, physColumn{quoteName(c.Name), c.Phys})
		}
	case e.Query != nil:
		body := t.query(e.Query, inner)
		rel.cols = columnsOf(body.cols)
		sql = lateral(e) + "(" + body.sql + ")"
	case e.CTE != nil:
		cte, ok := t.ctes[e.CTE]
		if !ok {
			unsupported("WITH query \"%s\" is used before it is defined", e.CTE.Name)
		}
		sql, rel.cols = cte.alias, cte.cols
	case e.Func != nil:
		body := t.funcScan(e.Func)
		rel.cols = columnsOf(body.cols)
		sql = lateral(e) + "(" + body.sql + ")"
	}
	rel.alias = t.alias("t")
	t.entries[e] = rel
	return sql + " AS " + rel.alias
}

func lateral(e *query.RangeEntry) string {
	if e.Lateral {
		return "LATERAL "
	}
	return ""
}

func (t *translator) tableName(table *query.Table) string {
	t.reads = true
	if table.Relation == "" {
		name, ok := t.tables[table.Object]
		if !ok {
			unsupported("object %s has no physical table", table.Object)
		}
		if name.Schema == engine.SchemaStage {
			return "temp.main." + quoteName(name.Name)
		}
		return t.opts.Data + "." + quoteName(name.Schema) + "." + quoteName(name.Name)
	}
	schema, name, _ := strings.Cut(table.Relation, ".")
	switch schema {
	case "live":
		return quoteName("live_"+name) + "()"
	case "static":
		return t.opts.Shim + ".static." + quoteName(name)
	}
	return t.opts.Data + "." + quoteName(schema) + "." + quoteName(name)
}

// setResult is what a set-returning function gives: a list with an element per
// row. With several fields the elements are structs with fields f1 to fn.
type setResult struct {
	list   string
	fields []types.Physical
}

// funcScan prints functions in FROM: each list is unnested, side by side, and
// shorter ones are padded with NULL, as PostgreSQL pads them.
func (t *translator) funcScan(f *query.FuncScan) printed {
	var items []string
	var out printed
	var lists []string
	add := func(sql string, phys types.Physical) {
		out.cols = append(out.cols, phys)
		items = append(items, sql+" AS "+columnName(len(out.cols)-1))
	}
	if p, ok := longSeries(t, f); ok {
		return p
	}
	for _, e := range f.Funcs {
		set := t.setOf(e)
		lists = append(lists, set.list)
		if len(set.fields) == 1 {
			add("unnest("+set.list+")", set.fields[0])
			continue
		}
		for i, phys := range set.fields {
			v := t.lambda()
			add(sprintf("unnest(list_transform(%s, lambda %s: %s.f%d))", set.list, v, v, i+1), phys)
		}
	}
	if f.Ordinality {
		n := joinSQL(lists, ", ", func(l string) string { return "len(" + l + ")" })
		add("unnest(generate_series(1, greatest("+n+")))", physInt8)
	}
	out.sql = "SELECT " + strings.Join(items, ", ")
	return out
}

// longSeries prints generate_series over literals as the engine's table
// function, which makes no list of all the numbers.
func longSeries(t *translator, f *query.FuncScan) (printed, bool) {
	if len(f.Funcs) != 1 || f.Ordinality {
		return printed{}, false
	}
	call, ok := f.Funcs[0].(*query.Func)
	if !ok || call.Name != "generate_series" || !isInteger(physOf(call.T)) {
		return printed{}, false
	}
	args := make([]string, len(call.Args))
	for i, arg := range call.Args {
		if args[i], ok = constInt(arg); !ok {
			return printed{}, false
		}
	}
	if len(args) == 3 && strings.Trim(args[2], "-0") == "" {
		return printed{}, false
	}
	phys := physOf(call.T)
	sql := "SELECT " + castSQL("generate_series", phys) + " AS c1 FROM generate_series(" + joinSQL(args, ", ", func(a string) string { return "CAST(" + a + " AS BIGINT)" }) + ")"
	return printed{sql: sql, cols: []types.Physical{phys}}, true
}

// setOf gives the rows of a function in FROM.
func (t *translator) setOf(e query.Expr) setResult {
	f, ok := e.(*query.Func)
	if !ok || !f.Set {
		if ok && t.known.sets[f.Name] != nil {
			return t.known.sets[f.Name](t, f)
		}
		if ok && len(f.Outs) > 0 {
			unsupported("function %s in FROM is not supported", signature(f))
		}
		v := t.expr(e)
		return setResult{list: "[" + v.sql + "]", fields: []types.Physical{v.phys}}
	}
	build, ok := t.known.sets[f.Name]
	if !ok {
		unsupported("function %s is not supported", signature(f))
	}
	return build(t, f)
}
