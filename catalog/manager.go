package catalog

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"culvert/engine"
	"culvert/sql/pgerr"
)

// Manager holds the committed catalog and the physical map, and is where
// transactions that change them commit. It is safe for concurrent use.
//
// Lock order: mu is taken before the engine's own locks and is held while the
// engine begins or commits a transaction, for no longer. It is never taken by
// what an engine call waits for.
type Manager struct {
	mu       sync.Mutex
	catalog  *Catalog
	physical *Physical
	watchers []func(*Catalog, *Change)

	claims claimLog

	lastID atomic.Int64
}

// Snapshot is what a transaction starts from.
type Snapshot struct {
	Catalog  *Catalog
	Physical *Physical

	seen uint64 // number of the last transaction with claims
}

// Begin runs begin, which takes the engine's snapshot, and gives the catalog
// and the physical map of the same moment: no commit comes between. Once the
// transaction is over, the caller gives the snapshot to End.
func (m *Manager) Begin(begin func() error) (Snapshot, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := begin(); err != nil {
		return Snapshot{}, err
	}
	return Snapshot{m.catalog, m.physical, m.claims.begin()}, nil
}

// End tells that the transaction of a snapshot is over.
func (m *Manager) End(s Snapshot) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.claims.end(s.seen)
}

// Current gives the committed catalog and physical map of now.
func (m *Manager) Current() Snapshot {
	m.mu.Lock()
	defer m.mu.Unlock()
	return Snapshot{Catalog: m.catalog, Physical: m.physical, seen: m.claims.last}
}

// Watch has fn called after every commit that changes the catalog, in commit
// order, with the lock held: fn must only note the change. Call it before the
// first transaction.
func (m *Manager) Watch(fn func(*Catalog, *Change)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.watchers = append(m.watchers, fn)
}

// NextID gives an ID that was never used. Commit makes sure that it stays so.
func (m *Manager) NextID() ID { return ID(fmt.Sprintf("u%d", m.lastID.Add(1))) }

// Commit commits the engine transaction on conn that holds the draft's rows,
// and publishes the draft. When another transaction has changed the same
// objects, names or dependencies, nothing is committed and the error is 40001;
// the caller rolls back.
func (m *Manager) Commit(ctx context.Context, conn engine.Conn, d *Draft) error {
	return m.CommitWork(ctx, conn, m.Current(), Work{Draft: d})
}

// Work is what a transaction did.
type Work struct {
	Draft  *Draft  // nil: the catalog is as it was
	Claims *Claims // what it did to users' tables; nil: nothing
}

// CommitWork is Commit for a transaction that began with a snapshot and may have
// written to users' tables. When its claims clash with those of a transaction
// that has committed since, nothing is committed and the error is an *Overlap.
func (m *Manager) CommitWork(ctx context.Context, conn engine.Conn, since Snapshot, w Work) error {
	if w.Draft != nil && w.Draft.change.Empty() {
		w.Draft = nil
	}
	claims := claimsOf(w.Draft, w.Claims)
	if w.Draft != nil {
		return m.commitDraft(ctx, conn, since, Work{w.Draft, claims})
	}
	if claims.Empty() {
		return commit(ctx, conn)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if found := m.claims.check(since.seen, claims); found != nil {
		return found
	}
	if err := commit(ctx, conn); err != nil {
		return err
	}
	m.claims.add(claims)
	return nil
}

func (m *Manager) commitDraft(ctx context.Context, conn engine.Conn, since Snapshot, w Work) error {
	d := w.Draft
	if err := appendRows(ctx, conn, tableIDs, [][]any{{m.lastID.Load()}}); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	next, err := d.rebase(m.catalog)
	if err != nil {
		return err
	}
	if found := m.claims.check(since.seen, w.Claims); found != nil {
		return found
	}
	if err := commit(ctx, conn); err != nil {
		return err
	}
	if !w.Claims.Empty() {
		m.claims.add(w.Claims)
	}
	m.catalog = next
	for _, watch := range m.watchers {
		watch(next, &d.change)
	}
	return nil
}

// commit commits, with 40001 for rows that another transaction changed.
func commit(ctx context.Context, conn engine.Conn) error {
	err := conn.Commit(ctx)
	if errors.Is(err, engine.ErrConflict) {
		return pgerr.Wrap(err, pgerr.SerializationFailure, "could not serialize access due to concurrent update").
			WithHint("Run the transaction again.")
	}
	return err
}

// CommitPhysical commits the engine transaction on conn and changes the
// physical map with it, so that a snapshot has both or neither.
func (m *Manager) CommitPhysical(ctx context.Context, conn engine.Conn, change PhysicalChange) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := conn.Commit(ctx); err != nil {
		return err
	}
	m.physical = m.physical.apply(change)
	return nil
}
