package server_test

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgproto3/v2"
	"go.uber.org/goleak"

	"culvert/server"
	"culvert/testenv"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// eventually waits for a condition with a deadline.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-deadline:
			t.Fatalf("never: %s", what)
		case <-tick.C:
		}
	}
}

func query(text string) *pgproto3.Query { return &pgproto3.Query{String: text} }

const sleepText = "SELECT FROM pg_sleep(60)"

// cancelRequest sends a cancel request on a connection of its own, and waits
// for the server to close it.
func cancelRequest(t *testing.T, addr string, pid, key uint32) {
	t.Helper()
	c := dial(t, addr)
	c.send(&pgproto3.CancelRequest{ProcessID: pid, SecretKey: key})
	if n, err := io.Copy(io.Discard, c.nc); n != 0 || err != nil {
		t.Errorf("a cancel request is answered: %d bytes, %v", n, err)
	}
}

func TestCancelEndsTheStatementAndNotTheSession(t *testing.T) {
	b := &fakeBackend{}
	_, addr := start(t, b, nil)
	c := connect(t, addr, "materialize", "")
	c.send(query(sleepText))
	eventually(t, "the statement runs", func() bool { return b.executed.Load() == 1 })
	cancelRequest(t, addr, c.pid, c.key+1) // a wrong key has no effect
	cancelRequest(t, addr, c.pid+1, c.key)
	began := time.Now()
	cancelRequest(t, addr, c.pid, c.key)
	got := c.until("ReadyForQuery")
	if !strings.Contains(got, `ERROR 57014 "canceling statement due to user request"`) || !strings.HasSuffix(got, "ReadyForQuery I\n") {
		t.Errorf("got:\n%s", got)
	}
	if took := time.Since(began); took > 500*time.Millisecond {
		t.Errorf("cancel took %v", took)
	}
	cancelRequest(t, addr, c.pid, c.key) // an idle session does not mind
	c.send(query("SELECT 1 AS g"))
	if got := c.until("ReadyForQuery"); !strings.Contains(got, "DataRow 1") {
		t.Errorf("after cancel:\n%s", got)
	}
}

func TestAClientThatVanishesEndsItsStatement(t *testing.T) {
	b := &fakeBackend{}
	_, addr := start(t, b, nil)
	c := connect(t, addr, "materialize", "")
	c.send(query(sleepText))
	eventually(t, "the statement runs", func() bool { return b.executed.Load() == 1 })
	c.nc.Close()
	eventually(t, "the session closes", func() bool { return b.open.Load() == 0 })
}

func TestShutdown(t *testing.T) {
	b := &fakeBackend{}
	s, addr := start(t, b, nil)
	idle, busy := connect(t, addr, "materialize", ""), connect(t, addr, "materialize", "")
	busy.send(query(sleepText))
	eventually(t, "the statement runs", func() bool { return b.executed.Load() == 1 })
	ctx, cut := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Shutdown(ctx) }()
	want := `ErrorResponse FATAL 57P01 "terminating connection due to administrator command"`
	if got := idle.until("ErrorResponse"); !strings.Contains(got, want) {
		t.Errorf("idle: %s", got)
	}
	select {
	case err := <-ended:
		t.Fatalf("Shutdown did not wait for the statement: %v", err)
	default:
	}
	cut()
	if got := busy.until("ErrorResponse"); !strings.Contains(got, want) {
		t.Errorf("busy: %s", got)
	}
	if err := <-ended; err != context.Canceled {
		t.Errorf("Shutdown: %v", err)
	}
	if nc, err := net.Dial("tcp", addr); err == nil {
		nc.Close()
		t.Error("still accepting")
	}
}

// TestShutdownWithAClientThatDoesNotRead promises an end though the client
// never reads its rows.
func TestShutdownWithAClientThatDoesNotRead(t *testing.T) {
	b := &fakeBackend{batchSize: 2048}
	s, addr := start(t, b, nil)
	c := connect(t, addr, "materialize", "")
	c.send(query("SELECT g FROM generate_series(1, 10000000) g"))
	eventually(t, "the statement runs", func() bool { return b.executed.Load() == 1 })
	ctx, cut := context.WithCancel(context.Background())
	cut()
	if err := s.Shutdown(ctx); err != context.Canceled {
		t.Errorf("Shutdown: %v", err)
	}
}

func TestTerminateEndsOneSession(t *testing.T) {
	s, addr := start(t, &fakeBackend{}, nil)
	c, other := connect(t, addr, "materialize", ""), connect(t, addr, "materialize", "")
	if !s.Terminate(c.pid) || s.Terminate(9999) {
		t.Error("Terminate found the wrong sessions")
	}
	if got := c.until("ErrorResponse"); !strings.Contains(got, "57P01") {
		t.Errorf("got %s", got)
	}
	other.send(query("SELECT 1 AS g"))
	other.until("ReadyForQuery")
}

// refused logs in and gives the error.
func refused(t *testing.T, addr string, params map[string]string) string {
	t.Helper()
	c := dial(t, addr)
	c.send(&pgproto3.StartupMessage{ProtocolVersion: pgproto3.ProtocolVersionNumber, Parameters: params})
	return strings.TrimSpace(c.until("ErrorResponse"))
}

func TestRefusedLogins(t *testing.T) {
	_, addr := start(t, &fakeBackend{}, nil)
	for _, c := range []struct {
		params map[string]string
		want   string
	}{
		{map[string]string{"user": "nobody"}, `FATAL 28000 "role \"nobody\" does not exist"`},
		{map[string]string{"database": "materialize"}, `FATAL 28000 "no PostgreSQL user name specified in startup packet"`},
		{map[string]string{"user": "materialize", "database": "nosuch"}, `FATAL 3D000 "database \"nosuch\" does not exist"`},
		{map[string]string{"user": "materialize", "replication": "database"}, `FATAL 0A000 "replication connections are not supported"`},
		{map[string]string{"user": "materialize", "options": "-x"}, `FATAL 42601 "invalid command-line argument for server process: -x"`},
	} {
		if got := refused(t, addr, c.params); !strings.Contains(got, c.want) {
			t.Errorf("%v: got %s", c.params, got)
		}
	}
}

func TestConnectionLimit(t *testing.T) {
	_, addr := start(t, &fakeBackend{}, func(c *server.Config) { c.MaxConnections, c.ReservedConnections = 1, 1 })
	first := connect(t, addr, "materialize", "")
	user := map[string]string{"user": "materialize"}
	if got := refused(t, addr, user); !strings.Contains(got, "FATAL 53300") {
		t.Errorf("second session: %s", got)
	}
	connect(t, addr, "postgres", "") // the reserved one
	if got := refused(t, addr, user); !strings.Contains(got, `FATAL 53300 "sorry, too many clients already"`) {
		t.Errorf("third session: %s", got)
	}
	first.send(&pgproto3.Terminate{})
	eventually(t, "a place is free again", func() bool {
		c := dial(t, addr)
		defer c.nc.Close()
		c.send(&pgproto3.StartupMessage{ProtocolVersion: pgproto3.ProtocolVersionNumber, Parameters: map[string]string{"user": "postgres"}})
		_, refusal := c.receive().(*pgproto3.ErrorResponse)
		return !refusal
	})
}

func TestEncryptionIsDeclined(t *testing.T) {
	_, addr := start(t, &fakeBackend{}, nil)
	c := dial(t, addr)
	for _, code := range []uint32{80877104, 80877103} { // GSSENCRequest, SSLRequest
		if _, err := c.nc.Write(binary.BigEndian.AppendUint32([]byte{0, 0, 0, 8}, code)); err != nil {
			t.Fatal(err)
		}
		var answer [1]byte
		if _, err := io.ReadFull(c.nc, answer[:]); err != nil || answer[0] != 'N' {
			t.Fatalf("answer %q (%v)", answer, err)
		}
	}
	c.send(&pgproto3.StartupMessage{ProtocolVersion: pgproto3.ProtocolVersionNumber, Parameters: map[string]string{"user": "materialize"}})
	c.until("ReadyForQuery")
}

func TestProtocolVersions(t *testing.T) {
	_, addr := start(t, &fakeBackend{}, nil)
	for _, minor := range []byte{1, 2, 0x0f} {
		c := dial(t, addr)
		body := append([]byte{0, 3, minor >> 3, minor}, "user\x00materialize\x00_pq_.fancy\x00on\x00\x00"...)
		if _, err := c.nc.Write(append([]byte{0, 0, 0, byte(len(body) + 4)}, body...)); err != nil {
			t.Fatal(err)
		}
		head := make([]byte, 5)
		if _, err := io.ReadFull(c.nc, head); err != nil || head[0] != 'v' {
			t.Fatalf("3.%d: first message %q (%v)", minor, head, err)
		}
		rest := make([]byte, binary.BigEndian.Uint32(head[1:])-4)
		if _, err := io.ReadFull(c.nc, rest); err != nil || string(rest) != "\x00\x03\x00\x00\x00\x00\x00\x01_pq_.fancy\x00" {
			t.Errorf("3.%d: NegotiateProtocolVersion %q (%v)", minor, rest, err)
		}
		c.until("ReadyForQuery")
	}
	c := dial(t, addr)
	if _, err := c.nc.Write([]byte{0, 0, 0, 9, 0, 2, 0, 0, 0}); err != nil {
		t.Fatal(err)
	}
	if got := c.until("ErrorResponse"); !strings.Contains(got, `FATAL 0A000 "unsupported frontend protocol 2.0: server supports 3.0 to 3.0"`) {
		t.Errorf("2.0: %s", got)
	}
}

func TestFramesThatEndTheSession(t *testing.T) {
	_, addr := start(t, &fakeBackend{}, func(c *server.Config) { c.MaxMessageSize = 1 << 20 })
	for _, c := range []struct{ frame, want string }{
		{"Q\x00\x10\x00\x05", `FATAL 54000 "message of 1048577 bytes exceeds the limit of 1048576 bytes"`},
		{"Q\x7f\xff\xff\xff", "FATAL 54000"},
		{"Q\x00\x00\x00\x03", `FATAL 08P01 "invalid message length"`},
		{"Q\xff\xff\xff\xff", `FATAL 08P01 "invalid message length"`},
		{"y\x00\x00\x00\x04", `FATAL 08P01 "invalid frontend message type 121"`},
		{"p\x00\x00\x00\x04", `FATAL 08P01 "invalid frontend message type 112"`},
	} {
		conn := connect(t, addr, "materialize", "")
		if _, err := io.WriteString(conn.nc, c.frame); err != nil {
			t.Fatal(err)
		}
		if got := conn.until("ErrorResponse"); !strings.Contains(got, c.want) {
			t.Errorf("%q: got %s, want %s", c.frame, got, c.want)
		}
		if _, err := conn.nc.Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("%q: the connection stays open (%v)", c.frame, err)
		}
	}
}

func TestPacketsBeforeLoginAreSmall(t *testing.T) {
	_, addr := start(t, &fakeBackend{}, nil)
	for _, packet := range []string{"\x7f\xff\xff\xff", "\x00\x00\x27\x15", "\x00\x00\x00\x04", "\xff\xff\xff\xff", "\x00\x00\x00\x0a\x00\x03\x00\x00ab", "GET / HTTP/1.1\r\n\r\n"} {
		c := dial(t, addr)
		if _, err := io.WriteString(c.nc, packet); err != nil {
			t.Fatal(err)
		}
		if got := c.until("ErrorResponse"); !strings.Contains(got, "FATAL 08P01") {
			t.Errorf("%q: %s", packet, got)
		}
	}
}

func TestMalformedBodiesLeaveTheSession(t *testing.T) {
	_, addr := start(t, &fakeBackend{}, nil)
	c := connect(t, addr, "materialize", "")
	for _, m := range []rawMessage{{"P", "00"}, {"P", "0000ffff"}, {"B", ""}, {"B", "0000ffff"}, {"B", "00000000ffff"}, {"E", "00"}, {"D", ""}, {"C", "5300ff"}, {"D", "58"}} {
		c.send(&m, &pgproto3.Sync{})
		if got := c.until("ReadyForQuery"); !strings.HasPrefix(got, "ErrorResponse ERROR ") {
			t.Errorf("%v: %s", m, got)
		}
	}
	c.send(&rawMessage{"F", "00"})
	if got := c.until("ReadyForQuery"); !strings.HasPrefix(got, "ErrorResponse ERROR 0A000") {
		t.Errorf("function call: %s", got)
	}
}

// TestSuspendedPortalGoesToDisk promises that a large portal survives another
// statement, row for row, and that its file has no name.
func TestSuspendedPortalGoesToDisk(t *testing.T) {
	dir := t.TempDir()
	_, addr := start(t, &fakeBackend{batchSize: 1000}, func(c *server.Config) { c.SpillDir = dir })
	c := connect(t, addr, "materialize", "")
	c.send(query("BEGIN"))
	c.until("ReadyForQuery")
	const n = 100_000
	c.send(&pgproto3.Parse{Query: "SELECT g FROM generate_series(1, 100000) g"}, &pgproto3.Bind{DestinationPortal: "p"}, &pgproto3.Execute{Portal: "p", MaxRows: 1500}, &pgproto3.Sync{})
	if got := c.until("ReadyForQuery"); strings.Count(got, "DataRow") != 1500 || !strings.Contains(got, "PortalSuspended") {
		t.Fatalf("first rows: %d", strings.Count(got, "DataRow"))
	}
	c.send(query("SELECT 1 AS g"))
	c.until("ReadyForQuery")
	if files, err := os.ReadDir(dir); err != nil || len(files) != 0 {
		t.Errorf("spill files have names: %v %v", files, err)
	}
	next := 1501
	for next <= n {
		c.send(&pgproto3.Execute{Portal: "p", MaxRows: 40_000}, &pgproto3.Sync{})
		for line := range strings.SplitSeq(c.until("ReadyForQuery"), "\n") {
			if row, ok := strings.CutPrefix(line, "DataRow "); ok {
				if row != strconv.Itoa(next) {
					t.Fatalf("row %s, want %d", row, next)
				}
				next++
			}
			if strings.HasPrefix(line, "ErrorResponse") {
				t.Fatal(line)
			}
		}
	}
	if next != n+1 {
		t.Errorf("%d rows", next-1)
	}
}

func TestSuspendedPortalIsBounded(t *testing.T) {
	_, addr := start(t, &fakeBackend{batchSize: 1000}, func(c *server.Config) { c.MaxSpill = 1000 })
	c := connect(t, addr, "materialize", "")
	c.send(query("BEGIN"))
	c.until("ReadyForQuery")
	c.send(&pgproto3.Parse{Query: "SELECT g FROM generate_series(1, 5000) g"}, &pgproto3.Bind{DestinationPortal: "p"}, &pgproto3.Execute{Portal: "p", MaxRows: 1}, &pgproto3.Sync{})
	c.until("ReadyForQuery")
	c.send(query("SELECT 1 AS g"))
	if got := c.until("ReadyForQuery"); !strings.Contains(got, "ErrorResponse ERROR 53400") || !strings.HasSuffix(got, "ReadyForQuery E\n") {
		t.Errorf("got %s", got)
	}
}

// TestTheEndOfATransactionReadsNoPortal promises that COMMIT and ROLLBACK close
// portals, whatever rows they have left.
func TestTheEndOfATransactionReadsNoPortal(t *testing.T) {
	_, addr := start(t, &fakeBackend{batchSize: 1000}, func(c *server.Config) { c.MaxSpill = 1000 })
	c := connect(t, addr, "materialize", "")
	for _, end := range []string{"COMMIT", "ROLLBACK"} {
		for _, simple := range []bool{true, false} {
			c.send(query("BEGIN"))
			c.until("ReadyForQuery")
			c.send(&pgproto3.Parse{Query: "SELECT g FROM generate_series(1, 5000) g"}, &pgproto3.Bind{DestinationPortal: "p"}, &pgproto3.Execute{Portal: "p", MaxRows: 1}, &pgproto3.Sync{})
			c.until("ReadyForQuery")
			if simple {
				c.send(query(end))
			} else {
				c.send(&pgproto3.Parse{Query: end}, &pgproto3.Bind{}, &pgproto3.Execute{}, &pgproto3.Sync{})
			}
			if got := c.until("ReadyForQuery"); !strings.Contains(got, "CommandComplete "+end) || !strings.HasSuffix(got, "ReadyForQuery I\n") {
				t.Errorf("%s: got %s", end, got)
			}
			c.send(&pgproto3.Execute{Portal: "p"}, &pgproto3.Sync{})
			if got := c.until("ReadyForQuery"); !strings.Contains(got, "34000") {
				t.Errorf("after %s the portal gives %s", end, got)
			}
		}
	}
}

func TestPortalLimit(t *testing.T) {
	_, addr := start(t, &fakeBackend{}, func(c *server.Config) { c.MaxPortals = 2 })
	c := connect(t, addr, "materialize", "")
	c.send(&pgproto3.Parse{Query: "SELECT 1 AS g"}, &pgproto3.Bind{DestinationPortal: "a"}, &pgproto3.Bind{DestinationPortal: "b"}, &pgproto3.Bind{DestinationPortal: "c"}, &pgproto3.Sync{})
	if got := c.until("ReadyForQuery"); strings.Count(got, "BindComplete") != 2 || !strings.Contains(got, "53400") {
		t.Errorf("got %s", got)
	}
}

func TestDescribeNeverRuns(t *testing.T) {
	b := &fakeBackend{}
	_, addr := start(t, b, nil)
	c := connect(t, addr, "materialize", "")
	c.send(&pgproto3.Parse{Query: "SELECT 1 AS g"}, &pgproto3.Describe{ObjectType: 'S'}, &pgproto3.Bind{}, &pgproto3.Describe{ObjectType: 'P'}, &pgproto3.Sync{})
	c.until("ReadyForQuery")
	if n := b.executed.Load(); n != 0 {
		t.Errorf("%d statements ran", n)
	}
}

// TestFetchingInATransactionStreams promises that a driver which fetches by
// batches, with a Sync after each, neither loses rows nor makes the server
// collect them.
func TestFetchingInATransactionStreams(t *testing.T) {
	_, addr := start(t, &fakeBackend{batchSize: 1000}, func(c *server.Config) { c.MaxSpill = 1 })
	fetchInBatches(t, connect(t, addr, "materialize", ""))
}

// TestFetchingInATransactionStreamsOnCulvert is the same on the whole program.
func TestFetchingInATransactionStreamsOnCulvert(t *testing.T) {
	cv := testenv.NewCulvert(t, testenv.CulvertOptions{})
	fetchInBatches(t, connectTo(t, cv.SQLAddr(), "materialize", "", "materialize"))
}

func fetchInBatches(t *testing.T, c *client) {
	t.Helper()
	c.send(query("BEGIN"))
	c.until("ReadyForQuery")
	c.send(&pgproto3.Parse{Query: "SELECT g FROM generate_series(1, 10000) g"}, &pgproto3.Bind{DestinationPortal: "p"})
	next := 1
	for done := false; !done; {
		c.send(&pgproto3.Execute{Portal: "p", MaxRows: 1500}, &pgproto3.Sync{})
		got := c.until("ReadyForQuery")
		for line := range strings.SplitSeq(got, "\n") {
			if row, ok := strings.CutPrefix(line, "DataRow "); ok {
				if row != strconv.Itoa(next) {
					t.Fatalf("row %s, want %d", row, next)
				}
				next++
			}
		}
		done = !strings.Contains(got, "PortalSuspended")
		if done && !strings.Contains(got, "CommandComplete SELECT 1000\n") {
			t.Errorf("the end: %s", got)
		}
	}
	if next != 10_001 {
		t.Errorf("%d rows", next-1)
	}
}
