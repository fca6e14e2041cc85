package server_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"culvert/server"
	"culvert/server/auth"
	"culvert/testenv"
)

// encrypted starts a server with a certificate, and gives what its clients need.
func encrypted(t *testing.T) (addr string, client *tls.Config) {
	t.Helper()
	authority, err := testenv.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	cert, key, err := authority.Issue("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	files := auth.Files{Cert: filepath.Join(t.TempDir(), "cert"), Key: filepath.Join(t.TempDir(), "key")}
	for path, text := range map[string]string{files.Cert: cert, files.Key: key} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	certificates, err := auth.OpenCertificates(files, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	_, addr = start(t, &fakeBackend{}, func(c *server.Config) { c.Certificates = certificates })
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(authority.PEM))
	return addr, &tls.Config{RootCAs: roots, ServerName: "127.0.0.1"}
}

func raw(t *testing.T, addr string) net.Conn {
	t.Helper()
	nc, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { nc.Close() })
	nc.SetDeadline(time.Now().Add(patience))
	return nc
}

func packet(body string) []byte {
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(body)+4)), body...)
}

var (
	sslRequest = packet("\x04\xd2\x16\x2f")
	gssRequest = packet("\x04\xd2\x16\x30")
	hello      = packet("\x00\x03\x00\x00user\x00materialize\x00\x00")
)

func send(t *testing.T, nc net.Conn, b []byte) {
	t.Helper()
	if _, err := nc.Write(b); err != nil {
		t.Fatal(err)
	}
}

func expect(t *testing.T, nc net.Conn, want string) {
	t.Helper()
	got := make([]byte, len(want))
	if _, err := io.ReadFull(nc, got); err != nil || string(got) != want {
		t.Fatalf("got %q, %v, not %q", got, err, want)
	}
}

func TestEncryptionIsOfferedOnceAndKept(t *testing.T) {
	addr, config := encrypted(t)
	nc := raw(t, addr)
	send(t, nc, gssRequest)
	expect(t, nc, "N")
	send(t, nc, sslRequest)
	expect(t, nc, "S")
	secure := tls.Client(nc, config)
	send(t, secure, hello)
	expect(t, secure, "R\x00\x00\x00\x08\x00\x00\x00\x00")

	again := raw(t, addr)
	send(t, again, sslRequest)
	expect(t, again, "S")
	secure = tls.Client(again, config)
	send(t, secure, sslRequest)
	if rest, _ := io.ReadAll(secure); !strings.Contains(string(rest), "encryption was requested twice") {
		t.Errorf("a second request: %q", rest)
	}
}

// What somebody on the way puts behind the SSLRequest must not be taken for
// what the client says encrypted.
func TestWhatComesInTheClearBehindTheRequestIsRefused(t *testing.T) {
	addr, _ := encrypted(t)
	nc := raw(t, addr)
	send(t, nc, append(append([]byte{}, sslRequest...), hello...))
	if rest, _ := io.ReadAll(nc); !strings.Contains(string(rest), "received unencrypted data after SSL request") || rest[0] == 'S' {
		t.Errorf("got %q", rest)
	}
}

func TestEncryptionFromTheFirstByteNamesItsProtocol(t *testing.T) {
	addr, config := encrypted(t)
	named := config.Clone()
	named.NextProtos = []string{auth.ALPN}
	secure := tls.Client(raw(t, addr), named)
	send(t, secure, hello)
	expect(t, secure, "R\x00\x00\x00\x08\x00\x00\x00\x00")

	secure = tls.Client(raw(t, addr), config)
	send(t, secure, hello)
	if rest, _ := io.ReadAll(secure); !strings.Contains(string(rest), "without ALPN protocol negotiation extension") {
		t.Errorf("without ALPN: %q", rest)
	}
	named.NextProtos = []string{"http/1.1"}
	if err := tls.Client(raw(t, addr), named).Handshake(); err == nil {
		t.Error("another protocol was taken")
	}
	_, plain := start(t, &fakeBackend{}, nil)
	if err := tls.Client(raw(t, plain), config).Handshake(); err == nil {
		t.Error("a server without a certificate speaks TLS")
	}
}
