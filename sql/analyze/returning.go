package analyze

import (
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"culvert/engine/query"
	"culvert/sql/types"
)

// returning is transformReturningList: a query over the staged rows. items are
// what is in sight, the target first; nil: the target alone. What they have
// besides the target is staged with the rows.
func (w *write) returning(from *scope, list []*pg_query.Node, items []*item, alias *pg_query.Alias) {
	if len(list) == 0 {
		return
	}
	v := from.env
	s := newScope(v, nil)
	s.query = &query.Query{CTEs: from.query.CTEs}
	s.ctes = from.ctes
	name := w.entry.Alias
	w.staged = stagedEntry(name, w.rel, query.StageObject)
	s.items = []*item{w.targetItem(s, w.staged, alias)}
	for i, c := range w.item.cols {
		s.items[0].cols[i].name = c.name
	}
	s.query.From = []query.FromItem{w.staged}
	if w.Conflict != nil && w.Conflict.Update != nil { // known, and out of sight
		s.seen = append(s.seen, &seen{alias: aliasExcluded, rel: w.rel, aliased: true})
	}
	extra := &extras{w: w, first: len(w.staged.Columns)}
	for _, it := range items {
		if it != w.item {
			s.items = append(s.items, extra.item(it))
		}
	}
	targets := in(s, clauseReturning, func() *targetList { return transformTargets(s, list) })
	fixTargets(s, targets)
	for _, t := range targets.items {
		s.query.Targets = append(s.query.Targets, query.Target{Expr: t.expr})
		s.query.Columns = append(s.query.Columns, query.Column{Name: t.name, Type: t.expr.Type()})
	}
	extra.keep(s.query)
	w.Returning = s.query
}

// extras are the columns of FROM or USING that RETURNING may refer to.
type extras struct {
	w     *write
	first int // index of the first of them in the stage
	vars  []*query.Var
}

// item is an item of FROM in whose place the stage's columns stand.
func (x *extras) item(it *item) *item {
	out := *it
	out.cols = nil
	for _, c := range it.cols {
		out.cols = append(out.cols, column{name: c.name, expr: x.staged(c.expr)})
	}
	return &out
}

// staged copies an expression of an item, which refers to the stage instead.
func (x *extras) staged(e query.Expr) query.Expr {
	switch e := e.(type) {
	case *query.Var:
		if e.Entry == x.w.entry {
			return &query.Var{T: e.T, Entry: x.w.staged, Col: e.Col}
		}
		for i, known := range x.vars {
			if known.Entry == e.Entry && known.Col == e.Col {
				return &query.Var{T: e.T, Entry: x.w.staged, Col: x.first + i}
			}
		}
		x.vars = append(x.vars, e)
		return &query.Var{T: e.T, Entry: x.w.staged, Col: x.first + len(x.vars) - 1}
	case *query.Coalesce:
		fresh := *e
		fresh.Args = nil
		for _, arg := range e.Args {
			fresh.Args = append(fresh.Args, x.staged(arg))
		}
		return &fresh
	case *query.Cast:
		fresh := *e
		fresh.Arg = x.staged(e.Arg)
		return &fresh
	}
	return e
}

// keep adds the columns that RETURNING does refer to to the rows and to the stage.
func (x *extras) keep(q *query.Query) {
	if len(x.vars) == 0 {
		return
	}
	places := map[int]int{}
	done := map[*query.Var]bool{}
	walkTree(q, func(e query.Expr) bool {
		v, ok := e.(*query.Var)
		if !ok || v.Entry != x.w.staged || v.Col < x.first || done[v] {
			return true
		}
		done[v] = true
		place, known := places[v.Col]
		if !known {
			place = x.add(x.vars[v.Col-x.first])
			places[v.Col] = place
		}
		v.Col = place
		return true
	})
}

// add stages a column of FROM, and gives its index.
func (x *extras) add(from *query.Var) int {
	rows, staged := x.w.Rows, x.w.staged
	place := len(staged.Columns)
	column := query.Column{Name: attnumName(int16(place + 1)), Type: from.T}
	staged.Columns = append(staged.Columns, column)
	staged.Table.Physical = append(staged.Table.Physical, query.PhysicalColumn{Name: column.Name, Phys: physicalOf(from.T)})
	x.w.stageAlso(rows, column, from)
	return place
}

// stageAlso adds a column of FROM to the rows.
func (w *write) stageAlso(rows *query.Query, c query.Column, from *query.Var) {
	if entry, ok := rows.From[0].(*query.RangeEntry); ok && entry != w.entry && entry.Alias == aliasNew {
		w.stageAlso(entry.Query, c, from)
		entry.Columns = entry.Query.Columns
		from = &query.Var{T: from.T, Entry: entry, Col: len(entry.Columns) - 1}
	}
	rows.Targets = append(rows.Targets, query.Target{Expr: from})
	rows.Columns = append(rows.Columns, c)
}

func physicalOf(t types.Type) types.Physical {
	phys, _ := types.PhysicalOf(t) // whatever has columns has values
	return phys
}
