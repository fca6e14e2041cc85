package tunnel

import (
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/ssh"
)

const (
	readBufferMin = 32 << 10  // one SSH packet's data
	readBufferMax = 256 << 10 // what a busy stream grows to; two of them per connection
	writeBuffer   = 64 << 10  // bytes a Write may leave behind, as a socket's send buffer

	// closeLinger is how long Close lets written bytes leave, so that a
	// protocol's goodbye reaches the target.
	closeLinger = 2 * time.Second

	// eofDoubt is how long an end of stream waits for news of the tunnel's end.
	eofDoubt = 20 * time.Millisecond
)

// traffic counts the bytes of a link's channels.
type traffic struct {
	in, out atomic.Int64
}

// channelConn is a channel as a net.Conn. The library's channels block without
// deadlines (golang/go#65930), so two goroutines stand between: fill reads
// ahead into two buffers that change hands whole, drain writes what Write left
// in a bounded buffer. Bytes are copied once more than without; no lock is held
// while that happens on the read side's way.
type channelConn struct {
	ch     ssh.Channel
	client *client
	target channelAddr
	bytes  *traffic

	readMu        sync.Mutex // one Read at a time
	current       []byte     // unread rest of the buffer in hand
	inHand        []byte     // that buffer, whole
	full          chan []byte
	free          chan []byte
	readErr       error // set before full is closed
	readDeadline  deadline
	writeDeadline deadline

	writeMu sync.Mutex // one Write at a time
	bufMu   sync.Mutex // pending, writeErr
	pending []byte
	// writeErr is what ended drain; Write gives it from then on.
	writeErr error
	work     chan struct{} // there is something in pending
	space    chan struct{} // pending was taken
	drained  chan struct{} // drain has ended

	closeOnce sync.Once
	closing   chan struct{}
	linger    *time.Timer // set before closing is closed
}

// channelAddr is where a connection leads. It prints as it was dialled, so
// that a client that dials the same server again (a cancel request) can use it.
type channelAddr string

// Network is tcp.
func (channelAddr) Network() string { return "tcp" }

// String is host:port.
func (a channelAddr) String() string { return string(a) }

// newChannelConn starts the connection's goroutines on cl. release is called
// once: when the channel was closed on this side and nothing is left to send,
// when the client ended, or at once with an error.
func newChannelConn(cl *client, o opened, target string, bytes *traffic, release func()) (*channelConn, *Error) {
	c := &channelConn{
		ch: o.ch, client: cl, target: channelAddr(target), bytes: bytes,
		full: make(chan []byte, 1), free: make(chan []byte, 2),
		readDeadline: newDeadline(), writeDeadline: newDeadline(),
		work: make(chan struct{}, 1), space: make(chan struct{}, 1), drained: make(chan struct{}),
		closing: make(chan struct{}),
	}
	c.free <- nil
	c.free <- nil
	started := cl.start(&cl.wg, func() { ssh.DiscardRequests(o.reqs) }) &&
		cl.start(&cl.wg, c.fill) &&
		cl.start(&cl.wg, func() { c.drain(); c.finish(); release() })
	if !started {
		release()
		return nil, cl.cause
	}
	return c, nil
}

// finish runs when nothing more is sent: it waits for the owner to close, or
// for the end of the client.
func (c *channelConn) finish() {
	select {
	case <-c.closing:
		c.linger.Stop()
	case <-c.client.down:
	}
	_ = c.ch.Close()
}

// fill reads ahead until the channel ends or is closed. After the tunnel's end
// it waits for no reader: the link must be able to go on though an owner
// neither reads nor closes. What then cannot be handed over is lost, as after
// a reset of a socket, and the error follows what was handed over.
func (c *channelConn) fill() {
	defer close(c.full)
	size := readBufferMin
	for {
		var buf []byte
		select {
		case buf = <-c.free:
		case <-c.closing:
			return
		case <-c.client.down:
			c.readErr = c.client.cause
			return
		}
		if len(buf) < size {
			buf = make([]byte, size)
		}
		n, err := c.ch.Read(buf)
		if n > 0 {
			c.bytes.in.Add(int64(n))
			if n == len(buf) && size < readBufferMax {
				size *= 2
			}
			select {
			case c.full <- buf[:n]:
			case <-c.closing:
				return
			case <-c.client.down:
				c.readErr = c.client.cause
				return
			}
		}
		if err != nil {
			c.readErr = c.channelError(err)
			return
		}
	}
}

// channelError tells the end of the stream from the end of the tunnel: the
// library says EOF for both, and closes the channels of a dying connection
// before it says that it died. So an EOF is believed after a moment's doubt.
func (c *channelConn) channelError(err error) error {
	if rawErr := c.client.raw.failure(); rawErr != nil && !closed(c.client.down) {
		return c.client.cfg.lost(rawErr)
	}
	doubt := time.NewTimer(eofDoubt)
	defer doubt.Stop()
	select {
	case <-c.client.down:
		return c.client.cause
	case <-doubt.C:
		return err
	}
}

// Read reads what has arrived, at most one buffer's worth. After the peer's
// end of stream it gives io.EOF, after the tunnel's death an *Error.
func (c *channelConn) Read(p []byte) (int, error) {
	c.readMu.Lock()
	defer c.readMu.Unlock()
	expired := c.readDeadline.wait()
	switch {
	case closed(c.closing):
		return 0, c.opError("read", net.ErrClosed)
	case closed(expired):
		return 0, c.opError("read", os.ErrDeadlineExceeded)
	case len(p) == 0:
		return 0, nil
	}
	if len(c.current) == 0 {
		if err := c.nextBuffer(expired); err != nil {
			return 0, err
		}
	}
	n := copy(p, c.current)
	c.current = c.current[n:]
	return n, nil
}

func (c *channelConn) nextBuffer(expired <-chan struct{}) error {
	if c.inHand != nil {
		c.free <- c.inHand[:cap(c.inHand)] // never blocks: there are two buffers in all
		c.inHand = nil
	}
	for {
		select {
		case buf, ok := <-c.full:
			if !ok {
				return c.endOfStream()
			}
			c.inHand, c.current = buf, buf
			return nil
		case <-c.closing:
			return c.opError("read", net.ErrClosed)
		case <-expired:
			// The deadline may have been moved while this waited.
			expired = c.readDeadline.wait()
			if closed(expired) {
				return c.opError("read", os.ErrDeadlineExceeded)
			}
		}
	}
}

func (c *channelConn) endOfStream() error {
	if closed(c.closing) {
		return c.opError("read", net.ErrClosed)
	}
	return c.readErr
}

// Write leaves p in the send buffer, as a write to a socket does; it waits
// while that is full. What sending met is the error of a later Write.
func (c *channelConn) Write(p []byte) (int, error) {
	c.writeMu.Lock()
	defer c.writeMu.Unlock()
	n := 0
	for {
		expired := c.writeDeadline.wait()
		switch {
		case closed(c.closing):
			return n, c.opError("write", net.ErrClosed)
		case closed(expired):
			return n, c.opError("write", os.ErrDeadlineExceeded)
		case closed(c.client.down): // what is left in the buffer would go nowhere
			return n, c.client.cause
		}
		k, err := c.enqueue(p[n:])
		n += k
		if err != nil || n == len(p) {
			return n, err
		}
		select {
		case <-c.space:
		case <-c.drained:
		case <-c.closing:
		case <-expired:
		}
	}
}

func (c *channelConn) enqueue(p []byte) (int, error) {
	c.bufMu.Lock()
	defer c.bufMu.Unlock()
	if c.writeErr != nil {
		return 0, c.writeErr
	}
	n := min(len(p), writeBuffer-len(c.pending))
	if n > 0 {
		c.pending = append(c.pending, p[:n]...)
		signal(c.work)
	}
	return n, nil
}

// drain sends what Write left until the channel fails, or is closed with
// nothing left to send.
func (c *channelConn) drain() {
	defer close(c.drained)
	var spare []byte
	for {
		c.bufMu.Lock()
		chunk := c.pending
		c.pending = spare[:0]
		c.bufMu.Unlock()
		if len(chunk) == 0 {
			spare = chunk
			select {
			case <-c.work:
				continue
			case <-c.closing:
			case <-c.client.down:
			}
			if c.nothingLeft() {
				return
			}
			continue
		}
		signal(c.space)
		n, err := c.ch.Write(chunk)
		c.bytes.out.Add(int64(n))
		if err != nil {
			c.failWrites(err)
			return
		}
		spare = chunk
	}
}

// nothingLeft is asked after Close or the client's end: Write adds nothing
// after either once it has seen it, so an empty buffer stays empty.
func (c *channelConn) nothingLeft() bool {
	if closed(c.client.down) {
		c.failWrites(io.EOF)
		return true
	}
	c.bufMu.Lock()
	defer c.bufMu.Unlock()
	if len(c.pending) > 0 {
		return false
	}
	c.writeErr = c.opError("write", net.ErrClosed)
	return true
}

func (c *channelConn) failWrites(err error) {
	err = c.channelError(err)
	if err == io.EOF { // the target has closed its side
		err = c.opError("write", net.ErrClosed)
	}
	c.bufMu.Lock()
	defer c.bufMu.Unlock()
	c.writeErr = err
	c.pending = nil
}

func signal(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Close ends the connection. It returns at once; bytes already written are
// still sent, for at most closeLinger. Pending reads and writes fail.
func (c *channelConn) Close() error {
	err := error(c.opError("close", net.ErrClosed))
	c.closeOnce.Do(func() {
		err = nil
		// The bastion's answer to the close ends a write that its window blocks.
		c.linger = time.AfterFunc(closeLinger, func() { _ = c.ch.Close() })
		close(c.closing)
	})
	return err
}

func (c *channelConn) opError(op string, err error) *net.OpError {
	return &net.OpError{Op: op, Net: "tcp", Addr: c.target, Err: err}
}

// LocalAddr is the bastion's side of the tunnel, which is not known: an empty address.
func (c *channelConn) LocalAddr() net.Addr { return channelAddr("ssh tunnel") }

// RemoteAddr is the target as it was dialled: its name is not resolved here.
func (c *channelConn) RemoteAddr() net.Addr { return c.target }

// SetDeadline sets both deadlines.
func (c *channelConn) SetDeadline(t time.Time) error {
	c.readDeadline.set(t)
	c.writeDeadline.set(t)
	return nil
}

// SetReadDeadline bounds reads, also those that wait already.
func (c *channelConn) SetReadDeadline(t time.Time) error {
	c.readDeadline.set(t)
	return nil
}

// SetWriteDeadline bounds writes, also those that wait already. Bytes that a
// Write counted are sent all the same.
func (c *channelConn) SetWriteDeadline(t time.Time) error {
	c.writeDeadline.set(t)
	return nil
}
