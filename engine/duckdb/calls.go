package duckdb

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// call is a running call of a connection, from its begin to the end of its
// rows.
type call struct {
	cancelled atomic.Bool
	again     *time.Timer
}

// interruptAgain is how often an interrupt is repeated until its call ends.
// DuckDB forgets one that arrives just before the query starts.
const interruptAgain = 5 * time.Millisecond

// calls knows a connection's running call, for those who interrupt it. It is
// safe for concurrent use.
type calls struct {
	mu      sync.Mutex // held across an interrupt, so that its call still runs
	c       bindings.Connection
	running *call
}

// begin makes a call the running one.
func (c *calls) begin() *call {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.running = &call{}
	return c.running
}

// end ends a call: nothing interrupts it from then on.
func (c *calls) end(k *call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.running == k {
		c.running = nil
	}
	if k.again != nil {
		k.again.Stop()
	}
}

// close forgets the connection, which is about to be disconnected.
func (c *calls) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.running = nil
}

// interrupt stops the running call, if there is one.
func (c *calls) interrupt() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.running != nil {
		c.stop(c.running)
	}
}

// watch interrupts k when ctx ends, until the result is called.
func (c *calls) watch(ctx context.Context, k *call) (stop func() bool) {
	if ctx.Done() == nil {
		return func() bool { return true }
	}
	return context.AfterFunc(ctx, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.stop(k)
	})
}

// stop interrupts k if it still runs. The caller holds mu.
func (c *calls) stop(k *call) {
	if c.running != k {
		return
	}
	k.cancelled.Store(true)
	bindings.Interrupt(c.c)
	k.again = time.AfterFunc(interruptAgain, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.stop(k)
	})
}
