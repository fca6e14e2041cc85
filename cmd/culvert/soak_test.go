package main_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// What a soak must not exceed, in bytes. The log is moved into the data file at
// 64 MiB, and grows on while that is done; the data file has the table, what is
// deleted of it and not yet used again, and the copy that a checkpoint makes.
const (
	soakLog    = 256 << 20
	soakFile   = 256 << 20
	soakMemory = 600 << 20 // of all memory that was ever resident (VmHWM)
)

// soakTime is how long the soak lasts: what CULVERT_SOAK says, such as "1h", or
// minutes in the long tests, or seconds.
func soakTime(t *testing.T) time.Duration {
	t.Helper()
	text := os.Getenv("CULVERT_SOAK")
	switch {
	case text == "" && longRun():
		return 3 * time.Minute
	case text == "":
		return 3 * time.Second
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatalf("CULVERT_SOAK: %v", err)
	}
	return d
}

// soakSchema is a table of about 25 MB, all rows of which are written again and
// again.
const soakSchema = `CREATE TABLE soaked (id int PRIMARY KEY, n bigint NOT NULL, noise text);
	INSERT INTO soaked SELECT i, 0, repeat(md5(i::text), 4) FROM generate_series(1, 150000) i;`

// TestUpsertsForeverStayBounded updates, deletes and inserts rows of one table
// while clients read it, and looks at log, data file and memory all the time.
func TestUpsertsForeverStayBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, soakSchema)
	w.createSource()
	l := w.startWriters(2, 20*time.Millisecond, soakTransaction)
	stop := w.watch()
	var most struct{ log, file, memory int64 }
	samples := time.NewTicker(200 * time.Millisecond)
	defer samples.Stop()
	for end := time.After(soakTime(t)); ; {
		most.log = max(most.log, w.fileSize("cv.db*wal*"))
		most.file = max(most.file, w.fileSize("cv.db"))
		most.memory = max(most.memory, w.peakMemory())
		select {
		case <-samples.C:
			continue
		case <-end:
		}
		break
	}
	committed := l.committed.Load()
	stop()
	l.stop()
	lag := w.mark(60 * time.Second)
	w.compare()
	t.Logf("%d transactions, %v behind at the end; at most: log %d MiB, data file %d MiB, memory %d MiB",
		committed, lag.Round(time.Millisecond), most.log>>20, most.file>>20, most.memory>>20)
	for what, figure := range map[string][2]int64{
		"the log": {most.log, soakLog}, "the data file": {most.file, soakFile}, "memory": {most.memory, soakMemory},
	} {
		if figure[0] > figure[1] {
			t.Errorf("%s has come to %d bytes, more than %d", what, figure[0], figure[1])
		}
	}
}

// soakTransaction updates or replaces 500 rows.
func soakTransaction(ctx context.Context, conn *pgx.Conn) error {
	first := rand.IntN(149500)
	rows := fmt.Sprintf("id BETWEEN %d AND %d", first, first+499)
	if rand.IntN(3) > 0 {
		return runTransaction(ctx, conn, "UPDATE soaked SET n = n + 1 WHERE "+rows)
	}
	return runTransaction(ctx, conn, fmt.Sprintf(`BEGIN; CREATE TEMP TABLE moved ON COMMIT DROP AS SELECT * FROM soaked WHERE %[1]s;
		DELETE FROM soaked WHERE %[1]s; INSERT INTO soaked SELECT * FROM moved ON CONFLICT DO NOTHING; COMMIT`, rows))
}

// fileSize adds up the files of the data directory that a pattern fits.
func (w *world) fileSize(pattern string) int64 {
	w.t.Helper()
	files, err := filepath.Glob(filepath.Join(w.culvert.DataDir(), pattern))
	w.must(err)
	var size int64
	for _, file := range files {
		if info, err := os.Stat(file); err == nil { // a checkpoint may just have removed it
			size += info.Size()
		}
	}
	return size
}

// peakMemory is VmHWM of proc(5).
func (w *world) peakMemory() int64 {
	w.t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", w.culvert.PID()))
	w.must(err)
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB")), 10, 64)
			w.must(err)
			return kb << 10
		}
	}
	w.t.Fatal("no VmHWM")
	return 0
}
