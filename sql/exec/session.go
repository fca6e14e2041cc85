package exec

import (
	"context"
	"encoding/binary"
	"math/rand/v2"
	"net"
	"sync/atomic"
	"time"

	"culvert/catalog"
	"culvert/engine"
	"culvert/server/wire"
	"culvert/sql/ast"
	"culvert/sql/parse"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// Info is what is known of a client when its session opens.
type Info struct {
	Role        string
	Superuser   bool
	Database    string
	Settings    map[string]string // of the startup packet
	PID         uint32
	Remote      net.Addr
	ConnectedAt time.Time
}

// Client is what a session tells its client while it runs something.
type Client interface {
	Notice(notice *pgerr.Error)
	Parameter(name, value string)
}

// Session runs the statements of one client. It is not safe for concurrent
// use.
type Session struct {
	srv    *Server
	id     string // a random UUID
	info   Info
	client Client
	conn   engine.Conn
	tx     *txn // nil: idle

	settings *settings
	saved
	activity atomic.Pointer[activity]
	numbers  *sessionSequences // nil until a statement uses sequences
}

// Open begins a session. Errors end the connection.
func (s *Server) Open(ctx context.Context, info Info, client Client) (*Session, error) {
	if info.Database == "" {
		info.Database = catalog.DatabaseName
	}
	if info.Database != catalog.DatabaseName {
		return nil, pgerr.New(pgerr.InvalidCatalogName, "database %q does not exist", info.Database).
			WithHint("The database is %s.", catalog.DatabaseName)
	}
	values, err := newSettings(info)
	if err != nil {
		return nil, err
	}
	conn, err := s.opts.Engine.Connect(ctx)
	if err != nil {
		return nil, err
	}
	info.ConnectedAt = s.opts.Clock()
	session := &Session{
		srv: s, id: newSessionID(), info: info, client: client, conn: conn,
		settings: values, saved: saved{},
	}
	idle(session)
	s.add(session)
	return session, nil
}

// Close rolls back what is open and gives everything back.
func (s *Session) Close() {
	s.endTransaction()
	s.srv.remove(s)
	if s.numbers != nil {
		s.numbers.done()
	}
	s.conn.Close()
}

// Statement is a parsed statement.
type Statement struct{ ast.Statement }

// AllowedInFailed tells whether the statement may run in a failed transaction.
func (st Statement) AllowedInFailed() bool {
	t, ok := st.Statement.(*ast.Transaction)
	if !ok {
		return false
	}
	return endsTransaction(t)
}

// Parse reads the text of a Query or Parse message; nothing runs.
func (s *Session) Parse(text string) ([]Statement, error) {
	if known := s.srv.plans.parsed(text); known != nil {
		return known, nil
	}
	parsed, err := parse.Parse(text)
	if err != nil {
		return nil, err
	}
	statements := make([]Statement, len(parsed))
	for i, st := range parsed {
		statements[i] = Statement{st}
	}
	s.srv.plans.keepParsed(text, statements)
	return statements, nil
}

// Reported are the settings that a client is told at the start.
func (s *Session) Reported() []wire.Parameter { return s.settings.reported() }

// Output are the settings that shape values.
func (s *Session) Output() wire.Settings {
	return wire.Settings{
		TimeZone:         s.settings.location(),
		ExtraFloatDigits: s.settings.integer("extra_float_digits"),
		ByteaEscape:      s.settings.get("bytea_output") == "escape",
		Reg:              regText(s),
	}
}

// Env are the settings that shape the reading of values.
func (s *Session) Env() types.Env {
	env := types.Env{TimeZone: s.settings.location(), DateOrder: s.settings.dateOrder()}
	if s.tx != nil {
		env.Now = s.tx.started
	}
	return env
}

// clientEndpoint is the client's address as pg_stat_activity shows it.
func clientEndpoint(s *Session) (address, port any) {
	if addr, ok := s.info.Remote.(*net.TCPAddr); ok {
		return addr.IP.String(), int32(addr.Port)
	}
	return nil, nil
}

// newSessionID makes a random UUID (RFC 9562, version 4).
func newSessionID() string {
	var raw [16]byte
	binary.BigEndian.PutUint64(raw[:], rand.Uint64())
	binary.BigEndian.PutUint64(raw[8:], rand.Uint64())
	raw[6], raw[8] = raw[6]&0x0f|0x40, raw[8]&0x3f|0x80
	return string(types.AppendUUID(nil, raw))
}
