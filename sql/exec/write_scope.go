package exec

import (
	"context"
	"fmt"
	"strings"

	"culvert/catalog"
	"culvert/engine"
	"culvert/engine/query"
	"culvert/sql/analyze"
	"culvert/sql/types"

	pg_query "github.com/pganalyze/pg_query_go/v6"
)

// The stages of a write that its own queries read, besides query.StageObject and
// query.ProposedObject.
const (
	stageOld    = "old"    // the rows of the table that go, as they were
	stageAnswer = "answer" // what RETURNING gives
	stageOrder  = "order"  // query.ProposedObject with its rows counted by rowid
	// The same of the write that cascades to this one, and its new rows.
	causeOld = "cause_old"
	causeNew = "cause_new"
)

// stageEntry is an entry of staged rows: columns, then a rowid.
func stageEntry(columns []query.Column, object string) *query.RangeEntry {
	all := append(append([]query.Column(nil), columns...), query.Column{Name: query.RowID, Type: types.T(types.Int8OID)})
	entry := &query.RangeEntry{Alias: object, Columns: all, Table: &query.Table{Object: object}}
	for i, c := range all {
		phys, _ := types.PhysicalOf(c.Type) // checked when the column was made
		entry.Table.Physical = append(entry.Table.Physical, query.PhysicalColumn{Name: fmt.Sprint("c", i+1), Phys: phys})
	}
	return entry
}

// writeScope resolves the names in the queries that check a write: tables by ID
// and the stages of the write, with columns called c<attnum> and rowid.
type writeScope struct {
	viewScope
	table *catalog.Object
}

// Relation finds a table or a stage.
func (s writeScope) Relation(schema, name string) (*analyze.Relation, bool) {
	if schema != analyze.IDSchema {
		return s.viewScope.Relation(schema, name)
	}
	switch name {
	case query.StageObject, query.ProposedObject, stageOld, causeOld, causeNew:
		rel := byAttnum(s.scope, s.table)
		rel.ID, rel.Own = name, nil
		rel.Table = stageEntry(columnsOf(s.table), name).Table
		return rel, true
	}
	if name == stageOrder {
		rel := byAttnum(s.scope, s.table)
		rel.Own = nil
		rel.Table = stageEntry(columnsOf(s.table), query.ProposedObject).Table
		rel.Table.Physical[len(rel.Columns)-1].Name = query.RowID
		return rel, true
	}
	id, target := strings.CutPrefix(name, targetPrefix)
	o := s.catalog.Object(catalog.ID(id))
	if o == nil {
		return nil, false
	}
	if _, ok := o.Own(); !ok {
		return s.viewScope.Relation(schema, name)
	}
	rel := byAttnum(s.scope, o)
	if !target {
		rel.Own = nil
		return rel, true
	}
	n := len(rel.Columns) - 1
	rel.Columns, rel.Table.Physical = rel.Columns[:n], rel.Table.Physical[:n]
	return rel, true
}

// targetPrefix stands before the ID of a table that a write of a check writes.
const targetPrefix = "="

// byAttnum describes a table with columns named by their numbers, and rowid.
func byAttnum(s *scope, o *catalog.Object) *analyze.Relation {
	rel := *s.relation(o, "")
	rel.Columns = append([]analyze.RelColumn(nil), rel.Columns...)
	for i := range rel.Columns {
		rel.Columns[i].Name = catalog.AttnumName(rel.Columns[i].Attnum)
	}
	rel.Columns = append(rel.Columns, analyze.RelColumn{Name: query.RowID, Type: types.T(types.Int8OID)})
	table := *rel.Table
	table.Physical = append(append([]query.PhysicalColumn(nil), table.Physical...),
		query.PhysicalColumn{Name: query.RowID, Phys: types.Physical{Kind: types.KindInt64}})
	rel.Table = &table
	return &rel
}

func columnsOf(o *catalog.Object) []query.Column {
	columns := make([]query.Column, len(o.Columns))
	for i, c := range o.Columns {
		columns[i] = query.Column{Name: c.Name, Type: c.Type}
	}
	return columns
}

// checkKey is the key of a check's analysis in the plan cache.
type checkKey struct {
	text  string
	table catalog.ID
	stamp stamp
}

// check is an analyzed query of a write's own.
type check struct {
	analyzed *analyze.Analyzed
	key      string
}

// prepare analyzes a query or, for foreign keys that cascade, a write.
func (w *writer) prepare(text string) (*check, error) {
	s := w.s
	key := checkKey{text, w.table.ID, s.stamp()}
	if c, ok := s.srv.plans.get(key).(*check); ok {
		return c, nil
	}
	tree, err := pg_query.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("parsing the check %q: %w", text, err)
	}
	analysis := analyze.Write
	if tree.Stmts[0].Stmt.GetSelectStmt() != nil {
		analysis = analyze.Query
	}
	scope := writeScope{viewScope{s.scope()}, w.table}
	analyzed, err := analysis(analyze.Input{Stmt: tree.Stmts[0].Stmt, Text: text, NoParams: true, Reading: s.Env()}, scope)
	if err != nil {
		return nil, fmt.Errorf("analyzing the check %q: %w", text, err)
	}
	c := &check{analyzed, fmt.Sprint("k", sequence.Add(1))}
	if s.tx.edits == 0 && !analyzed.ReadsClock {
		s.srv.plans.put(key, c)
	}
	return c, nil
}

// fill makes the statement of a check.
func (w *writer) fill(c *check) (engine.Statement, error) {
	st := engine.Statement{TimeZone: w.base.TimeZone, Key: c.key, Query: c.analyzed.Query, Tables: map[string]engine.TableName{}}
	if w.s.tx.begun {
		st.Key = fmt.Sprintf("%s/%d/%s", c.key, w.s.tx.snap.Physical.Version(), w.place)
	}
	if w.rows != "" {
		st.Key += "/" + w.rows
	}
	for _, id := range c.analyzed.Objects {
		if name, ok := w.s.physicalTable(catalog.ID(id)); ok {
			st.Tables[id] = name
		}
	}
	roles := map[string]string{query.StageObject: w.rows, query.ProposedObject: "proposed", stageOld: "old", causeOld: "old", causeNew: w.rows}
	for object, role := range roles {
		st.Tables[object] = engine.TableName{Schema: engine.SchemaStage, Name: w.stageName(role)}
	}
	for _, hidden := range c.analyzed.Hidden {
		param, err := sessionValue(w.s, hidden)
		if err != nil {
			return st, err
		}
		st.Params = append(st.Params, param)
	}
	return st, nil
}

// ask runs a check.
func (w *writer) ask(ctx context.Context, text string) (*check, engine.Rows, error) {
	c, err := w.prepare(text)
	if err != nil {
		return nil, nil, err
	}
	st, err := w.fill(c)
	if err != nil {
		return nil, nil, err
	}
	rows, err := w.s.conn.Query(ctx, st)
	return c, rows, err
}

// first gives the first row of a check as texts; nil: it found nothing.
func (w *writer) first(ctx context.Context, text string) ([]*string, error) {
	c, rows, err := w.ask(ctx, text)
	if err != nil {
		return nil, err
	}
	return w.texts(ctx, c.analyzed.Query.Columns, rows, nil)
}

// stageText stages the rows of a query of the write's own.
func (w *writer) stageText(ctx context.Context, text, role string) (int64, error) {
	c, err := w.prepare(text)
	if err != nil {
		return 0, err
	}
	st, err := w.fill(c)
	if err != nil {
		return 0, err
	}
	name := w.stageName(role)
	w.staged = append(w.staged, name)
	return w.s.conn.Stage(ctx, st, name)
}
