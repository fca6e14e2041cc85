package connectors

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// broadcast tells everyone who waits that something changed; s.mu is held.
func (s *Supervisor) broadcast() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// setSource changes the status of a source, and with it those of its tables.
func (s *Supervisor) setSource(id string, state State, text, hint string, next time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	entry := s.sources[id]
	if entry == nil {
		return
	}
	st := &entry.status
	if st.State != state || st.Error != text || st.Hint != hint {
		since := st.Since
		if st.State != state {
			since = time.Now()
		}
		*st = Status{Object: id, Source: id, State: state, Error: text, Hint: hint, Since: since}
		if s.tables[id] == nil { // else the table's status is the source's
			s.rec.enqueue(*st)
		}
		s.opts.Log.Info("source", "id", id, "name", entry.spec.Name, "state", state.String(), "error", text)
	}
	st.NextTry = next
	for object, t := range s.tables {
		if t.source == id {
			s.deriveTable(object, t, *st)
		}
	}
	s.broadcast()
}

// deriveTable brings the status of a table up to date; s.mu is held. A table
// has its own definite error, or shares what its source has; before its first
// snapshot it is starting. A source that is a table itself shows the table's.
func (s *Supervisor) deriveTable(object string, t *tableEntry, source Status) {
	next := source
	next.Object, next.Since = object, t.status.Since
	switch {
	case t.state.Error != "":
		leg := "source"
		if entry := s.sources[t.source]; entry != nil && entry.spec.Connector != nil {
			leg = entry.spec.Connector.Leg()
		}
		next.State, next.Error, next.Hint, next.NextTry = StateCeased, leg+": "+t.state.Error, t.state.Hint, time.Time{}
		if strings.HasPrefix(t.state.Error, DecodeLeg) {
			next.Error = t.state.Error
		}
	case !t.state.Ready && source.State == StateRunning:
		next.State = StateStarting
	}
	if next.State != t.status.State || next.Error != t.status.Error || next.Hint != t.status.Hint {
		if next.State != t.status.State {
			next.Since = time.Now()
		}
		s.rec.enqueue(next)
	}
	t.status = next
}

// setTable takes over the stored state of a table after its commit.
func (s *Supervisor) setTable(state TableState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tables[state.Object]
	if t == nil {
		return
	}
	t.state = state
	if entry := s.sources[t.source]; entry != nil {
		s.deriveTable(state.Object, t, entry.status)
	}
	s.broadcast()
}

// setRows counts the rows of a first snapshot.
func (s *Supervisor) setRows(object string, rows Progress) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tables[object]
	if t == nil {
		return
	}
	t.rows = rows
	if now := time.Now(); now.Sub(s.rowsAt) >= 100*time.Millisecond {
		s.rowsAt = now
		s.broadcast()
	}
}

// Ready tells whether a table may be read, and what there is to say meanwhile.
func (s *Supervisor) Ready(object string) Readiness {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := Readiness{Changed: s.changed}
	t := s.tables[object]
	if t == nil {
		return r
	}
	r.Known, r.Ready, r.Status, r.Rows = true, t.state.Ready, t.status, t.rows
	if entry := s.sources[t.source]; entry != nil {
		r.Source = entry.status
	}
	return r
}

// Statuses gives the statuses of all sources and tables, by object. A source
// that is a table itself has one: the table's.
func (s *Supervisor) Statuses() []Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]Status, 0, len(s.sources)+len(s.tables))
	for id, e := range s.sources {
		if s.tables[id] == nil {
			all = append(all, e.status)
		}
	}
	for _, t := range s.tables {
		all = append(all, t.status)
	}
	slices.SortFunc(all, func(a, b Status) int { return cmp.Compare(a.Object, b.Object) })
	return all
}

// Statistics gives the statistics of all sources, by source.
func (s *Supervisor) Statistics() []Statistics {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]Statistics, 0, len(s.sources))
	for id, e := range s.sources {
		st := e.stats
		st.SnapshotDone = true
		for _, t := range s.tables {
			if t.source != id {
				continue
			}
			st.SnapshotDone = st.SnapshotDone && (t.state.Ready || t.state.Error != "")
			st.SnapshotKnown += max(t.rows.Known, 0)
			st.SnapshotStaged += t.rows.Done
		}
		all = append(all, st)
	}
	slices.SortFunc(all, func(a, b Statistics) int { return cmp.Compare(a.Source, b.Source) })
	return all
}
