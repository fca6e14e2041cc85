package tunnel

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"
)

// State is what a link is doing.
type State string

// The states of a link.
const (
	StateIdle       State = "idle"       // nobody dials; no connection
	StateConnecting State = "connecting" // dials wait for the outcome
	StateConnected  State = "connected"
	StateBackoff    State = "backoff"  // a transient failure; tries again by itself
	StateRefused    State = "refused"  // a person must act; tries again seldom, and when told
	StateDraining   State = "draining" // replaced: no new dials, open channels may finish
)

// errRetired tells a dial that its link was replaced: the manager has another.
var errRetired = errors.New("link replaced")

// link is the shared way to one bastion of one connection object. Its run
// goroutine exists while it is wanted: from the first dial until IdleTimeout
// after the last use, or until it is retired.
type link struct {
	m       *Manager
	seq     int64 // in the order of making
	private bool
	bytes   traffic
	poke    chan struct{} // run looks at the fields below again

	mu       sync.Mutex
	cfg      Config
	state    State
	since    time.Time
	giveUp   context.CancelFunc // ends what run is connecting; nil before the first run
	attempt  *attempt           // while connecting
	client   *client            // while connected or draining
	err      *Error             // the last failure; kept for the status until the next success
	next     time.Time
	users    int
	lastUse  time.Time
	wake     bool // roused while connecting: a failure is followed by another attempt at once
	retired  bool
	drainBy  time.Time
	connects int
	woken    chan struct{} // closed and renewed by news that make a new dial worthwhile
}

// attempt is one connect that any number of dials wait for.
type attempt struct {
	done chan struct{}
	err  *Error // set before done is closed
}

func newLink(m *Manager, cfg Config, private bool) *link {
	return &link{
		m: m, seq: m.made.Add(1), private: private, cfg: cfg, state: StateIdle, since: time.Now(),
		poke: make(chan struct{}, 1), woken: make(chan struct{}),
	}
}

// dial opens one channel.
func (l *link) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	cl, err := l.acquire(ctx)
	if err != nil {
		return nil, err
	}
	var once sync.Once
	release := func() { once.Do(l.release) }
	o, fail := cl.open(ctx, network, addr)
	if fail != nil {
		release()
		return nil, fail
	}
	conn, fail := newChannelConn(cl, o, addr, &l.bytes, release)
	if fail != nil {
		_ = o.ch.Close()
		return nil, fail
	}
	return conn, nil
}

// acquire gives the live client and counts a user of it. While the link backs
// off it gives the stored error; while it connects it waits.
func (l *link) acquire(ctx context.Context) (*client, error) {
	for {
		l.mu.Lock()
		if l.retired {
			l.mu.Unlock()
			return nil, errRetired
		}
		l.lastUse = time.Now()
		switch l.state {
		case StateConnected:
			l.users++
			cl := l.client
			l.mu.Unlock()
			return cl, nil
		case StateBackoff, StateRefused:
			err := l.err.retryAt(l.next)
			l.mu.Unlock()
			return nil, err
		case StateIdle:
			l.launch()
		case StateConnecting, StateDraining:
		}
		try, cfg, last := l.attempt, l.cfg, l.err
		l.mu.Unlock()
		select {
		case <-try.done:
			if try.err != nil {
				return nil, try.err
			}
		case <-ctx.Done():
			if last != nil { // says more than that this attempt takes long
				return nil, last.because(ctx.Err())
			}
			return nil, cfg.fail(LegConnect, ctx.Err(), "connect to host %s port %d: %s", cfg.Host, cfg.Port, networkReason(ctx.Err()))
		}
	}
}

// launch starts run. Close's Wait comes after it or never sees it: Close first
// retires every link, under the lock that is held here.
func (l *link) launch() {
	l.begin()
	ctx, cancel := context.WithCancel(context.Background())
	l.giveUp = cancel
	l.m.wg.Go(func() {
		defer cancel()
		l.run(ctx)
	})
}

func (l *link) release() {
	l.mu.Lock()
	l.users--
	l.lastUse = time.Now()
	l.mu.Unlock()
	signal(l.poke)
}

// run owns the link's connection: it connects, serves, backs off, and ends
// when the link is retired or unused.
func (l *link) run(ctx context.Context) {
	defer l.m.forgetRetired(l)
	var waits backoff
	for {
		cl, began := l.connect(ctx, &waits)
		if cl != nil {
			lost := l.serve(cl)
			cl.close(l.config().linkClosed())
			if !lost {
				return
			}
			if time.Since(began) >= steadyAfter {
				waits.reset()
			}
			l.failed(cl.cause, waits.next(true))
		}
		if !l.pause(&waits) {
			return
		}
	}
}

// connect makes attempts until one is worth publishing: a success, or a
// failure after which nothing has woken the link.
func (l *link) connect(ctx context.Context, waits *backoff) (*client, time.Time) {
	for {
		cfg := l.config()
		cl, fail := l.m.connect(ctx, cfg)
		if fail == nil && l.connected(cl) {
			cl.start(&cl.wg, func() { cl.keepalive(l.m.opts.KeepaliveInterval, l.m.opts.KeepaliveTimeout) })
			return cl, time.Now()
		}
		if fail == nil { // connected for a configuration that has gone
			fail = cfg.linkClosed()
			cl.close(fail)
		}
		if l.takeWake() && ctx.Err() == nil {
			waits.reset()
			continue
		}
		l.failed(fail, waits.next(fail.Transient))
		return nil, time.Time{}
	}
}

func (l *link) config() Config {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.cfg
}

func (l *link) takeWake() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	w := l.wake
	l.wake = false
	return w
}

// begin starts an attempt. l.mu is held.
func (l *link) begin() {
	l.setState(StateConnecting)
	l.attempt = &attempt{done: make(chan struct{})}
	l.wake = false
}

// setState notes since when. l.mu is held.
func (l *link) setState(s State) {
	if l.state != s {
		l.state, l.since = s, time.Now()
	}
}

// announce wakes those who wait for a reason to dial again. l.mu is held.
func (l *link) announce() {
	close(l.woken)
	l.woken = make(chan struct{})
}

func (l *link) connected(cl *client) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.retired || !l.cfg.HostKeys.allows(cl.hostKey) {
		return false
	}
	l.setState(StateConnected)
	l.client, l.err, l.next = cl, nil, time.Time{}
	l.connects++
	l.endAttempt(nil)
	l.announce()
	l.m.opts.Logger.Info("ssh tunnel connected", "connection", l.cfg.ConnectionID, "host", l.cfg.Host, "port", l.cfg.Port, "user", l.cfg.User)
	return true
}

// endAttempt lets the dials that wait go on. l.mu is held.
func (l *link) endAttempt(err *Error) {
	if l.attempt != nil {
		l.attempt.err = err
		close(l.attempt.done)
		l.attempt = nil
	}
}

func (l *link) failed(fail *Error, wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.client = nil
	if l.retired {
		l.endAttempt(nil) // its dials find the link retired and ask the manager again
		return
	}
	l.next = time.Now().Add(wait)
	l.err = fail.retryAt(l.next)
	if fail.Transient {
		l.setState(StateBackoff)
	} else {
		l.setState(StateRefused)
	}
	l.endAttempt(l.err)
	l.m.opts.Logger.Warn("ssh tunnel failed", "connection", l.cfg.ConnectionID, "leg", string(fail.Leg), "error", fail.Error(), "retry_in", wait)
}

// pause waits for the next try. It says false when the link's goroutine has to
// end: retired, or nobody has asked for so long that trying on is a nuisance.
func (l *link) pause(waits *backoff) bool {
	for {
		l.mu.Lock()
		now := time.Now()
		switch {
		case l.retired:
			l.mu.Unlock()
			return false
		case l.state == StateConnecting: // roused
			waits.reset()
			l.mu.Unlock()
			return true
		case now.Before(l.next):
		case now.Sub(l.lastUse) >= l.m.opts.IdleTimeout:
			l.setState(StateIdle)
			l.next = time.Time{}
			l.mu.Unlock()
			return false
		default:
			l.begin()
			l.mu.Unlock()
			return true
		}
		wait := l.next.Sub(now)
		l.mu.Unlock()
		l.sleep(wait)
	}
}

func (l *link) sleep(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-l.poke:
	}
}

// serve watches a live connection. It says whether the connection was lost
// (and is wanted again) rather than no longer needed.
func (l *link) serve(cl *client) bool {
	for {
		wait, over := l.serveStep()
		if over {
			return false
		}
		timer := time.NewTimer(wait)
		select {
		case <-cl.down:
			timer.Stop()
			return l.wanted()
		case <-l.poke:
			timer.Stop()
		case <-timer.C:
		}
	}
}

// serveStep gives the time until the connection may have to end, or ends it:
// under the lock, so that no dial gets a connection that is being closed.
func (l *link) serveStep() (wait time.Duration, over bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	wait = l.m.opts.IdleTimeout
	switch {
	case l.retired:
		wait = l.drainBy.Sub(now)
		over = l.users == 0 || wait <= 0
	case l.users == 0:
		wait = l.lastUse.Add(l.m.opts.IdleTimeout).Sub(now)
		over = wait <= 0
	}
	if over {
		l.client = nil
		l.setState(StateIdle)
	}
	return wait, over
}

// wanted tells whether a lost connection is to be made again. The dead client
// stays until the failure is published, which waits for what uses it: dials that
// come in between get its cause.
func (l *link) wanted() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.retired {
		l.client = nil
	}
	return !l.retired
}

// broken tells why the link does not work at this moment. It also gives a
// channel that is closed when a new dial is worthwhile.
func (l *link) broken() (why *Error, mended <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch l.state {
	case StateConnected, StateDraining:
		if l.client != nil {
			why = l.client.doubt()
		}
	case StateConnecting, StateBackoff, StateRefused:
		why = l.err
	case StateIdle:
	}
	return why, l.woken
}

// update takes over a configuration that this link's connection also serves.
func (l *link) update(cfg Config) {
	l.mu.Lock()
	l.cfg = cfg
	l.rouse()
	l.mu.Unlock()
}

// rouse makes a waiting link try at once: dials from now on wait for that
// instead of getting the stored error. l.mu is held.
func (l *link) rouse() {
	switch l.state {
	case StateBackoff, StateRefused:
		l.begin()
	case StateConnecting:
		l.wake = true // what is under way may end by the old configuration
	case StateIdle, StateConnected, StateDraining:
	}
	l.announce()
	signal(l.poke)
}

// keeps tells whether a link made for the old configuration serves cfg.
func (l *link) keeps(cfg Config) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.cfg.sameLink(cfg) {
		return false
	}
	return l.client == nil || l.cfg.HostKeys.equal(cfg.HostKeys) || cfg.HostKeys.allows(l.client.hostKey)
}

// retire takes the link out of use: no new dials, an attempt under way is
// given up, open channels have until the drain timeout.
func (l *link) retire(drain time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.retired {
		l.announce()
	}
	l.retired = true
	if l.state == StateConnected {
		l.setState(StateDraining)
	}
	l.drainBy = time.Now().Add(drain)
	if l.giveUp != nil {
		l.giveUp()
	}
	signal(l.poke)
}
