package main_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"

	"culvert/testenv"
)

// pgxSchema is what the cases read, upstream and copied.
const pgxSchema = `
CREATE TABLE people (id int PRIMARY KEY, name text NOT NULL, nick varchar(10), born timestamptz, money numeric, ok bool, tags text[], doc jsonb, day date,
	f8 float8, u uuid, b bytea, n2 numeric(10,2), c char(3), iv interval, ti time, s int2, big int8, f4 float4, ts timestamp, j json, nums int[]);
CREATE TABLE steps (person int, at timestamp, PRIMARY KEY (person, at));
INSERT INTO people VALUES
	(1, 'ann', 'a', '2026-02-28 11:00:00.5+00', 1.50, true, '{x,NULL,"y z"}', '{"a": 1, "b": [1, 2.0]}', '2026-02-28', 0.1, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
		'\x00ff', 1.5, 'c', '1 mon -2 days 03:04:05.6', '23:59:59.9', 1, 9000000000, 1.5, '2026-01-01 00:00:00', '{"a" : 1}', '{1,NULL}'),
	(2, 'bob', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
	(3, 'Änne', 'b', '1969-12-31 23:59:59+00', 1000000.000, false, '{}', '[]', '0001-01-01', 'NaN', '00000000-0000-0000-0000-000000000000',
		'', -99.99, '', '-1 day', '00:00', -1, -1, '-Infinity', '1999-12-31 23:59:59.999999', 'null', '{}');
INSERT INTO steps SELECT 1 + i % 3, timestamp '2026-01-01 00:00:00' + i * interval '1 hour' FROM generate_series(1, 9) i;
CREATE PUBLICATION p FOR TABLE people, steps;
`

// pgxServers are culvert with a source, and the PostgreSQL that it copies,
// which is the oracle.
type pgxServers struct {
	pg      *testenv.Postgres
	culvert *testenv.Culvert
}

func TestPgx(t *testing.T) {
	t.Parallel()
	s := &pgxServers{pg: testenv.NewPostgres(t, testenv.PostgresOptions{}), culvert: testenv.NewCulvert(t, testenv.CulvertOptions{})}
	for stmt := range strings.SplitSeq(pgxSchema, ";\n") {
		s.pg.MustExec(t, stmt)
	}
	s.culvert.MustExec(t, fmt.Sprintf("CREATE SECRET pgpass AS '%s'", s.pg.Password()))
	s.culvert.MustExec(t, fmt.Sprintf("CREATE CONNECTION c TO POSTGRES (HOST '%s', PORT %d, USER postgres, PASSWORD SECRET pgpass, DATABASE postgres)", s.pg.Host(), s.pg.Port()))
	s.culvert.MustExec(t, "CREATE SOURCE s FROM POSTGRES CONNECTION c (PUBLICATION 'p') FOR ALL TABLES")
	s.culvert.MustExec(t, "SELECT count(*) FROM people, steps")
	for _, mode := range []pgx.QueryExecMode{
		pgx.QueryExecModeCacheStatement, pgx.QueryExecModeCacheDescribe, pgx.QueryExecModeDescribeExec, pgx.QueryExecModeExec, pgx.QueryExecModeSimpleProtocol,
	} {
		t.Run("cases "+mode.String(), func(t *testing.T) { t.Parallel(); s.cases(t, mode) })
	}
	for name, run := range map[string]func(context.Context, *pgx.Conn) string{
		"batch": batch, "failing batch": failingBatch, "failed transaction": failedTransaction, "pipeline": pipeline, "described": described,
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); s.same(t, run) })
	}
	t.Run("twenty connections", func(t *testing.T) { t.Parallel(); s.twenty(t) })
	t.Run("cancel", func(t *testing.T) { t.Parallel(); s.cancel(t) })
	t.Run("deep statements", func(t *testing.T) { t.Parallel(); s.deep(t) })
	t.Run("large result", func(t *testing.T) { s.large(t) }) // alone: memory is measured
}

// connect opens a connection to a server, with nothing set.
func connect(t *testing.T, dsn string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

// cases runs every case, three times in all: prepared statements are kept.
func (s *pgxServers) cases(t *testing.T, mode pgx.QueryExecMode) {
	here, there := connect(t, s.culvert.DSN()), connect(t, s.pg.DSN())
	cases := slices.Concat(typedCases(), pgxCases)
	for range 2 {
		for _, c := range cases {
			got, want := outcome(t.Context(), here, mode, c), outcome(t.Context(), there, mode, c)
			if got != want {
				t.Errorf("%s %v:\n%s\nPostgreSQL:\n%s", c.sql, c.args, got, want)
			}
		}
	}
}

// outcome is all that a program sees of a statement, as text.
func outcome(ctx context.Context, conn *pgx.Conn, mode pgx.QueryExecMode, c pgxCase) string {
	var out strings.Builder
	rows, err := conn.Query(ctx, c.sql, append([]any{mode}, c.args...)...)
	if err != nil {
		return failure(err)
	}
	defer rows.Close()
	for _, f := range rows.FieldDescriptions() {
		fmt.Fprintf(&out, "%s:%d:%d:%d ", f.Name, f.DataTypeOID, f.TypeModifier, f.Format)
	}
	for rows.Next() {
		values, err := rows.Values()
		if err != nil {
			return failure(err)
		}
		out.WriteString("\n")
		for _, v := range values {
			fmt.Fprintf(&out, "%T %v|", v, v)
		}
	}
	if err := rows.Err(); err != nil {
		return failure(err) // PostgreSQL folds constants before it describes rows
	}
	return out.String() + "\n" + rows.CommandTag().String()
}

// failure is what a program sees of an error.
func failure(err error) string {
	var pgErr *pgconn.PgError
	if errors.As(err, &pgErr) {
		return fmt.Sprintf("ERROR %s %s at %d", pgErr.Code, pgErr.Message, pgErr.Position)
	}
	return err.Error()
}

// same checks that culvert and PostgreSQL show a program the same.
func (s *pgxServers) same(t *testing.T, run func(context.Context, *pgx.Conn) string) {
	got, want := run(t.Context(), connect(t, s.culvert.DSN())), run(t.Context(), connect(t, s.pg.DSN()))
	if got != want {
		t.Errorf("%s\nPostgreSQL:\n%s", got, want)
	}
}

// batch sends statements together, in every mode.
func batch(ctx context.Context, conn *pgx.Conn) string {
	var out strings.Builder
	b := &pgx.Batch{}
	for i := range 50 {
		b.Queue("SELECT $1::int * 2, name FROM people WHERE id = $2", i, 1+i%4)
		b.Queue("SELECT count(*) FROM steps")
	}
	results := conn.SendBatch(ctx, b)
	for range b.Len() {
		rows, err := results.Query()
		if err != nil {
			return out.String() + failure(err)
		}
		for rows.Next() {
			values, err := rows.Values()
			fmt.Fprintln(&out, values, err)
		}
		fmt.Fprintln(&out, rows.CommandTag(), rows.Err())
	}
	fmt.Fprintln(&out, results.Close())
	return out.String()
}

// failingBatch is a batch whose third statement fails: the rest is not run.
func failingBatch(ctx context.Context, conn *pgx.Conn) string {
	var out strings.Builder
	b := &pgx.Batch{}
	for _, divisor := range []int{1, 2, 0, 4} {
		b.Queue("SELECT 8 / $1::int", divisor)
	}
	results := conn.SendBatch(ctx, b)
	for range b.Len() {
		var n int
		err := results.QueryRow().Scan(&n)
		fmt.Fprintln(&out, n)
		if err != nil {
			fmt.Fprintln(&out, failure(err))
		}
	}
	if err := results.Close(); err != nil {
		fmt.Fprintln(&out, failure(err))
	}
	var one int
	err := conn.QueryRow(ctx, "SELECT 1").Scan(&one)
	return out.String() + fmt.Sprint(one, err)
}

// failedTransaction is a transaction that goes on after an error.
func failedTransaction(ctx context.Context, conn *pgx.Conn) string {
	var out strings.Builder
	tx, err := conn.Begin(ctx)
	if err != nil {
		return failure(err)
	}
	for _, sql := range []string{"SELECT 1", "SELECT 1/0", "SELECT 1", "SELECT name FROM people"} {
		_, err := tx.Exec(ctx, sql)
		if err != nil {
			fmt.Fprintln(&out, failure(err))
		}
		fmt.Fprintln(&out, string(conn.PgConn().TxStatus()))
	}
	fmt.Fprintln(&out, tx.Commit(ctx), string(conn.PgConn().TxStatus()))
	var one int
	err = conn.QueryRow(ctx, "SELECT 1").Scan(&one)
	return out.String() + fmt.Sprint(one, err)
}

// pipeline sends a thousand statements, with errors among them, before it reads
// the first answer.
func pipeline(ctx context.Context, conn *pgx.Conn) string {
	var out strings.Builder
	p := conn.PgConn().StartPipeline(ctx)
	for i := range 1000 {
		divisor := strconv.Itoa(i % 100)
		p.SendQueryParams("SELECT 1000 / $1::int", [][]byte{[]byte(divisor)}, nil, nil, nil)
		if i%10 == 9 {
			if err := p.Sync(); err != nil {
				return err.Error()
			}
		}
	}
	for {
		result, err := p.GetResults()
		switch r := result.(type) {
		case *pgconn.ResultReader:
			read := r.Read()
			if read.Err != nil {
				fmt.Fprintln(&out, failure(read.Err))
				continue
			}
			fmt.Fprintf(&out, "%s %s ", read.Rows, read.CommandTag)
		case *pgconn.PipelineSync:
			fmt.Fprintln(&out, "sync")
		case nil:
			if err == nil {
				if err := p.Close(); err != nil {
					fmt.Fprintln(&out, err)
				}
				return out.String()
			}
			fmt.Fprintln(&out, failure(err))
		}
	}
}

// described prepares statements and shows what their descriptions say.
func described(ctx context.Context, conn *pgx.Conn) string {
	var out strings.Builder
	for i, sql := range []string{
		"SELECT $1 + 1, $2 || 'x', $3::numeric(5,2)", "SELECT * FROM people WHERE id = $1 AND born < $2 AND tags = $3 LIMIT $4",
		"SELECT 1/0", "SHOW server_encoding", "BEGIN", "", "SELECT $1", "SELECT nothing", "SELECT $1 = any($2)", "SELECT id IN ($1, $2) FROM people",
	} {
		d, err := conn.Prepare(ctx, "s"+strconv.Itoa(i), sql)
		if err != nil {
			fmt.Fprintln(&out, failure(err))
			continue
		}
		fmt.Fprint(&out, d.ParamOIDs)
		for _, f := range d.Fields {
			fmt.Fprintf(&out, " %s:%d:%d:%d", f.Name, f.DataTypeOID, f.DataTypeSize, f.TypeModifier)
		}
		fmt.Fprintln(&out, err)
	}
	_, err := conn.Prepare(ctx, "other", "SELECT 1")
	_, again := conn.PgConn().Prepare(ctx, "other", "SELECT 2", nil)
	return out.String() + fmt.Sprint(err, failure(again))
}

// twenty uses twenty connections at once, each for many statements.
func (s *pgxServers) twenty(t *testing.T) {
	var wg sync.WaitGroup
	for worker := range 20 {
		conn := connect(t, s.culvert.DSN())
		wg.Go(func() {
			for i := range 50 {
				var n int
				var name string
				err := conn.QueryRow(t.Context(), "SELECT $1::int + count(*)::int, min(p.name) FROM people p JOIN steps ON person = p.id WHERE p.id = $2", worker*1000+i, 1).Scan(&n, &name)
				if err != nil || n != worker*1000+i+3 || name != "ann" {
					t.Errorf("worker %d, statement %d: %d %s %v", worker, i, n, name, err)
					return
				}
			}
		})
	}
	wg.Wait()
}

// cancellable opens a connection whose statements are cancelled when their
// context ends.
func cancellable(t *testing.T, dsn string) *pgx.Conn {
	t.Helper()
	cfg, err := pgx.ParseConfig(dsn)
	if err != nil {
		t.Fatal(err)
	}
	cfg.BuildContextWatcherHandler = func(c *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.CancelRequestContextWatcherHandler{Conn: c, DeadlineDelay: 20 * time.Second}
	}
	conn, err := pgx.ConnectConfig(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

// cancel cancels statements that run, and statements whose rows are being read.
func (s *pgxServers) cancel(t *testing.T) {
	conn := cancellable(t, s.culvert.DSN())
	best := time.Hour
	for _, sql := range []string{
		"SELECT count(*) FROM generate_series(1, 100000000000) a",
		"SELECT sum(a.i % 7 + b.i % 11) FROM generate_series(1, 10000000) a(i), generate_series(1, 1000000) b(i)",
		"SELECT i FROM generate_series(1, 100000000000) i",
		"SELECT i, md5(i::text) FROM generate_series(1, 100000000000) i",
	} {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		since := make(chan time.Time, 1)
		streams := strings.HasPrefix(sql, "SELECT i")
		if !streams {
			go func() { // Query waits for the first message of the answer
				s.awaitActive(t, conn.PgConn().PID())
				since <- time.Now()
				cancel()
			}()
		}
		rows, err := conn.Query(ctx, sql)
		if err != nil && streams {
			t.Fatal(err)
		}
		if streams {
			for range 10000 { // the first rows come long before the last
				if !rows.Next() {
					t.Fatal(rows.Err())
				}
			}
			since <- time.Now()
			cancel()
		}
		for rows.Next() {
		}
		best = min(best, time.Since(<-since))
		if !hasCode(rows.Err(), "57014") {
			t.Errorf("%s ends with %v", sql, rows.Err())
		}
		var one int
		if err := conn.QueryRow(t.Context(), "SELECT 1").Scan(&one); err != nil || one != 1 {
			t.Fatalf("after the cancel: %v", err)
		}
	}
	if best > 500*time.Millisecond {
		t.Errorf("a cancel took %v at best", best)
	}
}

// awaitActive waits until a session runs a statement.
func (s *pgxServers) awaitActive(t *testing.T, pid uint32) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	err := testenv.WaitFor(ctx, func() error {
		rows, err := s.culvert.Query(ctx, fmt.Sprintf("SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND pid = %d", pid))
		if err == nil && rows[0][0] != "1" {
			err = errors.New("the session is not active")
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// deep sends statements that are too deep: they are refused, and the session
// and the process go on.
func (s *pgxServers) deep(t *testing.T) {
	conn := connect(t, s.culvert.DSN())
	for name, sql := range map[string]string{
		"operators": "SELECT 1" + strings.Repeat("+1", 100000),
		"brackets":  "SELECT " + strings.Repeat("(", 100000) + "1" + strings.Repeat(")", 100000),
		"unions":    "SELECT 1" + strings.Repeat(" UNION ALL SELECT 1", 100000),
		"nots":      "SELECT " + strings.Repeat("NOT ", 100000) + "true",
		"casts":     "SELECT 1" + strings.Repeat("::int", 100000),
		"selects":   strings.Repeat("SELECT (", 20000) + "1" + strings.Repeat(")", 20000),
	} {
		for _, mode := range []pgx.QueryExecMode{pgx.QueryExecModeSimpleProtocol, pgx.QueryExecModeExec} {
			if _, err := conn.Exec(t.Context(), sql, mode); !hasCode(err, "54001") {
				t.Errorf("%s: %.300v", name, err)
			}
		}
	}
	var one int
	if err := conn.QueryRow(t.Context(), "SELECT 1").Scan(&one); err != nil {
		t.Error(err)
	}
}

// mostMemory is what the performance budget lets culvert take, in kB.
const mostMemory = 600 << 10

// large reads results that are larger than what culvert may keep of them.
func (s *pgxServers) large(t *testing.T) {
	conn := connect(t, s.culvert.DSN())
	for _, rows := range []int{200000, 1000000} {
		if kb := s.readLarge(t, conn, rows); kb > mostMemory {
			t.Errorf("a result of %d MB took %d kB", rows/1000, kb)
		}
	}
}

// readLarge reads rows of 1,000 bytes and gives the most memory that culvert had.
func (s *pgxServers) readLarge(t *testing.T, conn *pgx.Conn, count int) (kb int) {
	t.Helper()
	rows, err := conn.Query(t.Context(), "SELECT i, repeat('x', 1000) FROM generate_series(1, $1) i", count)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for rows.Next() {
		if n++; len(rows.RawValues()[1]) != 1000 {
			t.Fatalf("row %d has %d bytes", n, len(rows.RawValues()[1]))
		}
	}
	if rows.Err() != nil || n != count {
		t.Fatalf("%d rows, %v", n, rows.Err())
	}
	return highWater(t, s.culvert.PID())
}

// highWater is the most memory that a process ever had, in kB.
func highWater(t *testing.T, pid int) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(status)
	if found == nil {
		t.Fatalf("no VmHWM in %s", status)
	}
	kb, err := strconv.Atoi(string(found[1]))
	if err != nil {
		t.Fatal(err)
	}
	return kb
}
