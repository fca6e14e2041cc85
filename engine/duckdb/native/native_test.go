package native_test

import (
	"strings"
	"sync"
	"testing"

	"culvert/engine/duckdb/dialect"
	"culvert/engine/duckdb/native"
	"culvert/sql/pgerr"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

func open(t *testing.T) (bindings.Database, bindings.Connection) {
	t.Helper()
	var config bindings.Config
	bindings.CreateConfig(&config)
	defer bindings.DestroyConfig(&config)
	var db bindings.Database
	var conn bindings.Connection
	var message string
	if bindings.OpenExt(":memory:", &db, config, &message) != bindings.StateSuccess {
		t.Fatal(message)
	}
	if bindings.Connect(db, &conn) != bindings.StateSuccess {
		t.Fatal("no connection")
	}
	t.Cleanup(func() {
		bindings.Disconnect(&conn)
		bindings.Close(&db)
	})
	if err := native.Register(conn); err != nil {
		t.Fatal(err)
	}
	return db, conn
}

// one runs a query and gives its one value, a BIGINT.
func one(conn bindings.Connection, sql string) (int64, string) {
	var res bindings.Result
	defer bindings.DestroyResult(&res)
	if bindings.Query(conn, sql, &res) != bindings.StateSuccess {
		return 0, bindings.ResultError(&res)
	}
	//lint:ignore SA1019 the one value of a small result: the interface of chunks would be a page
	return bindings.ValueInt64(&res, 0, 0), ""
}

// Over more rows than a chunk has, with NULLs in between, every row has its
// own result.
func TestChunks(t *testing.T) {
	_, conn := open(t)
	for _, sql := range []string{
		"SELECT count(*) FROM range(10000) t(i) WHERE num_add(CAST(i AS VARCHAR), '0.50') <> i || '.50'",
		"SELECT count(*) FROM (SELECT i, CASE WHEN i % 3 = 0 THEN NULL ELSE repeat('x', CAST(i % 50 AS INTEGER)) END AS s FROM range(10000) t(i)) WHERE text_reverse(s) IS DISTINCT FROM s",
		"SELECT count(*) FROM range(10000) t(i) WHERE array_in(CASE WHEN i % 2 = 0 THEN '{' || i || ',NULL,\"a b\"}' END) IS DISTINCT FROM CASE WHEN i % 2 = 0 THEN [CAST(i AS VARCHAR), NULL, 'a b'] END",
		"SELECT count(*) FROM range(10000) t(i) WHERE array_out([CAST(i AS VARCHAR), NULL, 'a long text with blanks']) <> '{' || i || ',NULL,\"a long text with blanks\"}'",
		"SELECT count(*) FROM range(5000) t(i) WHERE interval_out(to_months(CAST(i AS INTEGER))) <> interval_out(interval_in(interval_out(to_months(CAST(i AS INTEGER)))))",
	} {
		if n, message := one(conn, sql); n != 0 || message != "" {
			t.Errorf("%d rows differ: %s\n%s", n, message, sql)
		}
	}
}

// num_key orders as the numbers do, and equal numbers have equal keys.
func TestNumericKeys(t *testing.T) {
	_, conn := open(t)
	sql := `WITH n AS (SELECT (i - 500) / 8.0 AS d FROM range(1000) t(i))
		SELECT count(*) FROM n a, n b
		WHERE (a.d < b.d) <> (num_key(CAST(a.d AS VARCHAR)) < num_key(CAST(b.d AS VARCHAR)))
		OR (a.d = b.d) <> (num_key(CAST(a.d AS VARCHAR)) = num_key(CAST(b.d AS VARCHAR) || '000'))`
	if n, message := one(conn, sql); n != 0 || message != "" {
		t.Errorf("%d pairs are out of order: %s", n, message)
	}
}

// Errors carry their code through the engine.
func TestErrors(t *testing.T) {
	_, conn := open(t)
	for sql, want := range map[string]*pgerr.Error{
		"SELECT num_div('1', '0')":             pgerr.New(pgerr.DivisionByZero, "division by zero"),
		"SELECT text_in(23, -1, 'a\"b')":       pgerr.New(pgerr.InvalidTextRepresentation, "invalid input syntax for type integer: \"a\"b\""),
		"SELECT regex_test('a', '(', '')":      pgerr.New(pgerr.InvalidRegularExpression, "invalid regular expression: parentheses () not balanced"),
		`SELECT regex_test('aa', '(a)\1', '')`: pgerr.New(pgerr.FeatureNotSupported, "regular expressions with back references are not supported"),
	} {
		for _, setting := range []string{"SET errors_as_json = true", "SET errors_as_json = false"} {
			one(conn, setting)
			_, message := one(conn, sql)
			got, ok := dialect.ParseError(message)
			if !ok || got.Code != want.Code || got.Message != want.Message {
				t.Errorf("%s: %v instead of %v (%s)", sql, got, want, message)
			}
		}
	}
}

// The functions are called by all of the engine's threads at once.
func TestConcurrentCalls(t *testing.T) {
	db, _ := open(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			var conn bindings.Connection
			bindings.Connect(db, &conn)
			defer bindings.Disconnect(&conn)
			sql := "SELECT count(*) FROM range(200000) t(i) WHERE regex_test('row ' || i, '[05]$', '')"
			if n, message := one(conn, sql); n != 40000 || message != "" {
				t.Errorf("%d: %s", n, message)
			}
		})
	}
	wg.Wait()
}

func TestErrorTextIsDialects(t *testing.T) {
	_, conn := open(t)
	_, message := one(conn, "SELECT num_sqrt('-1')")
	if !strings.Contains(message, dialect.ErrorText("2201F", "cannot take square root of a negative number")) {
		t.Errorf("%q", message)
	}
}

// A result without bound is refused rather than held in memory.
func TestLimits(t *testing.T) {
	_, conn := open(t)
	for _, sql := range []string{
		"SELECT length(text_repeat('abcdefgh', 100000000))",
		"SELECT length(text_lpad('x', 1000000000, 'y'))",
	} {
		_, message := one(conn, sql)
		if got, ok := dialect.ParseError(message); !ok || got.Code != pgerr.ProgramLimitExceeded {
			t.Errorf("%s: %v", sql, message)
		}
	}
}
