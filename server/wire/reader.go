package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"culvert/sql/pgerr"
)

// MaxStartupPacket is PostgreSQL's MAX_STARTUP_PACKET_LENGTH: what a client may
// send in one message before it has logged in.
const MaxStartupPacket = 10000

// growStep is how much of an announced body is allocated before more of it has
// arrived.
const growStep = 64 << 10

// keepBuffer is the largest buffer that is kept from message to message.
const keepBuffer = 256 << 10

// Reader reads messages of a client. It is not safe for concurrent use.
type Reader struct {
	src io.Reader
	buf []byte // unread bytes are buf[rp:wp]
	rp  int
	wp  int
	max int // of a message's body, in bytes
}

// NewReader reads messages from src, whose bodies have at most max bytes.
func NewReader(src io.Reader, max int) *Reader {
	return &Reader{src: src, buf: make([]byte, 8<<10), max: max}
}

// SetMax changes the limit of a message's body.
func (r *Reader) SetMax(max int) { r.max = max }

// Peek gives the next byte and leaves it there.
func (r *Reader) Peek() (byte, error) {
	b, err := r.take(1)
	if err != nil {
		return 0, err
	}
	r.rp--
	return b[0], nil
}

// Unread gives what has been read of the source and not of r; it is valid until
// the next call.
func (r *Reader) Unread() []byte { return r.buf[r.rp:r.wp] }

// take gives the next n bytes, valid until the next call. The buffer grows
// with what arrives, not with what a client announces.
func (r *Reader) take(n int) ([]byte, error) {
	if r.rp == r.wp {
		r.rp, r.wp = 0, 0
		if len(r.buf) > keepBuffer {
			r.buf = make([]byte, 8<<10)
		}
	}
	for r.wp-r.rp < n {
		if r.wp == len(r.buf) {
			r.grow(n)
		}
		got, err := r.src.Read(r.buf[r.wp:])
		r.wp += got
		if err != nil && r.wp-r.rp < n {
			if errors.Is(err, io.EOF) && r.wp > r.rp {
				err = io.ErrUnexpectedEOF
			}
			return nil, err
		}
	}
	b := r.buf[r.rp : r.rp+n : r.rp+n]
	r.rp += n
	return b, nil
}

// grow makes room for more bytes: by moving what is unread to the front, or in
// a larger buffer.
func (r *Reader) grow(n int) {
	unread := r.wp - r.rp
	to := r.buf
	if size := min(n, max(2*unread, growStep)); size > len(r.buf) {
		to = make([]byte, size)
	} else if r.rp == 0 {
		to = make([]byte, 2*len(r.buf))
	}
	copy(to, r.buf[r.rp:r.wp])
	r.buf, r.rp, r.wp = to, 0, unread
}

// Next reads a message: its type and its body, which is valid until the next
// call. A frame that is wrong is a FATAL *pgerr.Error; other errors are the
// source's.
func (r *Reader) Next() (kind byte, body []byte, err error) {
	header, err := r.take(5)
	if err != nil {
		return 0, nil, err
	}
	kind = header[0]
	size := int64(int32(binary.BigEndian.Uint32(header[1:]))) - 4
	switch {
	case !isFrontend(kind):
		return 0, nil, fatal(pgerr.New(pgerr.ProtocolViolation, "invalid frontend message type %d", kind))
	case size < 0:
		return 0, nil, fatal(pgerr.New(pgerr.ProtocolViolation, "invalid message length"))
	case size > int64(r.max):
		return 0, nil, fatal(pgerr.New(pgerr.ProgramLimitExceeded, "message of %d bytes exceeds the limit of %d bytes", size, r.max))
	}
	body, err = r.take(int(size))
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return kind, body, err
}

func fatal(e *pgerr.Error) *pgerr.Error {
	e.Severity = pgerr.SeverityFatal
	return e
}

// isFrontend knows the types of a client's messages (PostgreSQL 15
// documentation, section 55.7).
func isFrontend(kind byte) bool {
	switch kind {
	case 'B', 'C', 'D', 'E', 'F', 'H', 'P', 'Q', 'S', 'X', 'c', 'd', 'f', 'p':
		return true
	}
	return false
}

// readPacket reads a message without a type: what a connection begins with.
func (r *Reader) readPacket() ([]byte, error) {
	header, err := r.take(4)
	if err != nil {
		return nil, err
	}
	size := int64(int32(binary.BigEndian.Uint32(header))) - 4
	if size < 4 || size > MaxStartupPacket {
		return nil, fatal(pgerr.New(pgerr.ProtocolViolation, "invalid length of startup packet"))
	}
	body, err := r.take(int(size))
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return body, err
}

// malformed is a message whose body is not what its type says. The frame was
// sound, so the session goes on.
func malformed(err error) error {
	return pgerr.Wrap(fmt.Errorf("decoding message: %w", err), pgerr.ProtocolViolation, "invalid message format")
}
