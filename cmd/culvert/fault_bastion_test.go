package main_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"culvert/testenv"
)

// backWithin is how soon rows flow again when the way upstream is there again.
const backWithin = 3 * time.Second

func TestRowsFlowAgainAfterTheBastionWasKilled(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "")
	w.createSource()
	l := w.startLoad(2, 5*time.Millisecond)
	rounds := 2
	if longRun() {
		rounds = 20
	}
	for range rounds {
		l.more(50)
		w.must(w.bastion.Kill())
		w.statusHas(15*time.Second, "stalled: ssh: ")
		w.culvert.MustQuery(t, "SELECT count(*) FROM left_ledger") // what is there stays readable
		l.more(50)
		w.must(w.bastion.Start(t.Context()))
		if took := w.mark(20 * time.Second); took > backWithin {
			t.Errorf("rows flowed again after %v", took)
		}
		w.statusHas(5*time.Second, "running: NULL")
		w.must(w.bastion.KillSessions()) // the bastion stays: the links are made anew
	}
	l.stop()
	w.same()
}

// bigTables are copied for a while when the proxy is slow, after the small ones,
// which come first in the order of names.
const bigTables = `
CREATE TABLE z_big_1 (id int PRIMARY KEY, filler text NOT NULL);
CREATE TABLE z_big_2 (id int PRIMARY KEY, filler text NOT NULL);
INSERT INTO z_big_1 SELECT i, repeat(md5(i::text), 6) FROM generate_series(1, 60000) i;
INSERT INTO z_big_2 SELECT i, repeat(md5(i::text), 6) FROM generate_series(1, 60000) i;
`

// copyStates reads which tables of the source are ready, and how many rows of
// their snapshots are copied.
func (w *world) copyStates() (ready map[string]bool, rows map[string]string) {
	w.t.Helper()
	ready, rows = map[string]bool{}, map[string]string{}
	for _, row := range w.culvert.MustQuery(w.t, "SELECT name, ready, rows_done FROM culvert.source_tables") {
		ready[row[0]], rows[row[0]] = row[1] == "t", row[2]
	}
	return ready, rows
}

// inTheMiddle waits until the small tables are copied and the big ones are not,
// and then lets nothing pass between bastion and upstream.
func (w *world) inTheMiddle() {
	w.t.Helper()
	testenv.Eventually(w.t, 30*time.Second, func() error {
		ready, rows := w.copyStates()
		if !ready["left_ledger"] || !ready["right_ledger"] || rows["z_big_1"] == "0" || rows["z_big_1"] == "NULL" {
			return fmt.Errorf("the snapshot is at %v %v", ready, rows)
		}
		return nil
	})
	w.proxy.Hold()
	if ready, rows := w.copyStates(); ready["z_big_1"] || ready["z_big_2"] {
		w.t.Fatalf("the snapshot is over too soon: %v", rows)
	}
}

func TestASnapshotGoesOnWithItsUnfinishedTablesAfterTheBastionWasKilled(t *testing.T) {
	t.Parallel()
	w := newWorld(t, bigTables)
	l := w.startLoad(1, 10*time.Millisecond)
	w.proxy.SetDelay(8 * time.Millisecond)
	w.exec(createSource)
	w.inTheMiddle()
	w.must(w.bastion.Kill())
	w.statusHas(15*time.Second, "stalled: ssh: ")
	if ready, _ := w.copyStates(); !ready["left_ledger"] || !ready["right_ledger"] {
		t.Errorf("tables that were complete should stay so: %v", ready)
	}
	w.culvert.MustQuery(t, "SELECT count(*) FROM left_ledger")
	copies := strings.Count(w.culvert.Log(), "snapshot begins")
	w.must(w.bastion.Start(t.Context()))
	w.proxy.SetDelay(0)
	w.proxy.Release()
	testenv.Eventually(t, 30*time.Second, func() error {
		if ready, rows := w.copyStates(); !ready["z_big_1"] || !ready["z_big_2"] {
			return fmt.Errorf("%v %v: %s", ready, rows, w.status())
		}
		return nil
	})
	l.stop()
	w.same()
	log := w.culvert.Log()
	if n := strings.Count(log, "snapshot begins"); n == copies {
		t.Error("the unfinished tables should have been copied again")
	}
	for _, flips := range []string{"left_ledger", "right_ledger"} {
		id := w.culvert.MustQuery(t, fmt.Sprintf("SELECT id FROM culvert.source_tables WHERE name = '%s'", flips))[0][0]
		if n := strings.Count(log, `"ready flip begins" source=`+w.sourceID()+" table="+id+"\n"); n != 1 {
			t.Errorf("%s was copied %d times", flips, n)
		}
	}
}

func (w *world) sourceID() string {
	w.t.Helper()
	return w.culvert.MustQuery(w.t, "SELECT id FROM mz_sources WHERE name = 's'")[0][0]
}

func TestAFrozenBastionIsNoticedAndNothingIsLost(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "")
	w.createSource()
	l := w.startLoad(2, 10*time.Millisecond)
	rounds := 1
	if longRun() {
		rounds = 4
	}
	for range rounds {
		for _, heal := range []func() error{func() error { return w.bastion.Restart(t.Context()) }, w.takeAnotherBastion} {
			w.must(w.bastion.Freeze())
			w.statusHas(15*time.Second, "stalled: ssh: ")
			w.must(heal())
			if took := w.mark(20 * time.Second); took > backWithin {
				t.Errorf("rows flowed again after %v", took)
			}
			w.statusHas(5*time.Second, "running: NULL")
		}
	}
	l.stop()
	w.same()
}

// takeAnotherBastion leaves a frozen bastion as it is: upstream does not learn
// that the slot's holder is dead, and so somebody has to end it.
func (w *world) takeAnotherBastion() error {
	w.bastion = testenv.NewBastion(w.t, testenv.BastionOptions{Hosts: map[string]string{hiddenName: w.proxy.Host()}, AuthorizedKeys: w.keys()})
	return w.culvert.Exec(w.t.Context(), fmt.Sprintf("ALTER CONNECTION t SET (HOST '%s'), SET (PORT %d)", w.bastion.Host(), w.bastion.Port()))
}

func TestANewHostKeyIsRefusedUntilItIsReset(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "")
	w.createSource()
	old := w.fingerprint()
	w.must(w.bastion.Kill())
	w.must(w.bastion.NewHostKey(t.Context()))
	w.must(w.bastion.Start(t.Context()))
	reset := "ALTER CONNECTION t RESET (HOST KEY)"
	said := []string{"host key", old, w.fingerprint(), reset}
	w.statusHas(15*time.Second, append(said, "stalled: ssh: ")...)
	w.refused("VALIDATE CONNECTION t", said...)
	w.refused("VALIDATE CONNECTION c", said...)
	w.pg.MustExec(t, "UPDATE left_ledger SET balance = balance + 1")
	w.exec(reset)
	if took := w.mark(20 * time.Second); took > backWithin {
		t.Errorf("rows flowed again after %v", took)
	}
	w.exec("VALIDATE CONNECTION c")

	// Without checking, whatever key the bastion has next is taken.
	w.exec("ALTER CONNECTION t SET (HOST KEY CHECKING = 'off')")
	w.must(w.bastion.Kill())
	w.must(w.bastion.NewHostKey(t.Context()))
	w.must(w.bastion.Start(t.Context()))
	w.mark(10 * time.Second)
	w.exec("VALIDATE CONNECTION t")
	w.same()
}

func TestAForwardThatTheBastionRefusesIsNamed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "")
	closed := testenv.NewBastion(t, testenv.BastionOptions{
		Hosts: map[string]string{hiddenName: w.proxy.Host()}, AuthorizedKeys: w.keys(), PermitOpen: []string{"127.0.0.1:1"},
	})
	w.createSource()
	w.exec(fmt.Sprintf("ALTER CONNECTION t SET (HOST '%s'), SET (PORT %d)", closed.Host(), closed.Port()))
	w.must(w.bastion.KillSessions())
	w.statusHas(20*time.Second, "stalled: ssh: ", "forward", hiddenName, "administratively prohibited")
	w.exec("VALIDATE CONNECTION t") // the tunnel itself stands
	w.refused("VALIDATE CONNECTION c", "forward", hiddenName)
	w.exec(fmt.Sprintf("ALTER CONNECTION t SET (HOST '%s'), SET (PORT %d)", w.bastion.Host(), w.bastion.Port()))
	w.mark(10 * time.Second)
	w.same()
}
