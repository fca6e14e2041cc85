package tunnel

import (
	"bufio"
	"net"
	"sync/atomic"
)

// rawConn is the TCP connection under an SSH connection. It counts what
// arrives, so that a keepalive behind megabytes of data is no miss, and
// remembers the first error, which the library hides. After an error it is
// closed: a connection that can no longer be written to must not be waited for.
//
// It reads ahead: the library's own buffer of 4 KiB costs several reads of the
// socket per packet, which is a third of the whole time of a busy stream.
type rawConn struct {
	net.Conn
	ahead    *bufio.Reader
	received atomic.Int64
	failed   atomic.Pointer[error]
}

const readAhead = 128 << 10

func newRawConn(c net.Conn) *rawConn {
	return &rawConn{Conn: c, ahead: bufio.NewReaderSize(c, readAhead)}
}

// Read counts and remembers.
func (r *rawConn) Read(p []byte) (int, error) {
	n, err := r.ahead.Read(p)
	r.received.Add(int64(n))
	if err != nil {
		r.fail(err)
	}
	return n, err
}

// Write remembers.
func (r *rawConn) Write(p []byte) (int, error) {
	n, err := r.Conn.Write(p)
	if err != nil {
		r.fail(err)
	}
	return n, err
}

func (r *rawConn) fail(err error) {
	r.failed.CompareAndSwap(nil, &err)
	_ = r.Conn.Close()
}

// failure gives the first error, nil while the connection is well.
func (r *rawConn) failure() error {
	if p := r.failed.Load(); p != nil {
		return *p
	}
	return nil
}
