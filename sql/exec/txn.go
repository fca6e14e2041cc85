package exec

import (
	"context"
	"time"

	"culvert/catalog"
	"culvert/sql/pgerr"
)

// txn is the transaction of a session.
type txn struct {
	explicit bool // opened by BEGIN
	failed   bool // only ROLLBACK and COMMIT are heard
	readOnly bool
	started  time.Time

	begun bool             // snap and the engine's snapshot were taken
	snap  catalog.Snapshot // valid once begun
	draft *catalog.Draft   // nil until the transaction changes the catalog
	edits uint64           // number of the last change of the draft, so that a stale plan shows; 0: none

	claims  *catalog.Claims // what it wrote to users' tables; nil: nothing
	upserts bool            // by ON CONFLICT, too
	staged  *writeSet       // whose RETURNING may still be read

	hostKeys *transactionHostKeys // nil until a private tunnel is used

	// release gives back what serves only this transaction: private tunnels.
	release []func()
}

// transaction gives the session's transaction, an implicit one if there is none.
func (s *Session) transaction() *txn {
	if s.tx == nil {
		s.tx = &txn{started: s.srv.opts.Clock(), readOnly: s.settings.get("default_transaction_read_only") == "on"}
	}
	return s.tx
}

// begin takes the engine's snapshot and the catalog of the same moment.
func (s *Session) begin(ctx context.Context) (*txn, error) {
	tx := s.transaction()
	if tx.begun {
		return tx, nil
	}
	snap, err := s.srv.opts.Catalog.Begin(func() error { return s.conn.Begin(ctx) })
	if err != nil {
		return nil, err
	}
	tx.snap, tx.begun = snap, true
	return tx, nil
}

// catalog is the catalog that a statement sees now.
func (s *Session) catalog() *catalog.Catalog {
	switch {
	case s.tx == nil || !s.tx.begun:
		return s.srv.opts.Catalog.Current().Catalog
	case s.tx.draft != nil:
		return s.tx.draft.Catalog()
	}
	return s.tx.snap.Catalog
}

// stamp changes when the catalog that the session sees does.
type stamp struct {
	version uint64
	edits   uint64
	path    string
}

func (s *Session) stamp() stamp {
	st := stamp{version: s.catalog().Version(), path: s.settings.get("search_path")}
	if s.tx != nil {
		st.edits = s.tx.edits
	}
	return st
}

// change begins the transaction and gives its draft.
func (s *Session) change(ctx context.Context, what string) (*catalog.Draft, error) {
	tx := s.transaction()
	if tx.readOnly {
		return nil, pgerr.New(pgerr.ReadOnlySQLTransaction, "cannot execute %s in a read-only transaction", what)
	}
	if _, err := s.begin(ctx); err != nil {
		return nil, err
	}
	if tx.draft == nil {
		tx.draft = catalog.NewDraft(tx.snap.Catalog)
	}
	return tx.draft, nil
}

// apply writes edits of the catalog in the session's transaction.
func (s *Session) apply(ctx context.Context, draft *catalog.Draft, edits ...catalog.Edit) error {
	s.tx.edits = sequence.Add(1)
	return draft.Apply(ctx, s.conn, edits...)
}

// commit ends the transaction, which has not failed. Whatever the outcome, no
// transaction is open afterwards.
func (s *Session) commit(ctx context.Context) (err error) {
	tx := s.tx
	defer func() {
		if err != nil {
			s.settings.rollBack(s.client)
		}
		s.endTransaction()
	}()
	if tx == nil || !tx.begun {
		return nil
	}
	if tx.draft == nil {
		return sessionError(s.commitWork(ctx, catalog.Work{Claims: tx.claims}))
	}
	if err := storeLearnt(ctx, s); err != nil {
		return err
	}
	s.srv.opts.Logger.Debug("catalog commit begins", "pid", s.info.PID)
	if err := s.commitWork(ctx, catalog.Work{Draft: tx.draft, Claims: tx.claims}); err != nil {
		return sessionError(err)
	}
	s.srv.opts.Logger.Debug("catalog commit ends", "pid", s.info.PID)
	// What the statement promised holds when it is answered: a tunnel that was
	// just made can be dialled, a source is known to the supervisor.
	s.srv.reconcile.wait(ctx)
	return nil
}

// commitWork commits what the transaction did. It goes through the catalog, where
// a snapshot is taken, when others have to know of it.
func (s *Session) commitWork(ctx context.Context, w catalog.Work) error {
	if w.Draft == nil && w.Claims.Empty() {
		return s.conn.Commit(ctx)
	}
	return overlapError(s, s.srv.opts.Catalog.CommitWork(ctx, s.conn, s.tx.snap, w))
}

// endTransaction rolls back what is open, if anything, and forgets it.
func (s *Session) endTransaction() {
	if s.tx == nil {
		return
	}
	s.rollback()
	s.settings.endTransaction(s.client)
	s.tx = nil
}

// rollback ends the engine's part of the transaction.
func (s *Session) rollback() {
	if err := s.conn.Rollback(); err != nil {
		s.srv.opts.Logger.Error("rolling back", "pid", s.info.PID, "error", err)
	}
	for _, release := range s.tx.release {
		release()
	}
	if s.tx.begun {
		s.srv.opts.Catalog.End(s.tx.snap)
	}
	s.tx.release, s.tx.hostKeys, s.tx.draft, s.tx.begun = nil, nil, nil, false
	s.tx.claims, s.tx.staged = nil, nil
}

// Sync ends an implicit transaction.
func (s *Session) Sync(ctx context.Context) error {
	defer idle(s)
	if s.tx == nil || s.tx.explicit {
		return nil
	}
	return s.commit(ctx)
}

// Abort is told that a message failed: an implicit transaction is rolled back,
// an explicit one waits for its ROLLBACK. The engine's part of both ends now.
func (s *Session) Abort() {
	defer idle(s)
	if s.tx == nil {
		return
	}
	if !s.tx.explicit {
		s.settings.rollBack(s.client)
		s.endTransaction()
		return
	}
	s.rollback()
	s.tx.failed = true
}

// TxStatus is what ReadyForQuery reports.
func (s *Session) TxStatus() byte {
	switch {
	case s.tx == nil || !s.tx.explicit && !s.tx.failed:
		return 'I'
	case s.tx.failed:
		return 'E'
	}
	return 'T'
}

func errFailed() error {
	return pgerr.New(pgerr.InFailedSQLTransaction, "current transaction is aborted, commands ignored until end of transaction block")
}
