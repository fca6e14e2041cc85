package postgres

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"culvert/testenv"
)

// accountsTable is pgbench_accounts with n rows.
func accountsTable(n int) string {
	return fmt.Sprintf(`CREATE TABLE acc (aid int PRIMARY KEY, bid int, abalance int, filler char(84));
		INSERT INTO acc SELECT i, i / 100000, 0, '' FROM generate_series(1, %d) i; VACUUM ANALYZE acc`, n)
}

// catchUp measures how long the source takes for n changes that setup made
// upstream while it was stopped.
func catchUp(b *testing.B, r *rig, n int64, change func()) {
	b.Helper()
	cfg := r.start()
	before := r.Sup.Statistics()[0].UpdatesCommitted
	r.Stop(b)
	change()
	b.ResetTimer()
	began := time.Now()
	r.Start(b, r.spec(cfg))
	testenv.Eventually(b, 5*time.Minute, func() error {
		if got := r.Sup.Statistics()[0].UpdatesCommitted - before; got < n {
			return fmt.Errorf("%d of %d", got, n)
		}
		return nil
	})
	b.ReportMetric(float64(n)/time.Since(began).Seconds(), "changes/s")
}

func BenchmarkCatchUpSingleRowTransactions(b *testing.B) {
	const n = 300_000
	r := newRig(b, "CREATE TABLE t (k int PRIMARY KEY, v text); CREATE PUBLICATION p FOR TABLE t")
	catchUp(b, r, n, func() {
		r.exec(`CREATE PROCEDURE fill(n int) LANGUAGE plpgsql AS $$ BEGIN FOR i IN 1..n LOOP INSERT INTO t VALUES (i, 'value ' || i); COMMIT; END LOOP; END $$`)
		r.exec(fmt.Sprintf("CALL fill(%d)", n))
	})
}

func BenchmarkCatchUpUpdates(b *testing.B) {
	const n = 1_000_000
	r := newRig(b, "CREATE PUBLICATION p FOR ALL TABLES")
	for _, sql := range []string{accountsTable(n)[:len(accountsTable(n))-len("; VACUUM ANALYZE acc")], "VACUUM ANALYZE acc"} {
		r.exec(sql)
	}
	catchUp(b, r, n, func() {
		r.exec(`CREATE PROCEDURE change() LANGUAGE plpgsql AS $$ BEGIN FOR i IN 0..99 LOOP
			UPDATE acc SET abalance = abalance + i WHERE aid > i * 10000 AND aid <= (i + 1) * 10000; COMMIT; END LOOP; END $$`)
		r.exec("CALL change()")
	})
}

func BenchmarkSnapshot(b *testing.B) {
	const n = 2_000_000
	r := newRig(b, "CREATE PUBLICATION p FOR ALL TABLES")
	for _, sql := range []string{accountsTable(n)[:len(accountsTable(n))-len("; VACUUM ANALYZE acc")], "VACUUM ANALYZE acc"} {
		r.exec(sql)
	}
	b.ResetTimer()
	began := time.Now()
	r.start()
	b.ReportMetric(n/time.Since(began).Seconds(), "rows/s")
}

// BenchmarkVisible measures the time from a commit upstream until the row can
// be read, while nothing else happens.
func BenchmarkVisible(b *testing.B) {
	// With synchronous_commit off the walwriter holds a commit back for 200 ms.
	r := newRigWith(b, testenv.PostgresOptions{Durable: true}, "CREATE TABLE t (k int PRIMARY KEY, v text); CREATE PUBLICATION p FOR TABLE t")
	r.start()
	up, err := r.pg.Connect(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	defer up.Close(b.Context())
	conn := r.Conn(b)
	defer conn.Close()
	var times []time.Duration
	k := 0
	for b.Loop() {
		k++
		if _, err := up.Exec(b.Context(), "INSERT INTO t VALUES ($1, 'x')", k); err != nil {
			b.Fatal(err)
		}
		began := time.Now()
		for {
			rows, _, err := r.Read(b.Context(), conn, "t")
			if err != nil {
				b.Fatal(err)
			}
			if len(rows["t"]) == k {
				break
			}
		}
		times = append(times, time.Since(began))
	}
	slices.Sort(times)
	b.ReportMetric(float64(times[len(times)/2].Microseconds())/1000, "ms-median")
	b.ReportMetric(float64(times[len(times)*95/100].Microseconds())/1000, "ms-p95")
}

// BenchmarkLargeTransaction applies one transaction of 3 M rows, and reports
// the peak of resident memory.
func BenchmarkLargeTransaction(b *testing.B) {
	const n = 3_000_000
	r := newRig(b, "CREATE TABLE t (k int PRIMARY KEY, v text); CREATE PUBLICATION p FOR TABLE t")
	catchUp(b, r, n, func() {
		r.exec(fmt.Sprintf("INSERT INTO t SELECT i, repeat('v', 60) || i FROM generate_series(1, %d) i", n))
	})
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		var kb float64
		if _, err := fmt.Sscanf(line, "VmHWM: %f kB", &kb); err == nil {
			b.ReportMetric(kb/1024, "MB-peak")
		}
	}
}
