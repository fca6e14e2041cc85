package exec

import (
	"context"
	"errors"
	"fmt"

	"culvert/engine"
	"culvert/server/wire"
	"culvert/sql/ast"
	"culvert/sql/pgerr"
	"culvert/sql/plan"
)

// Execute runs a prepared statement with its arguments. The result is closed
// before the next call.
func (s *Session) Execute(ctx context.Context, p *Prepared, args []engine.Param) (*Result, error) {
	if s.tx != nil && s.tx.failed && !p.AllowedInFailed() {
		return nil, errFailed()
	}
	busy(s, p)
	ctx, cancel := limitTime(ctx, s)
	result, err := s.run(ctx, p, args)
	if err == nil {
		if err = s.srv.sequences.flush(ctx); err != nil {
			result.Close()
		}
	}
	if err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		cancel()
		return nil, sessionError(err)
	}
	result.limit, result.cancel, result.flush = ctx, cancel, s.srv.sequences.flush
	return result, nil
}

// sessionError gives an error of the engine its meaning for clients.
func sessionError(err error) error {
	if errors.Is(err, engine.ErrConflict) {
		return pgerr.Wrap(err, pgerr.SerializationFailure, "could not serialize access due to concurrent update").
			WithHint("Run the transaction again.")
	}
	return err
}

// run carries a statement out, by its kind.
func (s *Session) run(ctx context.Context, p *Prepared, args []engine.Param) (*Result, error) {
	if p.query != nil && p.query.writes() {
		return runWrite(ctx, s, p, args)
	}
	if p.query != nil {
		return runQuery(ctx, s, p, args)
	}
	switch st := p.Statement.Statement.(type) {
	case *ast.Transaction:
		return runTransaction(ctx, s, st)
	case *ast.Set:
		return runSet(s, st)
	case *ast.Query:
		return nil, refuseWrite(s, st)
	case *ast.Utility:
		return runUtility(ctx, s, st)
	}
	return runPlan(ctx, s, p.Statement.Statement)
}

// runPlan plans a statement against the transaction's catalog, and carries the
// plan out in the transaction.
func runPlan(ctx context.Context, s *Session, st ast.Statement) (*Result, error) {
	if _, err := s.begin(ctx); err != nil {
		return nil, err
	}
	planned, err := plan.Statement(ctx, st, planEnv(s))
	if err != nil {
		return nil, err
	}
	switch p := planned.(type) {
	case *plan.Nothing:
	case *plan.CreateSchema:
		err = createSchema(ctx, s, p)
	case *plan.CreateSecret:
		err = createSecret(ctx, s, p)
	case *plan.CreateConnection:
		err = createConnection(ctx, s, p)
	case *plan.AlterConnection:
		err = alterConnection(ctx, s, p)
	case *plan.RotateKeys:
		err = rotateKeys(ctx, s, p)
	case *plan.ValidateConnection:
		err = validateConnection(ctx, s, p)
	case *plan.CreateSource:
		err = createSource(ctx, s, p)
	case *plan.CreateTableFromSource:
		err = createTableFromSource(ctx, s, p)
	case *plan.AlterSource:
		err = alterSource(ctx, s, p)
	case *plan.AlterRename:
		err = alterRename(ctx, s, p)
	case *plan.AlterSecret:
		err = alterSecret(ctx, s, p)
	case *plan.Comment:
		err = commentOn(ctx, s, p)
	case *plan.CreateView:
		err = createView(ctx, s, p)
	case *plan.Drop:
		err = dropObjects(ctx, s, p)
	default:
		err = runKept(ctx, s, planned)
	}
	if err != nil {
		return nil, err
	}
	return done(st.Tag()), nil
}

// runKept carries out what is kept and shown and changes nothing else.
func runKept(ctx context.Context, s *Session, planned plan.Plan) error {
	switch p := planned.(type) {
	case *plan.CreateCluster:
		return createCluster(ctx, s, p)
	case *plan.CreateClusterReplica:
		return createClusterReplica(ctx, s, p)
	case *plan.AlterCluster:
		return alterCluster(ctx, s, p)
	case *plan.AlterSetCluster:
		return alterSetCluster(ctx, s, p)
	case *plan.CreateIndex:
		return createIndex(ctx, s, p)
	case *plan.CreateRole:
		return createRole(ctx, s, p)
	case *plan.AlterRole:
		return alterRole(ctx, s, p)
	case *plan.AlterOwner:
		return alterOwner(ctx, s, p)
	case *plan.CreateTable:
		return createTable(ctx, s, p)
	case *plan.AlterTable:
		return alterTable(ctx, s, p)
	case *plan.CreateSequence:
		return putObjects(ctx, s, "CREATE SEQUENCE", p.Sequence)
	}
	return fmt.Errorf("no way to carry out %T", planned)
}

// runUtility runs statements of PostgreSQL's grammar that are no queries.
func runUtility(ctx context.Context, s *Session, st *ast.Utility) (*Result, error) {
	switch st.Kind() {
	case ast.KindDeallocate:
		return runDeallocate(s, st)
	case ast.KindDiscard:
		return runDiscard(s, st)
	case ast.KindTruncate:
		return runTruncate(ctx, s, st)
	case ast.KindCreateTableAs:
		return runCreateTableAs(ctx, s, st)
	}
	return runPlan(ctx, s, st)
}

// Result is a statement that runs, or has run.
type Result struct {
	columns []wire.Column
	rows    engine.Rows // nil: none, or a fixed batch
	fixed   *engine.Batch
	tag     string
	counted bool // the tag carries the number of rows
	limit   context.Context
	cancel  context.CancelFunc
	flush   func(context.Context) error // before rows leave: see sequences
}

// done is the result of a statement without rows.
func done(tag string) *Result { return &Result{tag: tag} }

// Columns are those of the result; nil: no rows.
func (r *Result) Columns() []wire.Column { return r.columns }

// Next gives the next batch of rows, or nil at the end.
func (r *Result) Next(ctx context.Context) (*engine.Batch, error) {
	if r.fixed != nil {
		batch := r.fixed
		r.fixed = nil
		return batch, nil
	}
	if r.rows == nil {
		return nil, nil
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(r.limit, func() { cancel(context.Cause(r.limit)) })()
	batch, err := r.rows.Next(ctx)
	if err != nil && r.limit.Err() != nil {
		return nil, context.Cause(r.limit)
	}
	if err == nil {
		err = r.flush(ctx)
	}
	return batch, err
}

// Tag is the CommandComplete tag after rows were sent.
func (r *Result) Tag(rows int64) string {
	if r.counted {
		return fmt.Sprintf("%s %d", r.tag, rows)
	}
	return r.tag
}

// Close ends the statement.
func (r *Result) Close() error {
	if r.cancel != nil {
		r.cancel()
	}
	if r.rows == nil {
		return nil
	}
	rows := r.rows
	r.rows = nil
	return rows.Close()
}
