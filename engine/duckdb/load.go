package duckdb

import (
	"context"
	"runtime"
	"strconv"
	"sync"
)

// loads gives the engine's threads to the connections that load it. DuckDB
// runs the flush of an appender as a query: a thread of its pool takes the only
// task, and the thread that appends spins until it is done. With as many
// threads fewer as connections load, each of them does its own work.
type loads struct {
	mu      sync.Mutex
	threads int // of the pool while nobody loads
	writers int
	set     int // what the pool was last told
	setting bool
	idle    sync.Cond // setting ended
}

func newLoads(threads int) *loads {
	if threads <= 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	l := &loads{threads: threads, set: threads}
	l.idle.L = &l.mu
	return l
}

// Load implements engine.Engine. The pool waits for tasks that run before it
// shrinks: a goroutine waits for it, not the caller.
func (d *database) Load(writers int) (done func()) {
	d.changeLoad(writers)
	return sync.OnceFunc(func() { d.changeLoad(-writers) })
}

func (d *database) changeLoad(by int) {
	l := d.loads
	l.mu.Lock()
	defer l.mu.Unlock()
	l.writers += by
	if l.setting || l.wanted() == l.set {
		return
	}
	l.setting = true
	go d.setThreads()
}

// wanted is how many threads the pool should have.
func (l *loads) wanted() int { return max(1, l.threads-l.writers) }

// setThreads sets the pool to what is wanted, until that does not change any
// more. Without it loads are slower and nothing else, so an error is logged.
func (d *database) setThreads() {
	l := d.loads
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.wanted() != l.set {
		n := l.wanted()
		l.mu.Unlock()
		err := d.runAlone("SET GLOBAL threads = " + strconv.Itoa(n))
		l.mu.Lock()
		if err != nil {
			d.log.Error("setting the number of the engine's threads", "threads", n, "error", err)
			break
		}
		l.set = n
	}
	l.setting = false
	l.idle.Broadcast()
}

// runAlone runs a statement on a connection of its own.
func (d *database) runAlone(sql string) error {
	c, err := d.Connect(context.Background())
	if err != nil {
		return err
	}
	k := c.(*conn)
	err = k.do(context.Background(), func() error { return execute(k.c, sql) })
	if closing := c.Close(); err == nil {
		err = closing
	}
	return err
}

// settled waits until no thread is being added or removed.
func (l *loads) settled() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.setting {
		l.idle.Wait()
	}
}
