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
		Stmt: st.Tree.Node, Text: st.Tree.Text, ParamTypes: p.declared, NoParams: p.noParams, Reading: s.Env(), Writes: true,
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

// writes tells whether a statement writes.
func (p *prepared) writes() bool { return p.analyzed.Write != nil || len(p.analyzed.With) > 0 }

// runWrite carries out INSERT, UPDATE or DELETE, or a query with such items of
// WITH. All of it sees the table as it was before.
func runWrite(ctx context.Context, s *Session, p *Prepared, args []engine.Param) (*Result, error) {
	if s.transaction().readOnly {
		return nil, errReadOnly(readOnlyTag(p))
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
	if err := unstage(ctx, s); err != nil {
		return nil, err
	}
	set := &writeSet{s: s}
	for i, with := range p.query.analyzed.With {
		w := newWriter(s, with.Write, base, fmt.Sprint("with", i+1))
		if err := set.stage(ctx, w, true); err != nil {
			return nil, err
		}
		base = w.withAnswer(base, with.Object)
	}
	if p.query.analyzed.Write == nil {
		return set.query(ctx, p, base)
	}
	w := newWriter(s, p.query.analyzed.Write, base, "w")
	if err := set.stage(ctx, w, false); err != nil {
		return nil, err
	}
	if err := set.apply(ctx); err != nil {
		return nil, err
	}
	return set.result(ctx, p, w)
}

// readOnlyTag names the statement that a read-only transaction refuses.
func readOnlyTag(p *Prepared) string {
	if p.query.analyzed.Write != nil {
		return p.Statement.Tag()
	}
	return [...]string{query.Insert: "INSERT", query.Update: "UPDATE", query.Delete: "DELETE"}[p.query.analyzed.With[0].Write.Kind]
}

// writeSet are the writes of one statement. All are staged before any is applied.
type writeSet struct {
	s       *Session
	writers []*writer
}

func (set *writeSet) stage(ctx context.Context, w *writer, answer bool) error {
	set.writers = append(set.writers, w)
	return w.prepareRows(ctx, answer)
}

// apply changes the tables, then checks foreign keys, as PostgreSQL does at the
// end of the statement.
func (set *writeSet) apply(ctx context.Context) error {
	for _, w := range set.writers {
		if err := w.apply(ctx); err != nil {
			return err
		}
	}
	for _, w := range set.writers {
		if err := w.conclude(ctx); err != nil {
			return err
		}
	}
	return nil
}

// drop drops what the statement has staged.
func (set *writeSet) drop(ctx context.Context) error {
	for _, w := range set.writers {
		if err := w.drop(ctx); err != nil {
			return err
		}
	}
	return nil
}

// result answers for the statement's own write.
func (set *writeSet) result(ctx context.Context, p *Prepared, w *writer) (*Result, error) {
	tag := p.Statement.Tag()
	if tag == "INSERT" {
		tag = "INSERT 0" // the OID that rows once had
	}
	if w.Returning == nil {
		return done(fmt.Sprintf("%s %d", tag, w.count)), set.drop(ctx)
	}
	set.s.tx.staged = set
	rows, err := w.returned(ctx)
	if err != nil {
		return nil, err
	}
	return &Result{columns: p.columns, rows: rows, tag: tag, counted: true}, nil
}

// query answers a query whose items of WITH write: its rows are those of before
// they do, so they are staged, too.
func (set *writeSet) query(ctx context.Context, p *Prepared, base engine.Statement) (*Result, error) {
	w := &writer{Write: &query.Write{Returning: base.Query}, s: set.s, base: base, place: "query"}
	if err := w.stageAnswer(ctx); err != nil {
		return nil, err
	}
	if err := set.apply(ctx); err != nil {
		return nil, err
	}
	set.writers = append(set.writers, w)
	return set.result(ctx, p, w)
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
	place string // tells the stages of the writers of a statement apart
	depth int    // of cascading
	// rows is the stage that is written; it changes from the proposed to the
	// final rows with ON CONFLICT.
	rows   string
	count  int64
	staged []string
	refs   []catalog.Reference // to what the write takes away
	// answer is the stage that holds what RETURNING gives, when that had to be
	// computed before the table changed; empty: none.
	answer string
}

func newWriter(s *Session, w *query.Write, base engine.Statement, place string) *writer {
	table := s.catalog().Object(catalog.ID(w.Target))
	own, _ := table.Own()
	return &writer{Write: w, s: s, base: base, table: table, own: own, place: place}
}

// statement completes a query of the write.
func (w *writer) statement(q *query.Query, part string) engine.Statement {
	st := w.base
	st.Query = q
	if st.Key != "" {
		st.Key += "/" + w.place + "/" + part
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
func (w *writer) stageName(role string) string { return w.place + "_" + role }

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
func unstage(ctx context.Context, s *Session) error {
	last := s.tx.staged
	s.tx.staged = nil
	if last == nil {
		return nil
	}
	return last.drop(ctx)
}

// run carries out a write that stands alone.
func (w *writer) run(ctx context.Context) error {
	if w.depth > maxCascade {
		return pgerr.New(pgerr.StatementTooComplex, "foreign keys cascade too deep")
	}
	if err := w.prepareRows(ctx, false); err != nil {
		return err
	}
	if err := w.apply(ctx); err != nil {
		return err
	}
	return w.conclude(ctx)
}

// prepareRows stages the rows, checks each by itself, and resolves conflicts.
// With answer, or when RETURNING reads tables, its rows are staged as well.
func (w *writer) prepareRows(ctx context.Context, answer bool) (err error) {
	w.rows = "rows"
	if w.Conflict != nil {
		w.rows = "proposed"
	}
	if w.count, err = w.stage(ctx, w.Rows, "rows", w.rows); err != nil {
		return err
	}
	if w.count > 0 && w.Kind != query.Delete {
		if err := w.checkRows(ctx); err != nil {
			return err
		}
		if w.Conflict != nil {
			if err := w.resolveConflicts(ctx); err != nil {
				return err
			}
		}
	}
	if w.Returning != nil && (answer || readsTables(w.Returning)) {
		return w.stageAnswer(ctx)
	}
	return nil
}

// stageAnswer stages what RETURNING gives.
func (w *writer) stageAnswer(ctx context.Context) error {
	w.answer = "answer"
	_, err := w.stage(ctx, w.Returning, "returning", w.answer)
	return err
}

// withAnswer adds the staged answer to the tables of a statement.
func (w *writer) withAnswer(st engine.Statement, object string) engine.Statement {
	tables := map[string]engine.TableName{object: {Schema: engine.SchemaStage, Name: w.stageName(w.answer)}}
	for id, name := range st.Tables {
		tables[id] = name
	}
	st.Tables = tables
	return st
}

// apply checks keys and changes the table.
func (w *writer) apply(ctx context.Context) error {
	w.s.tx.claim().Table(w.table.ID, catalog.TableUsed)
	if w.count == 0 {
		return nil
	}
	if w.Kind != query.Delete {
		if err := w.checkKeys(ctx); err != nil {
			return err
		}
	}
	if w.refs = (references{w}).find(); len(w.refs) > 0 {
		if err := (references{w}).stageOld(ctx); err != nil {
			return err
		}
	}
	return w.change(ctx)
}

// conclude checks foreign keys, follows those that refer to the table, and
// claims the keys.
func (w *writer) conclude(ctx context.Context) error {
	if w.count == 0 {
		return nil
	}
	if err := (references{w}).checkForeignKeys(ctx); err != nil {
		return err
	}
	if err := (references{w}).followReferences(ctx, w.refs); err != nil {
		return err
	}
	return claimer{w}.claim(ctx, w.s.tx.claim(), w.refs)
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
			return pgerr.New(pgerr.FeatureNotSupported, "a statement that changes a row twice is not supported")
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
