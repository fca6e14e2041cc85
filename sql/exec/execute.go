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
	s.busy(p)
	ctx, cancel := s.limit(ctx)
	result, err := s.run(ctx, p, args)
	if err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		cancel()
		return nil, sessionError(err)
	}
	result.limit, result.cancel = ctx, cancel
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
	if p.query != nil {
		return s.runQuery(ctx, p, args)
	}
	switch st := p.Statement.Statement.(type) {
	case *ast.Transaction:
		return s.runTransaction(ctx, st)
	case *ast.Set:
		return s.runSet(st)
	case *ast.Query:
		return nil, s.refuseWrite(st)
	case *ast.Utility:
		return s.runUtility(st)
	}
	return s.runPlan(ctx, p.Statement.Statement)
}

// runPlan plans a statement against the transaction's catalog, and carries the
// plan out in the transaction.
func (s *Session) runPlan(ctx context.Context, st ast.Statement) (*Result, error) {
	if _, err := s.begin(ctx); err != nil {
		return nil, err
	}
	planned, err := plan.Statement(ctx, st, s.planEnv())
	if err != nil {
		return nil, err
	}
	switch p := planned.(type) {
	case *plan.Nothing:
	case *plan.CreateSecret:
		err = s.createSecret(ctx, p)
	case *plan.CreateConnection:
		err = s.createConnection(ctx, p)
	case *plan.AlterConnection:
		err = s.alterConnection(ctx, p)
	case *plan.RotateKeys:
		err = s.rotateKeys(ctx, p)
	case *plan.ValidateConnection:
		err = s.validateConnection(ctx, p)
	case *plan.CreateSource:
		err = s.createSource(ctx, p)
	case *plan.AlterRename:
		err = s.alterRename(ctx, p)
	case *plan.AlterSecret:
		err = s.alterSecret(ctx, p)
	case *plan.Comment:
		err = s.comment(ctx, p)
	case *plan.Drop:
		err = s.drop(ctx, p)
	default:
		err = fmt.Errorf("no way to carry out %T", planned)
	}
	if err != nil {
		return nil, err
	}
	return done(st.Tag()), nil
}

// runUtility runs statements of PostgreSQL's grammar that are no queries.
func (s *Session) runUtility(st *ast.Utility) (*Result, error) {
	switch st.Kind() {
	case ast.KindDeallocate:
		return s.deallocate(st)
	case ast.KindDiscard:
		return s.discard(st)
	}
	return nil, plan.Unsupported(st)
}

// refuseWrite answers INSERT, UPDATE, DELETE and MERGE.
func (s *Session) refuseWrite(st *ast.Query) error {
	return pgerr.New(pgerr.FeatureNotSupported, "%s is not supported", st.Tag()).At(st.At(st.Span().Start)).
		WithHint("The tables here are filled by sources; write to the database upstream.")
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
