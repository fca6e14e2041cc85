package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"culvert/testenv"
)

// copyTimeout bounds the making of a copy and each catching up.
const copyTimeout = 20 * time.Minute

// totals is what must be equal upstream and in every copy.
const totals = "SELECT count(*), sum(abalance) FROM pgbench_accounts"

// ensureTunnel makes culvert's connection to the bastion once.
func (s *stage) ensureTunnel(ctx context.Context) error {
	if s.tunnel {
		return nil
	}
	err := s.culvert.Exec(ctx, fmt.Sprintf("CREATE CONNECTION bastion TO SSH TUNNEL (HOST '%s', USER '%s', PORT %d)",
		s.bastion.Host(), s.bastion.User(), s.bastion.Port()))
	if err != nil {
		return err
	}
	keys, err := s.culvert.Query(ctx, "SELECT public_key_1, public_key_2 FROM mz_ssh_tunnel_connections")
	if err != nil {
		return err
	}
	if len(keys) != 1 {
		return fmt.Errorf("mz_ssh_tunnel_connections has %d rows", len(keys))
	}
	s.tunnel = true
	return s.bastion.AddAuthorizedKeys(keys[0]...)
}

// ensureSource makes culvert's copy once: connections through the bastion, the
// source, and a wait for the first snapshot, which alone is timed.
func (s *stage) ensureSource(ctx context.Context) error {
	if s.culvert == nil || s.sourceTook > 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, copyTimeout)
	defer cancel()
	if err := s.ensureTunnel(ctx); err != nil {
		return err
	}
	for _, sql := range []string{
		fmt.Sprintf("CREATE SECRET upstream_password AS '%s'", s.upstream.Password()),
		fmt.Sprintf(`CREATE CONNECTION upstream TO POSTGRES (HOST '%s', PORT %d, USER 'postgres',
			PASSWORD SECRET upstream_password, SSL MODE 'disable', DATABASE 'postgres', SSH TUNNEL bastion)`,
			s.upstream.Host(), s.upstream.Port()),
	} {
		if err := s.culvert.Exec(ctx, sql); err != nil {
			return err
		}
	}
	start := time.Now()
	create := "CREATE SOURCE bench FROM POSTGRES CONNECTION upstream (PUBLICATION 'bench') FOR ALL TABLES"
	if err := s.culvert.Exec(ctx, create); err != nil {
		return err
	}
	// Queries wait for the first snapshot of what they read.
	if _, err := s.culvert.Query(ctx, totals); err != nil {
		return err
	}
	s.sourceTook = time.Since(start)
	return nil
}

// ensureSubscription makes the copy of PostgreSQL's own logical replication
// once, through ssh -L, into tables with the same keys.
func (s *stage) ensureSubscription(ctx context.Context) error {
	if s.subTook > 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, copyTimeout)
	defer cancel()
	if err := s.subscriber.Exec(ctx, "ALTER TABLE pgbench_accounts ADD PRIMARY KEY (aid)"); err != nil {
		return err
	}
	start := time.Now()
	err := s.subscriber.Exec(ctx, fmt.Sprintf("CREATE SUBSCRIPTION bench_subscription CONNECTION '%s' PUBLICATION bench", s.forwardDSN()))
	if err != nil {
		return err
	}
	err = testenv.WaitFor(ctx, func() error {
		// f: the copy is finished; s and r follow (pg_subscription_rel).
		left, err := s.subscriber.Query(ctx, "SELECT count(*) FROM pg_subscription_rel WHERE srsubstate NOT IN ('f', 's', 'r')")
		if err == nil && left[0][0] != "0" {
			err = fmt.Errorf("%s tables are not copied yet", left[0][0])
		}
		return err
	})
	s.subTook = time.Since(start)
	return err
}

// checkCopies compares the copies with the upstream.
func (s *stage) checkCopies(ctx context.Context) error {
	want, err := s.upstream.Query(ctx, totals)
	if err != nil {
		return err
	}
	var errs []error
	check := func(name string, got [][]string, err error) {
		if err == nil && (len(got) != 1 || got[0][0] != want[0][0] || got[0][1] != want[0][1]) {
			err = fmt.Errorf("%s has %v (count, sum of abalance) where the upstream has %v", name, got, want)
		}
		errs = append(errs, err)
	}
	if s.sourceTook > 0 {
		got, err := s.culvert.Query(ctx, totals)
		check("culvert", got, err)
	}
	if s.subTook > 0 {
		got, err := s.subscriber.Query(ctx, totals)
		check("the subscription", got, err)
	}
	return errors.Join(errs...)
}
