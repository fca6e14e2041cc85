package dialect

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	pg_query "github.com/pganalyze/pg_query_go/v6"

	"culvert/engine"
	"culvert/engine/query"
	"culvert/sql/analyze"
	"culvert/sql/pgerr"
	"culvert/testenv"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// TestAgainstPostgreSQL runs the statements of testdata on PostgreSQL and,
// translated, on DuckDB over the same rows: texts and SQLSTATEs must agree. A
// statement behind the comment "-- unsupported" must be refused with 0A000.
func TestAgainstPostgreSQL(t *testing.T) {
	pg := testenv.NewPostgres(t, testenv.PostgresOptions{})
	ctx := context.Background()
	conn, err := pg.Connect(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	schema, err := os.ReadFile("testdata/schema.sql")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(ctx, "SET TimeZone = 'UTC';"+string(schema)); err != nil {
		t.Fatal(err)
	}
	b := newBench(t, ctx, conn, "items", "orders", "nums")
	files, err := filepath.Glob("testdata/diff_*.sql")
	if err != nil || len(files) == 0 {
		t.Fatal("no statements", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".sql"), func(t *testing.T) {
			for _, c := range statements(t, file) {
				b.compare(t, ctx, c)
			}
		})
	}
}

type statement struct {
	sql         string
	unsupported bool
}

// statements reads a file with a statement on each line; indented lines go on.
func statements(t *testing.T, file string) []statement {
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out []statement
	unsupported := false
	for line := range strings.SplitSeq(string(raw), "\n") {
		switch {
		case strings.HasPrefix(line, "-- unsupported"):
			unsupported = true
		case strings.TrimSpace(line) == "" || strings.HasPrefix(line, "--"):
		case line[0] == ' ' && len(out) > 0:
			out[len(out)-1].sql += "\n" + line
		default:
			out = append(out, statement{line, unsupported})
			unsupported = false
		}
	}
	return out
}

// bench has the same tables on both sides.
type bench struct {
	duck   *duck
	conn   *pgx.Conn
	rels   map[string]*analyze.Relation
	tables map[string]engine.TableName
}

func (b *bench) Relation(schema, name string) (*analyze.Relation, bool) {
	r, ok := b.rels[name]
	return r, ok && (schema == "" || schema == "public")
}

func (b *bench) SchemaExists(name string) bool { return name == "public" }

func newBench(t *testing.T, ctx context.Context, conn *pgx.Conn, names ...string) *bench {
	b := &bench{duck: newDuck(t), conn: conn, rels: map[string]*analyze.Relation{}, tables: map[string]engine.TableName{}}
	for i, name := range names {
		b.copyTable(t, ctx, name, i)
	}
	return b
}

func (b *bench) copyTable(t *testing.T, ctx context.Context, name string, i int) {
	cols, err := b.conn.Query(ctx, "SELECT attname::text, atttypid, atttypmod FROM pg_attribute WHERE attrelid = $1::text::regclass AND attnum > 0 ORDER BY attnum", name)
	if err != nil {
		t.Fatal(err)
	}
	rel := &analyze.Relation{ID: name, OID: uint32(20000 + i), Schema: "public", Name: name, Kind: 'r', Table: &query.Table{Object: name}}
	physical := engine.TableName{Schema: "d", Name: fmt.Sprintf("p%d", i)}
	var defs, reads []string
	tr := &translator{opts: Options{Data: "cv", Shim: "shim"}, known: newRegistry()}
	for cols.Next() {
		var c analyze.RelColumn
		if err := cols.Scan(&c.Name, &c.Type.OID, &c.Type.Mod); err != nil {
			t.Fatal(err)
		}
		c.Attnum = int16(len(rel.Columns) + 1)
		phys := physOf(c.Type)
		col := fmt.Sprintf("c%d", c.Attnum)
		rel.Columns = append(rel.Columns, c)
		rel.Table.Physical = append(rel.Table.Physical, query.PhysicalColumn{Name: col, Phys: phys})
		defs = append(defs, col+" "+SQLType(phys))
		reads = append(reads, fromText(tr, expr{sql: fmt.Sprintf("CAST(v%d AS VARCHAR)", c.Attnum), phys: physText}, c.Type).sql)
	}
	cols.Close()
	b.rels[name], b.tables[name] = rel, physical
	target := "cv.d." + physical.Name
	b.duck.must("CREATE TABLE " + target + "(" + strings.Join(defs, ", ") + ")")
	results, err := b.conn.PgConn().Exec(ctx, "SELECT * FROM "+name).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range results[0].Rows {
		var values, vars []string
		for i, v := range row {
			vars = append(vars, fmt.Sprintf("v%d", i+1))
			if v == nil {
				values = append(values, "NULL")
			} else {
				values = append(values, quoteText(string(v)))
			}
		}
		b.duck.must("INSERT INTO " + target + " SELECT " + strings.Join(reads, ", ") + " FROM (VALUES (" + strings.Join(values, ", ") + ")) AS t(" + strings.Join(vars, ", ") + ")")
	}
}

func (b *bench) compare(t *testing.T, ctx context.Context, c statement) {
	t.Helper()
	want, wantErr := b.postgres(ctx, c.sql)
	got, sql, gotErr := b.translated(c.sql)
	if c.unsupported {
		if !pgerr.Is(gotErr, pgerr.FeatureNotSupported) {
			t.Errorf("%s\nsupported, or refused in another way: %v\n%s", c.sql, gotErr, sql)
		}
		return
	}
	if !strings.Contains(strings.ToLower(c.sql), "order by") {
		sort.Strings(want)
		sort.Strings(got)
	}
	w, g := strings.Join(want, "\n")+errorCode(wantErr), strings.Join(got, "\n")+errorCode(gotErr)
	if w != g {
		t.Errorf("%s\nPostgreSQL: %s %v\nculvert:    %s %v\n%s", c.sql, w, wantErr, g, gotErr, sql)
	}
}

func errorCode(err error) string {
	var pg *pgconn.PgError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &pg):
		return "ERROR " + pg.Code
	}
	return "ERROR " + string(pgerr.From(err).Code)
}

func (b *bench) postgres(ctx context.Context, sql string) ([]string, error) {
	results, err := b.conn.PgConn().Exec(ctx, sql).ReadAll()
	if err != nil {
		return nil, err
	}
	var out []string
	for _, row := range results[0].Rows {
		cells := make([]string, len(row))
		for i, v := range row {
			cells[i] = "NULL"
			if v != nil {
				cells[i] = string(v)
			}
		}
		out = append(out, strings.Join(cells, " | "))
	}
	return out, nil
}

// translated analyzes, translates and runs a statement, and prints its values
// with the translator's own casts to text.
func (b *bench) translated(text string) (rows []string, sql string, err error) {
	parsed, err := pg_query.Parse(text)
	if err != nil {
		return nil, "", pgerr.New(pgerr.SyntaxError, "%v", err)
	}
	a, err := analyze.Query(analyze.Input{Stmt: parsed.Stmts[0].Stmt, Text: text, NoParams: true}, b)
	if err != nil {
		return nil, "", err
	}
	tr, err := Translate(a.Query, b.tables, Options{})
	if err != nil {
		return nil, "", err
	}
	hidden := make([]string, len(tr.Params)) // all are the time of the transaction
	for i := range hidden {
		hidden[i] = "2026-01-02 03:04:05+00"
	}
	rows, err = b.texts(a.Query, tr, hidden)
	return rows, tr.SQL, err
}

// texts runs a translation and gives its rows as PostgreSQL prints them.
func (b *bench) texts(q *query.Query, tr *Translation, params []string) (rows []string, err error) {
	p := &translator{opts: Options{Data: "cv", Shim: "shim"}, known: newRegistry()}
	items := make([]string, len(tr.Columns))
	for i, phys := range tr.Columns {
		items[i] = toText(p, expr{sql: "q." + columnName(i), phys: phys}, q.Columns[i].Type).sql
	}
	if len(items) == 0 {
		items = []string{"''"}
	}
	out, err := b.duck.query("SELECT "+strings.Join(items, ", ")+" FROM ("+tr.SQL+") AS q", params...)
	for _, r := range out {
		rows = append(rows, strings.Join(r, " | "))
	}
	return rows, err
}
