package analyze

import (
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"culvert/engine/query"
	"culvert/sql/pgerr"
)

// transformFrom is transformFromClause.
func transformFrom(s *scope, list []*pg_query.Node) {
	for _, n := range list {
		f, items := fromItem(s, n)
		s.checkConflicts(s.items, items)
		setLateral(items, true, true)
		s.items = append(s.items, items...)
		s.query.From = append(s.query.From, f)
	}
	setLateral(s.items, false, true)
}

// fromItem is transformFromClauseItem: the item and what names can refer to.
func fromItem(s *scope, n *pg_query.Node) (query.FromItem, []*item) {
	defer s.env.enter()()
	switch n := n.GetNode().(type) {
	case *pg_query.Node_RangeVar:
		return single(s, transformRangeVar(s, n.RangeVar))
	case *pg_query.Node_RangeSubselect:
		return single(s, transformRangeSubselect(s, n.RangeSubselect))
	case *pg_query.Node_RangeFunction:
		return single(s, transformRangeFunction(s, n.RangeFunction))
	case *pg_query.Node_JoinExpr:
		return transformJoin(s, n.JoinExpr)
	case *pg_query.Node_RangeTableSample:
		s.env.failAt(int(n.RangeTableSample.Location), pgerr.New(pgerr.FeatureNotSupported, "TABLESAMPLE is not supported"))
	case *pg_query.Node_RangeTableFunc:
		s.env.failAt(int(n.RangeTableFunc.Location), pgerr.New(pgerr.FeatureNotSupported, "XMLTABLE is not supported"))
	}
	fail(pgerr.New(pgerr.FeatureNotSupported, "%s is not supported in FROM", kindOf(n)))
	return nil, nil
}

func single(s *scope, it *item) (query.FromItem, []*item) { return it.entry, []*item{it} }

// addEntry makes the item of a range entry whose columns are known.
func (s *scope) addEntry(entry *query.RangeEntry, alias *pg_query.Alias, rel *Relation) *item {
	v := s.env
	it := &item{name: entry.Alias, rel: rel, entry: entry, relVisible: true, colsVisible: true}
	renamed := names(alias.GetColnames())
	if len(renamed) > len(entry.Columns) {
		fail(pgerr.New(pgerr.InvalidColumnReference, "table \"%s\" has %d columns available but %d columns specified",
			entry.Alias, len(entry.Columns), len(renamed)))
	}
	for i, name := range renamed {
		entry.Columns[i].Name = name
	}
	info := &seen{alias: entry.Alias, rel: rel, aliased: alias != nil, item: it}
	for i, c := range entry.Columns {
		it.cols = append(it.cols, column{name: c.Name, expr: &query.Var{T: c.Type, Entry: entry, Col: i}})
		info.names = append(info.names, c.Name)
	}
	if entry.CTE != nil {
		info.cte = entry.CTE.Name
	}
	v.owner[entry] = s
	s.seen = append(s.seen, info)
	return it
}

// transformRangeVar resolves a name in FROM: a CTE or a relation.
func transformRangeVar(s *scope, rv *pg_query.RangeVar) *item {
	v := s.env
	loc := int(rv.Location)
	name := rv.Relname
	alias := name
	if rv.Catalogname != "" {
		full := joinName([]string{rv.Catalogname, rv.Schemaname, name})
		v.checkDatabase(rv.Catalogname, "\""+full+"\"", loc)
	}
	if rv.Alias != nil {
		alias = rv.Alias.Aliasname
	}
	if rv.Schemaname == "" {
		if c := s.findCTE(name); c != nil {
			c.refer(s, loc)
			entry := &query.RangeEntry{Alias: alias, CTE: c.out, Columns: append([]query.Column(nil), c.out.Columns...)}
			return s.addEntry(entry, rv.Alias, nil)
		}
	}
	rel, ok := v.cat.Relation(rv.Schemaname, name)
	if !ok {
		if c := s.futureCTE(name); c != "" && rv.Schemaname == "" {
			v.failAt(loc, pgerr.New(pgerr.UndefinedTable, "relation \"%s\" does not exist", name).
				WithDetail("There is a WITH item named \"%s\", but it cannot be referenced from this part of the query.", name).
				WithHint("Use WITH RECURSIVE, or re-order the WITH items to remove forward references."))
		}
		s.missingTable(rv.Schemaname, name, loc)
	}
	if v.viewDepth == 0 {
		v.relations.add(rel.ID)
	}
	it := s.addEntry(relationEntry(s, rel, alias, loc), rv.Alias, rel)
	if rv.Schemaname == IDSchema && v.viewDepth > 0 { // columns that came later are not seen
		it.cols = it.cols[:len(rv.Alias.GetColnames())]
	}
	v.noting().relation(s, rv, it)
	return it
}

// relationEntry makes the range entry of a relation; a view's is its query.
func relationEntry(s *scope, rel *Relation, alias string, loc int) *query.RangeEntry {
	v := s.env
	entry := &query.RangeEntry{Alias: alias}
	for _, c := range rel.Columns {
		entry.Columns = append(entry.Columns, query.Column{Name: c.Name, Type: c.Type})
	}
	switch {
	case rel.Table != nil:
		entry.Table = rel.Table
		v.objects.add(rel.Table.Object)
	case rel.View != nil:
		entry.Query = viewQuery(v, rel)
	case rel.Kind == 'i':
		v.failAt(loc, pgerr.New(pgerr.WrongObjectType, "\"%s\" is an index", rel.Name))
	default:
		v.failAt(loc, pgerr.New(pgerr.WrongObjectType, "cannot open relation \"%s\"", rel.Name).
			WithDetail("This operation is not supported for this kind of relation."))
	}
	v.origin[entry] = rel
	return entry
}

// viewQuery analyzes the query of a view, whose names mean what they meant
// where the view was made.
func viewQuery(v *env, rel *Relation) *query.Query {
	if v.viewDepth >= maxViewDepth {
		fail(pgerr.New(pgerr.StatementTooComplex, "views are nested too deeply"))
	}
	if v.inlined++; v.inlined > maxInlined {
		fail(pgerr.New(pgerr.StatementTooComplex, "the views of the statement name too many relations"))
	}
	node, err := rel.View.parse()
	if err != nil {
		fail(pgerr.From(err))
	}
	sel := node.GetSelectStmt()
	if sel == nil {
		fail(pgerr.New(pgerr.InternalError, "the stored view \"%s\" is not a query", rel.Name))
	}
	saved := v.cat
	if rel.View.Catalog != nil {
		v.cat = rel.View.Catalog
	}
	v.viewDepth++
	q := transformSelect(newScope(v, nil), sel, true)
	v.viewDepth--
	v.cat = saved
	return conform(v, q, rel)
}

// conform gives the query of a view the columns that the relation declares,
// in case its analysis has other types by now.
func conform(v *env, q *query.Query, rel *Relation) *query.Query {
	if len(q.Columns) != len(rel.Columns) {
		fail(pgerr.New(pgerr.InternalError, "the stored view \"%s\" has %d columns instead of %d", rel.Name, len(q.Columns), len(rel.Columns)))
	}
	want := make([]query.Column, len(rel.Columns))
	same := true
	for i, c := range rel.Columns {
		want[i] = query.Column{Name: c.Name, Type: c.Type}
		same = same && q.Columns[i].Type == c.Type
	}
	if same {
		return q
	}
	s := newScope(v, nil)
	return recast(s, q, want, assignmentCast)
}

// transformRangeSubselect makes the item of a subquery in FROM.
func transformRangeSubselect(s *scope, n *pg_query.RangeSubselect) *item {
	saved, savedClause := s.lateral, s.clause
	s.lateral, s.clause = n.Lateral, clauseFromSubselect
	q := transformSelect(newScope(s.env, s), n.Subquery.GetSelectStmt(), false)
	s.lateral, s.clause = saved, savedClause
	entry := &query.RangeEntry{Query: q, Lateral: n.Lateral, Columns: append([]query.Column(nil), q.Columns...)}
	entry.Alias = n.Alias.GetAliasname()
	it := s.addEntry(entry, n.Alias, nil)
	it.relVisible = n.Alias != nil
	return it
}
