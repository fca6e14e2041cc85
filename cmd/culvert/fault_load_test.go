package main_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"culvert/testenv"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// everything is all that a client is told of an error.
func everything(err error) string {
	text := err.Error()
	if e := new(pgconn.PgError); errors.As(err, &e) {
		text += "\n" + e.Message + "\n" + e.Detail + "\n" + e.Hint + "\n" + e.Where
	}
	return text
}

func sha256Fingerprint(t *testing.T, line string) string {
	t.Helper()
	blob, err := base64.StdEncoding.DecodeString(strings.Fields(line)[1])
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(blob)
	return "SHA256:" + base64.RawStdEncoding.EncodeToString(sum[:])
}

// load are sessions that write upstream until stop.
type load struct {
	t         *testing.T
	write     func(ctx context.Context, conn *pgx.Conn) error
	cancel    context.CancelFunc
	wg        sync.WaitGroup
	committed atomic.Int64
}

// startLoad starts writers, each with a transaction every pace. They connect
// again when upstream goes away.
func (w *world) startLoad(writers int, pace time.Duration) *load {
	return w.startWriters(writers, pace, smallTransaction)
}

func (w *world) startWriters(writers int, pace time.Duration, write func(context.Context, *pgx.Conn) error) *load {
	w.t.Helper()
	ctx, cancel := context.WithCancel(w.t.Context())
	l := &load{t: w.t, write: write, cancel: cancel}
	for range writers {
		l.wg.Go(func() {
			for ctx.Err() == nil {
				l.session(ctx, w.pg, pace)
			}
		})
	}
	w.t.Cleanup(l.stop)
	return l
}

// stop ends the writers and waits for them.
func (l *load) stop() {
	l.cancel()
	l.wg.Wait()
}

// more waits until so many more transactions have been committed upstream.
func (l *load) more(n int64) {
	l.t.Helper()
	want := l.committed.Load() + n
	testenv.Eventually(l.t, 30*time.Second, func() error {
		if have := l.committed.Load(); have < want {
			return fmt.Errorf("%d of %d transactions written", have, want)
		}
		return nil
	})
}

// session writes until its connection or ctx ends.
func (l *load) session(ctx context.Context, pg *testenv.Postgres, pace time.Duration) {
	tick := time.NewTicker(pace)
	defer tick.Stop()
	conn, err := pg.Connect(ctx)
	if err == nil {
		defer conn.Close(context.WithoutCancel(ctx))
	}
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		if conn == nil || conn.IsClosed() {
			return
		}
		// What was begun is ended, also by stop: a transaction whose client has gone
		// may be committed at any time after.
		whole, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
		err := l.write(whole, conn)
		cancel()
		if refused := new(pgconn.PgError); err != nil && ctx.Err() == nil && errors.As(err, &refused) {
			// A deadlock, a row that was gone, a server that shuts down or starts.
			if !slices.Contains([]string{"40P01", "P0001"}, refused.Code) && !strings.HasPrefix(refused.Code, "57P") {
				l.t.Errorf("writing upstream: %v", err)
			}
		}
		if err == nil {
			l.committed.Add(1)
		}
	}
}

// smallTransaction moves money or rows between the ledgers and notes it, or changes
// other things; one in ten is rolled back.
func smallTransaction(ctx context.Context, conn *pgx.Conn) error {
	from, to := "left_ledger", "right_ledger"
	if rand.IntN(2) == 0 {
		from, to = to, from
	}
	lowest := rand.IntN(800)
	n := 1 + rand.IntN(20)
	var sql string
	switch rand.IntN(5) {
	case 0, 1: // money
		sql = fmt.Sprintf(`DO $$ DECLARE n int; m int; BEGIN
			UPDATE %[1]s SET balance = balance - %[3]d WHERE id = (SELECT min(id) FROM %[1]s WHERE id >= %[4]d);
			GET DIAGNOSTICS n = ROW_COUNT;
			UPDATE %[2]s SET balance = balance + %[3]d WHERE id = (SELECT min(id) FROM %[2]s);
			GET DIAGNOSTICS m = ROW_COUNT;
			IF n <> m THEN RAISE 'one of the rows is gone'; END IF; END $$`, from, to, n, lowest)
	case 2: // rows
		sql = fmt.Sprintf(`WITH f AS (DELETE FROM %s WHERE id IN (SELECT id FROM %s WHERE id >= %d ORDER BY id LIMIT %d) RETURNING *)
			INSERT INTO %s SELECT * FROM f`, from, from, lowest, n, to)
	case 3: // a value that is sent with some changes only, and keys
		sql = fmt.Sprintf("UPDATE %s SET at = now(), id = id + 100000 * (CASE WHEN id < 100000 THEN 1 ELSE -1 END) WHERE id %% 100000 = %d", from, lowest)
	default: // rows without a key
		sql = fmt.Sprintf(`DELETE FROM events WHERE ctid IN (SELECT ctid FROM events WHERE what <> 'begin' LIMIT %d)`, n/2)
	}
	end := "COMMIT"
	if rand.IntN(10) == 0 {
		end = "ROLLBACK"
	}
	text := fmt.Sprintf("BEGIN; %s; INSERT INTO events SELECT 'moved', g %% 3 FROM generate_series(1, %d) g; %s", sql, n/2, end)
	return runTransaction(ctx, conn, text)
}

// swap exchanges all rows of the ledgers: a transaction that is long enough to
// arrive in pieces.
func swap(ctx context.Context, conn *pgx.Conn) error {
	return runTransaction(ctx, conn, `BEGIN;
		WITH l AS (DELETE FROM left_ledger RETURNING *), r AS (DELETE FROM right_ledger RETURNING *),
			i AS (INSERT INTO left_ledger SELECT * FROM r)
		INSERT INTO right_ledger SELECT * FROM l; COMMIT`)
}

// runTransaction runs the statements of a transaction, and rolls back what an
// error leaves open.
func runTransaction(ctx context.Context, conn *pgx.Conn, text string) error {
	_, err := conn.PgConn().Exec(ctx, text).ReadAll()
	if err != nil && !conn.IsClosed() {
		if _, back := conn.PgConn().Exec(ctx, "ROLLBACK").ReadAll(); back != nil {
			return errors.Join(err, back)
		}
	}
	return err
}

// invariant is what holds in every state that upstream commits.
const (
	invariantSum  = "800000"
	invariantRows = "800"
)

// watch polls culvert for the invariant, over two connections: by single
// statements, and by transactions of several statements. Connections that break
// are opened again. It returns what stops the polling and gives how often it was
// looked.
func (w *world) watch() (stop func() int64) {
	ctx, cancel := context.WithCancel(w.t.Context())
	var wg sync.WaitGroup
	var looks atomic.Int64
	for _, look := range []func(context.Context, *pgx.Conn) ([]string, error){lookOnce, lookThrice} {
		wg.Go(func() {
			for ctx.Err() == nil && !w.t.Failed() {
				w.poll(ctx, look, &looks)
			}
		})
	}
	var once sync.Once
	end := func() int64 {
		once.Do(func() { cancel(); wg.Wait() })
		return looks.Load()
	}
	w.t.Cleanup(func() { end() })
	return end
}

// poll looks over one connection until it breaks.
func (w *world) poll(ctx context.Context, look func(context.Context, *pgx.Conn) ([]string, error), looks *atomic.Int64) {
	tick := time.NewTicker(3 * time.Millisecond)
	defer tick.Stop()
	conn, err := w.culvert.Connect(ctx)
	if err == nil {
		defer conn.Close(context.WithoutCancel(ctx))
	}
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		if conn == nil || conn.IsClosed() {
			return
		}
		values, err := look(ctx, conn)
		e := new(pgconn.PgError)
		switch {
		case err == nil && (values[0] != invariantSum || values[1] != invariantRows):
			w.t.Errorf("a part of a transaction is seen: sum and rows are %q", values)
			return
		case err == nil:
			looks.Add(1)
		case errors.As(err, &e) && e.Code == "40001":
			if _, err := conn.Exec(ctx, "ROLLBACK"); err != nil {
				return
			}
		case errors.As(err, &e) && !strings.HasPrefix(e.Code, "57P") && ctx.Err() == nil: // a shutdown
			w.t.Errorf("polling: %v", err)
			return
		}
	}
}

// lookOnce reads the invariant by one statement.
func lookOnce(ctx context.Context, conn *pgx.Conn) ([]string, error) {
	return textRow(ctx, conn, `SELECT (SELECT coalesce(sum(balance), 0) FROM left_ledger) + (SELECT coalesce(sum(balance), 0) FROM right_ledger),
		(SELECT count(*) FROM left_ledger) + (SELECT count(*) FROM right_ledger)`)
}

// lookThrice reads it by several statements of one transaction.
func lookThrice(ctx context.Context, conn *pgx.Conn) ([]string, error) {
	if _, err := conn.Exec(ctx, "BEGIN ISOLATION LEVEL REPEATABLE READ"); err != nil {
		return nil, err
	}
	left, err := textRow(ctx, conn, "SELECT coalesce(sum(balance), 0), count(*) FROM left_ledger")
	if err != nil {
		return nil, err
	}
	right, err := textRow(ctx, conn, "SELECT coalesce(sum(balance), 0), count(*) FROM right_ledger")
	if err != nil {
		return nil, err
	}
	if _, err := conn.Exec(ctx, "COMMIT"); err != nil {
		return nil, err
	}
	var sum, rows [2]int64
	if _, err := fmt.Sscan(strings.Join(append(left, right...), " "), &sum[0], &rows[0], &sum[1], &rows[1]); err != nil {
		return nil, err
	}
	return []string{fmt.Sprint(sum[0] + sum[1]), fmt.Sprint(rows[0] + rows[1])}, nil
}

func textRow(ctx context.Context, conn *pgx.Conn, sql string) ([]string, error) {
	results, err := conn.PgConn().Exec(ctx, sql).ReadAll()
	if err != nil {
		return nil, err
	}
	var values []string
	for _, v := range results[0].Rows[0] {
		values = append(values, string(v))
	}
	return values, nil
}
