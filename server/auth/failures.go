package auth

import (
	"context"
	"maps"
	"net"
	"sync"
	"time"

	"culvert/sql/pgerr"
)

// How attempts are slowed down: the second after a failure waits for
// firstDelay, each further one for twice as long up to lastDelay; what failed
// is forgotten after forgetAfter without another failure.
const (
	firstDelay  = 250 * time.Millisecond
	lastDelay   = 4 * time.Second
	forgetAfter = 2 * time.Minute
	// maxCallers bounds what is remembered; the oldest is forgotten first.
	maxCallers = 10_000
)

// Failures counts refused logins, and makes a client that has failed wait
// before its next attempt is looked at: by address and role, so that nobody can
// slow down another. It is safe for concurrent use; nil does nothing.
type Failures struct {
	mu      sync.Mutex
	counts  map[pgerr.Code]int64
	callers map[caller]*record
	clock   func() time.Time
}

type caller struct{ host, user string }

type record struct {
	failures int
	last     time.Time
}

// NewFailures makes an empty count.
func NewFailures() *Failures {
	return &Failures{counts: map[pgerr.Code]int64{}, callers: map[caller]*record{}, clock: time.Now}
}

// Counts gives the number of refused logins by SQLSTATE since the start.
func (f *Failures) Counts() map[pgerr.Code]int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return maps.Clone(f.counts)
}

func callerOf(s Startup) caller {
	host := ""
	if s.Remote != nil {
		host = s.Remote.String()
		if name, _, err := net.SplitHostPort(host); err == nil {
			host = name
		}
	}
	return caller{host, s.User}
}

// wait holds an attempt back by the client's earlier failures.
func (f *Failures) wait(ctx context.Context, s Startup) error {
	delay := f.delay(callerOf(s))
	if delay == 0 {
		return nil
	}
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (f *Failures) delay(c caller) time.Duration {
	if f == nil {
		return 0
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	r := f.callers[c]
	if r == nil || f.clock().Sub(r.last) >= forgetAfter {
		return 0
	}
	return min(firstDelay<<min(r.failures-1, 10), lastDelay)
}

// note counts a failure.
func (f *Failures) note(s Startup, code pgerr.Code) {
	if f == nil {
		return
	}
	c, now := callerOf(s), f.clock()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.counts[code]++
	r := f.callers[c]
	if r == nil || now.Sub(r.last) >= forgetAfter {
		f.makeRoom(now)
		r = &record{}
		f.callers[c] = r
	}
	r.failures, r.last = r.failures+1, now
}

// makeRoom forgets what is old, and the oldest where all is young.
func (f *Failures) makeRoom(now time.Time) {
	if len(f.callers) < maxCallers {
		return
	}
	var oldest caller
	var at time.Time
	for c, r := range f.callers {
		if now.Sub(r.last) >= forgetAfter {
			delete(f.callers, c)
		} else if at.IsZero() || r.last.Before(at) {
			oldest, at = c, r.last
		}
	}
	if len(f.callers) >= maxCallers {
		delete(f.callers, oldest)
	}
}
