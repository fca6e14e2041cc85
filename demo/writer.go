package main

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// writer keeps writing upstream, to one of the servers there.
type writer struct {
	cancel context.CancelFunc
	done   chan error
	count  atomic.Int64 // of the writes that upstream has confirmed
}

// startWriter calls write once and then at each interval, until stop.
func startWriter(ctx context.Context, every time.Duration, write func(context.Context) error) *writer {
	ctx, cancel := context.WithCancel(ctx)
	w := &writer{cancel: cancel, done: make(chan error, 1)}
	go func() { w.done <- w.run(ctx, every, write) }()
	return w
}

func (w *writer) run(ctx context.Context, every time.Duration, write func(context.Context) error) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if err := write(ctx); err != nil {
			return err
		}
		w.count.Add(1)
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// stop ends the writing and returns what went wrong with it.
func (w *writer) stop() error {
	w.cancel()
	if err := <-w.done; err != nil && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("writing upstream: %w", err)
	}
	return nil
}

// firstOrder is the id of the first order that writers add; the shop's own are
// below it, and those of the guide's single statements between.
const firstOrder = 100_000

// order adds an order to the shop: one upstream transaction over three tables.
func (st *stage) order(ctx context.Context) error {
	return st.postgres.Exec(ctx, fmt.Sprintf(`
		INSERT INTO orders VALUES (%[1]d, 1 + %[1]d %% 2000, 'placed', 19.90, now(), NULL);
		INSERT INTO order_items VALUES (%[1]d, 1, 1 + %[1]d %% 200, 2, 9.95);
		INSERT INTO page_views VALUES (clock_timestamp(), 1 + %[1]d %% 2000, '/checkout', 12.5, ARRAY['live'])`,
		firstOrder+st.orders.Add(1)))
}
