package tunnel

import (
	"cmp"
	"slices"
	"time"
)

// Status is what a link is doing at one moment: a row of culvert.tunnels.
type Status struct {
	ConnectionID string
	Host         string
	Port         uint16
	User         string
	Private      bool // of an open transaction
	State        State
	Since        time.Time
	HostKey      string // fingerprint of the live connection's host key; "" without one
	Users        int    // open channels
	BytesIn      int64  // from the targets, over the link's life
	BytesOut     int64
	Reconnects   int       // connections made beyond the first
	LastError    *Error    // since the last success, a bastion's silence included; nil: none
	NextTry      time.Time // zero: no try is due
}

// Status gives one row per link, private and draining ones too, in the
// order in which they were made. It copies, and waits for no I/O.
func (m *Manager) Status() []Status {
	m.mu.Lock()
	links := make([]*link, 0, len(m.links))
	for l := range m.links {
		links = append(links, l)
	}
	m.mu.Unlock()
	slices.SortFunc(links, func(a, b *link) int { return cmp.Compare(a.seq, b.seq) })
	rows := make([]Status, len(links))
	for i, l := range links {
		rows[i] = l.status()
	}
	return rows
}

func (l *link) status() Status {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := Status{
		ConnectionID: l.cfg.ConnectionID, Host: l.cfg.Host, Port: l.cfg.Port, User: l.cfg.User, Private: l.private,
		State: l.state, Since: l.since, Users: l.users,
		BytesIn: l.bytes.in.Load(), BytesOut: l.bytes.out.Load(),
		Reconnects: max(0, l.connects-1), LastError: l.err, NextTry: l.next,
	}
	if l.client != nil {
		s.HostKey = l.client.hostKey.Fingerprint()
		if doubt := l.client.doubt(); doubt != nil {
			s.LastError = doubt
		}
	}
	return s
}
