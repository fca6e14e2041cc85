package analyze

import (
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"culvert/engine/query"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// insert is an INSERT under construction.
type insert struct {
	*write
	s          *scope
	overriding pg_query.OverridingKind
	cols       []int // the columns that are given, in order
	locs       []int // where each is named
	named      bool
}

// transformInsert is transformInsertStmt.
func transformInsert(s *scope, stmt *pg_query.InsertStmt) *write {
	s.query = &query.Query{CTEs: s.inherited()}
	if stmt.WithClause != nil {
		transformWith(s, stmt.WithClause)
	}
	w := newWrite(s, query.Insert, stmt.Relation)
	in := &insert{write: w, s: s, overriding: stmt.Override}
	in.columns(stmt.Cols)
	w.Rows = w.setRows(s, s.query, in.complete(in.source(stmt.SelectStmt)), &query.Const{T: rowIDType, Null: true})
	w.conflict(s, stmt.OnConflictClause)
	w.returning(s, stmt.ReturningList, nil, stmt.Relation.Alias)
	return w
}

// columns is checkInsertTargets.
func (in *insert) columns(list []*pg_query.Node) {
	if len(list) == 0 {
		for i := range in.rel.Columns {
			in.cols, in.locs = append(in.cols, i), append(in.locs, -1)
		}
		return
	}
	in.named = true
	for _, n := range list {
		res := n.GetResTarget()
		col := in.targetColumn(in.s, res)
		for _, before := range in.cols {
			if before == col {
				in.s.env.failAt(int(res.Location), pgerr.New(pgerr.DuplicateColumn, "column \"%s\" specified more than once", res.Name))
			}
		}
		in.cols, in.locs = append(in.cols, col), append(in.locs, int(res.Location))
	}
}

// source gives a value for each of the columns that are given, nil for DEFAULT,
// and puts where they come from into the query.
func (in *insert) source(n *pg_query.Node) []query.Expr {
	sel := n.GetSelectStmt()
	switch {
	case sel == nil:
		return nil
	case !plainValues(sel):
		return in.fromSelect(sel)
	case len(sel.ValuesLists) == 1:
		return in.row(sel.ValuesLists[0].GetList().GetItems())
	}
	return in.fromValues(sel)
}

// plainValues tells whether a query is VALUES and nothing else.
func plainValues(sel *pg_query.SelectStmt) bool {
	return len(sel.ValuesLists) > 0 && len(sel.SortClause) == 0 && sel.LimitCount == nil && sel.LimitOffset == nil &&
		len(sel.LockingClause) == 0 && sel.WithClause == nil
}

// row transforms a row of VALUES, in which DEFAULT stands for itself.
func (in *insert) row(items []*pg_query.Node) []query.Expr {
	var out []query.Expr
	var defaults []bool
	for _, n := range items {
		if n.GetSetToDefault() != nil {
			out, defaults = append(out, nil), append(defaults, true)
			continue
		}
		for _, e := range transformListIn(in.s, clauseValues, n) {
			out, defaults = append(out, e), append(defaults, false)
		}
	}
	locs := make([]int, len(out))
	for i, e := range out {
		if locs[i] = in.s.env.at(e); defaults[i] {
			locs[i] = rawLoc(items[min(i, len(items)-1)])
		}
	}
	return in.assignAll(out, locs)
}

func transformListIn(s *scope, c clause, n *pg_query.Node) []query.Expr {
	return in(s, c, func() []query.Expr { return transformList(s, []*pg_query.Node{n}) })
}

// assignAll is transformInsertRow.
func (in *insert) assignAll(row []query.Expr, locs []int) []query.Expr {
	v := in.s.env
	if len(row) > len(in.cols) {
		v.failAt(locs[len(in.cols)], pgerr.New(pgerr.SyntaxError, "INSERT has more expressions than target columns"))
	}
	if in.named && len(row) < len(in.cols) {
		v.failAt(in.locs[len(row)], pgerr.New(pgerr.SyntaxError, "INSERT has more target columns than expressions"))
	}
	for i, e := range row {
		if e != nil {
			row[i] = assign(in.s, in.rel, in.cols[i], e)
		}
	}
	return row
}

// fromValues reads several rows of VALUES.
func (in *insert) fromValues(sel *pg_query.SelectStmt) []query.Expr {
	v := in.s.env
	rows := make([][]query.Expr, len(sel.ValuesLists))
	given := []bool{} // by column: some row has more than DEFAULT
	for r, n := range sel.ValuesLists {
		items := n.GetList().GetItems()
		rows[r] = in.row(items)
		if len(rows[r]) != len(rows[0]) {
			v.failAt(rawLoc(items[0]), pgerr.New(pgerr.SyntaxError, "VALUES lists must all be the same length"))
		}
		for i, e := range rows[r] {
			if r == 0 {
				given = append(given, false)
			}
			given[i] = given[i] || e != nil
		}
	}
	values := &query.Query{Values: rows}
	for i := range rows[0] {
		values.Columns = append(values.Columns, in.write.Columns[in.cols[i]])
		for r := range rows {
			if rows[r][i] == nil {
				rows[r][i] = in.filler(in.cols[i], given[i])
			}
		}
	}
	out := in.from("*VALUES*", values)
	for i := range out {
		if !given[i] {
			out[i] = nil
		}
	}
	return out
}

// filler stands for DEFAULT in a row of VALUES; given: other rows have a value.
func (in *insert) filler(col int, given bool) query.Expr {
	null := &query.Const{T: in.rel.Columns[col].Type, Null: true}
	if !given {
		return null
	}
	in.refuse(col)
	if e := defaultOf(in.s.env, in.rel, col); e != nil {
		return e
	}
	return null
}

// refuse fails for a value of a column that must not be given one.
func (in *insert) refuse(col int) {
	own := in.rel.Own.Columns[col]
	if own.Generated == "" && in.overriding != pg_query.OverridingKind_OVERRIDING_NOT_SET {
		return
	}
	in.refuseGenerated(col, "cannot insert a non-DEFAULT value into column \"%s\"")
}

// from puts a query into FROM, and gives its columns.
func (in *insert) from(alias string, q *query.Query) []query.Expr {
	entry := &query.RangeEntry{Alias: alias, Query: q, Columns: q.Columns}
	in.s.env.owner[entry] = in.s
	in.s.query.From = []query.FromItem{entry}
	out := make([]query.Expr, len(q.Columns))
	for i, c := range q.Columns {
		out[i] = &query.Var{T: c.Type, Entry: entry, Col: i}
	}
	return out
}

// fromSelect reads a query, whose untyped literals take the columns' types.
func (in *insert) fromSelect(sel *pg_query.SelectStmt) []query.Expr {
	v := in.s.env
	sub := newScope(v, in.s)
	sub.fixUnknown = false
	q := transformSelect(sub, sel, false)
	locs := make([]int, len(q.Columns))
	for i := range q.Columns {
		locs[i] = -1
		if q.Targets == nil {
			continue
		}
		e := q.Targets[i].Expr
		locs[i] = v.at(e)
		if e.Type().OID == types.UnknownOID && i < len(in.cols) {
			if q.Distinct || len(q.OrderBy) > 0 {
				e = settled(sub, e)
			} else {
				e = assign(in.s, in.rel, in.cols[i], e)
			}
			q.Targets[i].Expr, q.Columns[i].Type = e, e.Type()
		}
	}
	out := in.from("*SELECT*", q)
	for i, e := range out {
		mark(v, e, locs[i])
	}
	return in.assignAll(out, locs)
}

// complete gives the values of all columns: those that are given, else defaults.
func (in *insert) complete(given []query.Expr) []query.Expr {
	out := make([]query.Expr, len(in.rel.Columns))
	for i, e := range given {
		col := in.cols[i]
		if e == nil {
			continue
		}
		in.refuse(col)
		if in.rel.Own.Columns[col].Identity == 0 || in.overriding != pg_query.OverridingKind_OVERRIDING_USER_VALUE {
			out[col] = e
		}
	}
	for col := range out {
		if out[col] == nil {
			out[col] = defaultOf(in.s.env, in.rel, col)
		}
	}
	return out
}
