package exec

import (
	"context"
	"fmt"
	"time"

	"culvert/catalog"
	"culvert/engine"
	"culvert/sql/pgerr"
)

// maxWaits bounds how often a query is analyzed anew because the catalog
// changed while it waited.
const maxWaits = 100

// runQuery runs a query: it waits for first snapshots, takes the transaction's
// snapshot, and streams.
func runQuery(ctx context.Context, s *Session, p *Prepared, args []engine.Param) (*Result, error) {
	p, err := settle(ctx, s, p)
	if err != nil {
		return nil, err
	}
	statement, err := engineStatement(s, p, args)
	if err != nil {
		return nil, err
	}
	if p.query.explain {
		return runExplain(ctx, s, statement)
	}
	counted := p.Statement.Tag() == "SELECT"
	if constants := p.query.constants; constants != nil {
		row, err := constants.batch(statement.Params)
		if err != nil {
			return nil, err
		}
		return &Result{columns: p.columns, fixed: row, tag: p.Statement.Tag(), counted: counted}, nil
	}
	rows, err := s.conn.Query(withSession(ctx, s), statement)
	if err != nil {
		return nil, err
	}
	return &Result{columns: p.columns, rows: rows, tag: p.Statement.Tag(), counted: counted}, nil
}

// settle brings the session to where a query can run: its tables are ready,
// the transaction has its snapshot (unless nothing stored is read), and the
// query was analyzed against the catalog of that snapshot.
func settle(ctx context.Context, s *Session, p *Prepared) (*Prepared, error) {
	for range maxWaits {
		var err error
		if p, err = refreshPlan(s, p); err != nil {
			return nil, err
		}
		if len(p.query.analyzed.Relations) == 0 {
			s.transaction()
			return p, nil
		}
		if err := awaitReady(ctx, s, p.query.analyzed.Objects); err != nil {
			return nil, err
		}
		fresh := s.tx == nil || !s.tx.begun
		tx, err := s.begin(ctx)
		if err != nil {
			return nil, err
		}
		if p.query.stamp == s.stamp() && (!fresh || allReady(s, tx, p.query.analyzed.Objects)) {
			return p, nil
		}
		if fresh { // what we waited for went away meanwhile: look again from the start
			s.rollback()
		}
	}
	return nil, pgerr.New(pgerr.SerializationFailure, "the catalog changed too often while the statement waited")
}

func allReady(s *Session, tx *txn, objects []string) bool {
	for _, id := range objects {
		if _, ok := s.physicalTable(catalog.ID(id)); !ok {
			return false
		}
	}
	return true
}

// engineStatement completes a query with tables, parameters and settings.
func engineStatement(s *Session, p *Prepared, args []engine.Param) (engine.Statement, error) {
	analyzed := p.query.analyzed
	if len(args) != len(analyzed.Params) {
		return engine.Statement{}, pgerr.New(pgerr.ProtocolViolation, "%d parameters were given, and the statement needs %d", len(args), len(analyzed.Params))
	}
	st := engine.Statement{
		Query:    analyzed.Query,
		Tables:   make(map[string]engine.TableName, len(analyzed.Objects)),
		Params:   append([]engine.Param(nil), args...),
		TimeZone: s.settings.get("TimeZone"),
		Key:      p.query.key,
	}
	if s.tx.begun {
		st.Key = fmt.Sprintf("%s/%d", p.query.key, s.tx.snap.Physical.Version())
		for _, id := range analyzed.Objects {
			st.Tables[id], _ = s.physicalTable(catalog.ID(id))
		}
	}
	for _, hidden := range analyzed.Hidden {
		param, err := sessionValue(s, hidden)
		if err != nil {
			return engine.Statement{}, err
		}
		st.Params = append(st.Params, param)
	}
	return st, nil
}

// physicalTable is the table that holds an object's rows in the transaction's
// snapshot; ok is false while it has none that is ready. A user's table is where
// the catalog says, which may be this transaction's own.
func (s *Session) physicalTable(id catalog.ID) (name engine.TableName, ok bool) {
	if object := s.catalog().Object(id); object != nil {
		if own, ok := object.Own(); ok {
			return own.PhysicalName(), true
		}
	}
	return s.tx.snap.Physical.Table(id)
}

// Waiting for a first snapshot.
const (
	noticeAfter = time.Second      // then a NOTICE tells how far it is
	noticeEvery = 10 * time.Second // and again
	stallAfter  = 5 * time.Second  // a source that is stalled for this long ends the wait
)

// awaitReady waits until each of the tables has its first snapshot, and fails
// for those that have a definite error.
func awaitReady(ctx context.Context, s *Session, objects []string) error {
	for _, id := range objects {
		if err := awaitTable(ctx, s, id); err != nil {
			return err
		}
	}
	return nil
}

func awaitTable(ctx context.Context, s *Session, id string) error {
	object := s.catalog().Object(catalog.ID(id))
	if object == nil {
		return pgerr.New(pgerr.InternalError, "object %s is not in the catalog", id)
	}
	if _, own := object.Own(); own {
		return nil
	}
	if s.tx != nil && s.tx.begun {
		return checkInTransaction(s, object)
	}
	since := s.srv.opts.Clock()
	notice := since.Add(noticeAfter)
	for {
		if s.catalog().Object(object.ID) == nil {
			return nil // dropped meanwhile: settle looks again
		}
		now := s.srv.opts.Clock()
		r := s.srv.opts.Sources.Ready(id)
		if err := tableError(object, r, now); err != nil || r.Ready {
			return err
		}
		if s.settings.get("wait_for_snapshot") == "off" {
			return errNotReady(object).WithHint("SET wait_for_snapshot = on to wait for it.")
		}
		if !now.Before(notice) {
			notice = now.Add(noticeEvery)
			s.client.Notice(progressNotice(object, r.Rows))
		}
		if err := waitFor(ctx, r.Changed, notice.Sub(now)); err != nil {
			return err
		}
	}
}

// waitFor waits for a change, for some time, or for the end of ctx.
func waitFor(ctx context.Context, changed <-chan struct{}, atMost time.Duration) error {
	timer := time.NewTimer(min(atMost, stallAfter))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-changed:
	case <-timer.C:
	}
	return nil
}

// checkInTransaction answers for a table in a transaction that has its
// snapshot already: waiting would not change what it sees.
func checkInTransaction(s *Session, object *catalog.Object) error {
	if _, ok := s.tx.snap.Physical.Table(object.ID); ok {
		return tableError(object, s.srv.opts.Sources.Ready(string(object.ID)), s.srv.opts.Clock())
	}
	if s.tx.snap.Catalog.Object(object.ID) == nil {
		return errNotReady(object).WithDetail("This transaction makes the table; its source starts after the commit.")
	}
	return pgerr.New(pgerr.SerializationFailure, "table %q had no snapshot yet when this transaction began", object.Name).
		WithHint("Run the transaction again.")
}

func errNotReady(object *catalog.Object) *pgerr.Error {
	return pgerr.New(pgerr.ObjectNotInPrerequisiteState, "table %q has no snapshot yet", object.Name)
}

// progressNotice tells how far a first snapshot is.
func progressNotice(object *catalog.Object, rows progress) *pgerr.Error {
	known := "an unknown number of"
	if rows.Known >= 0 {
		known = fmt.Sprintf("about %d", rows.Known)
	}
	return pgerr.Notice("waiting for the first snapshot of %q: %d of %s rows copied", object.Name, rows.Done, known)
}
