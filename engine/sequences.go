package engine

import (
	"sync"
	"sync/atomic"
)

// Sequences answers the calls of nextval and its like in the statements of one
// session. Sequences are named by their OIDs. It is called while the engine runs
// a statement, from any goroutine, and never calls the engine.
type Sequences interface {
	Next(oid int64) (int64, error)
	Current(oid int64) (int64, error)
	Last() (int64, error)
	Set(oid, value int64, called bool) (int64, error)
}

// openSequences are those that statements may name, by handle.
var (
	openSequences sync.Map
	lastSequences atomic.Int64
)

// OpenSequences gives a handle by which statements call s: the first argument of
// nextval and its like, before those that PostgreSQL has. close ends it.
func OpenSequences(s Sequences) (handle int64, close func()) {
	handle = lastSequences.Add(1)
	openSequences.Store(handle, s)
	return handle, func() { openSequences.Delete(handle) }
}

// SequencesOf finds what a handle stands for.
func SequencesOf(handle int64) (Sequences, bool) {
	s, ok := openSequences.Load(handle)
	if !ok {
		return nil, false
	}
	return s.(Sequences), true
}
