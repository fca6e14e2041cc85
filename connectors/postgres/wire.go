package postgres

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"culvert/connectors"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
)

// wire reads backend messages (PostgreSQL 15 documentation, section 55.7) from a
// connection that was taken from pgconn. Bodies stay in its buffer: COPY and
// replication cost no allocation per message. It is not safe for concurrent
// use, but for the writes of write.
type wire struct {
	conn   net.Conn
	pid    uint32
	quiet  time.Duration // how long a read may see nothing
	buf    []byte
	r, w   int
	unhook func() bool
}

const (
	wireBuffer  = 256 << 10
	maxWireBody = 1 << 30
)

// take makes a wire of an idle connection. When ctx ends the connection is
// closed, which ends reads and writes at once. The caller calls close.
func take(ctx context.Context, c *client, quiet time.Duration) (*wire, error) {
	hijacked, err := c.Hijack()
	if err != nil {
		return nil, err
	}
	w := &wire{conn: hijacked.Conn, pid: hijacked.PID, quiet: quiet, buf: make([]byte, wireBuffer)}
	w.unhook = context.AfterFunc(ctx, func() { _ = w.conn.Close() }) // the reader sees it
	return w, nil
}

// close ends the session.
func (w *wire) close() {
	w.unhook()
	terminate(w.conn)
}

// send writes a frontend message.
func (w *wire) send(msg pgproto3.FrontendMessage) error {
	buf, err := msg.Encode(nil)
	if err != nil {
		return err
	}
	return w.write(buf)
}

// write may be called beside next, by one goroutine at a time.
func (w *wire) write(buf []byte) error {
	if err := w.conn.SetWriteDeadline(time.Now().Add(w.quiet)); err != nil {
		return err
	}
	_, err := w.conn.Write(buf)
	return err
}

// buffered tells whether a whole message is there without reading.
func (w *wire) buffered() bool {
	have := w.w - w.r
	return have >= 5 && have > int(binary.BigEndian.Uint32(w.buf[w.r+1:]))
}

// next gives the next message; body is valid until the next call. An
// ErrorResponse is an error, notices and parameter statuses are left out.
func (w *wire) next() (kind byte, body []byte, err error) {
	for {
		if err := w.fill(5); err != nil {
			return 0, nil, err
		}
		kind = w.buf[w.r]
		size := int(binary.BigEndian.Uint32(w.buf[w.r+1:])) - 4
		if size < 0 || size > maxWireBody {
			return 0, nil, fmt.Errorf("a message of %d bytes came from the server", size)
		}
		if err := w.fill(5 + size); err != nil {
			return 0, nil, err
		}
		body = w.buf[w.r+5 : w.r+5+size]
		w.r += 5 + size
		switch kind {
		case 'N', 'S', 'A':
		case 'E':
			var msg pgproto3.ErrorResponse
			if err := msg.Decode(body); err != nil {
				return 0, nil, err
			}
			return 0, nil, queryError(pgconn.ErrorResponseToPgError(&msg))
		default:
			return kind, body, nil
		}
	}
}

// fill reads until n bytes are there.
func (w *wire) fill(n int) error {
	if w.w-w.r >= n {
		return nil
	}
	if w.r > 0 {
		w.w = copy(w.buf, w.buf[w.r:w.w])
		w.r = 0
	}
	if n > len(w.buf) {
		w.buf = append(w.buf, make([]byte, n-len(w.buf))...)
	}
	for w.w < n {
		if err := w.conn.SetReadDeadline(time.Now().Add(w.quiet)); err != nil {
			return err
		}
		got, err := w.conn.Read(w.buf[w.w:])
		w.w += got
		if err != nil && w.w < n {
			return w.readError(err)
		}
	}
	return nil
}

func (w *wire) readError(err error) error {
	var timeout net.Error
	var legged connectors.Legged
	switch {
	case errors.As(err, &legged): // what a tunnel died of may be an EOF, too
		return err
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the server closed the connection")
	case errors.As(err, &timeout) && timeout.Timeout():
		return fmt.Errorf("nothing came from the server for %v", w.quiet)
	}
	return err
}
