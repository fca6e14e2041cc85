package postgres

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"culvert/connectors"
	"culvert/testenv"
)

// accounts are two tables whose sums together stay 0 in every transaction.
const accounts = `CREATE TABLE a (k int PRIMARY KEY, n int NOT NULL, filler text);
	CREATE TABLE b (k int PRIMARY KEY, n int NOT NULL, filler text);
	INSERT INTO a SELECT i, 0, repeat('x', 100) FROM generate_series(1, 60000) i;
	INSERT INTO b SELECT i, 0, repeat('y', 100) FROM generate_series(1, 60000) i;
	CREATE PUBLICATION p FOR TABLE a, b`

// writers run transactions upstream that move sums between the two tables until
// stop is called, which waits for them.
func (r *rig) writers(n int) (stop func() int64) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(r.t.Context()))
	var wg sync.WaitGroup
	var done atomic.Int64
	for w := range n {
		wg.Go(func() {
			conn, err := r.pg.Connect(ctx)
			if err != nil {
				r.t.Error(err)
				return
			}
			defer conn.Close(context.WithoutCancel(ctx))
			for i := 0; ctx.Err() == nil; i++ {
				k := (w*7919 + i*31) % 59000
				sql := fmt.Sprintf("BEGIN; UPDATE a SET n = n + %[1]d WHERE k = %[2]d; UPDATE b SET n = n - %[1]d WHERE k = %[3]d; COMMIT", i%100+1, k+1, (k+w)%59000+1)
				switch i % 10 {
				case 3:
					sql = fmt.Sprintf("BEGIN; INSERT INTO a VALUES (%[1]d, 5, 'new'); INSERT INTO b VALUES (%[1]d, -5, 'new'); COMMIT", 100000+w*1000000+i)
				case 6:
					sql = fmt.Sprintf("BEGIN; DELETE FROM a WHERE k = %[1]d; DELETE FROM b WHERE k = %[1]d; COMMIT", 100000+w*1000000+i-3)
				case 8:
					sql = fmt.Sprintf("BEGIN; UPDATE a SET n = n + 1000 WHERE k = %d; ROLLBACK", k+1)
				}
				if _, err := conn.PgConn().Exec(context.WithoutCancel(ctx), sql).ReadAll(); err != nil {
					r.t.Errorf("writing: %v", err)
					return
				}
				done.Add(1)
			}
		})
	}
	return func() int64 { cancel(); wg.Wait(); return done.Load() }
}

// poll reads both tables in one snapshot again and again, until stop is called,
// and fails the test when the sum is ever another one. It gives the reads.
func (r *rig) poll() (stop func() int64) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(r.t.Context()))
	var wg sync.WaitGroup
	var reads atomic.Int64
	wg.Go(func() {
		conn := r.Conn(r.t)
		defer conn.Close()
		for ctx.Err() == nil {
			ok, sum, err := r.sum(ctx, conn, "a", "b")
			switch {
			case ctx.Err() != nil:
			case err != nil:
				r.t.Errorf("polling: %v", err)
				return
			case ok && sum != 0:
				r.t.Errorf("a transaction was seen in part: the sum is %d", sum)
				return
			case ok:
				reads.Add(1)
			default:
				_ = pause(ctx, time.Millisecond)
			}
		}
	})
	return func() int64 { cancel(); wg.Wait(); return reads.Load() }
}

func TestSnapshotIsExactUnderWrites(t *testing.T) {
	t.Parallel()
	r := newRig(t, accounts)
	cfg := r.config()
	stopWriters := r.writers(3)
	r.Start(t, r.spec(cfg))
	stopPolling := r.poll()
	r.AwaitReady(t, "a", "b")
	testenv.Eventually(t, 10*time.Second, func() error { // some of the stream
		if s := r.Sup.Statistics()[0]; s.UpdatesCommitted < 120_500 {
			return fmt.Errorf("%d updates", s.UpdatesCommitted)
		}
		return nil
	})
	n := stopWriters()
	r.same("a", "b")
	if reads := stopPolling(); reads < 5 || n < 100 {
		t.Errorf("only %d reads and %d transactions", reads, n)
	}
}

func TestBrokenLinksInSnapshotAndStream(t *testing.T) {
	t.Parallel()
	r := newRig(t, accounts)
	cfg := r.config()
	stopWriters := r.writers(2)
	r.proxy.CutAfter(3 << 20) // in the middle of the copy
	r.Start(t, r.spec(cfg))
	stopPolling := r.poll()
	r.AwaitError(t, "a", "postgres: ")
	r.AwaitReady(t, "a", "b")
	for i := range 6 {
		r.proxy.CutAfter(int64(20_000 + i*37_777))
		before := r.proxy.Accepted()
		testenv.Eventually(t, 20*time.Second, func() error {
			if r.proxy.Accepted() == before || r.Sup.Ready("src").Status.State == connectors.StateStalled {
				return fmt.Errorf("not cut yet")
			}
			return nil
		})
	}
	stopWriters()
	r.same("a", "b")
	stopPolling()
}

// A table whose copy was complete when the link broke is not copied again.
func TestFinishedTablesAreKept(t *testing.T) {
	t.Parallel()
	r := newRig(t, `CREATE TABLE small (k int PRIMARY KEY, n int); INSERT INTO small SELECT i, i FROM generate_series(1, 10) i;
		CREATE TABLE large (k int PRIMARY KEY, filler text); INSERT INTO large SELECT i, repeat('z', 500) FROM generate_series(1, 100000) i;
		CREATE PUBLICATION p FOR TABLE small, large`)
	cfg := r.config()
	// Names order the tables: large is copied first unless small is first here.
	cfg.Tables[0], cfg.Tables[1] = cfg.Tables[1], cfg.Tables[0]
	r.proxy.CutAfter(20 << 20)
	r.Start(t, r.spec(cfg))
	r.AwaitReady(t, "small")
	kept := r.physical("small")
	r.exec("UPDATE small SET n = n + 1; INSERT INTO large VALUES (0, 'new')")
	r.AwaitReady(t, "large")
	r.same("small", "large")
	if now := r.physical("small"); now != kept {
		t.Errorf("small was copied again: %v instead of %v", now, kept)
	}
	if tables := r.Physical(t); len(tables) != 2 {
		t.Errorf("physical tables: %v", tables)
	}
}

func TestTablesAddedLater(t *testing.T) {
	t.Parallel()
	r := newRig(t, accounts+`; CREATE TABLE c (k int PRIMARY KEY, v text); INSERT INTO c SELECT i, 'c' FROM generate_series(1, 50000) i;
		ALTER PUBLICATION p ADD TABLE c`)
	all := r.config()
	first := all
	first.Tables = first.Tables[:1] // a
	stopWriters := r.writers(2)
	r.Start(t, r.spec(first))
	r.AwaitReady(t, "a")
	stopPolling := r.poll()
	r.exec("UPDATE c SET v = 'changed' WHERE k % 3 = 0")
	spec := r.spec(all)
	spec.Fingerprint = "2"
	r.Sup.Apply([]connectors.SourceSpec{spec})
	r.AwaitReady(t, "b", "c")
	r.exec("DELETE FROM c WHERE k % 5 = 0")
	stopWriters()
	r.same("a", "b", "c")
	if stopPolling() == 0 {
		t.Error("the tables were never read together")
	}
	// And one goes away again: its physical table with it.
	all.Tables = all.Tables[1:]
	spec = r.spec(all)
	r.Sup.Apply([]connectors.SourceSpec{spec})
	testenv.Eventually(t, 10*time.Second, func() error {
		if tables := r.Physical(t); len(tables) != 2 {
			return fmt.Errorf("physical tables: %v", tables)
		}
		return nil
	})
	r.exec("INSERT INTO b VALUES (-1, 0, NULL); INSERT INTO a VALUES (-1, 0, NULL)")
	r.same("b", "c")
}

func TestRestartResumesExactlyOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t, accounts+`; CREATE TABLE log (n int); ALTER TABLE log REPLICA IDENTITY FULL; ALTER PUBLICATION p ADD TABLE log`)
	cfg := r.start()
	stopWriters := r.writers(2)
	for i := range 5 {
		r.exec("INSERT INTO log SELECT " + strconv.Itoa(i) + " FROM generate_series(1, 500)")
		r.Stop(t)
		r.exec("INSERT INTO log SELECT " + strconv.Itoa(100+i) + " FROM generate_series(1, 10)")
		r.Start(t, r.spec(cfg))
	}
	stopWriters()
	r.same("a", "b", "log")
	// The slot moves although nothing that is published changes.
	before := r.pg.MustQuery(t, "SELECT pg_current_wal_lsn()")[0][0]
	r.exec("CREATE TABLE elsewhere AS SELECT generate_series(1, 1000); SELECT pg_switch_wal(); CHECKPOINT")
	testenv.Eventually(t, 30*time.Second, func() error {
		if r.pg.MustQuery(t, "SELECT confirmed_flush_lsn > '"+before+"' FROM pg_replication_slots")[0][0] != "t" {
			return fmt.Errorf("the slot does not move")
		}
		return nil
	})
}

func TestFailedFlipIsTriedAgain(t *testing.T) {
	t.Parallel()
	r := newRig(t, `CREATE TABLE t (k int PRIMARY KEY, v text); INSERT INTO t SELECT i, 'x' FROM generate_series(1, 1000) i; CREATE PUBLICATION p FOR TABLE t`)
	cfg := r.config()
	r.FailNextFlip(fmt.Errorf("no flip today"))
	r.Start(t, r.spec(cfg))
	r.AwaitReady(t, "t")
	r.same("t")
	if tables := r.Physical(t); len(tables) != 1 {
		t.Errorf("physical tables: %v", tables)
	}
}

// TestTablesThatChangeBeforeTheirLock: a table that changed between its
// description and the locks of the snapshot is not copied, above all not when
// its columns have swapped their names.
func TestTablesThatChangeBeforeTheirLock(t *testing.T) {
	t.Parallel()
	r := newRig(t, `CREATE TABLE swapped (k int PRIMARY KEY, v text, w text); INSERT INTO swapped VALUES (1, 'v', 'w');
		CREATE TABLE same (k int PRIMARY KEY); INSERT INTO same VALUES (1); CREATE PUBLICATION p FOR TABLE swapped, same`)
	source, err := New(r.config())
	if err != nil {
		t.Fatal(err)
	}
	read := func(ctx context.Context, rt *connectors.Runtime) error {
		conn, err := rt.Connect(ctx)
		if err != nil {
			return err
		}
		defer conn.Close()
		work := &run{Source: source, rt: rt, conn: conn, states: rt.Tables()}
		control, err := source.cfg.Params.connect(ctx, nil)
		if err != nil {
			return err
		}
		defer control.close()
		if err := work.prepare(ctx, control); err != nil {
			return err
		}
		r.exec("ALTER TABLE swapped RENAME v TO x; ALTER TABLE swapped RENAME w TO v; ALTER TABLE swapped RENAME x TO w")
		return work.copyTables(ctx)
	}
	r.probe(read)
	r.AwaitReady(t, "same")
	if s := r.AwaitError(t, "swapped", "was renamed to"); s.State != connectors.StateCeased {
		t.Errorf("status: %+v", s)
	}
	if tables := r.Physical(t); len(tables) != 1 {
		t.Errorf("physical tables: %v", tables)
	}
}

// TestASnapshotSaysThatItWaitsForASchemaChange: it does not wait without a word
// behind a transaction upstream that holds a table.
func TestASnapshotSaysThatItWaitsForASchemaChange(t *testing.T) {
	t.Parallel()
	r := newRig(t, oneTable+"; CREATE TABLE u (k int PRIMARY KEY); ALTER PUBLICATION p ADD TABLE u")
	ctx := t.Context()
	all := r.config()
	first := all
	first.Tables = all.Tables[1:] // u
	r.Start(t, r.spec(first))
	r.AwaitReady(t, "u") // there is a slot
	other, err := r.pg.Connect(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close(ctx)
	if _, err := other.Exec(ctx, "BEGIN; ALTER TABLE t ADD later int"); err != nil {
		t.Fatal(err)
	}
	r.Sup.Apply([]connectors.SourceSpec{r.spec(all)})
	r.Await(t, "t", "stalled", 15*time.Second, func(rd connectors.Readiness) bool {
		return rd.Source.State == connectors.StateStalled && strings.Contains(rd.Source.Error, "transactions that change a table's schema")
	})
	if _, err := other.Exec(ctx, "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	r.AwaitReady(t, "t")
	r.exec("INSERT INTO u VALUES (1)")
	r.same("t", "u")
}
