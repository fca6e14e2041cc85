package tunnel

import (
	"math/rand/v2"
	"time"
)

// Bounds of the waits between attempts. Faults of the network end by
// themselves, and rows must flow within 3 s of that; what a person must mend is
// tried seldom, since sshd counts failed logins.
const (
	transientMin = 100 * time.Millisecond
	transientMax = 800 * time.Millisecond
	permanentMin = time.Second
	permanentMax = 30 * time.Second

	// steadyAfter is how long a connection must have lived to clear the
	// back-off: a bastion that takes logins and dies at once is not hammered.
	steadyAfter = 5 * time.Second
)

// backoff counts failures in a row; the two kinds count apart.
type backoff struct {
	transient, permanent int
}

func (b *backoff) reset() { *b = backoff{} }

// next gives the wait after one more failure: doubled each time up to the
// bound, then jittered down by up to half, never below the least wait.
func (b *backoff) next(transient bool) time.Duration {
	if transient {
		b.permanent = 0
		b.transient++
		return jittered(transientMin, transientMax, b.transient)
	}
	b.transient = 0
	b.permanent++
	return jittered(permanentMin, permanentMax, b.permanent)
}

func jittered(least, most time.Duration, failures int) time.Duration {
	d := most
	if shift := failures - 1; shift < 16 {
		d = min(least<<shift, most)
	}
	return max(least, d-rand.N(d/2+1))
}
