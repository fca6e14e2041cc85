package main_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"culvert/testenv"
)

// TestAFullDiskLosesNothing fills the disk while the stream applies: statements
// that write are refused, those that read are answered, the source says what is
// wrong and goes on by itself when there is room again.
func TestAFullDiskLosesNothing(t *testing.T) {
	for name, newDisk := range disks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			newDiskWorld(t, newDisk(t), "").fillUp()
		})
	}
}

func (w *diskWorld) fillUp() {
	t := w.t
	w.createSource()
	l := w.startLoad(2, 5*time.Millisecond)
	l.more(20)
	w.fillDisk()
	l.more(20)
	w.unready(w.says())
	w.statusHas(15*time.Second, "stalled", w.says())
	made := w.secretsUntilRefused()
	w.exec("SELECT count(*) FROM left_ledger")
	w.freeDisk()
	w.ready()
	w.mark(60 * time.Second)
	w.exec("CREATE SECRET after AS 'x'")
	l.more(20)
	// Once more, and the process ends while the disk is full, and starts.
	w.fillDisk()
	l.more(20)
	w.unready(w.says())
	if _, ended := exitCode(w.culvert); !ended {
		w.must(w.culvert.Stop())
	}
	w.startUnready()
	w.unready(w.says())
	w.freeDisk()
	w.ready()
	w.mark(60 * time.Second)
	l.stop()
	w.same()
	w.must(w.culvert.Restart(t.Context()))
	w.same()
	w.statusHas(15*time.Second, "running: NULL")
	if rows := w.culvert.MustQuery(t, "SELECT count(*) FROM mz_secrets WHERE name LIKE 'late%' OR name = 'after'"); rows[0][0] != fmt.Sprint(made+1) {
		t.Errorf("%d secrets were made, and %s are there", made+1, rows[0][0])
	}
	w.exec("DROP SOURCE s CASCADE")
	w.noSlots(20 * time.Second)
	w.noOrphans()
}

// secretsUntilRefused commits changes of the catalog until one is refused, which
// the last block of the log may have put off, and tells how many were made.
func (w *diskWorld) secretsUntilRefused() int {
	w.t.Helper()
	for n := range 1000 {
		err := w.culvert.Exec(w.t.Context(), fmt.Sprintf("CREATE SECRET late%d AS '%s'", n, strings.Repeat("x", 1000)))
		if err == nil {
			continue
		}
		if !hasCode(err, "53100") || !strings.Contains(err.Error(), w.says()) {
			w.t.Errorf("CREATE SECRET is refused with %v", err)
		}
		return n
	}
	w.t.Error("the catalog can be changed while the disk is full")
	return 1000
}

// incompressible is a table whose rows need a kilobyte each.
func incompressible(rows int) string {
	return fmt.Sprintf(`CREATE TABLE large (id int PRIMARY KEY, noise text);
		INSERT INTO large SELECT i, (SELECT string_agg(md5(i::text || j), '') FROM generate_series(1, 32) j) FROM generate_series(1, %d) i;`, rows)
}

func TestASnapshotThatFillsTheDiskIsMadeAgain(t *testing.T) {
	t.Parallel()
	w := newDiskWorld(t, newDisk(t), incompressible(64000))
	w.resize(w, 24<<20)
	w.exec(createSource)
	w.statusHas(60*time.Second, "stalled", w.says())
	w.lives()
	w.resize(w, roomy)
	w.ready()
	w.mark(60 * time.Second)
	w.compare()
	w.statusHas(15*time.Second, "running: NULL")
	w.exec("DROP SOURCE s CASCADE")
	w.noSlots(20 * time.Second)
	w.noOrphans()
}

// TestACheckpointWithoutRoomIsPutOff: the log stays as it is until there is room,
// and the source goes on.
func TestACheckpointWithoutRoomIsPutOff(t *testing.T) {
	t.Parallel()
	w := newDiskWorld(t, newDisk(t), "CREATE TABLE bulk (id int PRIMARY KEY, filler text)")
	w.createSource()
	w.resize(w, 180<<20)
	w.pg.MustExec(t, "INSERT INTO bulk SELECT i, repeat(md5(i::text), 1000) FROM generate_series(1, 2300) i")
	w.mark(60 * time.Second)
	logged := func(text string) {
		t.Helper()
		testenv.Eventually(t, 30*time.Second, func() error {
			w.lives()
			if !strings.Contains(w.culvert.Log(), text) {
				return fmt.Errorf("not in the log: %s", text)
			}
			return nil
		})
	}
	if _, ok := w.disk.(mountedDisk); ok {
		logged("no room for a checkpoint")
	}
	w.mark(30 * time.Second)
	w.resize(w, roomy)
	logged(`level=DEBUG msg="checkpoint ends"`)
	w.ready()
	w.mark(30 * time.Second)
	w.compare()
}
