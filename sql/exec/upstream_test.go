package exec

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"
)

// silentServer takes connections and says nothing.
func silentServer(t *testing.T) (port int) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { _ = conn.Close() })
		}
	}()
	return listener.Addr().(*net.TCPAddr).Port
}

// TestAnUpstreamThatSaysNothing has statements that ask a server which takes
// connections and does not answer: the error says so, and what to look at.
func TestAnUpstreamThatSaysNothing(t *testing.T) {
	n := newNode(t)
	n.opts.UpstreamTimeout = 300 * time.Millisecond
	term := n.terminal(t)
	port := silentServer(t)
	for name, options := range map[string]string{
		"pg":  fmt.Sprintf("POSTGRES (HOST '127.0.0.1', PORT %d, USER u, DATABASE d)", port),
		"k":   fmt.Sprintf("KAFKA (BROKER '127.0.0.1:%d', SECURITY PROTOCOL 'PLAINTEXT')", port),
		"csr": fmt.Sprintf("CONFLUENT SCHEMA REGISTRY (URL 'http://127.0.0.1:%d')", port),
	} {
		create := fmt.Sprintf("CREATE CONNECTION %s TO %s", name, options)
		refusedFor(t, term, create)
		term.run(create + " WITH (VALIDATE = false)")
		refusedFor(t, term, "VALIDATE CONNECTION "+name)
	}
	refusedFor(t, term, "CREATE SOURCE s FROM POSTGRES CONNECTION pg (PUBLICATION 'p') FOR ALL TABLES")
	refusedFor(t, term, "CREATE SOURCE s FROM KAFKA CONNECTION k (TOPIC 't') FORMAT BYTES")
}

func refusedFor(t *testing.T, term *terminal, statement string) {
	t.Helper()
	begun := time.Now()
	said := term.run(statement)
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("%s\ntook %v", statement, took)
	}
	for _, text := range []string{"08001", "the upstream did not answer within 300ms", "DETAIL: ", "HINT: "} {
		if !strings.Contains(said, text) {
			t.Errorf("%s\nshould say %q:\n%s", statement, text, said)
		}
	}
}
