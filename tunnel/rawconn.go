package tunnel

import (
	"bufio"
	"net"
	"sync/atomic"
	"time"
)

// rawConn is the TCP connection under an SSH connection. It knows when something
// last arrived, so that a keepalive behind megabytes of data is no miss, and
// remembers the first error, which the library hides. After an error it is
// closed: a connection that can no longer be written to must not be waited for.
//
// It reads ahead: the library's own buffer of 4 KiB costs several reads of the
// socket per packet, which is a third of the whole time of a busy stream.
type rawConn struct {
	net.Conn
	ahead  *bufio.Reader
	made   time.Time
	heard  atomic.Int64 // when something last arrived, in nanoseconds after made
	failed atomic.Pointer[error]
}

const readAhead = 128 << 10

func newRawConn(c net.Conn) *rawConn {
	return &rawConn{Conn: c, ahead: bufio.NewReaderSize(c, readAhead), made: time.Now()}
}

// silence is how long nothing has arrived.
func (r *rawConn) silence() time.Duration {
	return time.Since(r.made) - time.Duration(r.heard.Load())
}

// Read notes the time and remembers.
func (r *rawConn) Read(p []byte) (int, error) {
	n, err := r.ahead.Read(p)
	if n > 0 {
		r.heard.Store(int64(time.Since(r.made)))
	}
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
