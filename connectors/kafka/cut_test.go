package kafka

import (
	"context"
	"io"
	"net"
	"sync/atomic"
	"testing"

	"culvert/connectors"
)

// cutConn is a connection that dies after some bytes, in the midst of a batch.
type cutConn struct {
	net.Conn
	left atomic.Int64
}

func (c *cutConn) Read(p []byte) (int, error) {
	left := c.left.Load()
	if left <= 0 {
		_ = c.Close() // the error that counts is the one below
		return 0, io.ErrUnexpectedEOF
	}
	n, err := c.Conn.Read(p[:min(int64(len(p)), left)])
	c.left.Add(-int64(n))
	return n, err
}

// Responses end in the midst of a batch, at another byte each time: what came
// before counts once, and the rest is asked for again.
func TestTruncatedBatchesLoseNothing(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.produce(t, 2000)
	r, cfg := f.rig(t)
	var cuts atomic.Int64
	cfg.Params.Dial = func(host string, port uint16) (connectors.DialFunc, bool) {
		dial, covered := direct(host, port)
		return func(ctx context.Context, network, addr string) (net.Conn, error) {
			conn, err := dial(ctx, network, addr)
			n := cuts.Add(1)
			if err != nil || n > 40 { // later ones live, so that the test ends
				return conn, err
			}
			cut := &cutConn{Conn: conn}
			cut.left.Store(700 + n*977%9000)
			return cut, nil
		}, covered
	}
	r.Start(t, r.spec(cfg))
	f.produce(t, 2000)
	r.AwaitReady(t, "t")
	f.produce(t, 500)
	r.has("t", f.want...)
	if cuts.Load() < 20 {
		t.Errorf("only %d connections were cut", cuts.Load())
	}
}
