package analyze

import (
	"fmt"
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v6"

	"culvert/engine/query"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// Own is what a table that users write is besides its columns.
type Own struct {
	Columns []OwnColumn // as Relation.Columns
	Keys    []OwnKey    // primary and unique keys
	// Catalog resolves the names in stored expressions. There the columns of the
	// table itself are c and the attribute number.
	Catalog Catalog
}

// OwnColumn has the expressions of a column; empty: none.
type OwnColumn struct {
	Default   string
	Generated string
	Identity  byte // as pg_attribute.attidentity
}

// OwnKey is a unique key over columns, by index.
type OwnKey struct {
	Name    string
	Columns []int
}

// Write analyzes an INSERT, UPDATE or DELETE. Analyzed.Write has what it does,
// and Analyzed.Columns are those of RETURNING.
func Write(in Input, cat Catalog) (*Analyzed, error) {
	return analyzeBy(in, cat, nil, func(v *env) *Analyzed {
		w := transformWrite(newScope(v, nil), in.Stmt)
		settleWrite(w.Write)
		out := v.finish(w.returned())
		out.Write = w.Write
		return out
	})
}

// write is a Write under construction.
type write struct {
	*query.Write
	rel *Relation
	// entry is the target in Rows, staged the one in Returning.
	entry, staged *query.RangeEntry
	item          *item
}

// returned is the query of RETURNING, or one without columns.
func (w *write) returned() *query.Query {
	if w.Returning == nil {
		return &query.Query{}
	}
	return w.Returning
}

func transformWrite(s *scope, n *pg_query.Node) *write {
	defer s.env.enter()()
	switch stmt := n.GetNode().(type) {
	case *pg_query.Node_InsertStmt:
		return transformInsert(s, stmt.InsertStmt)
	case *pg_query.Node_UpdateStmt:
		return transformUpdate(s, stmt.UpdateStmt)
	case *pg_query.Node_DeleteStmt:
		return transformDelete(s, stmt.DeleteStmt)
	}
	fail(pgerr.New(pgerr.FeatureNotSupported, "this statement cannot be analyzed"))
	return nil
}

// newWrite finds the target (setTargetTable): its columns, then its rowid,
// which no name refers to.
func newWrite(s *scope, kind query.WriteKind, rv *pg_query.RangeVar) *write {
	v := s.env
	loc := int(rv.Location)
	if rv.Schemaname == "" && s.findCTE(rv.Relname) != nil {
		v.failAt(loc, pgerr.New(pgerr.WrongObjectType, "relation \"%s\" cannot be the target of a modifying statement", rv.Relname))
	}
	if rv.Catalogname != "" {
		v.checkDatabase(rv.Catalogname, "\""+joinName([]string{rv.Catalogname, rv.Schemaname, rv.Relname})+"\"", loc)
	}
	rel, ok := v.cat.Relation(rv.Schemaname, rv.Relname)
	if !ok {
		s.missingTable(rv.Schemaname, rv.Relname, loc)
	}
	if rel.Own == nil {
		v.failAt(loc, pgerr.New(pgerr.ObjectNotInPrerequisiteState, "relation \"%s\" cannot be written to", rel.Name))
	}
	w := &write{Write: &query.Write{Kind: kind, Target: rel.ID}, rel: rel}
	alias := rel.Name
	if rv.Alias != nil {
		alias = rv.Alias.Aliasname
	}
	for _, c := range rel.Columns {
		w.Columns = append(w.Columns, query.Column{Name: c.Name, Type: c.Type})
	}
	w.entry = tableEntry(alias, rel, rel.Table.Object, rel.Table.Physical)
	w.item = w.targetItem(s, w.entry, rv.Alias)
	v.relations.add(rel.ID)
	v.objects.add(rel.Table.Object)
	return w
}

// tableEntry is an entry of the table's columns and a rowid.
func tableEntry(alias string, rel *Relation, object string, physical []query.PhysicalColumn) *query.RangeEntry {
	entry := &query.RangeEntry{Alias: alias, Table: &query.Table{Object: object, Physical: append([]query.PhysicalColumn(nil), physical...)}}
	for _, c := range rel.Columns {
		entry.Columns = append(entry.Columns, query.Column{Name: c.Name, Type: c.Type})
	}
	if len(entry.Table.Physical) == len(rel.Columns) {
		entry.Columns = append(entry.Columns, query.Column{Name: query.RowID, Type: rowIDType})
		entry.Table.Physical = append(entry.Table.Physical, query.PhysicalColumn{Name: query.RowID, Phys: rowIDPhys})
	}
	return entry
}

var (
	rowIDType = types.T(types.Int8OID)
	rowIDPhys = types.Physical{Kind: types.KindInt64}
)

// stagedEntry is an entry of staged rows: values of the columns, then a rowid.
func stagedEntry(alias string, rel *Relation, object string) *query.RangeEntry {
	var physical []query.PhysicalColumn
	for i, c := range rel.Columns {
		phys, _ := types.PhysicalOf(c.Type) // checked when the column was made
		physical = append(physical, query.PhysicalColumn{Name: fmt.Sprint("c", i+1), Phys: phys})
	}
	entry := tableEntry(alias, rel, object, physical)
	entry.Table.Physical[len(rel.Columns)].Name = fmt.Sprint("c", len(rel.Columns)+1)
	return entry
}

// targetItem is the item of an entry of the target, without the rowid.
func (w *write) targetItem(s *scope, entry *query.RangeEntry, alias *pg_query.Alias) *item {
	it := s.addEntry(entry, alias, w.rel)
	n := len(w.rel.Columns)
	it.cols = it.cols[:n]
	last := s.seen[len(s.seen)-1]
	last.names = last.names[:n]
	s.env.origin[entry] = w.rel
	return it
}

// rowID refers to the rowid of an entry of the target.
func rowID(rel *Relation, entry *query.RangeEntry) *query.Var {
	return &query.Var{T: rowIDType, Entry: entry, Col: len(rel.Columns)}
}

// column refers to a column of an entry of the target.
func (w *write) column(entry *query.RangeEntry, i int) *query.Var {
	return &query.Var{T: w.rel.Columns[i].Type, Entry: entry, Col: i}
}

// setRows makes the rows: values of all columns, of which nil ones are left to
// generated columns, then the rowid.
func (w *write) setRows(s *scope, q *query.Query, values []query.Expr, rowid query.Expr) *query.Query {
	v := s.env
	list := make([]query.Expr, 0, len(values)+1)
	generated := false
	for i, e := range values {
		if w.rel.Own.Columns[i].Generated != "" {
			generated, e = true, nil
		}
		if e == nil {
			e = &query.Const{T: w.rel.Columns[i].Type, Null: true}
		}
		list = append(list, e)
	}
	selectList(q, w.rel, append(list, rowid))
	if !generated {
		return q
	}
	outer := &query.Query{CTEs: q.CTEs}
	q.CTEs = nil
	entry := &query.RangeEntry{Alias: aliasNew, Query: q, Columns: q.Columns}
	v.owner[entry] = s
	outer.From = []query.FromItem{entry}
	var cols []column
	for i, c := range w.rel.Columns {
		list[i] = w.column(entry, i)
		cols = append(cols, column{name: attnumName(c.Attnum), expr: list[i]})
	}
	for i, c := range w.rel.Own.Columns {
		if c.Generated != "" {
			list[i] = storedExpr(v, w.rel, i, c.Generated, cols)
		}
	}
	selectList(outer, w.rel, append(list, rowID(w.rel, entry)))
	return outer
}

// aliasNew is the alias of the rows before generated columns are computed.
const aliasNew = "*NEW*"

func attnumName(attnum int16) string { return fmt.Sprint("c", attnum) }

// selectList makes expressions the select list of a query.
func selectList(q *query.Query, rel *Relation, list []query.Expr) {
	q.Targets, q.Columns = nil, nil
	for i, e := range list {
		name := query.RowID
		if i < len(rel.Columns) {
			name = rel.Columns[i].Name
		}
		q.Targets = append(q.Targets, query.Target{Expr: e})
		q.Columns = append(q.Columns, query.Column{Name: name, Type: e.Type()})
	}
}

// defaultOf gives the default of a column; nil for a generated one.
func defaultOf(v *env, rel *Relation, i int) query.Expr {
	switch c := rel.Own.Columns[i]; {
	case c.Generated != "":
		return nil
	case c.Default != "":
		return storedExpr(v, rel, i, c.Default, nil)
	}
	return &query.Const{T: rel.Columns[i].Type, Null: true}
}

// storedExpr analyzes a stored expression as a value of a column. Its names are
// those of cols, and means what it meant when it was stored.
func storedExpr(v *env, rel *Relation, i int, text string, cols []column) query.Expr {
	if v.viewDepth >= maxViewDepth {
		fail(pgerr.New(pgerr.StatementTooComplex, "defaults are nested too deeply"))
	}
	tree, err := pg_query.Parse("SELECT " + text)
	if err != nil || len(tree.Stmts) != 1 || len(tree.Stmts[0].Stmt.GetSelectStmt().GetTargetList()) != 1 {
		fail(pgerr.New(pgerr.InternalError, "the stored expression of column \"%s\" does not parse", rel.Columns[i].Name))
	}
	s := newScope(v, nil)
	s.query = &query.Query{}
	s.items = []*item{{cols: cols, colsVisible: true}}
	saved := v.cat
	v.cat = rel.Own.Catalog
	v.viewDepth++
	e := transformExpr(s, tree.Stmts[0].Stmt.GetSelectStmt().TargetList[0].GetResTarget().Val)
	e = assign(s, rel, i, e)
	v.viewDepth--
	v.cat = saved
	return e
}

// assign casts a value to the type of a column (transformAssignedExpr).
func assign(s *scope, rel *Relation, i int, e query.Expr) query.Expr {
	c := rel.Columns[i]
	out := coerceTo(s, e, c.Type, assignmentCast)
	if out == nil {
		s.env.failAt(s.env.at(e), pgerr.New(pgerr.DatatypeMismatch, "column \"%s\" is of type %s but expression is of type %s",
			c.Name, types.FormatType(types.T(c.Type.OID)), types.FormatType(types.T(e.Type().OID))).
			WithHint("You will need to rewrite or cast the expression."))
	}
	return out
}

// targetColumn finds the column that a statement assigns to.
func (w *write) targetColumn(s *scope, res *pg_query.ResTarget) int {
	loc := int(res.Location)
	found := -1
	for i, c := range w.rel.Columns {
		if c.Name == res.Name {
			found = i
		}
	}
	if found < 0 {
		s.env.failAt(loc, pgerr.New(pgerr.UndefinedColumn, "column \"%s\" of relation \"%s\" does not exist", res.Name, w.rel.Name))
	}
	if len(res.Indirection) > 0 {
		s.env.failAt(loc, pgerr.New(pgerr.FeatureNotSupported, "assigning to a part of column \"%s\" is not supported", res.Name))
	}
	return found
}

// refuseGenerated fails for a value that only DEFAULT may give.
func (w *write) refuseGenerated(i int, text string) {
	c := w.rel.Own.Columns[i]
	name := w.rel.Columns[i].Name
	switch {
	case c.Generated != "":
		fail(pgerr.New(pgerr.GeneratedAlways, text, name).WithDetail("Column \"%s\" is a generated column.", name))
	case c.Identity == 'a':
		e := pgerr.New(pgerr.GeneratedAlways, text, name).WithDetail("Column \"%s\" is an identity column defined as GENERATED ALWAYS.", name)
		if strings.HasPrefix(text, "cannot insert") {
			e = e.WithHint("Use OVERRIDING SYSTEM VALUE to override.")
		}
		fail(e)
	}
}

// HasSubquery tells whether the select list of a query has a subquery.
func HasSubquery(q *query.Query) bool {
	found := false
	for _, t := range q.Targets {
		walkQuery(t.Expr, func(e query.Expr) bool {
			_, link := e.(*query.SubLink)
			found = found || link
			return !found
		})
	}
	return found
}
