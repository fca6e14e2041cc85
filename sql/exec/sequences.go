package exec

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"
	"sync/atomic"

	"culvert/catalog"
	"culvert/engine"
	"culvert/sql/pgerr"
)

// Sequences move outside transactions, as PostgreSQL's do. The engine asks for
// numbers while it runs a statement, and must not be called then: so numbers are
// given from memory, and before any of them leaves the process, or is committed,
// it is stored that they may have been given, and some ahead of them. After a
// crash a sequence goes on behind what is stored: gaps, and no number twice.

// ahead is how many numbers are stored ahead (SEQ_LOG_VALS).
const ahead = 32

// sequences are the states of all sequences. It is safe for concurrent use.
type sequences struct {
	srv   *Server
	store sync.Mutex // one writer of the stored states
	dirty atomic.Bool

	mu     sync.Mutex
	states map[sequenceKey]*sequenceState
}

type sequenceKey struct {
	id         catalog.ID
	generation int
}

type sequenceState struct {
	last   int64
	called bool
	step   int64
	// stored is the number up to which all are known to be given; stale: what is
	// stored does not cover the state.
	stored int64
	stale  bool
}

// openSequenceStates reads what is stored.
func openSequenceStates(ctx context.Context, srv *Server) (*sequences, error) {
	q := &sequences{srv: srv, states: map[sequenceKey]*sequenceState{}}
	return q, srv.withConn(ctx, func(conn engine.Conn) error {
		states, err := catalog.ReadSequences(ctx, conn)
		for _, s := range states {
			q.states[sequenceKey{s.ID, s.Generation}] = &sequenceState{last: s.Last, called: s.Called, stored: s.Last}
		}
		return err
	})
}

// state finds the state of a sequence, with mu held.
func (q *sequences) state(o *catalog.Object, def *catalog.Sequence) *sequenceState {
	key := sequenceKey{o.ID, def.Generation}
	st := q.states[key]
	if st == nil {
		st = &sequenceState{last: def.Restart}
		q.states[key] = st
	}
	st.step = def.Increment
	return st
}

// next is nextval (nextval_internal).
func (q *sequences) next(o *catalog.Object, def *catalog.Sequence) (int64, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	st := q.state(o, def)
	value := st.last
	if st.called {
		var ok bool
		if value, ok = step(st.last, def); !ok {
			return 0, limitReached(o, def)
		}
	}
	st.last, st.called = value, true
	if !q.covered(st) {
		st.stale = true
		q.dirty.Store(true)
	}
	return value, nil
}

// covered tells whether what is stored says that a number may have been given.
func (q *sequences) covered(st *sequenceState) bool {
	if st.stale || st.stored == 0 {
		return false
	}
	if st.step > 0 {
		return st.last <= st.stored
	}
	return st.last >= st.stored
}

// step gives the number after last; ok is false at the end.
func step(last int64, def *catalog.Sequence) (value int64, ok bool) {
	value = last + def.Increment
	beyond := def.Increment > 0 && (value > def.Max || value < last) || def.Increment < 0 && (value < def.Min || value > last)
	switch {
	case !beyond:
		return value, true
	case !def.Cycle:
		return 0, false
	case def.Increment > 0:
		return def.Min, true
	}
	return def.Max, true
}

func limitReached(o *catalog.Object, def *catalog.Sequence) error {
	if def.Increment > 0 {
		return pgerr.New(pgerr.SequenceGeneratorLimitExceeded, "nextval: reached maximum value of sequence \"%s\" (%d)", o.Name, def.Max)
	}
	return pgerr.New(pgerr.SequenceGeneratorLimitExceeded, "nextval: reached minimum value of sequence \"%s\" (%d)", o.Name, def.Min)
}

// set is setval.
func (q *sequences) set(o *catalog.Object, def *catalog.Sequence, value int64, called bool) error {
	if value < def.Min || value > def.Max {
		return pgerr.New(pgerr.NumericValueOutOfRange, "setval: value %d is out of bounds for sequence \"%s\" (%d..%d)", value, o.Name, def.Min, def.Max)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	st := q.state(o, def)
	st.last, st.called, st.stored, st.stale = value, called, 0, true
	q.dirty.Store(true)
	return nil
}

// flush stores what must be stored before numbers leave the process.
func (q *sequences) flush(ctx context.Context) error {
	if !q.dirty.Load() {
		return nil
	}
	q.store.Lock()
	defer q.store.Unlock()
	return q.write(ctx, ahead)
}

// write stores stale states with so many numbers ahead.
func (q *sequences) write(ctx context.Context, count int64) error {
	q.mu.Lock()
	var rows []catalog.SequenceState
	for key, st := range q.states {
		if st.stale || count == 0 {
			row := catalog.SequenceState{ID: key.id, Generation: key.generation, Last: st.last, Called: st.called}
			if st.called && count > 0 {
				row.Last = further(st.last, st.step, count)
			}
			st.stored, st.stale = row.Last, false
			if !st.called {
				st.stored = 0
			}
			rows = append(rows, row)
		}
	}
	q.mu.Unlock()
	rows = newest(rows)
	if len(rows) == 0 {
		q.dirty.Store(false)
		return nil
	}
	err := q.srv.withConn(ctx, func(conn engine.Conn) error {
		if err := conn.Begin(ctx); err != nil {
			return err
		}
		defer conn.Rollback()
		if err := catalog.WriteSequences(ctx, conn, rows); err != nil {
			return err
		}
		return conn.Commit(ctx)
	})
	if err != nil {
		q.again(rows)
		return err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	stale := false
	for _, st := range q.states {
		stale = stale || st.stale
	}
	q.dirty.Store(stale) // and not before: others wait until what they were given is stored
	return nil
}

// newest keeps the last generation of each sequence: those before it are of
// transactions that were replaced or rolled back.
func newest(rows []catalog.SequenceState) []catalog.SequenceState {
	slices.SortFunc(rows, func(a, b catalog.SequenceState) int {
		if a.ID != b.ID {
			return int(a.ID.Number() - b.ID.Number())
		}
		return b.Generation - a.Generation
	})
	return slices.CompactFunc(rows, func(a, b catalog.SequenceState) bool { return a.ID == b.ID })
}

// again marks states that could not be stored.
func (q *sequences) again(rows []catalog.SequenceState) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, row := range rows {
		q.states[sequenceKey{row.ID, row.Generation}].stale = true
	}
	q.dirty.Store(true)
}

// further is last and count steps more, within the range of bigint.
func further(last, step, count int64) int64 {
	more := step * count
	switch {
	case step > 0 && (more/count != step || last > math.MaxInt64-more):
		return math.MaxInt64
	case step < 0 && (more/count != step || last < math.MinInt64-more):
		return math.MinInt64
	}
	return last + more
}

// close stores the states as they are: no gap follows.
func (q *sequences) close() {
	q.store.Lock()
	defer q.store.Unlock()
	if err := q.write(context.Background(), 0); err != nil {
		q.srv.opts.Logger.Warn("storing the sequences", "error", err)
	}
}

// rows are the rows of the live relation.
func (q *sequences) rows(context.Context) [][]any {
	cat := q.srv.opts.Catalog.Current().Catalog
	q.mu.Lock()
	defer q.mu.Unlock()
	var rows [][]any
	for _, o := range cat.Objects() {
		if def, ok := o.Def.(*catalog.Sequence); ok {
			st := q.state(o, def)
			rows = append(rows, []any{int64(o.ID.OID()), st.last, st.called})
		}
	}
	return rows
}

// sessionSequences answers a session's statements.
type sessionSequences struct {
	all    *sequences
	handle int64
	done   func()

	mu      sync.Mutex
	catalog *catalog.Catalog // as the running statement sees it
	given   map[catalog.ID]int64
	last    catalog.ID
}

// useSequences gives the handle for a statement that is about to run.
func (s *Session) useSequences() int64 {
	if s.numbers == nil {
		s.numbers = &sessionSequences{all: s.srv.sequences, given: map[catalog.ID]int64{}}
		s.numbers.handle, s.numbers.done = engine.OpenSequences(s.numbers)
	}
	s.numbers.mu.Lock()
	defer s.numbers.mu.Unlock()
	s.numbers.catalog = s.catalog()
	return s.numbers.handle
}

// find finds a sequence by OID, with mu held.
func (n *sessionSequences) find(oid int64) (*catalog.Object, *catalog.Sequence, error) {
	o := n.catalog.Object(catalog.ID(fmt.Sprint("u", oid-catalog.FirstUserOID)))
	if o == nil {
		return nil, nil, pgerr.New(pgerr.UndefinedTable, "could not open relation with OID %d", oid)
	}
	def, ok := o.Def.(*catalog.Sequence)
	if !ok {
		return nil, nil, pgerr.New(pgerr.WrongObjectType, "\"%s\" is not a sequence", o.Name)
	}
	return o, def, nil
}

// Next is nextval.
func (n *sessionSequences) Next(oid int64) (int64, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	o, def, err := n.find(oid)
	if err != nil {
		return 0, err
	}
	value, err := n.all.next(o, def)
	if err == nil {
		n.given[o.ID], n.last = value, o.ID
	}
	return value, err
}

// Current is currval.
func (n *sessionSequences) Current(oid int64) (int64, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	o, _, err := n.find(oid)
	if err != nil {
		return 0, err
	}
	value, ok := n.given[o.ID]
	if !ok {
		return 0, pgerr.New(pgerr.ObjectNotInPrerequisiteState, "currval of sequence \"%s\" is not yet defined in this session", o.Name)
	}
	return value, nil
}

// Last is lastval.
func (n *sessionSequences) Last() (int64, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.last == "" || n.catalog.Object(n.last) == nil {
		return 0, pgerr.New(pgerr.ObjectNotInPrerequisiteState, "lastval is not yet defined in this session")
	}
	return n.given[n.last], nil
}

// Set is setval.
func (n *sessionSequences) Set(oid, value int64, called bool) (int64, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	o, def, err := n.find(oid)
	if err != nil {
		return 0, err
	}
	if err := n.all.set(o, def, value, called); err != nil {
		return 0, err
	}
	if called {
		n.given[o.ID] = value
	}
	return value, nil
}
