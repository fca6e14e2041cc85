package server

import (
	"crypto/tls"
	"errors"
	"net"
	"os"
	"sync"
	"time"
)

// errStopping ends a read when the server shuts down.
var errStopping = errors.New("server is shutting down")

const (
	// watchAfter is how long a statement runs before its client is watched:
	// most have ended by then, and handing what a client sends from goroutine
	// to goroutine would cost them more than they take.
	watchAfter = 2 * time.Millisecond
	// A watching goroutine reads ahead of the session by so many chunks.
	aheadChunks = 2
	readChunk   = 8 << 10
)

// source reads a connection for its session. While a statement runs for longer
// than a moment, a goroutine reads ahead, by two chunks at most, so that the
// end of the client is noticed.
type source struct {
	nc     net.Conn
	stop   <-chan struct{} // closed when the server shuts down
	onGone func()          // called when the client has gone
	timer  *time.Timer     // starts readAhead

	// encrypted is what is read in the place of nc once the connection is; it is
	// set before a session, and with it readAhead, begins.
	encrypted *tls.Conn

	running sync.WaitGroup // readAhead

	mu      sync.Mutex
	watched bool          // a statement runs
	active  bool          // readAhead runs
	chunks  [][]byte      // read ahead, in order
	err     error         // that ended reading ahead
	news    chan struct{} // has room for one: chunks, err or active changed
	rest    []byte        // of the first chunk; the session's own
}

func newSource(nc net.Conn, stop <-chan struct{}, onGone func()) *source {
	s := &source{nc: nc, stop: stop, onGone: onGone, news: make(chan struct{}, 1)}
	s.timer = time.AfterFunc(time.Hour, s.readAhead)
	s.timer.Stop()
	return s
}

// watch begins to care for the end of the client; unwatch ends that.
func (s *source) watch() {
	s.mu.Lock()
	s.watched = true
	s.mu.Unlock()
	s.timer.Reset(watchAfter)
}

func (s *source) unwatch() {
	s.timer.Stop()
	s.mu.Lock()
	s.watched = false
	s.mu.Unlock()
}

// readAhead reads while a statement runs and there is room. It runs in the
// timer's goroutine; the session's Read waits for it while it is active, so
// that one goroutine reads at a time.
func (s *source) readAhead() {
	s.mu.Lock()
	if !s.watched || s.active || s.err != nil || len(s.chunks) >= aheadChunks {
		s.mu.Unlock()
		return
	}
	s.active = true
	s.running.Add(1)
	s.mu.Unlock()
	defer s.running.Done()
	for more := true; more; {
		buf := make([]byte, readChunk)
		n, err := s.read(buf)
		if err != nil && !s.stopping() {
			s.onGone()
		}
		s.mu.Lock()
		if n > 0 {
			s.chunks = append(s.chunks, buf[:n])
		}
		s.err = err
		more = err == nil && s.watched && len(s.chunks) < aheadChunks
		s.active = more
		s.mu.Unlock()
		select {
		case s.news <- struct{}{}:
		default:
		}
	}
}

// Read gives bytes in order. It is for one goroutine.
func (s *source) Read(p []byte) (int, error) {
	for len(s.rest) == 0 {
		direct, err := s.takeChunk()
		switch {
		case err != nil:
			return 0, s.meaning(err)
		case direct:
			n, err := s.read(p)
			return n, s.meaning(err)
		}
	}
	n := copy(p, s.rest)
	s.rest = s.rest[n:]
	return n, nil
}

func (s *source) read(p []byte) (int, error) {
	if s.encrypted != nil {
		return s.encrypted.Read(p)
	}
	return s.nc.Read(p)
}

// takeChunk takes what was read ahead, waiting where that is still going on;
// direct says that nothing is, and that the connection is the caller's to read.
func (s *source) takeChunk() (direct bool, err error) {
	for {
		s.mu.Lock()
		active := s.active
		if len(s.chunks) > 0 {
			s.rest, s.chunks = s.chunks[0], s.chunks[1:]
			s.mu.Unlock()
			return false, nil
		}
		err := s.err
		s.mu.Unlock()
		switch {
		case err != nil:
			return false, err
		case s.stopping():
			return false, errStopping
		case !active:
			return true, nil
		}
		select {
		case <-s.news:
		case <-s.stop:
		}
	}
}

// meaning tells a read that was interrupted from one that failed.
func (s *source) meaning(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) && s.stopping() {
		return errStopping
	}
	return err
}

func (s *source) stopping() bool {
	select {
	case <-s.stop:
		return true
	default:
		return false
	}
}

// interrupt ends a read that waits, once stop is closed.
func (s *source) interrupt() { _ = s.nc.SetReadDeadline(time.Unix(1, 0)) }

// close waits for the goroutine; the connection must be closed already.
func (s *source) close() {
	s.unwatch()
	s.running.Wait()
}
