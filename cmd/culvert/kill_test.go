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
	name    string        // as the lines have it: "name begins", "name ends"
	times   int           // the kill comes at one of so many, at random
	longest time.Duration // and after a random delay behind its first line
}

var phases = []phase{
	{name: "snapshot", times: 1, longest: 400 * time.Millisecond},
	{name: "ready flip", times: 7, longest: 3 * time.Millisecond},
	{name: "apply", times: 20, longest: 8 * time.Millisecond},
	{name: "checkpoint", times: 1, longest: 10 * time.Millisecond},
	{name: "catalog commit", times: 20, longest: 3 * time.Millisecond},
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
			world := newWorld(t, bigTables+"CREATE TABLE bulk (id int PRIMARY KEY, filler text)")
			killer{world: world, phase: p, told: &told{}}.run()
		})
	}
}

// killer kills the culvert of a world within a phase.
type killer struct {
	*world
	phase
	told *told
}

// told are the secrets whose making was answered.
type told struct {
	mu    sync.Mutex
	names []string
}

func (w killer) run() {
	w.t.Helper()
	l := w.startLoad(2, 5*time.Millisecond)
	w.exec(createSource)
	if w.name != "snapshot" && w.name != "ready flip" {
		w.mark(60 * time.Second)
	}
	hits, tries := 0, 0
	for ; hits < kills() && tries < 40*kills(); tries++ {
		at := w.provoke()
		stop := w.watch()
		w.kill(at)
		if w.lastIsBegin() {
			hits++
		}
		w.must(w.culvert.Start(w.t.Context()))
		w.pg.MustExec(w.t, "TRUNCATE bulk")
		l.more(5)
		w.mark(100 * time.Second)
		w.statusHas(15*time.Second, "running: NULL")
		stop()
	}
	w.t.Logf("%d of %d kills came within the phase %q", hits, tries, w.name)
	if hits < kills() {
		w.t.Errorf("the phase %q was hit %d times in %d tries", w.name, hits, tries)
	}
	l.stop()
	w.mark(100 * time.Second)
	w.compare()
	w.consistent()
	w.exec("DROP SOURCE s CASCADE")
	w.noSlots(20 * time.Second)
	w.noCleanups()
	w.noOrphans()
}

// provoke makes culvert come to the phase, and gives the length of its log
// before. Where the phase is about a new source, the source is made again.
func (w killer) provoke() (at int64) {
	w.t.Helper()
	switch w.name {
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
func (w killer) fillLog() {
	w.t.Helper()
	w.pg.MustExec(w.t, "INSERT INTO bulk SELECT i, repeat(md5(i::text), 1000) FROM generate_series(1, 2300) i")
}

// commits changes the catalog all the time until culvert is killed. Each
// transaction makes two secrets, which must be there together or not at all.
func (w killer) commits() {
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
			w.told.mu.Lock()
			w.told.names = append(w.told.names, fmt.Sprintf("a_%d_%d", n, i), fmt.Sprintf("b_%d_%d", n, i))
			w.told.mu.Unlock()
		}
	})
}

func (w killer) logSize() int64 {
	w.t.Helper()
	info, err := os.Stat(w.culvert.LogPath())
	w.must(err)
	return info.Size()
}

// kill kills culvert at a random moment of the phase.
func (w killer) kill(at int64) {
	w.t.Helper()
	w.await(at)
	w.must(w.culvert.Kill())
}

// await waits until a random moment after culvert's log, from at on, has the
// first line of the phase.
func (w killer) await(at int64) {
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
	nth := 1 + rand.IntN(w.times)
	for buf := make([]byte, 64<<10); ; {
		n, err := f.Read(buf)
		seen.Write(buf[:n])
		if err != nil && err != io.EOF {
			w.t.Fatal(err)
		}
		if w.begins(seen.String()) >= nth {
			break
		}
		if time.Now().After(deadline) {
			w.t.Fatalf("the phase %q has not begun", w.name)
		}
		<-tick.C
	}
	timer := time.NewTimer(time.Duration(rand.Int64N(int64(w.longest))))
	defer timer.Stop()
	<-timer.C
}

// begins counts the first lines of the phase in a log; those of the stream's
// that store a position alone are left out.
func (p phase) begins(log string) int {
	n := 0
	for line := range strings.Lines(log) {
		if strings.Contains(line, `"`+p.name+` begins"`) && !strings.HasSuffix(line, "rows=0\n") {
			n++
		}
	}
	return n
}

// lastIsBegin tells whether the last that the log has of the phase is its first
// line.
func (w killer) lastIsBegin() bool {
	log := w.culvert.Log()
	return strings.LastIndex(log, `"`+w.name+` begins"`) > strings.LastIndex(log, `"`+w.name+` ends"`)
}

// consistent checks what the catalog and the statuses say after kills.
func (w killer) consistent() {
	w.t.Helper()
	w.statusHas(10*time.Second, "running: NULL")
	halves := w.culvert.MustQuery(w.t, `SELECT substr(name, 2), count(*) FROM mz_catalog.mz_secrets
		WHERE name LIKE 'a\_%' OR name LIKE 'b\_%' GROUP BY 1 HAVING count(*) <> 2`)
	if len(halves) > 0 {
		w.t.Errorf("transactions that are there in part: %q", halves)
	}
	there := map[string]bool{}
	for _, row := range w.culvert.MustQuery(w.t, "SELECT name FROM mz_catalog.mz_secrets") {
		there[row[0]] = true
	}
	w.told.mu.Lock()
	defer w.told.mu.Unlock()
	for _, name := range w.told.names {
		if !there[name] {
			w.t.Errorf("the making of %s was answered, and it is gone", name)
		}
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
