package postgres

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"culvert/connectors"
	"culvert/engine"

	"github.com/jackc/pglogrepl"
	"golang.org/x/sync/errgroup"
)

// Bounds of a batch. A batch ends at the first commit behind a bound of the
// first kind. In a transaction that is longer than the second kind, what has
// come is written into the open engine transaction, which ends with it.
const (
	batchBytes   = 16 << 20
	batchRows    = 100_000
	batchTime    = 200 * time.Millisecond
	partialBytes = 32 << 20
	partialRows  = 200_000
	// idleProgress is how often a position without changes is stored.
	idleProgress = time.Second
	// restFactor and mostRest let the engine and its readers have the processor
	// between flushes: a flush is followed by a rest that is so many times as
	// long, in which more is collected. One after a long silence comes at once.
	restFactor = 4
	mostRest   = 60 * time.Millisecond
	// conflicts is how often a batch is applied again after a conflict.
	conflicts = 10
)

// applier is the half of the stream that writes to the engine.
type applier struct {
	*run
	rc      *receiver
	log     *slog.Logger
	writers map[*table]*writer
	// routes has, by relation, who takes its changes.
	routes map[uint32][]route
	failed map[string]tableError // to be stored with the next batch

	final  pglogrepl.LSN // of the open transaction upstream; 0: none is open
	skip   bool          // it was applied before
	held   []*block      // what the changes refer to
	bytes  int
	rows   int
	since  time.Time // when the oldest commit of the batch came
	saved  time.Time // when the position was last stored
	moved  bool      // the position is ahead of what is stored
	rest   time.Time // when the rest after the last flush ends
	inside bool      // an engine transaction is open with a part of a transaction
}

// route is a table that takes the changes of a relation.
type route struct {
	*writer
	lay *layout
}

// stream follows the slot until something fails.
func (r *run) stream(ctx context.Context) error {
	rc, err := r.openStream(ctx)
	if err != nil {
		return err
	}
	defer rc.w.close()
	r.states = r.rt.Tables()
	r.rt.Running()
	a := &applier{run: r, rc: rc, log: r.rt.Log(), writers: map[*table]*writer{}, routes: map[uint32][]route{}, failed: map[string]tableError{}}
	for _, t := range r.tables {
		a.writers[t] = newWriter(t)
	}
	group, ctx := errgroup.WithContext(ctx)
	broken, gone := make(chan map[string]tableError), make(chan error)
	group.Go(connectors.Guard(func() error { return r.streamError(rc.receive(ctx)) }))
	group.Go(connectors.Guard(func() error { return rc.feedback(ctx) }))
	group.Go(connectors.Guard(func() error { r.watch(ctx, broken, gone); return nil }))
	group.Go(connectors.Guard(func() (err error) {
		defer func() { err = errors.Join(err, r.conn.Rollback()) }()
		return a.loop(ctx, broken, gone)
	}))
	// The receiver waits in the wire, which only closing it ends.
	stop := context.AfterFunc(ctx, func() { _ = rc.w.conn.Close() })
	defer stop()
	return group.Wait()
}

// loop applies blocks as they come.
func (a *applier) loop(ctx context.Context, broken <-chan map[string]tableError, gone <-chan error) error {
	ticker := time.NewTicker(idleProgress)
	defer ticker.Stop()
	var rested <-chan time.Time
	for {
		select {
		case <-rested:
		case b := <-a.rc.blocks:
			if err := a.take(ctx, b); err != nil {
				return err
			}
		case found := <-broken:
			for object, e := range found {
				if a.states[object].Error == "" {
					a.failed[object] = e
				}
			}
		case <-ticker.C:
		case err := <-gone:
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
		rested = nil
		if a.final != 0 || !a.due() {
			continue
		}
		if rest := time.Until(a.rest); rest > 0 {
			rested = time.After(rest)
			continue
		}
		if err := a.flush(ctx); err != nil {
			return err
		}
	}
}

// take processes a block and those that wait behind it, but so many at most
// that the other things which happen are seen, too.
func (a *applier) take(ctx context.Context, b *block) error {
	for range 8 * blockQueue {
		if err := a.process(ctx, b); err != nil {
			return err
		}
		select {
		case b = <-a.rc.blocks:
		default:
			return nil
		}
	}
	return a.process(ctx, b)
}

// due tells whether there is something that a flush would store.
func (a *applier) due() bool {
	if a.rows > 0 || a.inside || len(a.failed) > 0 {
		return true
	}
	return a.moved && (time.Since(a.saved) >= idleProgress || a.reached())
}

// reached tells whether a copied table can be published now.
func (a *applier) reached() bool {
	for _, s := range a.states {
		if a.waits(s) {
			return true
		}
	}
	return false
}

// waits tells whether a table's copy is complete, and the stream has brought
// the source's other tables to the same position.
func (a *applier) waits(s connectors.TableState) bool {
	return !s.Ready && s.Error == "" && s.Position != 0 && s.Position <= int64(a.position)
}

// process takes the messages of a block.
func (a *applier) process(ctx context.Context, b *block) error {
	a.held = append(a.held, b)
	a.bytes += cap(b.buf)
	for buf := b.buf; len(buf) > 0; {
		n := binary.BigEndian.Uint32(buf)
		msg := buf[4 : 4+n : 4+n]
		buf = buf[4+n:]
		a.counts.Messages++
		a.counts.Bytes += int64(n)
		committed, err := a.message(ctx, msg[0], msg[1:])
		if err != nil {
			return err
		}
		switch {
		case committed && a.full():
			// The rest of the block stays in use by what follows.
			rest := &block{buf: append([]byte(nil), buf...)}
			if err := a.flush(ctx); err != nil {
				return err
			}
			a.held, a.bytes, buf = append(a.held, rest), a.bytes+len(rest.buf), rest.buf
		case a.bytes > partialBytes && len(buf) == 0 && a.final != 0, a.rows > partialRows && len(buf) == 0 && a.final != 0:
			if err := a.flushPart(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// full tells whether the batch has to end at this commit.
func (a *applier) full() bool {
	return a.bytes > batchBytes || a.rows > batchRows || a.rows > 0 && time.Since(a.since) > batchTime
}

// message takes one message of pgoutput.
func (a *applier) message(ctx context.Context, kind byte, msg []byte) (committed bool, err error) {
	switch kind {
	case msgBegin: // final LSN, time, xid
		if len(msg) < 20 {
			return false, errTruncated
		}
		a.final = lsnAt(msg)
		a.skip = a.final < a.position
		if a.rows == 0 && !a.inside {
			a.since = time.Now()
		}
	case msgCommit: // flags, commit LSN, end LSN, time
		if len(msg) < 25 {
			return false, errTruncated
		}
		a.final = 0
		a.advance(lsnAt(msg[9:]))
		return true, nil
	case msgKeepalive:
		if a.final == 0 {
			a.advance(lsnAt(msg))
		}
	case msgRelation:
		return false, a.relation(ctx, msg)
	case msgInsert, msgUpdate, msgDelete:
		if !a.skip {
			return false, a.change(kind, msg)
		}
	case msgTruncate:
		if !a.skip {
			return false, a.truncate(msg)
		}
	}
	return false, nil // types, origins and logical messages say nothing to us
}

func (a *applier) advance(to pglogrepl.LSN) {
	if to > a.position {
		a.position, a.moved = to, true
	}
}

// relation maps a relation to the tables that ingest it.
func (a *applier) relation(_ context.Context, msg []byte) error {
	rel, err := parseRelation(msg)
	if err != nil {
		return err
	}
	var routes []route
	for _, t := range a.tables {
		if t.OID != rel.oid || a.broken(t) {
			continue
		}
		now := a.upstream[t.OID]
		lay, e := t.layoutFor(rel, now != nil && now.Partitioned)
		if e != nil {
			a.failed[t.Object] = *e
			a.writers[t].reset()
			continue
		}
		routes = append(routes, route{a.writers[t], lay})
	}
	a.routes[rel.oid] = routes
	return nil
}

// broken tells whether a table has a definite error.
func (a *applier) broken(t *table) bool {
	_, found := a.failed[t.Object]
	return found || a.states[t.Object].Error != ""
}

// takes tells whether the open transaction concerns a table: not when it is
// part of the table's first snapshot.
func (a *applier) takes(t *table) bool {
	state := a.states[t.Object]
	return int64(a.final) >= state.Position && state.Position != 0 && !a.broken(t)
}

// change takes an insert, update or delete.
func (a *applier) change(kind byte, msg []byte) error {
	if len(msg) < 5 {
		return errTruncated
	}
	routes := a.routes[binary.BigEndian.Uint32(msg)]
	if len(routes) == 0 {
		return nil
	}
	columns := routes[0].lay.columns
	msg = msg[4:]
	var oldData, newData []byte
	for len(msg) > 0 {
		marker := msg[0]
		n, err := tupleEnd(msg[1:], columns)
		if err != nil {
			return err
		}
		data := msg[3 : 1+n]
		msg = msg[1+n:]
		switch marker {
		case 'N':
			newData = data
		case 'K', 'O':
			oldData = data
		default:
			return fmt.Errorf("unexpected tuple %q in the stream", marker)
		}
	}
	for _, rt := range routes {
		if !a.takes(rt.table) {
			continue
		}
		if err := rt.take(kind, oldData, newData); err != nil {
			a.failed[rt.Object] = tableError{err.Error(), recreate}
			rt.reset()
			continue
		}
		a.rows++
		a.counts.Staged++
	}
	return nil
}

// take hands a change to the table's collection.
func (rt route) take(kind byte, oldData, newData []byte) error {
	var old, r row
	if oldData != nil {
		old = row{oldData, rt.lay}
	}
	if newData != nil {
		r = row{newData, rt.lay}
	}
	switch {
	case kind == msgInsert && !r.absent():
		return rt.insert(r)
	case kind == msgUpdate && !r.absent():
		return rt.update(old, r)
	case kind == msgDelete && !old.absent():
		return rt.remove(old)
	}
	return errOldRow
}

// truncate empties the tables of a TRUNCATE: count, options, relations.
func (a *applier) truncate(msg []byte) error {
	if len(msg) < 5 {
		return errTruncated
	}
	n := int(binary.BigEndian.Uint32(msg))
	msg = msg[5:]
	if len(msg) < 4*n {
		return errTruncated
	}
	for i := range n {
		for _, rt := range a.routes[binary.BigEndian.Uint32(msg[4*i:])] {
			if a.takes(rt.table) {
				rt.changes.truncate()
				a.rows++
				a.counts.Staged++
			}
		}
	}
	return nil
}

// flush writes the batch, the position and the states of tables in one engine
// transaction, publishes what became ready, and lets upstream know.
func (a *applier) flush(ctx context.Context) error {
	release, err := a.rt.Acquire(ctx)
	if err != nil {
		return err
	}
	defer release()
	began := time.Now()
	a.log.Debug("apply begins", "rows", a.rows)
	retry := !a.inside
	for try := 0; ; try++ {
		err := a.commit(ctx)
		if err == nil {
			break
		}
		if rollback := a.conn.Rollback(); rollback != nil {
			return errors.Join(err, rollback)
		}
		if !errors.Is(err, engine.ErrConflict) || !retry || try == conflicts {
			return fmt.Errorf("applying changes: %w", err)
		}
		if err := pause(ctx, time.Duration(try+1)*time.Millisecond); err != nil {
			return err
		}
	}
	a.rc.committed.Store(uint64(a.position))
	if !a.saved.IsZero() && a.rows > 0 {
		a.rc.answer()
	}
	a.saved, a.moved, a.inside = time.Now(), false, false
	a.log.Debug("apply ends", "rows", a.rows, "position", a.position.String())
	a.rest = a.saved.Add(min(restFactor*a.saved.Sub(began), mostRest))
	a.drop()
	known := max(int64(a.rc.known.Load()), int64(a.position))
	a.rt.Counted(a.counts, known, int64(a.position))
	return nil
}

// flushPart writes what has come of a long transaction into the engine's, which
// stays open until the transaction is complete.
func (a *applier) flushPart(ctx context.Context) error {
	release, err := a.rt.Acquire(ctx)
	if err != nil {
		return err
	}
	defer release()
	if err := a.write(ctx); err != nil {
		return fmt.Errorf("applying a part of a transaction: %w", err)
	}
	a.inside = true
	a.drop()
	return nil
}

// drop forgets the changes and lets go of what they refer to.
func (a *applier) drop() {
	for _, w := range a.writers {
		if w.dirty() {
			w.reset()
		}
	}
	a.rc.recycle(a.held)
	clear(a.held)
	a.held, a.bytes, a.rows = a.held[:0], 0, 0
}

// write applies the collected changes within the engine's transaction.
func (a *applier) write(ctx context.Context) error {
	if !a.inside {
		if err := a.conn.Begin(ctx); err != nil {
			return err
		}
		a.inside = true
	}
	for t, w := range a.writers {
		if !w.dirty() || a.broken(t) {
			continue
		}
		err := w.apply(ctx, a.conn, a.states[t.Object].Physical)
		var reject *rejected
		if errors.As(err, &reject) {
			a.failed[t.Object] = reject.tableError
			continue
		}
		if err != nil {
			return fmt.Errorf("table %s.%s: %w", t.Schema, t.Name, err)
		}
	}
	return nil
}

// commit writes and commits.
func (a *applier) commit(ctx context.Context) error {
	if err := a.write(ctx); err != nil {
		a.inside = false
		return err
	}
	a.inside = false
	counts := a.counts
	counts.Committed = counts.Staged
	part := connectors.Part{Position: int64(a.position), Counts: counts}
	if err := connectors.SaveProgress(ctx, a.conn, a.rt.Source(), part); err != nil {
		return err
	}
	var changed []connectors.TableState
	for object, s := range a.states {
		if e, found := a.failed[object]; found {
			s.Error, s.Hint = e.text, e.hint
			changed = append(changed, s)
		} else if a.waits(s) {
			s.Ready = true
			changed = append(changed, s)
		}
	}
	if err := a.rt.Commit(ctx, a.conn, changed...); err != nil {
		return err
	}
	for _, s := range changed {
		a.states[s.Object] = s
	}
	clear(a.failed)
	a.counts = counts
	return nil
}
