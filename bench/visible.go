package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// marked is the query that reads the marker of a copy.
const marked = "SELECT n FROM bench_marker WHERE id = 1"

// watcher reads one number by a prepared query.
type watcher struct{ conn *pgconn.PgConn }

func watch(ctx context.Context, dsn, query string) (watcher, error) {
	conn, err := pgconn.Connect(ctx, dsn)
	if err != nil {
		return watcher{}, err
	}
	_, err = conn.Prepare(ctx, "marker", query, nil)
	return watcher{conn}, err
}

func (w watcher) close() { _ = w.conn.Close(context.Background()) } // nothing is pending

// read returns the number.
func (w watcher) read(ctx context.Context) (int64, error) {
	result := w.conn.ExecPrepared(ctx, "marker", nil, nil, nil).Read()
	if result.Err != nil {
		return 0, result.Err
	}
	if len(result.Rows) != 1 {
		return 0, fmt.Errorf("the query has %d rows", len(result.Rows))
	}
	return strconv.ParseInt(string(result.Rows[0][0]), 10, 64)
}

// writeMarker changes the marker upstream, in a transaction of its own.
func (s *stage) writeMarker(ctx context.Context) error {
	s.marker++
	return s.upstream.Exec(ctx, s.markerUpdate())
}

func (s *stage) markerUpdate() string {
	return fmt.Sprintf("UPDATE bench_marker SET n = %d WHERE id = 1", s.marker)
}

// visibleLeg measures how long a commit upstream takes to be seen, with nothing
// else going on.
func visibleLeg(ctx context.Context, s *stage) ([]row, error) {
	if err := s.ensureSource(ctx); err != nil {
		return nil, err
	}
	if err := s.ensureSubscription(ctx); err != nil {
		return nil, err
	}
	var source, sub delays
	if s.culvert != nil {
		var err error
		if source, err = s.commitDelays(ctx, s.culvert.DSN()); err != nil {
			return nil, fmt.Errorf("culvert: %w", err)
		}
		s.say("culvert: median %.1f ms, p95 %.1f ms", source.at(0.5), source.at(0.95))
	}
	sub, err := s.commitDelays(ctx, loadDSN(s.subscriber))
	if err != nil {
		return nil, fmt.Errorf("the subscription: %w", err)
	}
	s.say("the subscription: median %.1f ms, p95 %.1f ms", sub.at(0.5), sub.at(0.95))
	note := fmt.Sprintf("a poll takes %s ms at the subscription", figure(sub.poll()))
	if s.culvert != nil {
		note = fmt.Sprintf("a poll takes %s ms, %s", figure(source.poll()), note[len("a poll takes "):])
	}
	limits := budget{Must: 200, Goal: 50, AtMost: true, Of: byValue, Unit: " ms"}
	return []row{
		{
			Name: "commit upstream to visible, p95", Value: source.at(0.95), Reference: sub.at(0.95), Unit: "ms",
			Against: "the same subscription", Budget: limits,
			Note: fmt.Sprintf("of %d commits", s.opts.Commits),
		},
		{
			Name: "commit upstream to visible, median", Value: source.at(0.5), Reference: sub.at(0.5), Unit: "ms",
			Against: "the same subscription", Budget: limits, Note: note,
		},
	}, nil
}

// delays are the times from change to visible, and those of the polls.
type delays struct{ seen, polls []time.Duration }

// commitDelays commits again and again. The clock starts when upstream has
// answered the commit.
func (s *stage) commitDelays(ctx context.Context, dsn string) (delays, error) {
	w, err := watch(ctx, dsn, marked)
	if err != nil {
		return delays{}, err
	}
	defer w.close()
	up, err := pgconn.Connect(ctx, s.upstream.SocketDSN())
	if err != nil {
		return delays{}, err
	}
	defer func() { _ = up.Close(context.Background()) }() // nothing is pending
	return s.delays(ctx, w.read, func(ctx context.Context) (int64, time.Time, error) {
		s.marker++
		_, err := up.Exec(ctx, s.markerUpdate()).ReadAll()
		return s.marker, time.Now(), err
	})
}

// delays makes changes again and again, with a pause before each, and reads as
// fast as there are answers until each change is seen. A change tells which
// number then is to be read, and when its clock started.
func (s *stage) delays(ctx context.Context, read func(context.Context) (int64, error), change func(context.Context) (int64, time.Time, error)) (delays, error) {
	var d delays
	for range s.opts.Commits {
		select {
		case <-ctx.Done():
			return d, ctx.Err()
		case <-time.After(time.Duration(20+rand.IntN(60)) * time.Millisecond): // out of step with any timer
		}
		want, since, err := change(ctx)
		if err != nil {
			return d, err
		}
		if err := d.await(ctx, read, want, since); err != nil {
			return d, err
		}
	}
	return d, nil
}

// await reads until the number is there and records how long that took.
func (d *delays) await(ctx context.Context, read func(context.Context) (int64, error), want int64, since time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		asked := time.Now()
		seen, err := read(ctx)
		if err != nil {
			return err
		}
		answered := time.Now()
		d.polls = append(d.polls, answered.Sub(asked))
		if seen == want {
			d.seen = append(d.seen, answered.Sub(since))
			return nil
		}
	}
}

// at returns a quantile of the delays in ms; 0 when there are none.
func (d delays) at(q float64) float64 { return quantile(d.seen, q) }

// poll returns the median time of a poll in ms.
func (d delays) poll() float64 { return quantile(d.polls, 0.5) }

// quantile returns the q-quantile in ms (the smallest value that at least the
// share q does not exceed); 0 when there are none.
func quantile(times []time.Duration, q float64) float64 {
	if len(times) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(times))
	i := int(q*float64(len(sorted))+0.999999) - 1
	return float64(sorted[min(max(i, 0), len(sorted)-1)].Microseconds()) / 1000
}
