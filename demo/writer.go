package main

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"culvert/testenv"
)

// writer keeps ordering in the shop: each order is one upstream transaction over
// three tables.
type writer struct {
	cancel context.CancelFunc
	done   chan error
	count  atomic.Int64
}

// firstOrder is the id of the first order that writers add; the shop's own are
// below it, and those of the guide's single statements between.
const firstOrder = 100_000

// nextOrder numbers orders over all writers of this run.
var nextOrder atomic.Int64

// startWriter writes an order upstream at each interval until stop.
func startWriter(ctx context.Context, db *testenv.Postgres, every time.Duration) *writer {
	ctx, cancel := context.WithCancel(ctx)
	w := &writer{cancel: cancel, done: make(chan error, 1)}
	go func() { w.done <- w.write(ctx, db, every) }()
	return w
}

func (w *writer) write(ctx context.Context, db *testenv.Postgres, every time.Duration) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		id := firstOrder + nextOrder.Add(1)
		err := db.Exec(ctx, fmt.Sprintf(`
			INSERT INTO orders VALUES (%[1]d, 1 + %[1]d %% 2000, 'placed', 19.90, now(), NULL);
			INSERT INTO order_items VALUES (%[1]d, 1, 1 + %[1]d %% 200, 2, 9.95);
			INSERT INTO page_views VALUES (clock_timestamp(), 1 + %[1]d %% 2000, '/checkout', 12.5, ARRAY['live'])`, id))
		if err != nil {
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
