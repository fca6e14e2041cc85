package main_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"culvert/testenv"
)

// phase is a stretch of culvert's work between two lines of its log.
type phase struct {
	name     string        // as the lines have it: "name begins", "name ends"
	longest  time.Duration // random delay of the kill behind the first line
	interest string        // what else the first line must have
}

var phases = []phase{
	{name: "snapshot", longest: 60 * time.Millisecond},
	{name: "ready flip", longest: 3 * time.Millisecond},
	{name: "apply", longest: 8 * time.Millisecond, interest: "rows="},
	{name: "checkpoint", longest: 10 * time.Millisecond},
	{name: "catalog commit", longest: 3 * time.Millisecond},
}

// kills is how many kills have to hit each phase.
func kills() int {
	if longRun() {
		return 5
	}
	return 1
}

// TestNothingIsLostWhenCulvertIsKilled kills culvert within each phase of its
// work, under load, starts it again, and compares. A kill counts for a phase
// when the phase's first line is the last that the log has of it.
func TestNothingIsLostWhenCulvertIsKilled(t *testing.T) {
	for _, p := range phases {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			killWithin(t, p)
		})
	}
}

func killWithin(t *testing.T, p phase) {
	w := newWorld(t, bigTables+"CREATE TABLE bulk (id int PRIMARY KEY, filler text)")
	l := w.startLoad(2, 5*time.Millisecond)
	w.exec(createSource)
	if p.name != "snapshot" && p.name != "ready flip" {
		w.mark(30 * time.Second)
	}
	stop := w.watch()
	hits, tries := 0, 0
	for ; hits < kills() && tries < 40*kills(); tries++ {
		at := w.provoke(p, tries > 0)
		delay := time.Duration(rand.Int64N(int64(p.longest)))
		w.killAfterLine(at, p, delay)
		if w.lastIsBegin(at, p) {
			hits++
		}
		w.must(w.culvert.Start(t.Context()))
		w.pg.MustExec(t, "TRUNCATE bulk")
		l.more(5)
		w.mark(40 * time.Second)
	}
	t.Logf("%d of %d kills came within the phase %q", hits, tries, p.name)
	if hits < kills() {
		t.Errorf("the phase %q was hit %d times in %d tries", p.name, hits, tries)
	}
	stop()
	l.stop()
	w.same()
	w.consistent()
	w.exec("DROP SOURCE s CASCADE")
	w.noSlots(20 * time.Second)
	w.noCleanups()
	w.noOrphans()
}

// provoke makes culvert come to the phase, and gives the length of its log
// before. Where the phase is about a new source, the source is made again.
func (w *world) provoke(p phase, again bool) (at int64) {
	w.t.Helper()
	switch p.name {
	case "snapshot", "ready flip":
		w.exec("DROP SOURCE IF EXISTS s CASCADE")
		at = w.logSize()
		w.exec(createSource)
	case "catalog commit":
		at = w.logSize()
		w.commits()
	case "checkpoint":
		at = w.logSize()
		w.fillLog()
	default:
		at = w.logSize()
	}
	return at
}

// fillLog has so much written that culvert moves its log into the data file,
// which it does at 64 MiB.
func (w *world) fillLog() {
	w.t.Helper()
	w.pg.MustExec(w.t, "INSERT INTO bulk SELECT i, repeat(md5(i::text), 1000) FROM generate_series(1, 2300) i")
}

// commits changes the catalog all the time until culvert is killed. Each
// transaction makes two secrets, which must be there together or not at all.
func (w *world) commits() {
	ctx, cancel := context.WithTimeout(w.t.Context(), 20*time.Second)
	var wg sync.WaitGroup
	w.t.Cleanup(func() { cancel(); wg.Wait() })
	n := rand.Int32()
	wg.Go(func() {
		conn, err := w.culvert.Connect(ctx)
		if err != nil {
			return
		}
		defer conn.Close(context.WithoutCancel(ctx))
		for i := 0; !conn.IsClosed() && ctx.Err() == nil; i++ {
			sql := fmt.Sprintf("BEGIN; CREATE SECRET a_%d_%d AS 'x'; CREATE SECRET b_%d_%d AS 'y'; COMMIT", n, i, n, i)
			if _, err := conn.PgConn().Exec(ctx, sql).ReadAll(); err != nil {
				return
			}
		}
	})
}

func (w *world) logSize() int64 {
	w.t.Helper()
	info, err := os.Stat(w.culvert.LogPath())
	w.must(err)
	return info.Size()
}

// killAfterLine kills culvert when its log, from at on, has the first line of
// the phase, and delay has passed.
func (w *world) killAfterLine(at int64, p phase, delay time.Duration) {
	w.t.Helper()
	f, err := os.Open(w.culvert.LogPath())
	w.must(err)
	defer f.Close()
	_, err = f.Seek(at, io.SeekStart)
	w.must(err)
	// The phases last for about a millisecond: the log is read as fast as it
	// goes, at most until the phase must have come.
	deadline := time.Now().Add(100 * time.Second)
	tick := time.NewTicker(200 * time.Microsecond)
	defer tick.Stop()
	var seen strings.Builder
	for buf := make([]byte, 64<<10); ; {
		n, err := f.Read(buf)
		seen.Write(buf[:n])
		if err != nil && err != io.EOF {
			w.t.Fatal(err)
		}
		if p.begun(seen.String()) {
			break
		}
		if time.Now().After(deadline) {
			w.t.Fatalf("the phase %q has not begun", p.name)
		}
		<-tick.C
	}
	timer := time.NewTimer(delay)
	defer timer.Stop()
	<-timer.C
	w.must(w.culvert.Kill())
}

// begun tells whether a log has the first line of the phase.
func (p phase) begun(log string) bool {
	for line := range strings.Lines(log) {
		if strings.Contains(line, `"`+p.name+` begins"`) && strings.Contains(line, p.interest) && !strings.Contains(line, "rows=0") {
			return true
		}
	}
	return false
}

// lastIsBegin tells whether the phase began and did not end, in the log from at
// on.
func (w *world) lastIsBegin(at int64, p phase) bool {
	log := w.culvert.Log()[at:]
	begins, ends := strings.Count(log, `"`+p.name+` begins"`), strings.Count(log, `"`+p.name+` ends"`)
	return begins > ends
}

// consistent checks what the catalog and the statuses say after kills.
func (w *world) consistent() {
	w.t.Helper()
	w.statusHas(10*time.Second, "running: NULL")
	halves := w.culvert.MustQuery(w.t, `SELECT substr(name, 2), count(*) FROM mz_catalog.mz_secrets
		WHERE name LIKE 'a\_%' OR name LIKE 'b\_%' GROUP BY 1 HAVING count(*) <> 2`)
	if len(halves) > 0 {
		w.t.Errorf("transactions that are there in part: %q", halves)
	}
	testenv.Eventually(w.t, 10*time.Second, func() error {
		bad := w.culvert.MustQuery(w.t, "SELECT name, state, ready, error FROM culvert.source_tables WHERE NOT ready OR state <> 'running'")
		if len(bad) > 0 {
			return fmt.Errorf("tables that are not ready: %q", bad)
		}
		return nil
	})
	slots := w.pg.MustQuery(w.t, "SELECT slot_name FROM pg_replication_slots")
	if len(slots) != 1 {
		w.t.Errorf("one source, and the slots %q", slots)
	}
}
