package server

import (
	"context"

	"culvert/engine"
	"culvert/server/wire"
	"culvert/sql/pgerr"
)

// portal is a statement with its arguments, and how far its rows were sent.
type portal struct {
	name     string
	prepared Prepared
	args     []engine.Param
	formats  []int16

	// ctx is the statement's: it outlives the message that started it.
	ctx    context.Context
	cancel context.CancelCauseFunc

	result  Result // nil: not started
	batch   *engine.Batch
	next    int // row of batch
	encoder *wire.Encoder
	spilled *spill // the rows that are left, when the portal was put aside
	atEnd   bool
	closed  bool
}

func (p *portal) rows() int {
	if p.batch == nil {
		return 0
	}
	return p.batch.Len
}

// streams tells whether the portal holds the engine's connection.
func (p *portal) streams() bool { return p.result != nil && !p.closed && !p.atEnd && p.spilled == nil }

// close ends the statement. Closing twice is harmless.
func (p *portal) close() error {
	if p.spilled != nil {
		p.spilled.close()
	}
	if p.cancel != nil {
		defer p.cancel(nil) // or the session's context would keep it
	}
	if p.result == nil || p.closed {
		return nil
	}
	p.closed = true
	return p.result.Close()
}

// during ties the portal's statement to the message that works on it: what
// cancels the message cancels the statement. The caller calls end before the
// message's context ends by itself.
func (p *portal) during(message, session context.Context) (end func() bool) {
	if p.ctx == nil {
		p.ctx, p.cancel = context.WithCancelCause(session)
	}
	return context.AfterFunc(message, func() { p.cancel(context.Cause(message)) })
}

// portals are those of one session, by name.
type portals struct {
	limit   int
	byName  map[string]*portal
	inBlock bool // the session was in a transaction block after the last statement
}

// add keeps a portal: 42P03 when its name is taken, but "" is replaced.
func (ps *portals) add(p *portal) error {
	if p.name == "" {
		ps.drop("")
	}
	if ps.byName[p.name] != nil {
		return pgerr.New(pgerr.DuplicateCursor, "cursor \"%s\" already exists", p.name)
	}
	if len(ps.byName) >= ps.limit {
		return pgerr.New(pgerr.ConfigurationLimitExceeded, "too many open portals").WithDetail("A session may have %d.", ps.limit)
	}
	ps.byName[p.name] = p
	return nil
}

func (ps *portals) get(name string) (*portal, error) {
	if p := ps.byName[name]; p != nil {
		return p, nil
	}
	return nil, pgerr.New(pgerr.InvalidCursorName, "portal \"%s\" does not exist", name)
}

func (ps *portals) drop(name string) {
	if p := ps.byName[name]; p != nil {
		delete(ps.byName, name)
		_ = p.close() // its rows are not wanted any more
	}
}

func (ps *portals) closeAll() {
	for name := range ps.byName {
		ps.drop(name)
	}
}

// makeWay lets a statement run: portals that stream are put aside, or closed
// when the statement ends the transaction that they belong to.
func (s *session) makeWay(ctx context.Context, st Statement, keep *portal) error {
	if !st.AllowedInFailed() {
		return s.suspendAll(ctx, keep)
	}
	for name, p := range s.portals.byName {
		if p != keep && p.streams() {
			s.portals.drop(name)
		}
	}
	return nil
}

// suspendAll puts aside every portal but keep that streams: the session can
// run one statement at a time.
func (s *session) suspendAll(ctx context.Context, keep *portal) error {
	for _, p := range s.portals.byName {
		if p != keep && p.streams() {
			if err := s.suspend(ctx, p); err != nil {
				return err
			}
		}
	}
	return nil
}

// suspend reads what is left of a portal's rows into a spill, and ends its
// statement.
func (s *session) suspend(ctx context.Context, p *portal) error {
	defer p.during(ctx, s.conn.ctx)()
	cfg := &s.conn.server.cfg
	sp := newSpill(cfg.SpillDir, cfg.MaxSpill)
	p.spilled = sp
	if err := s.fillSpill(p, sp); err != nil {
		return err
	}
	p.batch = nil
	p.closed = true
	return p.result.Close()
}

func (s *session) fillSpill(p *portal, sp *spill) error {
	var buf []byte
	for {
		for p.next < p.rows() {
			var err error
			if buf, p.next, err = p.encoder.Append(buf[:0], p.batch, p.next, p.rows(), flushSize); err != nil {
				return err
			}
			if err := sp.write(buf); err != nil {
				return err
			}
		}
		more, err := s.fetch(p)
		if err != nil {
			return err
		}
		if !more {
			p.atEnd = false // the spill has rows, perhaps
			return sp.rewind()
		}
	}
}
