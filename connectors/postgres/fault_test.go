package postgres

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"culvert/connectors"
	"culvert/testenv"

	"github.com/jackc/pglogrepl"
	"github.com/jackc/pgx/v5/pgconn"
)

const oneTable = `CREATE TABLE t (k int PRIMARY KEY, v text); INSERT INTO t SELECT i, 'v' FROM generate_series(1, 100) i; CREATE PUBLICATION p FOR TABLE t`

func TestSlotHeldBySomebodyElseIsTaken(t *testing.T) {
	t.Parallel()
	r := newRig(t, oneTable)
	cfg := r.start()
	r.Stop(t)
	ctx := t.Context()
	other, err := pgconn.Connect(ctx, r.pg.DSN()+"&replication=database")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close(ctx)
	err = pglogrepl.StartReplication(ctx, other, cfg.Slot, 0, pglogrepl.StartReplicationOptions{PluginArgs: []string{"proto_version '1'", "publication_names 'p'"}})
	if err != nil {
		t.Fatal(err)
	}
	r.exec("INSERT INTO t VALUES (1000, 'x')")
	r.Start(t, r.spec(cfg))
	r.same("t")
}

func TestFrozenLinkStallsWithin15Seconds(t *testing.T) {
	t.Parallel()
	r := newRig(t, oneTable)
	r.start()
	r.exec("INSERT INTO t VALUES (1000, 'x')")
	r.same("t")
	r.proxy.Hold()
	began := time.Now()
	r.Await(t, "t", "stalled", 15*time.Second, func(rd connectors.Readiness) bool {
		return rd.Source.State == connectors.StateStalled
	})
	t.Logf("stalled after %v: %s", time.Since(began), statusOf(r, "src").Error)
	r.exec("INSERT INTO t VALUES (1001, 'y')")
	r.proxy.Release()
	began = time.Now()
	r.same("t")
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("rows flow %v after the link is back", took)
	}
}

func statusOf(r *rig, object string) connectors.Status {
	for _, s := range r.Sup.Statuses() {
		if s.Object == object {
			return s
		}
	}
	return connectors.Status{}
}

func TestUpstreamRestart(t *testing.T) {
	t.Parallel()
	r := newRig(t, oneTable)
	r.start()
	for range 2 {
		if err := r.pg.Stop(true); err != nil {
			t.Fatal(err)
		}
		r.AwaitError(t, "t", "postgres: ")
		if s := statusOf(r, "src"); s.State != connectors.StateStalled {
			t.Errorf("status: %+v", s)
		}
		if err := r.pg.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		r.exec("UPDATE t SET v = v || '!'")
		r.same("t")
	}
	if s := statusOf(r, "t"); s.State != connectors.StateRunning || s.Error != "" {
		t.Errorf("status: %+v", s)
	}
}

func TestSlotDroppedByHandIsDefinite(t *testing.T) {
	t.Parallel()
	r := newRig(t, oneTable)
	r.start()
	r.proxy.Refuse(true)
	r.exec("SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE active_pid IS NOT NULL")
	testenv.Eventually(t, 10*time.Second, func() error {
		return r.pg.Exec(t.Context(), "SELECT pg_drop_replication_slot('"+testSlot+"')")
	})
	r.proxy.Refuse(false)
	s := r.AwaitError(t, "t", "does not exist: the changes since")
	if s.State != connectors.StateCeased || s.Hint == "" {
		t.Errorf("status: %+v", s)
	}
	if len(r.Rows(t, "t")) != 100 {
		t.Error("the table cannot be read any more")
	}
}

func TestPublicationDroppedIsDefinite(t *testing.T) {
	t.Parallel()
	r := newRig(t, oneTable)
	r.start()
	r.exec("DROP PUBLICATION p; INSERT INTO t VALUES (-1, 'x')")
	if s := r.AwaitError(t, "t", `postgres: publication "p" does not exist`); s.State != connectors.StateCeased {
		t.Errorf("status: %+v", s)
	}
}

func TestInvalidatedSlotIsDefinite(t *testing.T) {
	t.Parallel()
	r := newRigWith(t, testenv.PostgresOptions{Settings: map[string]string{"max_slot_wal_keep_size": "1MB", "min_wal_size": "32MB", "max_wal_size": "48MB"}}, oneTable)
	cfg := r.start()
	r.Stop(t)
	testenv.Eventually(t, 60*time.Second, func() error {
		r.exec("CREATE TABLE IF NOT EXISTS fill (x text); INSERT INTO fill SELECT repeat(md5(i::text), 100) FROM generate_series(1, 5000) i")
		r.exec("SELECT pg_switch_wal(); CHECKPOINT")
		if got := r.pg.MustQuery(t, "SELECT wal_status FROM pg_replication_slots")[0][0]; got != "lost" {
			return fmt.Errorf("the slot is %s", got)
		}
		return nil
	})
	r.Start(t, r.spec(cfg))
	r.AwaitError(t, "t", "replication slot has been invalidated because it exceeded the maximum reserved size")
}

func TestSchemaChangesBreakOnlyTheirTable(t *testing.T) {
	t.Parallel()
	tables := []string{"added", "dropcol", "renamed", "retyped", "swapped", "noident", "dropped", "unpublished", "moved", "retyped_text", "other", "readded", "widened", "fullkey"}
	setup := ""
	for _, name := range tables {
		setup += "CREATE TABLE " + name + " (k int PRIMARY KEY, v text, w text); INSERT INTO " + name + " VALUES (1, 'one', 'w');"
	}
	setup += "ALTER TABLE retyped_text ALTER v TYPE varchar(5); ALTER TABLE fullkey REPLICA IDENTITY FULL; CREATE PUBLICATION p FOR TABLE " + strings.Join(tables, ", ")
	r := newRig(t, setup)
	cfg := r.config("retyped_text.v")
	r.Start(t, r.spec(cfg))
	r.AwaitReady(t, tables...)
	r.exec(`ALTER TABLE added ADD extra int DEFAULT 5; ALTER TABLE added DROP extra; ALTER TABLE added ADD extra2 int;
		INSERT INTO added (k, v, w) VALUES (2, 'two', 'x'); ALTER TABLE dropcol DROP v; ALTER TABLE renamed RENAME v TO vv; ALTER TABLE retyped ALTER v TYPE varchar(10);
		ALTER TABLE swapped RENAME v TO tmp; ALTER TABLE swapped RENAME w TO v; ALTER TABLE swapped RENAME tmp TO w;
		ALTER TABLE noident DROP CONSTRAINT noident_pkey; ALTER TABLE noident REPLICA IDENTITY NOTHING;
		DROP TABLE dropped; ALTER PUBLICATION p DROP TABLE unpublished; CREATE SCHEMA elsewhere; ALTER TABLE moved SET SCHEMA elsewhere;
		ALTER TABLE retyped_text ALTER v TYPE varchar(20); UPDATE retyped_text SET v = 'new' WHERE k = 1;
		ALTER TABLE readded RENAME v TO old_v; ALTER TABLE readded ADD v text;
		ALTER TABLE widened DROP CONSTRAINT widened_pkey, ADD PRIMARY KEY (k, v); ALTER TABLE fullkey DROP CONSTRAINT fullkey_pkey`)
	for _, name := range tables {
		switch name {
		case "dropped", "unpublished", "noident":
		case "widened": // a second row with the key of old
			r.exec("INSERT INTO widened VALUES (1, 'two')")
		case "moved":
			r.exec("INSERT INTO elsewhere.moved VALUES (7)")
		default:
			r.exec("INSERT INTO " + name + " (k) VALUES (7)")
		}
	}
	for name, text := range map[string]string{
		"dropcol": `incompatible schema change: column "v" was dropped`, "renamed": "incompatible schema change: column",
		"retyped": "changed its type from text to character varying(10)", "swapped": "incompatible schema change",
		"noident": "replica identity", "dropped": "table was dropped", "unpublished": `removed from publication "p"`,
		"moved": "is now elsewhere.moved", "readded": "incompatible schema change",
		"widened": "replica identity", "fullkey": "primary key",
	} {
		if s := r.AwaitError(t, name, text); s.State != connectors.StateCeased || s.Object != name {
			t.Errorf("%s: %+v", name, s)
		}
	}
	r.exec("INSERT INTO other VALUES (8)")
	r.same("other", "retyped_text")
	got := r.Rows(t, "added")
	if err := difference(got, r.upstream("SELECT k, v, w FROM added")); err != nil {
		t.Error(err)
	}
	if s := statusOf(r, "src"); s.State != connectors.StateRunning {
		t.Errorf("the source: %+v", s)
	}
}

func TestDropCleansTheSlot(t *testing.T) {
	t.Parallel()
	for name, down := range map[string]bool{"upstream up": false, "upstream down": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, oneTable)
			r.start()
			if down {
				r.proxy.Refuse(true)
				r.proxy.Cut()
			}
			r.AddCleanup(t, connectors.Cleanup{ID: "src", Kind: "postgres", Target: testSlot, Since: time.Now()})
			r.Sup.Apply(nil)
			if down {
				testenv.Eventually(t, 20*time.Second, func() error {
					if c := r.Sup.Cleanups(); len(c) != 1 || !strings.Contains(c[0].Error, "postgres: ") || c[0].Attempts < 2 {
						return fmt.Errorf("cleanups: %+v", c)
					}
					return nil
				})
				r.Stop(t) // a restart goes on with it
				r.Start(t)
				r.proxy.Refuse(false)
			}
			testenv.Eventually(t, 40*time.Second, func() error {
				if n := r.pg.MustQuery(t, "SELECT count(*) FROM pg_replication_slots")[0][0]; n != "0" {
					return fmt.Errorf("%s slots, cleanups %+v", n, r.Sup.Cleanups())
				}
				if c, tables := r.Sup.Cleanups(), r.Physical(t); len(c)+len(tables) != 0 {
					return fmt.Errorf("cleanups %+v, tables %v", c, tables)
				}
				return nil
			})
			r.Stop(t)
			r.Start(t)
			if s, st := r.Sup.Statuses(), r.Sup.Statistics(); len(s)+len(st) != 0 {
				t.Errorf("statuses of what is gone: %v %v", s, st)
			}
		})
	}
}

func TestDropInSnapshotEndsTheCopy(t *testing.T) {
	t.Parallel()
	r := newRig(t, `CREATE TABLE t (k int PRIMARY KEY, v text); INSERT INTO t SELECT i, repeat('x', 200) FROM generate_series(1, 200000) i; CREATE PUBLICATION p FOR TABLE t`)
	r.proxy.SetDelay(5 * time.Millisecond)
	r.Start(t, r.spec(r.config()))
	copies := func() string {
		return r.pg.MustQuery(t, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'culvert' AND query LIKE 'COPY%' AND state = 'active'")[0][0]
	}
	testenv.Eventually(t, 20*time.Second, func() error {
		if copies() == "0" {
			return fmt.Errorf("no COPY yet")
		}
		return nil
	})
	r.AddCleanup(t, connectors.Cleanup{ID: "src", Kind: "postgres", Target: testSlot, Since: time.Now()})
	r.Sup.Apply(nil)
	testenv.Eventually(t, 10*time.Second, func() error {
		slots := r.pg.MustQuery(t, "SELECT count(*) FROM pg_replication_slots")[0][0]
		if n := copies(); n != "0" || slots != "0" || len(r.Physical(t)) != 0 {
			return fmt.Errorf("%s COPYs, %s slots, tables %v", n, slots, r.Physical(t))
		}
		return nil
	})
}

func TestLargeTransactions(t *testing.T) {
	t.Parallel()
	r := newRig(t, `CREATE TABLE t (k int PRIMARY KEY, v text); INSERT INTO t SELECT i, 'old' FROM generate_series(1, 100) i;
		CREATE TABLE u (k int PRIMARY KEY, n int); CREATE PUBLICATION p FOR TABLE t, u`)
	r.start()
	r.exec("BEGIN; DELETE FROM t; INSERT INTO t SELECT i, 'v' || i FROM generate_series(1, 1000000) i; UPDATE t SET v = 'second' WHERE k % 10 = 0; DELETE FROM t WHERE k % 7 = 0; INSERT INTO u VALUES (1, 1); COMMIT")
	want := r.upstream("SELECT count(*), sum(k), sum(length(v)) FROM t")[0]
	conn := r.Conn(t)
	defer conn.Close()
	testenv.Eventually(t, 2*time.Minute, func() error {
		rows, ok, err := r.Read(t.Context(), conn, "t", "u")
		if err != nil || !ok {
			return fmt.Errorf("reading: %v", err)
		}
		if len(rows["u"]) == 0 {
			if len(rows["t"]) != 100 {
				t.Fatalf("%d rows of a transaction that is not complete", len(rows["t"])-100)
			}
			return fmt.Errorf("not there yet")
		}
		keys, length := 0, 0
		for _, row := range rows["t"] {
			var k int
			key, v, _ := strings.Cut(row, "|")
			if _, err := fmt.Sscan(key, &k); err != nil {
				return err
			}
			keys, length = keys+k, length+len(v)
		}
		if got := fmt.Sprintf("%d|%d|%d", len(rows["t"]), keys, length); got != want {
			t.Fatalf("%s instead of %s", got, want)
		}
		return nil
	})
}

func TestUpstreamRestoredFromABackupIsDefinite(t *testing.T) {
	t.Parallel()
	r := newRig(t, oneTable)
	cfg := r.start()
	r.Stop(t)
	data, backup := filepath.Join(r.pg.SocketDir(), "data"), filepath.Join(t.TempDir(), "backup")
	if err := r.pg.Stop(false); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("cp", "-a", data, backup).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if err := r.pg.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.Start(t, r.spec(cfg))
	r.exec("INSERT INTO t SELECT i, 'x' FROM generate_series(1000, 20000) i")
	r.same("t")
	r.Stop(t)
	if err := r.pg.Stop(false); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(data); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("cp", "-a", backup, data).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if err := r.pg.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.Start(t, r.spec(cfg))
	if s := r.AwaitError(t, "t", "database restored from point-in-time backup"); s.State != connectors.StateCeased {
		t.Errorf("status: %+v", s)
	}
}

func TestOpenTransactionUpstreamHoldsTheSlotBack(t *testing.T) {
	t.Parallel()
	r := newRig(t, oneTable)
	cfg := r.config()
	other, err := r.pg.Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close(t.Context())
	if _, err := other.Exec(t.Context(), "BEGIN; INSERT INTO t VALUES (-1, 'open')"); err != nil {
		t.Fatal(err)
	}
	r.Start(t, r.spec(cfg))
	s := r.AwaitError(t, "t", "creating replication slot "+testSlot+" timed out after 2s. Slot creation waits for in-progress upstream transactions to end")
	if s.State != connectors.StateStalled {
		t.Errorf("status: %+v", s)
	}
	if _, err := other.Exec(t.Context(), "COMMIT"); err != nil {
		t.Fatal(err)
	}
	r.AwaitReady(t, "t")
	r.same("t")
}

// TestSlotWhoseMakingWasInterrupted: culvert was killed while its slot waited
// for a transaction upstream, and the server has not noticed.
func TestSlotWhoseMakingWasInterrupted(t *testing.T) {
	t.Parallel()
	r := newRig(t, oneTable)
	ctx := t.Context()
	open, err := r.pg.Connect(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer open.Close(ctx)
	if _, err := open.Exec(ctx, "BEGIN; INSERT INTO t VALUES (-1, 'open')"); err != nil {
		t.Fatal(err)
	}
	killed, err := pgconn.Connect(ctx, r.pg.DSN()+"&replication=database")
	if err != nil {
		t.Fatal(err)
	}
	made := make(chan error, 1)
	go func() {
		_, err := killed.Exec(ctx, "CREATE_REPLICATION_SLOT "+testSlot+" LOGICAL pgoutput NOEXPORT_SNAPSHOT").ReadAll()
		made <- err
	}()
	half := func() string {
		return strings.Join(r.upstream("SELECT active, confirmed_flush_lsn IS NULL FROM pg_replication_slots"), " ")
	}
	testenv.Eventually(t, 10*time.Second, func() error {
		if got := half(); got != "t|t" && got != "true|true" {
			return fmt.Errorf("slots: %q", got)
		}
		return nil
	})
	r.Start(t, r.spec(r.config()))
	r.AwaitError(t, "t", "Slot creation waits for in-progress upstream transactions to end")
	if err := <-made; err == nil {
		t.Error("the backend of the killed process goes on")
	}
	if _, err := open.Exec(ctx, "COMMIT"); err != nil {
		t.Fatal(err)
	}
	r.AwaitReady(t, "t")
	r.exec("INSERT INTO t VALUES (-2, 'after')")
	r.same("t")
	killed.Close(ctx)
}

func TestFrozenLinkInSnapshotStalls(t *testing.T) {
	t.Parallel()
	r := newRig(t, `CREATE TABLE t (k int PRIMARY KEY, v text); INSERT INTO t SELECT i, repeat('x', 200) FROM generate_series(1, 100000) i; CREATE PUBLICATION p FOR TABLE t`)
	r.proxy.SetDelay(2 * time.Millisecond)
	r.Start(t, r.spec(r.config()))
	r.Await(t, "t", "copying", 20*time.Second, func(rd connectors.Readiness) bool { return rd.Rows.Done > 0 })
	r.proxy.Hold()
	r.Await(t, "t", "stalled", 15*time.Second, func(rd connectors.Readiness) bool { return rd.Source.State == connectors.StateStalled })
	r.proxy.SetDelay(0)
	r.proxy.Release()
	r.AwaitReady(t, "t")
	r.same("t")
}

// holder is a connector that keeps all the slots of those who write to the
// engine until it is told to let go.
type holder struct{ held, release chan struct{} }

func (h *holder) Leg() string { return "holder" }

func (h *holder) Run(ctx context.Context, rt *connectors.Runtime) error {
	for range 2 { // the supervisor's default
		release, err := rt.Acquire(ctx)
		if err != nil {
			return err
		}
		defer release()
	}
	close(h.held)
	<-h.release
	<-ctx.Done()
	return ctx.Err()
}

func TestFeedbackGoesOnWhileApplyIsBusy(t *testing.T) {
	t.Parallel()
	r := newRig(t, oneTable)
	spec := r.spec(r.config())
	r.Start(t, spec)
	r.AwaitReady(t, "t")
	h := &holder{held: make(chan struct{}), release: make(chan struct{})}
	r.Sup.Apply([]connectors.SourceSpec{spec, {ID: "holder", Connector: h, Fingerprint: "1"}})
	<-h.held
	r.exec("INSERT INTO t SELECT i, repeat('x', 1000) FROM generate_series(1000, 30000) i")
	holding := func() string {
		return r.pg.MustQuery(t, "SELECT active_pid FROM pg_replication_slots WHERE active")[0][0]
	}
	before, began := holding(), time.Now()
	// Longer than the server's patience with a peer that says nothing.
	testenv.Eventually(t, 30*time.Second, func() error {
		if holding() != before {
			t.Fatal("the server gave the connection up")
		}
		if time.Since(began) < 12*time.Second {
			return errors.New("not long enough")
		}
		return nil
	})
	close(h.release)
	r.Sup.Apply([]connectors.SourceSpec{spec})
	r.same("t")
	if holding() != before {
		t.Error("the stream was interrupted")
	}
}

// probe is a connector that runs a part of one.
type probe struct {
	run func(ctx context.Context, rt *connectors.Runtime) error
}

func (probe) Leg() string { return leg }

func (p probe) Run(ctx context.Context, rt *connectors.Runtime) error { return p.run(ctx, rt) }

// probe starts a source that runs a part of the connector once, which must
// succeed.
func (r *rig) probe(part func(ctx context.Context, rt *connectors.Runtime) error) {
	r.t.Helper()
	done := make(chan error, 1)
	spec := r.spec(r.config())
	spec.Connector = probe{func(ctx context.Context, rt *connectors.Runtime) error {
		done <- part(ctx, rt)
		<-ctx.Done()
		return ctx.Err()
	}}
	r.Start(r.t, spec)
	if err := <-done; err != nil {
		r.t.Error(err)
	}
}

// TestSchemaChangeThatWaitsDoesNotHoldUpTheCopy: a schema change waits for the
// snapshot's locks, and all new locks wait behind it.
func TestSchemaChangeThatWaitsDoesNotHoldUpTheCopy(t *testing.T) {
	t.Parallel()
	r := newRig(t, oneTable)
	source, err := New(r.config())
	if err != nil {
		t.Fatal(err)
	}
	pub, err := DescribePublication(t.Context(), r.params(), "p", ForSource)
	if err != nil {
		t.Fatal(err)
	}
	todo := []*copying{{table: source.tables[0], now: &pub.Tables[0]}}
	altered := make(chan struct{})
	read := func(ctx context.Context, rt *connectors.Runtime) error {
		s := &snapshot{run: &run{Source: source, rt: rt, version: 15}, locks: lockTables(todo)}
		wires, err := s.open(ctx, 1)
		if err != nil {
			return err
		}
		w := wires[0]
		defer w.close()
		go func() {
			defer close(altered)
			r.exec("ALTER TABLE t ADD x int")
		}()
		testenv.Eventually(t, 20*time.Second, func() error {
			if got := r.pg.MustQuery(t, "SELECT count(*) FROM pg_locks WHERE NOT granted")[0][0]; got != "1" {
				return fmt.Errorf("%s locks are waited for", got)
			}
			return nil
		})
		chunks := make(chan chunk, 1)
		return (&reader{w: w, chunks: chunks, spare: make(chan []byte)}).read(ctx, copyRange{table: todo[0], whole: true})
	}
	r.probe(read)
	<-altered
}
