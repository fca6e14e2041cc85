package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"culvert/testenv"
)

// schema makes pgbench's accounts as pgbench -i does, the row that shows how far
// a copy has come, and the publication. loadRole logs in over TCP without a
// password, as at culvert.
const schema = `
CREATE TABLE pgbench_accounts (aid int NOT NULL, bid int, abalance int, filler char(84)) WITH (fillfactor = 100);
CREATE TABLE bench_marker (id int PRIMARY KEY, n bigint NOT NULL);`

const loadRole = "bench"

// stage is what the benchmarks run on. A copy (culvert's source, the
// subscription) is made when the first leg needs it.
type stage struct {
	opts       options
	say        func(format string, args ...any)
	dir        string
	upstream   *testenv.Postgres
	subscriber *testenv.Postgres
	bastion    *testenv.Bastion
	culvert    *testenv.Culvert // nil with -references
	key        testenv.SSHKey
	forward    *forward    // to the upstream, for the references
	kafka      *kafkaStage // nil: not needed yet

	tunnel     bool          // culvert has its connection to the bastion
	sourceTook time.Duration // of culvert's first copy; 0: not made yet
	subTook    time.Duration // of the subscription's; 0: not made yet
	marker     int64         // the value last written upstream
}

// openStage starts the servers and fills the upstream. On an error what was
// started is ended.
func openStage(ctx context.Context, opts options, say func(string, ...any)) (st *stage, err error) {
	st = &stage{opts: opts, say: say}
	defer func() {
		if err != nil {
			err = errors.Join(err, st.close())
		}
	}()
	if st.dir, err = os.MkdirTemp("", "culvert-bench-"); err != nil {
		return nil, err
	}
	if st.key, err = testenv.NewSSHKey(ctx, filepath.Join(st.dir, "key")); err != nil {
		return nil, err
	}
	say("starting the bastion and culvert")
	st.bastion, err = testenv.StartBastion(ctx, testenv.BastionOptions{
		AuthorizedKeys: []string{st.key.Public}, Hosts: map[string]string{registryHost: "127.0.0.1"}, // more follow
	})
	if err != nil {
		return nil, fmt.Errorf("starting the bastion: %w", err)
	}
	if !opts.References {
		if st.culvert, err = testenv.StartCulvert(ctx, testenv.CulvertOptions{}); err != nil {
			return nil, fmt.Errorf("starting culvert: %w", err)
		}
	}
	if !opts.needsPostgres() {
		return st, nil
	}
	return st, st.startPostgres(ctx)
}

// startPostgres starts the upstream and the subscriber and fills the upstream.
func (s *stage) startPostgres(ctx context.Context) (err error) {
	s.say("starting two PostgreSQL servers")
	for _, p := range []**testenv.Postgres{&s.upstream, &s.subscriber} {
		if *p, err = testenv.StartPostgres(ctx, postgresOptions()); err != nil {
			return fmt.Errorf("starting PostgreSQL: %w", err)
		}
		if err = (*p).Exec(ctx, "CREATE ROLE "+loadRole+" SUPERUSER LOGIN;"+schema); err != nil {
			return err
		}
	}
	addr, err := testenv.FreeAddr(0)
	if err != nil {
		return err
	}
	if s.forward, err = startForward(ctx, s.bastion, s.key, addr, s.upstream.Addr()); err != nil {
		return err
	}
	return s.fill(ctx)
}

// postgresOptions makes both servers durable, as culvert is, and keeps
// checkpoints and autovacuum from falling into one leg and not the next.
func postgresOptions() testenv.PostgresOptions {
	return testenv.PostgresOptions{
		Durable: true,
		HBA:     []string{"host all " + loadRole + " all trust"},
		Settings: map[string]string{
			"shared_buffers": "256MB", "max_wal_size": "16GB", "checkpoint_timeout": "1h", "autovacuum": "off",
			"wal_retrieve_retry_interval": "100ms", // a subscription that was enabled starts at once
		},
	}
}

// fill writes pgbench's accounts upstream, the way pgbench -i -I dtGvp does.
func (s *stage) fill(ctx context.Context) error {
	s.say("filling pgbench_accounts with %d rows", s.opts.accounts())
	return s.execEach(ctx, s.upstream,
		fmt.Sprintf(`INSERT INTO pgbench_accounts (aid, bid, abalance, filler)
			SELECT aid, (aid - 1) / %d + 1, 0, '' FROM generate_series(1, %d) AS aid`, rowsPerScale, s.opts.accounts()),
		"ALTER TABLE pgbench_accounts ADD PRIMARY KEY (aid)",
		"INSERT INTO bench_marker VALUES (1, 0)",
		"CREATE PUBLICATION bench FOR TABLE pgbench_accounts, bench_marker",
		"VACUUM ANALYZE pgbench_accounts",
		"CHECKPOINT",
	)
}

// execEach runs statements one by one, each its own transaction.
func (s *stage) execEach(ctx context.Context, p *testenv.Postgres, statements ...string) error {
	for _, sql := range statements {
		if err := p.Exec(ctx, sql); err != nil {
			return fmt.Errorf("%w (in %s)", err, sql)
		}
	}
	return nil
}

// loadDSN returns how the load client reaches a PostgreSQL: over TCP and without
// a password, as it reaches culvert.
func loadDSN(p *testenv.Postgres) string {
	return fmt.Sprintf("postgres://%s@%s/postgres?sslmode=disable", loadRole, p.Addr())
}

// forwardDSN returns how to reach the upstream through ssh -L.
func (s *stage) forwardDSN() string {
	return fmt.Sprintf("postgres://%s@%s/postgres?sslmode=disable", loadRole, s.forward.addr)
}

// versions says what was measured.
func (s *stage) versions(ctx context.Context) []string {
	var found []string
	if s.culvert != nil {
		if rows, err := s.culvert.Query(ctx, "SELECT version()"); err == nil && len(rows) == 1 {
			found = append(found, "culvert: "+rows[0][0])
		}
	}
	if s.upstream != nil {
		if rows, err := s.upstream.Query(ctx, "SHOW server_version"); err == nil {
			found = append(found, "PostgreSQL "+rows[0][0])
		}
	}
	if out, err := exec.CommandContext(ctx, "ssh", "-V").CombinedOutput(); err == nil {
		found = append(found, strings.TrimSpace(string(out)))
	}
	return found
}

// lastWords returns the end of culvert's log, for an error.
func (s *stage) lastWords() string {
	if s.culvert == nil {
		return ""
	}
	lines := strings.Split(strings.TrimSpace(s.culvert.Log()), "\n")
	return "\nthe end of culvert's log:\n" + strings.Join(lines[max(0, len(lines)-20):], "\n")
}

// close ends what was started, in the opposite order, and removes its files.
func (s *stage) close() error {
	var errs []error
	if s.culvert != nil {
		errs = append(errs, s.culvert.Close())
	}
	if s.kafka != nil {
		errs = append(errs, s.kafka.close())
	}
	if s.forward != nil {
		s.forward.close()
	}
	if s.bastion != nil {
		errs = append(errs, s.bastion.Close())
	}
	for _, p := range []*testenv.Postgres{s.subscriber, s.upstream} {
		if p != nil {
			errs = append(errs, p.Close())
		}
	}
	if s.dir != "" {
		errs = append(errs, os.RemoveAll(s.dir))
	}
	return errors.Join(errs...)
}
