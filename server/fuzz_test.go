package server_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"testing"
	"time"

	"culvert/server"
	"culvert/server/auth"
)

// FuzzSession promises that no bytes after login panic the server or keep a
// session open.
func FuzzSession(f *testing.F) {
	f.Add([]byte("Q\x00\x00\x00\x12SELECT 1 AS g\x00"))
	f.Add([]byte("P\x00\x00\x00\x15\x00SELECT 1 AS g\x00\x00\x00B\x00\x00\x00\x0c\x00\x00\x00\x00\x00\x00\x00\x00D\x00\x00\x00\x06P\x00E\x00\x00\x00\x09\x00\x00\x00\x00\x00S\x00\x00\x00\x04"))
	f.Add([]byte("Q\x00\x00\x00\x0aBEGIN\x00P\x00\x00\x00\x30p\x00SELECT g FROM generate_series(1, 25) g\x00\x00\x00B\x00\x00\x00\x0dp\x00p\x00\x00\x00\x00\x00\x00\x00"))
	f.Add([]byte("F\x00\x00\x00\x04d\x00\x00\x00\x04c\x00\x00\x00\x04f\x00\x00\x00\x05xH\x00\x00\x00\x04X\x00\x00\x00\x04"))
	backend := &fakeBackend{batchSize: 3}
	s := server.New(server.Config{Backend: backend, Auth: auth.New(auth.Options{Method: auth.Trust, Roles: auth.Static{{Name: "materialize"}}}), MaxMessageSize: 1 << 16})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		f.Fatal(err)
	}
	served := make(chan struct{})
	go func() { defer close(served); _ = s.Serve(ln) }()
	f.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_ = s.Shutdown(ctx)
		<-served
	})
	login := []byte("\x00\x00\x00\x1b\x00\x03\x00\x00user\x00materialize\x00\x00\x00")
	login[3] = byte(4 + 4 + len("user\x00materialize\x00\x00"))
	login = login[:login[3]]
	f.Fuzz(func(t *testing.T, data []byte) {
		nc, err := net.Dial("tcp", ln.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer nc.Close()
		nc.SetDeadline(time.Now().Add(patience))
		go func() {
			_, _ = nc.Write(append(append([]byte{}, login...), data...))
			_ = nc.(*net.TCPConn).CloseWrite()
		}()
		out, err := io.ReadAll(nc)
		if netErr, ok := err.(net.Error); ok && netErr.Timeout() {
			t.Fatalf("the session does not end; it sent %q", out)
		}
		if bytes.Contains(out, []byte("CXX000")) { // a panic is reported so
			t.Fatalf("internal error: %q", out)
		}
	})
}
