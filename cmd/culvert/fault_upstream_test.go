package main_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"culvert/testenv"
)

// TestALongTransactionStaysWithinMemory: one transaction upstream of many more
// rows than memory holds is applied whole, and nobody sees a part of it.
func TestALongTransactionStaysWithinMemory(t *testing.T) {
	t.Parallel()
	rows, limit, flags := 250_000, 350, []string{"--engine-memory-limit", "80MB"}
	if longRun() {
		rows, limit, flags = 5_000_000, 600, nil // the default limits
	}
	w := newWorld(t, fmt.Sprintf(`CREATE TABLE long_keyed (k int PRIMARY KEY, v text, n numeric);
		CREATE TABLE long_bag (what text, k int); ALTER TABLE long_bag REPLICA IDENTITY FULL;
		INSERT INTO long_keyed SELECT i, 'value of ' || i, i FROM generate_series(1, %d) i;`, rows), flags...)
	w.exec(createSource)
	w.mark(5 * time.Minute)
	sum := "SELECT count(*), count(DISTINCT v), sum(k::bigint), sum(length(v)), sum(n) FROM long_keyed"
	bag := "SELECT count(*), count(DISTINCT what), sum(k::bigint), sum(length(what)) FROM long_bag"
	w.must(difference(w.culvert.MustQuery(t, sum), w.pg.MustQuery(t, sum)))
	before := w.culvert.MustQuery(t, sum)
	stages := []string{ // each with more rows than a batch has
		fmt.Sprintf("UPDATE long_keyed SET v = 'new ' || v, n = n + 0.5 WHERE k %% 2 = 0; DELETE FROM long_keyed WHERE k %% 7 = 0;"+
			"INSERT INTO long_bag SELECT 'bag ' || i %% 1000, i %% 50000 FROM generate_series(1, %d) i", rows),
		fmt.Sprintf("DELETE FROM long_bag WHERE k %% 3 = 0; UPDATE long_bag SET what = 'other' WHERE k %% 5 = 0;"+
			"INSERT INTO long_keyed SELECT i, 'more ' || i, i FROM generate_series(%d, %d) i", rows+1, rows+rows/2),
	}
	for _, sql := range stages {
		w.pg.MustExec(t, "BEGIN; "+sql+"; INSERT INTO marker VALUES ("+fmt.Sprint(w.markers+1)+"); COMMIT")
		w.markers++
		testenv.Eventually(t, 10*time.Minute, func() error { // what is read is from before the transaction, or from after it
			now := w.culvert.MustQuery(t, fmt.Sprintf("SELECT (SELECT count(*) FROM marker WHERE id = %d), count(*) FROM long_keyed", w.markers))[0]
			switch {
			case now[0] == "1":
				return nil
			case now[1] != before[0][0]:
				t.Fatalf("%s rows are seen of a transaction that is not complete", now[1])
			}
			return errors.New("not there yet")
		})
		w.must(difference(w.culvert.MustQuery(t, sum), w.pg.MustQuery(t, sum)))
		w.must(difference(w.culvert.MustQuery(t, bag), w.pg.MustQuery(t, bag)))
		before = w.culvert.MustQuery(t, sum)
	}
	peak := highWater(t, w.culvert.PID()) >> 10
	t.Logf("peak resident memory: %d MB for transactions of %d rows", peak, rows)
	if peak > limit {
		t.Errorf("peak resident memory is %d MB; it should be at most %d MB", peak, limit)
	}
	w.statusHas(time.Second, "running: NULL")
}

func TestRowsFlowAgainAfterUpstreamWasStoppedOrKilled(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "")
	w.createSource()
	l := w.startLoad(2, 10*time.Millisecond)
	stop := w.watch()
	for _, end := range []func() error{func() error { return w.pg.Stop(false) }, w.pg.Kill} {
		l.more(30)
		w.must(end())
		w.statusHas(15*time.Second, "stalled: ")
		w.culvert.MustQuery(t, "SELECT count(*) FROM left_ledger")
		w.must(w.pg.Start(t.Context()))
		w.mark(15 * time.Second)
		w.statusHas(5*time.Second, "running: NULL")
	}
	l.stop()
	stop()
	w.same()
}

func TestASlotThatIsGoneIsADefiniteError(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "")
	w.createSource()
	w.pg.MustExec(t, "INSERT INTO events VALUES ('more', 1)")
	w.same()
	testenv.Eventually(t, 20*time.Second, func() error {
		return w.pg.Exec(t.Context(), "SELECT pg_terminate_backend(active_pid), pg_drop_replication_slot(slot_name) FROM pg_replication_slots")
	})
	w.statusHas(15*time.Second, "ceased: postgres: replication slot ", "does not exist", "Drop the source and create it again.")
	w.exec("DROP SOURCE s CASCADE")
	w.noCleanups()
	w.createSource()
}

func TestAPublicationThatIsGoneIsADefiniteError(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "")
	w.createSource()
	w.pg.MustExec(t, "DROP PUBLICATION p")
	w.pg.MustExec(t, "INSERT INTO events VALUES ('more', 1)")
	w.statusHas(15*time.Second, `ceased: postgres: publication "p" does not exist`, "Create the publication again")
	w.exec("DROP SOURCE s CASCADE")
	w.noSlots(10 * time.Second)
	w.pg.MustExec(t, publication)
	w.createSource()
}

// noCleanups waits until nothing is left to be done upstream.
func (w *world) noCleanups() {
	w.t.Helper()
	testenv.Eventually(w.t, 40*time.Second, func() error {
		rows, err := w.culvert.Query(w.t.Context(), "SELECT target, attempts, last_error FROM culvert.cleanups")
		if err == nil && len(rows) > 0 {
			err = fmt.Errorf("left to be done: %q", rows)
		}
		return err
	})
}

func TestASlotGoesWhenUpstreamIsBackAfterTheDrop(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "")
	w.createSource()
	w.must(w.pg.Stop(false))
	w.statusHas(15*time.Second, "stalled: ")
	w.exec("DROP SOURCE s CASCADE")
	testenv.Eventually(t, 15*time.Second, func() error {
		rows, err := w.culvert.Query(t.Context(), "SELECT kind, target FROM culvert.cleanups WHERE attempts > 0 AND last_error IS NOT NULL")
		if err == nil && len(rows) != 1 {
			err = errors.New("the cleanup is not shown")
		}
		return err
	})
	// It outlives the connection it was made with, and culvert itself.
	w.exec("DROP CONNECTION c; DROP CONNECTION t; DROP SECRET pgpass")
	w.must(w.culvert.Kill())
	w.must(w.culvert.Start(t.Context()))
	w.must(w.pg.Start(t.Context()))
	w.noCleanups()
	w.noSlots(time.Second)
}

func TestASlotGoesByThePasswordOfNow(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "")
	w.createSource()
	w.pg.MustExec(t, "ALTER ROLE postgres PASSWORD 'changed after the secret'")
	w.exec("DROP SOURCE s CASCADE")
	testenv.Eventually(t, 15*time.Second, func() error {
		rows, err := w.culvert.Query(t.Context(), "SELECT last_error FROM culvert.cleanups WHERE last_error LIKE '%password authentication failed%'")
		if err == nil && len(rows) != 1 {
			err = errors.New("the old password was not refused")
		}
		return err
	})
	w.exec("ALTER SECRET pgpass AS 'changed after the secret'")
	w.noCleanups()
	w.noSlots(time.Second)
}

func TestDropEndsTheSnapshotUpstreamAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, bigTables)
	w.proxy.SetDelay(8 * time.Millisecond)
	w.exec(createSource)
	const copying = "SELECT query FROM pg_stat_activity WHERE query LIKE 'COPY (SELECT%z_big%' AND state = 'active'"
	testenv.Eventually(t, 20*time.Second, func() error {
		rows, err := w.pg.Query(t.Context(), copying)
		if err == nil && len(rows) == 0 {
			err = errors.New("no COPY runs upstream")
		}
		return err
	})
	w.exec("DROP SOURCE s CASCADE")
	testenv.Eventually(t, 3*time.Second, func() error {
		rows, err := w.pg.Query(t.Context(), copying)
		if err == nil && len(rows) > 0 {
			err = fmt.Errorf("still running upstream: %.100q", rows)
		}
		return err
	})
	w.proxy.SetDelay(0)
	w.noSlots(10 * time.Second)
	w.noCleanups()
	w.noOrphans()
}
