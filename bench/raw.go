package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// rawConn is a connection whose client does nothing but follow the frames of
// what it reads (PostgreSQL's protocol: a type byte and a length that counts
// itself), so that the server is what is measured.
type rawConn struct {
	conn       net.Conn
	stop       func() bool // ends the watch over the context
	buf        []byte
	start, end int // what of buf is not used yet
	payload    int // bytes in the frames with rows, of all exchanges
}

// dialRaw logs in, prepares sql as the statement "s" when it is given, and takes
// the connection over. The context bounds everything that is done with it.
func dialRaw(ctx context.Context, dsn, sql string) (*rawConn, error) {
	pg, err := pgconn.Connect(ctx, dsn)
	if err != nil {
		return nil, err
	}
	if sql != "" {
		if _, err := pg.Prepare(ctx, "s", sql, nil); err != nil {
			return nil, err
		}
	}
	hijacked, err := pg.Hijack()
	if err != nil {
		return nil, err
	}
	conn := hijacked.Conn
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	return &rawConn{conn: conn, stop: stop, buf: make([]byte, 256<<10)}, nil
}

func (c *rawConn) close() {
	c.stop()
	_ = c.conn.Close() // nothing is pending
}

// simple is the frame of a Query message.
func simple(sql string) []byte { return frame(nil, 'Q', append([]byte(sql), 0)) }

// prepared are the frames that a driver sends to run the statement "s" without
// parameters, text results: Bind, Describe, Execute, Sync.
func prepared() []byte {
	b := frame(nil, 'B', []byte("\x00s\x00\x00\x00\x00\x00\x00\x00"))
	b = frame(b, 'D', []byte("P\x00"))
	b = frame(b, 'E', []byte("\x00\x00\x00\x00\x00"))
	return frame(b, 'S', nil)
}

func frame(b []byte, kind byte, body []byte) []byte {
	b = binary.BigEndian.AppendUint32(append(b, kind), uint32(len(body)+4))
	return append(b, body...)
}

// exchange sends frames and reads up to ReadyForQuery. It returns how many
// frames with rows came, of a query or of COPY.
func (c *rawConn) exchange(frames []byte) (rows int, err error) {
	if _, err := c.conn.Write(frames); err != nil {
		return 0, err
	}
	var failure error
	for {
		if err := c.need(5); err != nil {
			return rows, err
		}
		kind, size := c.buf[c.start], int(binary.BigEndian.Uint32(c.buf[c.start+1:]))-4
		c.start += 5
		switch kind {
		case 'D', 'd': // DataRow, CopyData
			rows++
			c.payload += size
		case 'E': // ErrorResponse
			if err := c.need(size); err != nil {
				return rows, err
			}
			failure = fmt.Errorf("the server answers %q", bytes.ReplaceAll(c.buf[c.start:c.start+size], []byte{0}, []byte{' '}))
		case 'Z': // ReadyForQuery
			return rows, joinNil(failure, c.skip(size))
		}
		if err := c.skip(size); err != nil {
			return rows, err
		}
	}
}

// joinNil returns the first of two errors.
func joinNil(first, second error) error {
	if first != nil {
		return first
	}
	return second
}

// need waits until n bytes (at most the buffer's size) stand at start.
func (c *rawConn) need(n int) error {
	if n > len(c.buf) {
		return fmt.Errorf("a message of %d bytes", n)
	}
	if len(c.buf)-c.start < n {
		c.end = copy(c.buf, c.buf[c.start:c.end])
		c.start = 0
	}
	for c.end-c.start < n {
		if c.start == c.end {
			c.start, c.end = 0, 0
		}
		got, err := c.conn.Read(c.buf[c.end:])
		c.end += got
		if err != nil {
			return err
		}
	}
	return nil
}

// skip discards n bytes.
func (c *rawConn) skip(n int) error {
	for {
		have := min(n, c.end-c.start)
		c.start += have
		if n -= have; n == 0 {
			return nil
		}
		if err := c.need(1); err != nil {
			return err
		}
	}
}
