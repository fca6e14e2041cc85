package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"culvert/testenv"
)

// updatesLeg has both copies catch up with few large transactions.
func updatesLeg(ctx context.Context, s *stage) ([]row, error) {
	o := s.opts
	perBatch := o.BatchRows / o.Batches
	stride := o.accounts() / perBatch
	source, sub, err := s.catchUp(ctx, func() error {
		// Each transaction's rows are spread over the whole table.
		for i := range o.Batches {
			err := s.asynchronously(ctx, fmt.Sprintf(`UPDATE pgbench_accounts SET abalance = abalance + 1
				WHERE aid = ANY (ARRAY(SELECT %d + g * %d FROM generate_series(0, %d) AS g))`,
				1+i*stride/o.Batches, stride, perBatch-1))
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return []row{{
		Name:  fmt.Sprintf("%s updates in %d transactions", figure(float64(o.BatchRows)), o.Batches),
		Value: source.Seconds(), Reference: sub.Seconds(), Unit: "s", Against: "the same subscription",
		Budget: budget{Must: 2, Goal: 4, Of: byFaster, Unit: "× faster"},
	}}, nil
}

// catchUpLeg has both copies catch up with many single-row transactions.
func catchUpLeg(ctx context.Context, s *stage) ([]row, error) {
	n := s.opts.SingleRows
	source, sub, err := s.catchUp(ctx, func() error {
		return s.asynchronously(ctx, fmt.Sprintf(`DO $$ BEGIN
			FOR i IN 1..%d LOOP
				UPDATE pgbench_accounts SET abalance = abalance + 1 WHERE aid = 1 + (i * 7919::bigint) %% %d;
				COMMIT;
			END LOOP;
		END $$`, n, s.opts.accounts()))
	})
	if err != nil {
		return nil, err
	}
	rate := func(took time.Duration) float64 {
		if took == 0 {
			return 0
		}
		return float64(n) / took.Seconds()
	}
	return []row{{
		Name:  fmt.Sprintf("catch-up of %s single-row transactions", figure(float64(n))),
		Value: rate(source), Reference: rate(sub), Unit: "/s", Against: "the same subscription",
		Budget: budget{Must: 20_000, Goal: 40_000, Of: byValue, Unit: "/s"},
	}}, nil
}

// asynchronously runs a statement upstream without waiting for the disk at each
// commit: how fast changes are made is not what is measured.
func (s *stage) asynchronously(ctx context.Context, sql string) error {
	conn, err := s.upstream.Connect(ctx)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	for _, sql := range []string{"SET synchronous_commit = off", sql} {
		if _, err := conn.PgConn().Exec(ctx, sql).ReadAll(); err != nil {
			return fmt.Errorf("upstream: %w", err)
		}
	}
	return nil
}

// catchUp makes changes while neither copy is connected, then lets one after the
// other catch up, and checks both. Each is timed from the moment that its slot
// is in use upstream, so that neither pays for connecting, until the last
// change, that of the marker, is visible.
func (s *stage) catchUp(ctx context.Context, change func() error) (source, sub time.Duration, err error) {
	if err := errors.Join(s.ensureSource(ctx), s.ensureSubscription(ctx)); err != nil {
		return 0, 0, err
	}
	if err := s.hold(ctx); err != nil {
		return 0, 0, fmt.Errorf("holding the copies: %w", err)
	}
	start := time.Now()
	if err := change(); err != nil {
		return 0, 0, err
	}
	if err := s.writeMarker(ctx); err != nil {
		return 0, 0, err
	}
	s.say("the changes took %.2f s to make", time.Since(start).Seconds())
	if err := s.bastion.Start(ctx); err != nil {
		return 0, 0, err
	}
	if s.culvert != nil {
		if source, err = s.timeCatchUp(ctx, "slot_name LIKE 'materialize%'", s.culvert.DSN()); err != nil {
			return 0, 0, fmt.Errorf("culvert: %w", err)
		}
		s.say("culvert: %.2f s", source.Seconds())
	}
	if s.forward, err = startForward(ctx, s.bastion, s.key, s.forward.addr, s.upstream.Addr()); err != nil {
		return 0, 0, err
	}
	if err := s.subscriber.Exec(ctx, "ALTER SUBSCRIPTION bench_subscription ENABLE"); err != nil {
		return 0, 0, err
	}
	if sub, err = s.timeCatchUp(ctx, "slot_name = 'bench_subscription'", loadDSN(s.subscriber)); err != nil {
		return 0, 0, fmt.Errorf("the subscription: %w", err)
	}
	s.say("the subscription: %.2f s", sub.Seconds())
	return source, sub, s.checkCopies(ctx)
}

// hold disconnects both copies: the subscription is disabled, culvert loses its
// bastion. It returns when nobody reads a slot.
func (s *stage) hold(ctx context.Context) error {
	if err := s.subscriber.Exec(ctx, "ALTER SUBSCRIPTION bench_subscription DISABLE"); err != nil {
		return err
	}
	if err := s.bastion.Kill(); err != nil {
		return err
	}
	s.forward.close()
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	return testenv.WaitFor(ctx, func() error {
		active, err := s.upstream.Query(ctx, "SELECT count(pg_terminate_backend(active_pid)) FROM pg_replication_slots WHERE active")
		if err == nil && active[0][0] != "0" {
			err = fmt.Errorf("%s replication slots are in use", active[0][0])
		}
		return err
	})
}

// timeCatchUp waits until the slot is in use upstream and returns how long it
// takes from then until the copy shows the marker.
func (s *stage) timeCatchUp(ctx context.Context, slot, dsn string) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, copyTimeout)
	defer cancel()
	err := testenv.WaitFor(ctx, func() error {
		rows, err := s.upstream.Query(ctx, "SELECT count(*) FROM pg_replication_slots WHERE active AND "+slot)
		if err == nil && rows[0][0] == "0" {
			err = errors.New("the replication slot is not in use")
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	start := time.Now()
	w, err := watch(ctx, dsn, marked)
	if err != nil {
		return 0, err
	}
	defer w.close()
	err = testenv.WaitFor(ctx, func() error {
		seen, err := w.read(ctx)
		if err == nil && seen != s.marker {
			err = fmt.Errorf("the marker is %d, not yet %d", seen, s.marker)
		}
		return err
	})
	return time.Since(start), err
}
