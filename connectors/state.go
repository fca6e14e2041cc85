package connectors

import (
	"fmt"
	"time"
)

// State is the state of a source or of one of its tables, in Materialize's
// words.
type State uint8

// The states. Ceased is a definite error: a person must act.
const (
	StateCreated State = iota
	StateStarting
	StateRunning
	StateStalled
	StateCeased
	StateDropped
)

var stateNames = [...]string{"created", "starting", "running", "stalled", "ceased", "dropped"}

// String is the state as mz_source_statuses shows it.
func (s State) String() string {
	if int(s) < len(stateNames) {
		return stateNames[s]
	}
	return fmt.Sprintf("state %d", s)
}

func parseState(name string) State {
	for i, n := range stateNames {
		if n == name {
			return State(i)
		}
	}
	return StateCreated
}

// Status is the state of a source or table with its reason.
type Status struct {
	Object  string // catalog id of the source or the table
	Source  string // catalog id of the source
	State   State
	Error   string // with the leg in front: "ssh: …", "postgres: …"; "" when none
	Hint    string // what a person can do; "" when nothing is known
	Since   time.Time
	NextTry time.Time // zero unless State is StateStalled
}

// Readiness tells a statement whether it may read a table.
type Readiness struct {
	Known   bool // the supervisor knows the object
	Ready   bool // its first snapshot is complete and published
	Status  Status
	Source  Status // of the source that fills it
	Rows    Progress
	Changed <-chan struct{} // closed when any of this changes (Rows: at most every 100 ms)
}

// Progress counts the rows of a first snapshot.
type Progress struct {
	Known int64 // estimated rows upstream; -1: not known yet
	Done  int64 // rows copied
}

// Statistics counts what a source has done, over restarts.
type Statistics struct {
	Source           string
	Messages         int64 // change messages received
	Bytes            int64 // of them
	UpdatesStaged    int64 // row changes received, snapshot rows included
	UpdatesCommitted int64 // row changes committed, snapshot rows included
	SnapshotKnown    int64 // rows that the first snapshots have, as far as known
	SnapshotStaged   int64 // rows of them copied
	SnapshotDone     bool  // every table has its first snapshot
	OffsetKnown      int64 // newest position upstream
	OffsetCommitted  int64 // position that is durable here
}
