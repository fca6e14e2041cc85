package exec

import (
	"context"
	"encoding/binary"
	"fmt"

	"culvert/catalog"
	"culvert/engine"
	"culvert/engine/query"
	"culvert/server/wire"
	"culvert/sql/analyze"
	"culvert/sql/ast"
	"culvert/sql/pgerr"
)

// analyzeWrite analyzes INSERT, UPDATE and DELETE of a user's table, and refuses
// those of everything else.
func (s *Session) analyzeWrite(p *Prepared, st *ast.Query) error {
	if !ownTarget(s, st) {
		return refuseWrite(s, st)
	}
	analyzed, err := analyze.Write(analyze.Input{
		Stmt: st.Tree.Node, Text: st.Tree.Text, ParamTypes: p.declared, NoParams: p.noParams, Reading: s.Env(),
		Database: s.info.Database,
	}, s.scope())
	if err != nil {
		return placeError(s, err, st, false)
	}
	p.params = analyzed.Params
	if analyzed.Write.Returning != nil {
		p.columns = resultColumns(analyzed.Columns)
	}
	p.query = &prepared{analyzed: analyzed, stamp: s.stamp(), key: fmt.Sprint("a", sequence.Add(1))}
	return nil
}

// ownTarget tells whether a statement writes to a user's table.
func ownTarget(s *Session, st *ast.Query) bool {
	target := writeTarget(st)
	if target == nil || st.Kind() == ast.KindMerge {
		return false
	}
	rel, ok := s.scope().Relation(target.GetSchemaname(), target.GetRelname())
	return ok && rel.Own != nil
}

// runWrite carries out INSERT, UPDATE or DELETE.
func runWrite(ctx context.Context, s *Session, p *Prepared, args []engine.Param) (*Result, error) {
	tag := p.Statement.Tag()
	if s.transaction().readOnly {
		return nil, errReadOnly(tag)
	}
	p, err := settle(ctx, s, p)
	if err != nil {
		return nil, err
	}
	base, err := engineStatement(s, p, args)
	if err != nil {
		return nil, err
	}
	ctx = withSession(ctx, s)
	if err := s.unstage(ctx); err != nil {
		return nil, err
	}
	w := newWriter(s, p.query.analyzed.Write, base, 0)
	count, err := w.run(ctx)
	if err != nil {
		return nil, err
	}
	if tag == "INSERT" {
		tag = "INSERT 0" // the OID that rows once had
	}
	if w.Returning == nil {
		return done(fmt.Sprintf("%s %d", tag, count)), w.drop(ctx)
	}
	rows, err := w.returned(ctx)
	if err != nil {
		return nil, err
	}
	return &Result{columns: p.columns, rows: rows, tag: tag, counted: true}, nil
}

func errReadOnly(tag string) error {
	return pgerr.New(pgerr.ReadOnlySQLTransaction, "cannot execute %s in a read-only transaction", tag)
}

// maxCascade bounds how deep foreign keys may cascade.
const maxCascade = 50

// writer carries one write out: it stages the rows, checks them, and then
// changes the table. Foreign keys that cascade make further writers.
type writer struct {
	*query.Write
	s     *Session
	base  engine.Statement // parameters and tables of the statement
	table *catalog.Object
	own   *catalog.OwnTable
	depth int
	// rows is the stage that is written; it changes from the proposed to the
	// final rows with ON CONFLICT.
	rows   string
	count  int64
	staged []string
	// answer is the stage that holds what RETURNING gives, when that had to be
	// computed before the table changed; empty: none.
	answer string
}

func newWriter(s *Session, w *query.Write, base engine.Statement, depth int) *writer {
	table := s.catalog().Object(catalog.ID(w.Target))
	own, _ := table.Own()
	return &writer{Write: w, s: s, base: base, table: table, own: own, depth: depth}
}

// statement completes a query of the write.
func (w *writer) statement(q *query.Query, part string) engine.Statement {
	st := w.base
	st.Query = q
	if st.Key != "" {
		st.Key += "/" + part
	}
	st.Tables = map[string]engine.TableName{}
	for id, name := range w.base.Tables {
		st.Tables[id] = name
	}
	for object, role := range map[string]string{query.StageObject: w.rows, query.ProposedObject: "proposed", stageOld: "old"} {
		st.Tables[object] = engine.TableName{Schema: engine.SchemaStage, Name: w.stageName(role)}
	}
	return st
}

// stageName names a stage of the write. The names come again with each
// statement, so that translations do.
func (w *writer) stageName(role string) string { return fmt.Sprintf("w%d_%s", w.depth, role) }

// stage stages a query and remembers to drop it.
func (w *writer) stage(ctx context.Context, q *query.Query, part, role string) (int64, error) {
	name := w.stageName(role)
	w.staged = append(w.staged, name)
	return w.s.conn.Stage(ctx, w.statement(q, part), name)
}

// drop drops what the write has staged.
func (w *writer) drop(ctx context.Context) error {
	for _, name := range w.staged {
		if err := w.s.conn.Unstage(ctx, name); err != nil {
			return err
		}
	}
	w.staged = nil
	return nil
}

// unstage drops what the last statement's RETURNING was read from.
func (s *Session) unstage(ctx context.Context) error {
	last := s.tx.staged
	s.tx.staged = nil
	if last == nil {
		return nil
	}
	return last.drop(ctx)
}

// run carries the write out, and tells how many rows it wrote.
func (w *writer) run(ctx context.Context) (int64, error) {
	if w.depth > maxCascade {
		return 0, pgerr.New(pgerr.StatementTooComplex, "foreign keys cascade too deep")
	}
	if err := w.prepareRows(ctx); err != nil {
		return 0, err
	}
	claims := w.s.tx.claim()
	claims.Table(w.table.ID, catalog.TableUsed)
	if w.count == 0 {
		return 0, nil
	}
	refs := w.references()
	if len(refs) > 0 {
		if err := w.stageOld(ctx); err != nil {
			return 0, err
		}
	}
	if w.Returning != nil && readsTables(w.Returning) {
		w.answer = "answer"
		if _, err := w.stage(ctx, w.Returning, "returning", w.answer); err != nil {
			return 0, err
		}
	}
	if err := w.change(ctx); err != nil {
		return 0, err
	}
	if err := w.checkForeignKeys(ctx); err != nil {
		return 0, err
	}
	if err := w.followReferences(ctx, refs); err != nil {
		return 0, err
	}
	return w.count, w.claim(ctx, claims, refs)
}

// prepareRows stages the rows and checks all that concerns the table alone.
func (w *writer) prepareRows(ctx context.Context) (err error) {
	w.rows = "rows"
	if w.Conflict != nil {
		w.rows = "proposed"
	}
	if w.count, err = w.stage(ctx, w.Rows, "rows", w.rows); err != nil || w.count == 0 || w.Kind == query.Delete {
		return err
	}
	if err := w.checkRows(ctx); err != nil {
		return err
	}
	if w.Conflict != nil {
		if err := w.resolveConflicts(ctx); err != nil || w.count == 0 {
			return err
		}
	}
	return w.checkKeys(ctx)
}

// change deletes and inserts.
func (w *writer) change(ctx context.Context) error {
	name := w.own.PhysicalName()
	if w.Kind != query.Insert || w.updates() {
		n, err := w.s.conn.DeleteQuery(ctx, name, w.pick("doomed", len(w.Columns)))
		if err != nil {
			return err
		}
		if w.Kind != query.Insert && n != w.count {
			return pgerr.New(pgerr.InternalError, "%d rows of %d were found to be replaced", n, w.count)
		}
	}
	if w.Kind == query.Delete {
		return nil
	}
	names, places := make([]string, len(w.Columns)), make([]int, len(w.Columns))
	for i, c := range w.own.Columns {
		names[i], places[i] = c.ColumnName(), i
	}
	_, err := w.s.conn.InsertQuery(ctx, name, names, w.pick("new", places...))
	return err
}

// updates tells whether an INSERT may replace rows.
func (w *writer) updates() bool { return w.Conflict != nil && w.Conflict.Update != nil }

// pick is a query of columns of the staged rows; the one after the table's is
// the rowid.
func (w *writer) pick(part string, places ...int) engine.Statement {
	entry := stageEntry(w.Columns, query.StageObject)
	q := &query.Query{From: []query.FromItem{entry}}
	for _, i := range places {
		q.Columns = append(q.Columns, entry.Columns[i])
		q.Targets = append(q.Targets, query.Target{Expr: &query.Var{T: entry.Columns[i].Type, Entry: entry, Col: i}})
	}
	return w.statement(q, part)
}

// returned streams what RETURNING gives.
func (w *writer) returned(ctx context.Context) (engine.Rows, error) {
	w.s.tx.staged = w
	if w.answer == "" {
		return w.s.conn.Query(ctx, w.statement(w.Returning, "returning"))
	}
	entry := stageEntry(w.Returning.Columns, stageAnswer)
	q := &query.Query{From: []query.FromItem{entry}, Columns: w.Returning.Columns}
	for i, c := range w.Returning.Columns {
		q.Targets = append(q.Targets, query.Target{Expr: &query.Var{T: c.Type, Entry: entry, Col: i}})
	}
	st := w.statement(q, "answer")
	st.Tables[stageAnswer] = engine.TableName{Schema: engine.SchemaStage, Name: w.stageName(w.answer)}
	return w.s.conn.Query(ctx, st)
}

// readsTables tells whether a query has a subquery or a WITH item.
func readsTables(q *query.Query) bool { return len(q.CTEs) > 0 || analyze.HasSubquery(q) }

// texts reads a query's first row as texts; nil: it has no rows. A NULL is nil.
func (w *writer) texts(ctx context.Context, columns []query.Column, rows engine.Rows, err error) ([]*string, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	batch, err := rows.Next(ctx)
	if err != nil || batch == nil {
		return nil, err
	}
	cols := make([]wire.Column, len(columns))
	for i, c := range columns {
		cols[i] = wire.Column{Name: c.Name, Type: c.Type}
	}
	encoder, err := wire.NewEncoder(cols, batch, nil, w.s.Output())
	if err != nil {
		return nil, err
	}
	message, _, err := encoder.Append(nil, batch, 0, 1, 1<<30)
	if err != nil {
		return nil, err
	}
	return rowTexts(message), nil
}

// rowTexts reads the values of a DataRow message.
func rowTexts(message []byte) []*string {
	values := make([]*string, binary.BigEndian.Uint16(message[5:]))
	message = message[7:]
	for i := range values {
		n := int32(binary.BigEndian.Uint32(message))
		message = message[4:]
		if n >= 0 {
			text := string(message[:n])
			values[i], message = &text, message[n:]
		}
	}
	return values
}
