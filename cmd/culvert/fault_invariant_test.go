package main_test

import (
	"fmt"
	"testing"
	"time"

	"culvert/testenv"
)

func TestAnUpstreamTransactionIsNeverSeenInPart(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "")
	l := w.startLoad(3, 4*time.Millisecond)
	swaps := w.startWriters(1, 150*time.Millisecond, swap)
	rounds := 2
	if longRun() {
		rounds = 12
	}
	w.exec(createSource) // polled from here on: the flip of the snapshots is seen, too
	stop := w.watch()
	for i := range rounds {
		l.more(80)
		if i%2 == 0 {
			w.must(w.culvert.Restart(t.Context()))
		} else {
			w.must(w.bastion.KillSessions())
		}
		l.more(80)
		w.mark(30 * time.Second)
	}
	if looks := stop(); looks < 50 {
		t.Errorf("the invariant was looked at %d times only", looks)
	}
	// Once more from the beginning, with statements that wait for the snapshot.
	w.exec("DROP SOURCE s CASCADE")
	w.exec(createSource)
	stop = w.watch()
	testenv.Eventually(t, 30*time.Second, func() error {
		if ready, _ := w.copyStates(); !ready["left_ledger"] || !ready["right_ledger"] {
			return fmt.Errorf("not ready: %v", ready)
		}
		return nil
	})
	l.more(100)
	stop()
	l.stop()
	swaps.stop()
	w.same()
	sum := w.pg.MustQuery(t, "SELECT (SELECT sum(balance) FROM left_ledger) + (SELECT sum(balance) FROM right_ledger)")
	if sum[0][0] != invariantSum {
		t.Fatalf("the writers themselves broke the invariant: %s", sum[0][0])
	}
}
