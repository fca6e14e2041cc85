package tunnel

import (
	"context"
	"io"
	"net"
	"testing"

	"golang.org/x/crypto/ssh"
)

// streamer is a target that sends n bytes in COPY-sized pieces per connection.
func streamer(b *testing.B, n int64) string {
	piece := make([]byte, 64<<10)
	return serveTCP(b, func(c net.Conn) {
		for left := n; left > 0; left -= int64(len(piece)) {
			if _, err := c.Write(piece[:min(left, int64(len(piece)))]); err != nil {
				return
			}
		}
	})
}

func benchStream(b *testing.B, dial DialFunc) {
	const size = 128 << 20
	target := streamer(b, size)
	buf := make([]byte, 64<<10)
	b.SetBytes(size)
	for b.Loop() {
		c, err := dial(context.Background(), "tcp", target)
		if err != nil {
			b.Fatal(err)
		}
		n, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{c}, buf)
		if err != nil || n != size {
			b.Fatalf("%d bytes, %v", n, err)
		}
		_ = c.Close()
	}
}

// bareChannel is a channel of the library as far as the benchmark needs one.
type bareChannel struct {
	net.Conn
	ssh.Channel
}

func (b bareChannel) Read(p []byte) (int, error)  { return b.Channel.Read(p) }
func (b bareChannel) Write(p []byte) (int, error) { return b.Channel.Write(p) }
func (b bareChannel) Close() error                { return b.Channel.Close() }

// BenchmarkStream reads a stream through a real sshd on this machine: with this
// package's connections, with the library's (no deadlines), and without SSH.
func BenchmarkStream(b *testing.B) {
	keys := [2]KeyPair{}
	for i := range keys {
		keys[i], _ = GenerateKeyPair()
	}
	sshd := startBastion(b, keys[:])
	m := NewManager(Options{})
	defer m.Close()
	cfg := sshd.config(keys)
	m.Set(cfg)
	b.Run("tunnel", func(b *testing.B) { benchStream(b, m.Dialer("u1")) })
	b.Run("library", func(b *testing.B) {
		cl, fail := m.connect(context.Background(), cfg.normalized())
		if fail != nil {
			b.Fatal(fail)
		}
		defer cl.close(cfg.linkClosed())
		benchStream(b, func(ctx context.Context, network, addr string) (net.Conn, error) {
			o, fail := cl.open(ctx, network, addr)
			if fail != nil {
				return nil, fail
			}
			cl.start(&cl.wg, func() { ssh.DiscardRequests(o.reqs) })
			return bareChannel{Channel: o.ch}, nil
		})
	})
	b.Run("plain", func(b *testing.B) { benchStream(b, (&net.Dialer{}).DialContext) })
}
