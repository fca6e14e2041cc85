package analyze

import (
	"slices"

	pg_query "github.com/pganalyze/pg_query_go/v6"

	"culvert/engine/query"
	"culvert/sql/pgerr"
)

// aliasExcluded is the name of the proposed row in ON CONFLICT DO UPDATE.
const aliasExcluded = "excluded"

// conflict is transformOnConflictClause and transformOnConflictArbiter.
func (w *write) conflict(s *scope, clause *pg_query.OnConflictClause) {
	if clause == nil {
		return
	}
	update := clause.Action == pg_query.OnConflictAction_ONCONFLICT_UPDATE
	if update && clause.Infer == nil {
		s.env.failAt(int(clause.Location), pgerr.New(pgerr.SyntaxError, "ON CONFLICT DO UPDATE requires inference specification or constraint name").
			WithHint("For example, ON CONFLICT (column_name)."))
	}
	w.Conflict = &query.Conflict{Keys: w.arbiters(s, clause.Infer)}
	if update {
		w.Conflict.Update = w.merge(s, clause)
	}
}

// arbiters finds the keys that ON CONFLICT names; nil: all.
func (w *write) arbiters(s *scope, infer *pg_query.InferClause) []int {
	if infer == nil {
		return nil
	}
	keys := w.rel.Own.Keys
	if infer.Conname != "" {
		i := slices.IndexFunc(keys, func(k OwnKey) bool { return k.Name == infer.Conname })
		if i < 0 {
			fail(pgerr.New(pgerr.UndefinedObject, "constraint \"%s\" for table \"%s\" does not exist", infer.Conname, w.rel.Name))
		}
		return []int{i}
	}
	columns := map[int]bool{}
	for _, n := range infer.IndexElems {
		elem := n.GetIndexElem()
		if elem.Name == "" {
			s.env.failAt(int(infer.Location), pgerr.New(pgerr.FeatureNotSupported, "expressions in ON CONFLICT are not supported"))
		}
		i := slices.IndexFunc(w.rel.Columns, func(c RelColumn) bool { return c.Name == elem.Name })
		if i < 0 {
			s.missingColumn("", elem.Name, int(infer.Location))
		}
		columns[i] = true
	}
	var found []int
	for i, k := range keys {
		if len(k.Columns) == len(columns) && !slices.ContainsFunc(k.Columns, func(c int) bool { return !columns[c] }) {
			found = append(found, i)
		}
	}
	if found == nil {
		fail(pgerr.New(pgerr.InvalidColumnReference, "there is no unique or exclusion constraint matching the ON CONFLICT specification"))
	}
	return found
}

// merge makes the query of DO UPDATE: the proposed rows, each with the row of
// the table that it conflicts with, if there is one.
func (w *write) merge(from *scope, clause *pg_query.OnConflictClause) *query.Query {
	v := from.env
	s := newScope(v, nil)
	s.query, s.ctes = &query.Query{CTEs: from.query.CTEs}, from.ctes
	old := tableEntry(w.entry.Alias, w.rel, w.rel.Table.Object, w.rel.Table.Physical)
	proposed := stagedEntry(aliasExcluded, w.rel, query.ProposedObject)
	target := w.targetItem(s, old, nil)
	excluded := w.targetItem(s, proposed, nil)
	excluded.rel = nil
	s.checkConflicts([]*item{target}, []*item{excluded})
	s.items = []*item{target, excluded}
	values := make([]query.Expr, len(w.rel.Columns))
	for i := range values {
		values[i] = w.column(old, i)
	}
	w.assignments(s, clause.TargetList, values, func(i int) query.Expr { return defaultOf(v, w.rel, i) })
	where := transformWhere(s, clause.WhereClause, clauseWhere, "WHERE")
	var on []query.Expr
	for _, i := range w.rel.Own.Keys[w.Conflict.Keys[0]].Columns {
		on = append(on, makeOp(s, []string{"="}, w.column(proposed, i), w.column(old, i), -1))
	}
	s.query.From = []query.FromItem{&query.Join{Kind: query.LeftJoin, Left: proposed, Right: old, On: allOf(on)}}
	isNew := func() query.Expr { return &query.NullTest{Arg: rowID(w.rel, old)} }
	for i, e := range values {
		if e != nil {
			values[i] = &query.Case{T: w.rel.Columns[i].Type, Whens: []query.When{{Cond: isNew(), Result: w.column(proposed, i)}}, Else: e}
		}
	}
	if where != nil {
		s.query.Where = &query.BoolExpr{Kind: query.Or, Args: []query.Expr{isNew(), where}}
	}
	return w.setRows(s, s.query, values, rowID(w.rel, old))
}

// allOf is the conjunction of conditions.
func allOf(list []query.Expr) query.Expr {
	if len(list) == 1 {
		return list[0]
	}
	return &query.BoolExpr{Kind: query.And, Args: list}
}
