package server_test

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"

	"culvert/engine"
	"culvert/server"
	"culvert/server/wire"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// fakeBackend's sessions know the few statements that the tests of the
// protocol need, and give them real columns for the real encoders.
type fakeBackend struct {
	open      atomic.Int64 // sessions
	executed  atomic.Int64
	batchSize int
}

func (b *fakeBackend) Open(_ context.Context, info server.SessionInfo, client server.Client) (server.Session, error) {
	if info.Database == "nosuch" {
		return nil, pgerr.New(pgerr.InvalidCatalogName, "database \"nosuch\" does not exist")
	}
	b.open.Add(1)
	return &fakeSession{backend: b, client: client, saved: map[string]server.Prepared{}, status: 'I'}, nil
}

type fakeSession struct {
	backend *fakeBackend
	client  server.Client
	saved   map[string]server.Prepared
	status  byte
	running *fakeResult
}

type fakeStatement struct {
	text string
	at   int // in the message's text
}

func (st fakeStatement) AllowedInFailed() bool {
	return st.text == "ROLLBACK" || st.text == "COMMIT"
}

type fakePrepared struct {
	fakeStatement
	params []types.Type
	cols   []wire.Column
	rows   int
}

func (p *fakePrepared) Params() []types.Type   { return p.params }
func (p *fakePrepared) Columns() []wire.Column { return p.cols }

func (s *fakeSession) Parse(text string) ([]server.Statement, error) {
	var out []server.Statement
	at := 0
	for piece := range strings.SplitSeq(text, ";") {
		part := strings.TrimSpace(piece)
		start := at + strings.Index(piece, part)
		at += len(piece) + 1
		if part == "" {
			continue
		}
		if strings.HasPrefix(part, "SELEC ") {
			return nil, pgerr.New(pgerr.SyntaxError, "syntax error at or near \"SELEC\"").At(strings.Index(text, "SELEC ") + 1)
		}
		out = append(out, fakeStatement{part, start})
	}
	return out, nil
}

var seriesText = regexp.MustCompile(`^SELECT g FROM generate_series\(1, (\d+)\) g$`)

// divisionText fails when it runs.
const divisionText = "SELECT 1/(g-1) AS g FROM generate_series(1, 1) g"

func (s *fakeSession) Prepare(_ context.Context, st server.Statement, paramTypes []types.OID) (server.Prepared, error) {
	text := st.(fakeStatement)
	if !text.AllowedInFailed() {
		s.mustBeIdle()
	}
	if s.status == 'E' && !text.AllowedInFailed() {
		return nil, pgerr.New(pgerr.InFailedSQLTransaction, "current transaction is aborted, commands ignored until end of transaction block")
	}
	p := &fakePrepared{fakeStatement: text}
	int4 := []wire.Column{{Name: "g", Type: types.T(types.Int4OID)}}
	if m := seriesText.FindStringSubmatch(text.text); m != nil {
		p.rows, _ = strconv.Atoi(m[1])
		p.cols = int4
		return p, nil
	}
	switch text.text {
	case "SELECT 1 AS g":
		p.rows, p.cols = 1, int4
	case "SELECT $1::int4 AS g":
		if paramTypes == nil {
			return nil, pgerr.New(pgerr.UndefinedParameter, "there is no parameter $1").At(8)
		}
		p.rows, p.cols, p.params = 1, int4, []types.Type{types.T(types.Int4OID)}
	case divisionText:
		p.rows, p.cols = 1, int4
	case "SELECT FROM pg_sleep(60)":
		p.cols = []wire.Column{}
	case "BEGIN", "COMMIT", "ROLLBACK", "SET application_name = 'x'":
	default:
		return nil, pgerr.New(pgerr.UndefinedTable, "relation \"nosuch\" does not exist").At(text.at + 15)
	}
	return p, nil
}

func (s *fakeSession) SaveStatement(name string, p server.Prepared) error {
	if s.saved[name] != nil && name != "" {
		return pgerr.New(pgerr.DuplicatePreparedStatement, "prepared statement \"%s\" already exists", name)
	}
	s.saved[name] = p
	return nil
}

func (s *fakeSession) SavedStatement(name string) server.Prepared { return s.saved[name] }
func (s *fakeSession) DropStatement(name string)                  { delete(s.saved, name) }

// mustBeIdle holds the server to its promise that a result is closed first.
func (s *fakeSession) mustBeIdle() {
	if s.running != nil {
		panic("the result before is still open")
	}
}

func (s *fakeSession) Execute(ctx context.Context, p server.Prepared, args []engine.Param) (server.Result, error) {
	s.mustBeIdle()
	s.backend.executed.Add(1)
	f := p.(*fakePrepared)
	r := &fakeResult{ctx: ctx, session: s, prepared: f, tag: f.text}
	switch f.text {
	case "SELECT FROM pg_sleep(60)":
		<-ctx.Done()
		return nil, fmt.Errorf("interrupted")
	case "BEGIN":
		s.status = 'T'
	case "COMMIT", "ROLLBACK":
		if s.status == 'E' {
			r.tag = "ROLLBACK"
		}
		s.status = 'I'
	case "SET application_name = 'x'":
		r.tag = "SET"
		s.client.Parameter("application_name", "x")
	case "SELECT $1::int4 AS g":
		r.arg = args[0].Text
		r.isArg = true
	}
	s.running = r
	return r, nil
}

func (s *fakeSession) Sync(context.Context) error {
	if s.status == 'I' {
		s.mustBeIdle()
	}
	return nil
}

func (s *fakeSession) Abort() {
	s.running = nil
	if s.status == 'T' {
		s.status = 'E'
	}
}
func (s *fakeSession) TxStatus() byte { return s.status }
func (s *fakeSession) Reported() []wire.Parameter {
	return []wire.Parameter{{Name: "server_version", Value: "15.8"}, {Name: "client_encoding", Value: "UTF8"}}
}
func (s *fakeSession) Output() wire.Settings { return wire.Settings{ExtraFloatDigits: 1} }
func (s *fakeSession) Env() types.Env        { return types.Env{} }
func (s *fakeSession) Close()                { s.backend.open.Add(-1) }

type fakeResult struct {
	ctx      context.Context // of Execute
	session  *fakeSession
	prepared *fakePrepared
	tag      string
	at       int
	arg      *string
	isArg    bool
	closed   bool
}

func (r *fakeResult) Columns() []wire.Column { return r.prepared.cols }

func (r *fakeResult) Next(context.Context) (*engine.Batch, error) {
	if r.closed {
		panic("a closed result is read")
	}
	if r.ctx.Err() != nil {
		return nil, fmt.Errorf("the statement's context ended before its rows: %w", r.ctx.Err())
	}
	if r.prepared.text == divisionText {
		return nil, pgerr.New(pgerr.DivisionByZero, "division by zero")
	}
	n := min(r.session.backend.batchSize, r.prepared.rows-r.at)
	if n == 0 {
		return nil, nil
	}
	col := engine.Column{Phys: types.Physical{Kind: types.KindInt32}}
	for range n {
		r.at++
		col.I32 = append(col.I32, int32(r.at))
	}
	if r.isArg {
		if r.arg == nil {
			col.Valid = []uint64{0}
		} else {
			v, _ := strconv.Atoi(*r.arg)
			col.I32[0] = int32(v)
		}
	}
	return &engine.Batch{Len: n, Cols: []engine.Column{col}}, nil
}

func (r *fakeResult) Tag(rows int64) string {
	if r.prepared.cols != nil {
		return "SELECT " + strconv.FormatInt(rows, 10)
	}
	return r.tag
}

func (r *fakeResult) Close() error {
	r.closed = true
	if r.session.running == r {
		r.session.running = nil
	}
	return nil
}
