package server_test

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/jackc/pgproto3/v2"

	"culvert/server"
	"culvert/server/auth"
	"culvert/testenv"
)

// start runs a server of fakes and gives its address.
func start(t testing.TB, backend *fakeBackend, change func(*server.Config)) (*server.Server, string) {
	t.Helper()
	if backend.batchSize == 0 {
		backend.batchSize = 4
	}
	cfg := server.Config{Backend: backend, Auth: auth.New(auth.Options{Method: auth.Trust, Roles: auth.Static{{Name: "materialize"}, {Name: "postgres", Superuser: true}}}), SpillDir: t.TempDir()}
	if change != nil {
		change(&cfg)
	}
	s := server.New(cfg)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(ln) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel() // nothing is waited for
		_ = s.Shutdown(ctx)
		if err := <-served; err != nil {
			t.Errorf("Serve: %v", err)
		}
		if n := backend.open.Load(); n != 0 {
			t.Errorf("%d sessions are still open", n)
		}
	})
	return s, ln.Addr().String()
}

// client is a connection that speaks through the other codec, pgproto3 v2.
type client struct {
	t   testing.TB
	nc  net.Conn
	fe  *pgproto3.Frontend
	pid uint32
	key uint32
}

const patience = 20 * time.Second

func dial(t testing.TB, addr string) *client {
	t.Helper()
	nc, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { nc.Close() })
	nc.SetDeadline(time.Now().Add(patience))
	return &client{t: t, nc: nc, fe: pgproto3.NewFrontend(pgproto3.NewChunkReader(nc), nc)}
}

// connect logs in as a user with a password.
func connect(t testing.TB, addr, user, password string) *client {
	t.Helper()
	return connectTo(t, addr, user, password, "postgres")
}

func connectTo(t testing.TB, addr, user, password, database string) *client {
	t.Helper()
	c := dial(t, addr)
	c.send(&pgproto3.StartupMessage{ProtocolVersion: pgproto3.ProtocolVersionNumber, Parameters: map[string]string{"user": user, "database": database}})
	for {
		switch m := c.receive().(type) {
		case *pgproto3.AuthenticationCleartextPassword:
			c.send(&pgproto3.PasswordMessage{Password: password})
		case *pgproto3.BackendKeyData:
			c.pid, c.key = m.ProcessID, m.SecretKey
		case *pgproto3.ErrorResponse:
			t.Fatalf("login: %s %s", m.Code, m.Message)
		case *pgproto3.ReadyForQuery:
			return c
		}
	}
}

func (c *client) send(messages ...pgproto3.FrontendMessage) {
	c.t.Helper()
	var buf []byte
	for _, m := range messages {
		var err error
		if buf, err = m.Encode(buf); err != nil {
			c.t.Fatal(err)
		}
	}
	if _, err := c.nc.Write(buf); err != nil {
		c.t.Fatal(err)
	}
}

func (c *client) receive() pgproto3.BackendMessage {
	c.t.Helper()
	m, err := c.fe.Receive()
	if err != nil {
		c.t.Fatalf("receiving: %v", err)
	}
	return m
}

// until receives messages up to one of a type, a line each.
func (c *client) until(kind string) string {
	c.t.Helper()
	var out strings.Builder
	for {
		m := c.receive()
		line := describe(m)
		if line != "" {
			out.WriteString(line + "\n")
		}
		if strings.HasPrefix(line, kind) {
			return out.String()
		}
	}
}

// describe writes a message as a line; what differs from server to server by
// nature is left out.
func describe(m pgproto3.BackendMessage) string {
	switch m := m.(type) {
	case *pgproto3.ErrorResponse:
		return fmt.Sprintf("ErrorResponse %s %s %q position=%d detail=%q", m.Severity, m.Code, m.Message, m.Position, m.Detail)
	case *pgproto3.NoticeResponse:
		return fmt.Sprintf("NoticeResponse %s %s %q", m.Severity, m.Code, m.Message)
	case *pgproto3.RowDescription:
		var cols []string
		for _, f := range m.Fields {
			cols = append(cols, fmt.Sprintf("%s:%d:%d:%d:%d", f.Name, f.DataTypeOID, f.DataTypeSize, f.TypeModifier, f.Format))
		}
		return "RowDescription " + strings.Join(cols, " ")
	case *pgproto3.DataRow:
		var values []string
		for _, v := range m.Values {
			switch {
			case v == nil:
				values = append(values, "NULL")
			case strings.IndexFunc(string(v), func(r rune) bool { return r < ' ' || r > '~' }) >= 0:
				values = append(values, `\x`+hex.EncodeToString(v))
			default:
				values = append(values, string(v))
			}
		}
		return "DataRow " + strings.Join(values, " ")
	case *pgproto3.CommandComplete:
		return "CommandComplete " + string(m.CommandTag)
	case *pgproto3.ReadyForQuery:
		return "ReadyForQuery " + string(m.TxStatus)
	case *pgproto3.ParameterDescription:
		return fmt.Sprint("ParameterDescription ", m.ParameterOIDs)
	case *pgproto3.ParameterStatus:
		return "ParameterStatus " + m.Name + "=" + m.Value
	}
	return strings.TrimPrefix(fmt.Sprintf("%T", m), "*pgproto3.")
}

var frontendMessages = map[string]func() pgproto3.FrontendMessage{
	"Query": func() pgproto3.FrontendMessage { return &pgproto3.Query{} }, "Parse": func() pgproto3.FrontendMessage { return &pgproto3.Parse{} },
	"Bind": func() pgproto3.FrontendMessage { return &pgproto3.Bind{} }, "Describe": func() pgproto3.FrontendMessage { return &describeMessage{} },
	"Execute": func() pgproto3.FrontendMessage { return &pgproto3.Execute{} }, "Close": func() pgproto3.FrontendMessage { return &closeMessage{} },
	"Sync": func() pgproto3.FrontendMessage { return &pgproto3.Sync{} }, "Flush": func() pgproto3.FrontendMessage { return &pgproto3.Flush{} },
	"CopyDone": func() pgproto3.FrontendMessage { return &pgproto3.CopyDone{} }, "CopyData": func() pgproto3.FrontendMessage { return &pgproto3.CopyData{} },
	"CopyFail": func() pgproto3.FrontendMessage { return &pgproto3.CopyFail{} }, "Raw": func() pgproto3.FrontendMessage { return &rawMessage{} },
}

// describeMessage and closeMessage have their kind as a letter in JSON.
type describeMessage struct{ Kind, Name string }

func (*describeMessage) Frontend()           {}
func (*describeMessage) Decode([]byte) error { return nil }
func (m *describeMessage) Encode(dst []byte) ([]byte, error) {
	return (&pgproto3.Describe{ObjectType: m.Kind[0], Name: m.Name}).Encode(dst)
}

type closeMessage struct{ Kind, Name string }

func (*closeMessage) Frontend()           {}
func (*closeMessage) Decode([]byte) error { return nil }
func (m *closeMessage) Encode(dst []byte) ([]byte, error) {
	return (&pgproto3.Close{ObjectType: m.Kind[0], Name: m.Name}).Encode(dst)
}

// rawMessage is a message by its type and the hex digits of its body.
type rawMessage struct{ Kind, Hex string }

func (*rawMessage) Frontend()           {}
func (*rawMessage) Decode([]byte) error { return nil }
func (m *rawMessage) Encode(dst []byte) ([]byte, error) {
	body, err := hex.DecodeString(m.Hex)
	n := len(body) + 4
	return append(append(dst, m.Kind[0], byte(n>>24), byte(n>>16), byte(n>>8), byte(n)), body...), err
}

// replay runs the transcripts of a folder, each on a connection of its own.
//
//	send
//	Query {"String": "SELECT 1"}
//	----
//
//	until
//	ReadyForQuery
//	----
//	…what came
func replay(t *testing.T, folder string, open func(t *testing.T) *client) {
	datadriven.Walk(t, folder, func(t *testing.T, path string) {
		c := open(t)
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			c.t = t
			switch d.Cmd {
			case "send":
				var messages []pgproto3.FrontendMessage
				for line := range strings.SplitSeq(d.Input, "\n") {
					name, fields, _ := strings.Cut(line, " ")
					if frontendMessages[name] == nil {
						d.Fatalf(t, "unknown message %q", name)
					}
					m := frontendMessages[name]()
					if fields != "" {
						if err := json.Unmarshal([]byte(fields), m); err != nil {
							d.Fatalf(t, "%s: %v", line, err)
						}
					}
					messages = append(messages, m)
				}
				c.send(messages...)
				return ""
			case "until":
				var out strings.Builder
				for line := range strings.SplitSeq(d.Input, "\n") {
					out.WriteString(c.until(line))
				}
				return out.String()
			}
			d.Fatalf(t, "unknown command %q", d.Cmd)
			return ""
		})
	})
}

// TestTranscripts promises the exchanges in testdata/transcripts.
func TestTranscripts(t *testing.T) {
	_, addr := start(t, &fakeBackend{}, nil)
	replay(t, "testdata/transcripts", func(t *testing.T) *client { return connect(t, addr, "postgres", "") })
}

// TestTranscriptsOnCulvert runs the transcripts on the whole program, and those
// of testdata/queries, which are beyond the sessions of TestTranscripts.
func TestTranscriptsOnCulvert(t *testing.T) {
	cv := testenv.NewCulvert(t, testenv.CulvertOptions{})
	for _, folder := range []string{"testdata/transcripts", "testdata/queries"} {
		replay(t, folder, func(t *testing.T) *client { return connectTo(t, cv.SQLAddr(), "materialize", "", "materialize") })
	}
}

// TestTranscriptsOnPostgreSQL holds the transcripts to their oracle.
func TestTranscriptsOnPostgreSQL(t *testing.T) {
	pg := testenv.NewPostgres(t, testenv.PostgresOptions{HBA: []string{"host all all 127.0.0.0/8 trust"}})
	for _, folder := range []string{"testdata/transcripts", "testdata/queries"} {
		replay(t, folder, func(t *testing.T) *client { return connect(t, pg.Addr(), "postgres", pg.Password()) })
	}
}
