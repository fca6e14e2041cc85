package server

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"culvert/server/wire"
	"culvert/sql/pgerr"
)

// session is the protocol's state for one client that has logged in.
type session struct {
	conn    *conn
	in      *wire.Reader
	out     *wire.Writer
	sess    Session
	portals portals
	// skipping: a message of the extended protocol has failed, and what
	// follows is ignored until Sync.
	skipping bool
	empty    map[string]bool  // names of prepared texts without a statement
	changed  []wire.Parameter // settings whose new value is to be reported
}

func newSession(c *conn) *session {
	s := &session{conn: c, in: c.in, out: c.out, empty: map[string]bool{}}
	s.portals = portals{limit: c.server.cfg.MaxPortals, byName: map[string]*portal{}}
	return s
}

// Notice sends a notice at once.
func (s *session) Notice(notice *pgerr.Error) {
	s.out.Notice(notice)
	_ = s.out.Flush() // the writer keeps the error
}

// Parameter keeps a setting's new value until ReadyForQuery, where PostgreSQL
// reports it.
func (s *session) Parameter(name, value string) {
	s.changed = slices.DeleteFunc(s.changed, func(p wire.Parameter) bool { return p.Name == name })
	s.changed = append(s.changed, wire.Parameter{Name: name, Value: value})
}

// loop serves messages until the client ends the session (nil), or it must end
// (an error; FATAL where the client should hear it).
func (s *session) loop() error {
	for {
		kind, body, err := s.in.Next()
		if err != nil {
			return err
		}
		switch {
		case kind == 'X':
			return nil
		case s.skipping && kind != 'S':
			continue
		}
		ctx, end := s.conn.begin()
		err = s.message(ctx, kind, body)
		if err != nil {
			err = s.fail(ctx, kind, err)
		}
		end()
		if err != nil {
			return err
		}
		if err := s.out.Err(); err != nil {
			return err
		}
	}
}

// message serves one message. An error is reported by the caller.
func (s *session) message(ctx context.Context, kind byte, body []byte) error {
	switch kind {
	case 'Q':
		return s.query(ctx, body)
	case 'P':
		return s.parse(ctx, body)
	case 'B':
		return s.bind(body)
	case 'D':
		return s.describe(body)
	case 'E':
		return s.execute(ctx, body)
	case 'C':
		return s.close(body)
	case 'H':
		return s.flush()
	case 'S':
		return s.sync(ctx)
	case 'F':
		return pgerr.New(pgerr.FeatureNotSupported, "function call messages are not supported").
			WithHint("Call the function in a SELECT.")
	case 'd', 'c', 'f':
		return nil // of a COPY that has failed; ignored, as the protocol says
	}
	return fatalf("invalid frontend message type %d", kind)
}

func fatalf(format string, args ...any) error {
	e := pgerr.New(pgerr.ProtocolViolation, format, args...)
	e.Severity = pgerr.SeverityFatal
	return e
}

// fail reports an error and brings the protocol to where the client expects it
// after one. What it returns ends the session.
func (s *session) fail(ctx context.Context, kind byte, err error) error {
	e := clientError(ctx, err)
	if e.Severity == pgerr.SeverityFatal || e.Severity == pgerr.SeverityPanic {
		return e
	}
	if werr := s.out.Err(); werr != nil {
		return werr
	}
	s.portals.closeAll()
	s.sess.Abort()
	s.out.Error(e)
	if e.Code == pgerr.InternalError {
		s.conn.server.cfg.Log.Error("statement failed", "pid", s.conn.pid, "error", err)
	}
	switch kind {
	case 'Q', 'F', 'S':
		s.skipping = false
		return s.ready()
	}
	s.skipping = true
	return s.out.Flush() // the client may wait for it before it sends Sync
}

// clientError is what the client hears of err: the cause, when the message's
// context was ended.
func clientError(ctx context.Context, err error) *pgerr.Error {
	if ctx.Err() != nil {
		var cause *pgerr.Error
		if errors.As(context.Cause(ctx), &cause) {
			return cause
		}
	}
	return pgerr.From(err)
}

// ready ends an exchange with ReadyForQuery.
func (s *session) ready() error {
	for _, p := range s.changed {
		s.out.ParameterStatus(p)
	}
	s.changed = s.changed[:0]
	s.out.Ready(s.sess.TxStatus())
	return s.out.Flush()
}

func (s *session) flush() error { return s.out.Flush() }

// sync ends the implicit transaction of an extended exchange.
func (s *session) sync(ctx context.Context) error {
	s.skipping = false
	if s.sess.TxStatus() == 'I' {
		s.portals.closeAll() // in a transaction block they go on
	}
	if err := s.sess.Sync(ctx); err != nil {
		return err
	}
	return s.ready()
}

// query serves a Query message.
func (s *session) query(ctx context.Context, body []byte) error {
	text, err := wire.DecodeQuery(body)
	if err != nil {
		return err
	}
	s.portals.drop("")
	s.dropStatement("")
	statements, err := s.sess.Parse(text)
	if err != nil {
		return err
	}
	if len(statements) == 0 {
		if err := s.sess.Sync(ctx); err != nil {
			return err
		}
		s.out.Bare(wire.EmptyQuery)
		return s.ready()
	}
	for i, st := range statements {
		if err := s.simple(ctx, st, i == len(statements)-1); err != nil {
			return err
		}
	}
	return s.ready()
}

// simple runs one statement of a Query message. The last one's end is reported
// after the implicit transaction has committed.
func (s *session) simple(ctx context.Context, st Statement, last bool) error {
	if err := s.makeWay(ctx, st, nil); err != nil {
		return err
	}
	p, err := s.sess.Prepare(ctx, st, nil)
	if err != nil {
		return err
	}
	if len(p.Params()) > 0 {
		return pgerr.New(pgerr.UndefinedParameter, "there is no parameter $1")
	}
	run := &portal{prepared: p}
	defer run.during(ctx, s.conn.ctx)()
	defer run.close()
	described := p.Columns()
	if described != nil { // before the statement runs, as PostgreSQL has it
		s.out.RowDescription(described, nil)
	}
	if err := s.start(ctx, run); err != nil {
		return err
	}
	if cols := run.result.Columns(); described == nil && cols != nil {
		s.out.RowDescription(cols, nil)
	}
	sent, err := s.send(ctx, run, 0)
	if err != nil {
		return err
	}
	tag := run.result.Tag(sent)
	if err := run.close(); err != nil {
		return err
	}
	s.afterStatement()
	if last {
		if s.sess.TxStatus() == 'I' {
			s.portals.closeAll()
		}
		if err := s.sess.Sync(ctx); err != nil {
			return err
		}
	}
	s.out.Complete(tag)
	return nil
}

// afterStatement drops the portals of a transaction that the statement ended.
func (s *session) afterStatement() {
	status := s.sess.TxStatus()
	if s.portals.inBlock && status == 'I' {
		s.portals.closeAll()
	}
	s.portals.inBlock = status != 'I'
}

// start runs a portal's statement; other portals that stream are put aside.
func (s *session) start(ctx context.Context, p *portal) error {
	if p.prepared == (emptyStatement{}) {
		p.result = emptyResult{}
		return nil
	}
	if err := s.makeWay(ctx, p.prepared, p); err != nil {
		return err
	}
	result, err := s.sess.Execute(p.ctx, p.prepared, p.args)
	if err != nil {
		return err
	}
	p.result = result
	return nil
}

// send writes rows of a portal, at most limit of them (0: all), and tells how
// many.
func (s *session) send(ctx context.Context, p *portal, limit int64) (sent int64, err error) {
	if p.result.Columns() == nil {
		p.atEnd = true
		return 0, nil
	}
	if p.spilled != nil {
		return p.spilled.send(s.out, limit, p)
	}
	for limit == 0 || sent < limit {
		if p.next == p.rows() {
			more, err := s.fetch(p)
			if err != nil || !more {
				return sent, err
			}
			continue
		}
		to := p.rows()
		if left := limit - sent; limit > 0 && int64(to-p.next) > left {
			to = p.next + int(left)
		}
		buf, next, err := p.encoder.Append(s.out.Buffer(), p.batch, p.next, to, flushSize)
		s.out.SetBuffer(buf)
		sent += int64(next - p.next)
		p.next = next
		if err != nil {
			return sent, err
		}
		if s.out.Full() {
			if err := s.out.Flush(); err != nil {
				return sent, err
			}
			if ctx.Err() != nil {
				return sent, fmt.Errorf("sending rows: %w", context.Cause(ctx))
			}
		}
	}
	return sent, nil
}

// flushSize is how long the output may become before it is sent.
const flushSize = 64 << 10

// fetch gets the next batch of a portal; more is false at the end.
func (s *session) fetch(p *portal) (more bool, err error) {
	batch, err := p.result.Next(p.ctx)
	if err != nil {
		return false, err
	}
	if batch == nil {
		p.batch, p.next, p.atEnd = nil, 0, true
		return false, nil
	}
	if p.encoder == nil {
		if p.encoder, err = wire.NewEncoder(p.result.Columns(), batch, p.formats, s.sess.Output()); err != nil {
			return false, err
		}
	}
	p.batch, p.next = batch, 0
	return true, nil
}
