package main

import (
	"context"
	"fmt"
	"time"
)

// snapshotLeg times the first copy of pgbench_accounts: culvert's source, COPY
// through ssh -L to a client that discards it, and a subscription's copy through
// ssh -L. COPY runs before and after, so that a slow minute shows.
func snapshotLeg(ctx context.Context, s *stage) ([]row, error) {
	before, err := s.copyToNowhere(ctx)
	if err != nil {
		return nil, err
	}
	s.say("COPY through ssh -L to nowhere: %.2f s", before.Seconds())
	if err := s.ensureSource(ctx); err != nil {
		return nil, err
	}
	if s.culvert != nil {
		s.say("culvert's first copy: %.2f s", s.sourceTook.Seconds())
	}
	after, err := s.copyToNowhere(ctx)
	if err != nil {
		return nil, err
	}
	s.say("COPY through ssh -L to nowhere: %.2f s", after.Seconds())
	if err := s.ensureSubscription(ctx); err != nil {
		return nil, err
	}
	s.say("the subscription's copy: %.2f s", s.subTook.Seconds())
	if err := s.checkCopies(ctx); err != nil {
		return nil, err
	}
	took := s.sourceTook.Seconds()
	copied := (before + after).Seconds() / 2
	return []row{
		{
			Name: "snapshot through the bastion", Value: took, Reference: copied, Unit: "s", Against: "COPY TO STDOUT, ssh -L, discarded",
			Note:   fmt.Sprintf("COPY before %.2f s, after %.2f s", before.Seconds(), after.Seconds()),
			Budget: budget{Must: 2.5, Goal: 1.5, AtMost: true, Of: bySlower, Unit: "×"},
		},
		{
			Name: "snapshot through the bastion", Value: took, Reference: s.subTook.Seconds(), Unit: "s",
			Against: "subscription's copy, ssh -L",
			Budget:  budget{Must: 4, Goal: 6, Of: byFaster, Unit: "× faster"},
		},
	}, nil
}

// copyToNowhere times COPY through ssh -L, login not included.
func (s *stage) copyToNowhere(ctx context.Context) (time.Duration, error) {
	conn, err := dialRaw(ctx, s.forwardDSN(), "")
	if err != nil {
		return 0, err
	}
	defer conn.close()
	start := time.Now()
	rows, err := conn.exchange(simple("COPY pgbench_accounts TO STDOUT"))
	if err == nil && rows != s.opts.accounts() {
		err = fmt.Errorf("COPY sent %d rows of %d", rows, s.opts.accounts())
	}
	return time.Since(start), err
}
