package exec

import (
	"context"
	"time"

	"culvert/sql/ast"
	"culvert/sql/pgerr"
)

// activity is what pg_stat_activity shows of a session. The statement is
// printed, without its literals, only when somebody looks.
type activity struct {
	state      string // active, idle, idle in transaction, idle in transaction (aborted)
	statement  ast.Statement
	queryStart time.Time
	xactStart  time.Time
	changed    time.Time
	appName    string
}

// busy notes the statement that begins to run.
func busy(s *Session, p *Prepared) {
	now := s.srv.opts.Clock()
	a := &activity{state: "active", statement: p.Statement.Statement, queryStart: now, changed: now, appName: s.settings.get("application_name")}
	a.xactStart = now
	if s.tx != nil {
		a.xactStart = s.tx.started
	}
	s.activity.Store(a)
}

// idle notes that nothing runs.
func idle(s *Session) {
	a := activity{}
	if last := s.activity.Load(); last != nil {
		a = *last
	}
	a.changed = s.srv.opts.Clock()
	a.appName = s.settings.get("application_name")
	switch s.TxStatus() {
	case 'T':
		a.state = "idle in transaction"
	case 'E':
		a.state = "idle in transaction (aborted)"
	default:
		a.state, a.xactStart = "idle", time.Time{}
	}
	s.activity.Store(&a)
}

// limitTime applies statement_timeout, which counts until the last row was read.
func limitTime(ctx context.Context, s *Session) (context.Context, context.CancelFunc) {
	timeout := s.settings.duration("statement_timeout")
	if timeout == 0 {
		return context.WithCancel(ctx)
	}
	cause := pgerr.New(pgerr.QueryCanceled, "canceling statement due to statement timeout")
	return context.WithTimeoutCause(ctx, timeout, cause)
}

// query is the text of the last statement without its literals.
func (a *activity) query() string {
	if a.statement == nil {
		return ""
	}
	return a.statement.Redacted()
}
