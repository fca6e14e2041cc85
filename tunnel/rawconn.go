package tunnel

import (
	"net"
	"sync/atomic"
)

// rawConn is the TCP connection under an SSH connection. It counts what
// arrives, so that a keepalive behind megabytes of data is no miss, and
// remembers the first error, which the library hides. After an error it is
// closed: a connection that can no longer be written to must not be waited for.
type rawConn struct {
	net.Conn
	received atomic.Int64
	failed   atomic.Pointer[error]
}

// Read counts and remembers.
func (r *rawConn) Read(p []byte) (int, error) {
	n, err := r.Conn.Read(p)
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
