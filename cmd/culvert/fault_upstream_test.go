package main_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"culvert/testenv"
)

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
