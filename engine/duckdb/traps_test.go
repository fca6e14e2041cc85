package duckdb

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"weak"

	"culvert/engine"
	"culvert/engine/enginetest"
	"culvert/sql/pgerr"
	"culvert/sql/types"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// The tests here are about traps of DuckDB 1.5 that the engine steps around.

func createPairs(t *testing.T, c *conn, name string) engine.TableName {
	t.Helper()
	table := engine.TableName{Schema: engine.SchemaData, Name: name}
	must(t, c.CreateTable(context.Background(), engine.TableDef{Name: table, Columns: []engine.ColumnDef{
		{Name: "c1", Phys: enginetest.Int32}, {Name: "c2", Phys: enginetest.Text}}}))
	return table
}

func pairs(n, seed int) *engine.Batch {
	keys := engine.Column{Phys: enginetest.Int32}
	for i := range n {
		keys.I32 = append(keys.I32, int32(i))
	}
	return &engine.Batch{Len: n, Cols: []engine.Column{keys, enginetest.Values(enginetest.Text, n, seed, 0)}}
}

// DuckDB leaks with ON CONFLICT DO UPDATE, and never reclaims deleted rows of
// a table with an index. What the engine does instead must not grow.
func TestReplacedRowsAreReclaimed(t *testing.T) {
	d := openTest(t)
	c := connectTest(t, d)
	ctx := context.Background()
	table := createPairs(t, c, "churned")
	const rows = 100000
	must(t, c.Append(ctx, table, pairs(rows, 0)))
	var memory, file int64
	for round := range 12 {
		b := pairs(rows, round)
		must(t, c.Begin(ctx))
		_, err := c.DeleteKeys(ctx, table, []int{0}, &engine.Batch{Len: rows, Cols: b.Cols[:1]})
		must(t, err)
		must(t, c.Append(ctx, table, b))
		must(t, c.Commit(ctx))
		must(t, d.Checkpoint(ctx))
		used, err := strconv.ParseInt(mustRun(t, c, "SELECT sum(memory_usage_bytes)::BIGINT FROM duckdb_memory()")[0], 10, 64)
		must(t, err)
		info, err := os.Stat(filepath.Join(d.dir, dataFile))
		must(t, err)
		if round == 3 {
			memory, file = used, info.Size()
		}
		if round > 3 && (used > 2*memory+16<<20 || info.Size() > 2*file+8<<20) {
			t.Fatalf("round %d: %d bytes of memory and %d of file, after %d and %d in round 3", round, used, info.Size(), memory, file)
		}
	}
	if n := len(d.feeds.all); n != 0 {
		t.Errorf("%d batches of keys are still held", n)
	}
}

// An open CREATE, DROP, ALTER or UPDATE makes CHECKPOINT refuse; appends and
// deletes must not.
func TestCheckpointRunsBesideOpenWrites(t *testing.T) {
	d := openTest(t)
	c, ddl := connectTest(t, d), connectTest(t, d)
	ctx := context.Background()
	table := createPairs(t, c, "open")
	must(t, c.Append(ctx, table, pairs(5000, 0)))
	must(t, c.Begin(ctx))
	_, err := c.DeleteKeys(ctx, table, []int{0}, pairs(100, 0))
	must(t, err)
	_, err = c.DeleteCopies(ctx, table, pairs(200, 0), make([]int64, 200))
	must(t, err)
	must(t, c.Append(ctx, table, pairs(100, 1)))
	must(t, d.Checkpoint(ctx))
	must(t, c.Commit(ctx))

	must(t, ddl.Begin(ctx))
	createPairs(t, ddl, "made")
	if err := d.Checkpoint(ctx); !errors.Is(err, engine.ErrBusy) {
		t.Errorf("a checkpoint beside CREATE TABLE gives %v", err)
	}
	must(t, ddl.Commit(ctx))
	must(t, d.Checkpoint(ctx))
}

// A statement's result holds its snapshot, and all that the query holds, until
// it is read to the end or another statement runs.
func TestRowsClosedEarlyEndTheirQuery(t *testing.T) {
	d := openTest(t)
	c := connectTest(t, d)
	ctx := context.Background()
	table := createPairs(t, c, "halfway")
	must(t, c.Append(ctx, table, pairs(50000, 0)))
	r, err := c.FetchByKeys(ctx, table, []int{0}, &engine.Batch{Len: 50000, Cols: pairs(50000, 0).Cols[:1]})
	must(t, err)
	_, err = r.Next(ctx)
	must(t, err)
	keys := weak.Make(d.feeds.all[d.feeds.last])
	if keys.Value() == nil {
		t.Fatal("the keys are not held")
	}
	must(t, r.Close())
	runtime.GC()
	if keys.Value() != nil {
		t.Error("a closed result still holds its query")
	}
}

// Names that differ in case only are one name for DuckDB; the caller gives
// physical names that do not.
func TestNamesAreQuoted(t *testing.T) {
	c := connectTest(t, openTest(t))
	ctx := context.Background()
	table := engine.TableName{Schema: engine.SchemaState, Name: `a "quoted" name; DROP`}
	columns := []engine.ColumnDef{{Name: `select "x"`, Phys: enginetest.Int32}, {Name: "group", Phys: enginetest.Text}}
	must(t, c.CreateTable(ctx, engine.TableDef{Name: table, Columns: columns}))
	must(t, c.Append(ctx, table, pairs(3, 0)))
	n, err := c.DeleteKeys(ctx, table, []int{0}, pairs(2, 0))
	must(t, err)
	if n != 2 {
		t.Errorf("deleted %d", n)
	}
	tables, err := c.ListTables(ctx, engine.SchemaState)
	must(t, err)
	if len(tables) != 1 || tables[0].Name != table || tables[0].Columns[0].Name != columns[0].Name {
		t.Errorf("got %v", tables)
	}
}

// Lists that do not follow each other in a vector are gathered.
func TestListsOutOfOrder(t *testing.T) {
	columns, destroy, err := logicalTypes([]types.Physical{enginetest.List(enginetest.Int32)})
	must(t, err)
	defer destroy()
	chunk, err := newChunk(columns)
	must(t, err)
	defer bindings.DestroyDataChunk(&chunk)
	v, err := chunkVector(chunk, 0)
	must(t, err)
	child := engine.Column{Phys: enginetest.Int32, I32: []int32{1, 2, 3, 4, 5}, Valid: []uint64{0b10111}}
	list := engine.Column{Phys: enginetest.List(enginetest.Int32), Ends: []uint32{2, 3, 3, 5}, Child: &child, Valid: []uint64{0b1011}}
	must(t, writeColumn(v, &list, 0, 4, nil))
	entries := vectorData[listEntry](v, 4)
	entries[0], entries[3] = entries[3], entries[0]
	entries[2] = listEntry{offset: 99, length: 99} // of a NULL
	r, err := newReader(columns[0])
	must(t, err)
	b := &engine.Batch{Len: 4, Cols: make([]engine.Column, 1)}
	must(t, r.read(v, 4, &b.Cols[0]))
	for i, want := range []string{"[∅ 5]", "[3]", "∅", "[1 2]"} {
		if got := enginetest.Line(b, i); got != want {
			t.Errorf("row %d is %s, want %s", i, got, want)
		}
	}
}

// Lists come back whole from whatever makes them.
func TestListsOfEveryOrigin(t *testing.T) {
	c := connectTest(t, openTest(t))
	mustRun(t, c, "CREATE TABLE cv.d.lists AS SELECT i, CASE WHEN i % 7 > 0 THEN list_transform(range(i % 5), lambda x: CASE WHEN x <> 2 THEN (x * i)::VARCHAR || repeat('y', (x * 6)::INT) END) END AS l FROM range(5000) r(i)")
	const lists = "cv.d.lists WHERE i % 3 <> 1 AND i % 11 <> 4"
	for _, expr := range []string{
		"l", "l[2:3]", "list_reverse(l)", "list_sort(l)", "list_concat(l, l)", "l[:1]", "list_filter(l, lambda x: x IS NOT NULL)",
		"CASE WHEN i % 3 = 0 THEN l ELSE ['a', NULL] END", "['a long constant text', NULL, 'b']", "coalesce(l, [])", "[l[1], l[2]]",
	} {
		out := mustRun(t, c, fmt.Sprintf("SELECT %[1]s, '[' || coalesce(array_to_string(list_transform(%[1]s, lambda x: coalesce(x, '∅')), ' '), '') || ']', (%[1]s) IS NULL FROM %[2]s", expr, lists))
		for _, line := range out {
			var got, want string
			var null bool
			parts := splitLine(line)
			got, want, null = parts[0], parts[1], parts[2] == "true"
			if null {
				want = "∅"
			}
			if got != want {
				t.Fatalf("%s: got %s, want %s", expr, got, want)
			}
		}
	}
}

func splitLine(line string) []string {
	var parts []string
	from := 0
	for i := range len(line) {
		if line[i] == '|' {
			parts = append(parts, line[from:i])
			from = i + 1
		}
	}
	return append(parts, line[from:])
}

// The engine's cache of translations is bounded, and drops the least recent.
func TestTranslationsAreBounded(t *testing.T) {
	cache := newTranslations(2)
	for _, key := range []string{"a", "b", "a", "c"} {
		if cache.get(key) == nil {
			cache.put(key, &translated{SQL: key})
		}
	}
	if cache.get("a") == nil || cache.get("c") == nil || cache.get("b") != nil || len(cache.byKey) != 2 {
		t.Errorf("the cache holds %v", cache.byKey)
	}
}

// Prepared statements are kept for queries without tables only, and not many.
func TestKeptStatementsAreBounded(t *testing.T) {
	c := connectTest(t, openTest(t))
	for range 2 {
		for i := range 3 * keptStatements {
			out, err := runStatement(c, selectOne(strconv.Itoa(i)))
			if err != nil || len(out) != 1 || out[0] != strconv.Itoa(i) {
				t.Fatalf("SELECT %d gives %v, %v", i, out, err)
			}
		}
	}
	if n := c.kept.order.Len(); n != keptStatements || len(c.kept.bySQL) != n {
		t.Errorf("%d statements are kept", n)
	}
	must(t, setZone(c, "Asia/Tokyo"))
	if n := c.kept.order.Len(); n != 0 {
		t.Errorf("%d statements are kept for another time zone", n)
	}
}

// External access stays off, and time zones are set on a connection that
// answers more than one session's settings.
func TestSettingsHold(t *testing.T) {
	d := openTest(t)
	c := connectTest(t, d)
	must(t, setZone(c, "Asia/Tokyo"))
	if got := mustRun(t, c, "SELECT timestamptz '2020-01-01 00:00:00+00'::VARCHAR")[0]; got != "2020-01-01 09:00:00+09" {
		t.Errorf("in Tokyo it is %s", got)
	}
	must(t, setZone(c, ""))
	if got := mustRun(t, c, "SELECT timestamptz '2020-01-01 00:00:00+00'::VARCHAR")[0]; got != "2020-01-01 00:00:00+00" {
		t.Errorf("in UTC it is %s", got)
	}
	if err := setZone(c, "Nowhere"); !pgerr.Is(err, pgerr.InvalidParameterValue) {
		t.Errorf("an unknown zone gives %v", err)
	}
	if _, err := run(t, c, "SET enable_external_access = true"); err == nil {
		t.Error("external access can be switched on")
	}
}

// After a fatal error DuckDB refuses everything until the process restarts.
func TestFatalErrorClosesFatal(t *testing.T) {
	e, err := Open(Options{Dir: t.TempDir()})
	must(t, err)
	d := e.(*database)
	c, err := d.Connect(context.Background())
	must(t, err)
	if err := e.Close(false); err == nil {
		t.Error("an engine was closed below a connection")
	}
	if d.note(classify("IO Error: Could not read from file")); d.Err() != nil {
		t.Error("an error that is not fatal counts as such")
	}
	for range 2 {
		_ = c.(*conn).fail(classify(`{"exception_type":"FATAL","exception_message":"Failed to commit"}`))
	}
	select {
	case <-d.Fatal():
	default:
		t.Error("Fatal is open after a fatal error")
	}
	if !pgerr.Is(d.Err(), pgerr.InternalError) {
		t.Errorf("Err is %v", d.Err())
	}
	if _, err := d.Connect(context.Background()); !pgerr.Is(err, pgerr.CannotConnectNow) {
		t.Errorf("connecting gives %v", err)
	}
	must(t, c.Close())
	must(t, e.Close(false))
	must(t, e.Close(false))
}
