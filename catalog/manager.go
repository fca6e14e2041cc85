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

	lastID atomic.Int64
}

// Snapshot is what a transaction starts from.
type Snapshot struct {
	Catalog  *Catalog
	Physical *Physical
}

// Begin runs begin, which takes the engine's snapshot, and gives the catalog
// and the physical map of the same moment: no commit comes between.
func (m *Manager) Begin(begin func() error) (Snapshot, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := begin(); err != nil {
		return Snapshot{}, err
	}
	return Snapshot{m.catalog, m.physical}, nil
}

// Current gives the committed catalog and physical map of now.
func (m *Manager) Current() Snapshot {
	m.mu.Lock()
	defer m.mu.Unlock()
	return Snapshot{m.catalog, m.physical}
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
	if d.change.Empty() {
		return commit(ctx, conn)
	}
	if err := appendRows(ctx, conn, tableIDs, [][]any{{m.lastID.Load()}}); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	next, err := d.rebase(m.catalog)
	if err != nil {
		return err
	}
	if err := commit(ctx, conn); err != nil {
		return err
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
