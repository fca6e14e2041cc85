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

// TestASlotThatWaitsSaysWhy: an open transaction upstream holds the making of
// the slot back, without an error of anybody; a query that waits is told.
func TestASlotThatWaitsSaysWhy(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "")
	open, err := w.pg.Connect(t.Context())
	w.must(err)
	defer open.Close(t.Context())
	_, err = open.Exec(t.Context(), "BEGIN; INSERT INTO events VALUES ('open', 1)")
	w.must(err)
	w.exec(createSource)
	const why = "Slot creation waits for in-progress upstream transactions to end"
	w.statusHas(15*time.Second, "stalled: postgres: creating replication slot materialize_", why)
	w.refused("SELECT count(*) FROM events", why)
	_, err = open.Exec(t.Context(), "COMMIT")
	w.must(err)
	w.same()
	w.statusHas(5*time.Second, "running: NULL")
}

// TestSourcesShowTheirSlotTablesAndStatistics: what mz_internal says of a
// source is what upstream says, and outlives a restart.
func TestSourcesShowTheirSlotTablesAndStatistics(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "CREATE SCHEMA other; CREATE TABLE other.late (id int PRIMARY KEY); INSERT INTO other.late SELECT generate_series(1, 7)")
	w.exec("CREATE SOURCE s FROM POSTGRES CONNECTION c (PUBLICATION 'p') FOR TABLES (events, marker)")
	w.must(difference(w.culvert.MustQuery(t, "SELECT count(*) FROM events"), [][]string{{"20"}})) // it waits for the snapshot
	w.mark(20 * time.Second)
	query := func(sql string) string { return fmt.Sprint(w.culvert.MustQuery(t, sql)) }
	slot := "SELECT replication_slot FROM mz_internal.mz_postgres_sources JOIN mz_sources USING (id) WHERE name = 's'"
	upstream := "SELECT slot_name FROM pg_replication_slots"
	tables := "SELECT name, schema_name, table_name FROM mz_internal.mz_postgres_source_tables JOIN mz_objects USING (id) ORDER BY 1"
	const statistics = "SELECT snapshot_records_known, snapshot_records_staged, snapshot_committed, offset_known >= offset_committed, offset_committed > 0, updates_staged = updates_committed, updates_committed " +
		"FROM mz_internal.mz_source_statistics JOIN mz_sources USING (id) WHERE name = 's'"
	for range 2 {
		if got, want := query(slot), fmt.Sprint(w.pg.MustQuery(t, upstream)); got != want {
			t.Errorf("slot: %s, upstream %s", got, want)
		}
		if got := query(tables); got != "[[events public events] [marker public marker]]" {
			t.Errorf("tables: %s", got)
		}
		if got := query(statistics); got != "[[20 20 t t t t 21]]" {
			t.Errorf("statistics: %s", got)
		}
		w.must(w.culvert.Restart(t.Context()))
		w.statusHas(20*time.Second, "running: NULL")
	}
	w.exec("CREATE TABLE late FROM SOURCE s (REFERENCE other.late)")
	w.must(difference(w.culvert.MustQuery(t, "SELECT count(*) FROM late"), [][]string{{"7"}}))
	if got := query("SELECT snapshot_records_known, snapshot_records_staged, snapshot_committed FROM mz_internal.mz_source_statistics JOIN mz_sources USING (id) WHERE name = 's'"); got != "[[27 27 t]]" {
		t.Errorf("statistics with one table more: %s", got)
	}
	w.exec("DROP SOURCE s CASCADE")
	w.noSlots(20 * time.Second)
	w.noCleanups()
	for _, relation := range []string{"mz_source_statistics", "mz_postgres_sources", "mz_postgres_source_tables", "mz_source_statuses"} {
		testenv.Eventually(t, 10*time.Second, func() error {
			if got := query("SELECT * FROM mz_internal." + relation); got != "[]" {
				return fmt.Errorf("%s of what is gone: %s", relation, got)
			}
			return nil
		})
	}
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
