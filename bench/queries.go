package main

import (
	"context"
	"fmt"
	"time"
)

// onBoth runs a measurement at culvert and at the upstream PostgreSQL, both over
// TCP without a bastion and without a password.
func (s *stage) onBoth(m func(dsn string) (float64, error)) (ours, reference float64, err error) {
	if s.culvert != nil {
		if ours, err = m(s.culvert.DSN()); err != nil {
			return 0, 0, fmt.Errorf("culvert: %w", err)
		}
	}
	if reference, err = m(loadDSN(s.upstream)); err != nil {
		return 0, 0, fmt.Errorf("PostgreSQL: %w", err)
	}
	return ours, reference, nil
}

// connectLeg times a new connection with its first answer.
func connectLeg(ctx context.Context, s *stage) ([]row, error) {
	ours, reference, err := s.onBoth(func(dsn string) (float64, error) {
		var times []time.Duration
		for range s.opts.Connections {
			start := time.Now()
			conn, err := dialRaw(ctx, dsn, "")
			if err != nil {
				return 0, err
			}
			_, err = conn.exchange(simple("SELECT 1"))
			times = append(times, time.Since(start))
			conn.close()
			if err != nil {
				return 0, err
			}
		}
		return quantile(times, 0.5), nil
	})
	if err != nil {
		return nil, err
	}
	return []row{{
		Name: "connect and SELECT 1, median", Value: ours, Reference: reference, Unit: "ms", Against: "PostgreSQL",
		Budget: budget{Must: 10, Goal: 2, AtMost: true, Of: byValue, Unit: " ms"},
	}}, nil
}

// selectLeg counts how often one connection answers SELECT 1.
func selectLeg(ctx context.Context, s *stage) ([]row, error) {
	var rows []row
	for _, mode := range []struct {
		name, prepare string
		frames        []byte
		must, goal    float64
	}{
		{"SELECT 1, one connection, simple", "", simple("SELECT 1"), 5_000, 10_000},
		{"SELECT 1, one connection, prepared", "SELECT 1", prepared(), 8_000, 20_000},
	} {
		ours, reference, err := s.onBoth(func(dsn string) (float64, error) {
			return s.rate(ctx, dsn, mode.prepare, mode.frames)
		})
		if err != nil {
			return nil, err
		}
		rows = append(rows, row{
			Name: mode.name, Value: ours, Reference: reference, Unit: "/s", Against: "PostgreSQL",
			Budget: budget{Must: mode.must, Goal: mode.goal, Of: byValue, Unit: "/s"},
		})
	}
	return rows, nil
}

// rate returns how many exchanges of frames a connection does in a second, after
// a tenth of the time to warm up.
func (s *stage) rate(ctx context.Context, dsn, prepare string, frames []byte) (float64, error) {
	conn, err := dialRaw(ctx, dsn, prepare)
	if err != nil {
		return 0, err
	}
	defer conn.close()
	var perSecond float64
	for _, span := range []time.Duration{s.opts.rateTime / 10, s.opts.rateTime} {
		start, n := time.Now(), 0
		for time.Since(start) < span {
			rows, err := conn.exchange(frames)
			if err == nil && rows != 1 {
				err = fmt.Errorf("SELECT 1 has %d rows", rows)
			}
			if err != nil {
				return 0, err
			}
			n++
		}
		perSecond = float64(n) / time.Since(start).Seconds()
	}
	return perSecond, nil
}

// resultLeg counts the rows per second of a large result as text, for a client
// that reads and discards it; the fastest of several runs counts. Both servers
// must send as many bytes.
func resultLeg(ctx context.Context, s *stage) ([]row, error) {
	if err := s.ensureSource(ctx); err != nil {
		return nil, err
	}
	want := s.opts.ResultRows
	query := simple(fmt.Sprintf("SELECT aid, bid, abalance, filler FROM pgbench_accounts WHERE aid <= %d", want))
	var sent []int
	ours, reference, err := s.onBoth(func(dsn string) (float64, error) {
		conn, err := dialRaw(ctx, dsn, "")
		if err != nil {
			return 0, err
		}
		defer conn.close()
		defer func() { sent = append(sent, conn.payload) }()
		var best float64
		for range s.opts.repeats {
			start := time.Now()
			rows, err := conn.exchange(query)
			if err == nil && rows != want {
				err = fmt.Errorf("%d rows came of %d", rows, want)
			}
			if err != nil {
				return 0, err
			}
			best = max(best, float64(rows)/time.Since(start).Seconds())
		}
		return best, nil
	})
	if err == nil && sent[0] != sent[len(sent)-1] {
		err = fmt.Errorf("culvert sent rows of %d bytes, PostgreSQL of %d", sent[0], sent[1])
	}
	if err != nil {
		return nil, err
	}
	return []row{{
		Name:  fmt.Sprintf("result of %s rows × 4 columns as text", figure(float64(want))),
		Value: ours, Reference: reference, Unit: "rows/s", Against: "PostgreSQL",
		Budget: budget{Must: 700_000, Goal: 2_000_000, Of: byValue, Unit: " rows/s"},
	}}, nil
}
