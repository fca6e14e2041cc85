package server

import (
	"errors"
	"net"
)

// errStopping ends a read when the server shuts down.
var errStopping = errors.New("server is shutting down")

// readChunk is the size of one read from the network. A source has two chunks.
const readChunk = 8 << 10

// source reads a connection ahead of its session, by two chunks at most, so
// that the end of the client is noticed while a statement runs. Its goroutine
// ends when the connection is closed.
type source struct {
	nc     net.Conn
	chunks chan []byte   // read, in order
	spare  chan []byte   // to read into
	gone   chan struct{} // closed when a read has failed; err is then set
	err    error
	stop   <-chan struct{} // closed when the server shuts down

	cur, whole []byte // what is left of the current chunk, and all of it
}

// newSource starts reading. onGone is called once, when the client has gone.
func newSource(nc net.Conn, stop <-chan struct{}, onGone func()) *source {
	s := &source{nc: nc, chunks: make(chan []byte, 2), spare: make(chan []byte, 2), gone: make(chan struct{}), stop: stop}
	s.spare <- make([]byte, readChunk)
	s.spare <- make([]byte, readChunk)
	go s.run(onGone)
	return s
}

func (s *source) run(onGone func()) {
	defer onGone()
	defer close(s.gone)
	defer close(s.chunks)
	for buf := range s.spare {
		n, err := s.nc.Read(buf[:readChunk])
		if n > 0 {
			s.chunks <- buf[:n] // never blocks: there are as many places as chunks
		}
		if err != nil {
			s.err = err
			return
		}
	}
}

// Read gives bytes in order. It is for one goroutine.
func (s *source) Read(p []byte) (int, error) {
	if len(s.cur) == 0 {
		if s.whole != nil {
			s.spare <- s.whole
			s.whole = nil
		}
		chunk, err := s.next()
		if err != nil {
			return 0, err
		}
		s.cur, s.whole = chunk, chunk
	}
	n := copy(p, s.cur)
	s.cur = s.cur[n:]
	return n, nil
}

func (s *source) next() ([]byte, error) {
	select { // what has arrived is served before a shutdown
	case chunk, ok := <-s.chunks:
		return s.got(chunk, ok)
	default:
	}
	select {
	case chunk, ok := <-s.chunks:
		return s.got(chunk, ok)
	case <-s.stop:
		return nil, errStopping
	}
}

func (s *source) got(chunk []byte, ok bool) ([]byte, error) {
	if !ok {
		<-s.gone
		return nil, s.err
	}
	return chunk, nil
}

// close ends the goroutine; the connection must be closed already.
func (s *source) close() {
	close(s.spare)
	<-s.gone
}
