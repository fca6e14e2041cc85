package tunnel

import (
	"sync"
	"time"
)

// deadline is a point in time that can be moved while others wait for it.
type deadline struct {
	mu      sync.Mutex
	timer   *time.Timer
	reached chan struct{} // closed once the point has passed
}

func newDeadline() deadline { return deadline{reached: make(chan struct{})} }

// set moves the deadline; the zero time takes it away. A time in the past is
// reached at once, also by those who wait already.
func (d *deadline) set(t time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.timer != nil && !d.timer.Stop() {
		<-d.reached // the timer fired: wait for it, or it would close the next channel
	}
	d.timer = nil
	passed := closed(d.reached)
	if t.IsZero() || time.Until(t) > 0 {
		if passed {
			d.reached = make(chan struct{})
		}
		if !t.IsZero() {
			reached := d.reached
			d.timer = time.AfterFunc(time.Until(t), func() { close(reached) })
		}
		return
	}
	if !passed {
		close(d.reached)
	}
}

// wait gives a channel that is closed when the deadline has passed.
func (d *deadline) wait() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.reached
}

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
