package analyze

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"culvert/engine/query"
	"culvert/sql/pgerr"
	"culvert/sql/types"
	"culvert/testenv"
)

// The oracle is a real PostgreSQL 15 with the relations of testdata/schema.sql.
// What Prepare tells there of a statement is what Query must say of it.

// mapCatalog is a Catalog of what the oracle holds.
type mapCatalog struct {
	rels    map[string]*Relation // schema.name
	schemas map[string]uint32
}

func (c *mapCatalog) Relation(schema, name string) (*Relation, bool) {
	if schema != "" {
		rel, ok := c.rels[schema+"."+name]
		return rel, ok
	}
	for _, s := range []string{"pg_catalog", "public"} {
		if rel, ok := c.rels[s+"."+name]; ok {
			return rel, true
		}
	}
	return nil, false
}

func (c *mapCatalog) SchemaExists(name string) bool { _, ok := c.schemas[name]; return ok }

func (c *mapCatalog) SchemaOID(name string) (uint32, bool) {
	oid, ok := c.schemas[name]
	return oid, ok
}

func (c *mapCatalog) RoleOID(name string) (uint32, bool) { return 10, name == "postgres" }

// readCatalog reads the oracle's relations. Views of its own stay views;
// everything else counts as stored.
func readCatalog(ctx context.Context, conn *pgx.Conn) (*mapCatalog, error) {
	c := &mapCatalog{rels: map[string]*Relation{}, schemas: map[string]uint32{}}
	schemas, err := conn.Query(ctx, "SELECT nspname::text, oid::int8 FROM pg_namespace")
	if err != nil {
		return nil, err
	}
	for schemas.Next() {
		var name string
		var oid int64
		if err := schemas.Scan(&name, &oid); err != nil {
			return nil, err
		}
		c.schemas[name] = uint32(oid)
	}
	rows, err := conn.Query(ctx, `SELECT n.nspname::text, c.relname::text, c.oid::int8, c.relkind::text, coalesce(a.attname::text, ''),
			coalesce(a.attnum, 0), coalesce(CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END::int8, 0), coalesce(CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END, 0), coalesce(a.attnotnull, false),
			CASE WHEN c.relkind = 'v' AND n.nspname = 'public' THEN pg_get_viewdef(c.oid) ELSE '' END,
			EXISTS (SELECT FROM pg_constraint p WHERE p.conrelid = c.oid AND p.contype = 'p' AND a.attnum = ANY (p.conkey))
		FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
			LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
			LEFT JOIN pg_type t ON t.oid = a.atttypid
		WHERE c.relkind IN ('r', 'v') ORDER BY c.oid, a.attnum`)
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		var schema, name, kind, view string
		var oid, typ int64
		var key bool
		var col RelColumn
		if err := rows.Scan(&schema, &name, &oid, &kind, &col.Name, &col.Attnum, &typ, &col.Type.Mod, &col.NotNull, &view, &key); err != nil {
			return nil, err
		}
		col.Type.OID = types.OID(typ)
		rel := c.rels[schema+"."+name]
		if rel == nil {
			rel = &Relation{ID: fmt.Sprintf("u%d", oid), OID: uint32(oid), Schema: schema, Name: name, Kind: kind[0]}
			if view != "" {
				rel.View = &View{SQL: view, Catalog: c}
			} else {
				rel.Table = &query.Table{Object: rel.ID}
			}
			c.rels[schema+"."+name] = rel
		}
		if col.Name == "" {
			continue
		}
		if key {
			rel.PrimaryKey = append(rel.PrimaryKey, len(rel.Columns))
		}
		rel.Columns = append(rel.Columns, col)
	}
	return c, rows.Err()
}

// firstUserOID is FirstNormalObjectId: OIDs from here on are users' objects.
const firstUserOID = 16384

type oracle struct {
	conn *pgx.Conn
	cat  *mapCatalog
}

func newOracle(t *testing.T) *oracle {
	t.Helper()
	ctx := context.Background()
	server := testenv.NewPostgres(t, testenv.PostgresOptions{})
	schema, err := os.ReadFile("testdata/schema.sql")
	if err != nil {
		t.Fatal(err)
	}
	server.MustExec(t, string(schema))
	conn, err := server.Connect(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(ctx) })
	cat, err := readCatalog(ctx, conn)
	if err != nil {
		t.Fatal(err)
	}
	return &oracle{conn: conn, cat: cat}
}

// describe asks PostgreSQL what a statement takes and gives.
func (o *oracle) describe(sql string) string {
	sd, err := o.conn.PgConn().Prepare(context.Background(), "", sql, nil)
	if err != nil {
		var pe *pgconn.PgError
		if !errors.As(err, &pe) {
			return err.Error()
		}
		return describeError(pe.Code, int(pe.Position), [3]string{pe.Message, pe.Detail, pe.Hint})
	}
	var b strings.Builder
	fmt.Fprintf(&b, "params %v\n", sd.ParamOIDs)
	for _, f := range sd.Fields {
		if f.DataTypeOID >= firstUserOID { // a whole row: a plain record here
			f.DataTypeOID, f.TableOID = uint32(types.RecordOID), 0
		}
		fmt.Fprintf(&b, "%s %d %d from %d %d\n", f.Name, f.DataTypeOID, f.TypeModifier, f.TableOID, f.TableAttributeNumber)
	}
	return b.String()
}

func describeError(code string, pos int, texts [3]string) string {
	out := fmt.Sprintf("error %s at %d: %s\n", code, pos, texts[0])
	if texts[1] != "" {
		out += "detail: " + texts[1] + "\n"
	}
	if texts[2] != "" {
		out += "hint: " + texts[2] + "\n"
	}
	return out
}

// analyzeText parses and analyzes one statement.
func analyzeText(sql string, cat Catalog) (*Analyzed, error) {
	tree, err := pg_query.Parse(sql)
	if err != nil {
		return nil, err
	}
	return Query(Input{Stmt: tree.Stmts[0].Stmt, Text: sql, Database: "postgres"}, cat)
}

// describeOurs is what Query says in the oracle's words.
func describeOurs(sql string, cat Catalog) string {
	out, err := analyzeText(sql, cat)
	if err != nil {
		e := pgerr.From(err)
		return describeError(string(e.Code), e.Position, [3]string{e.Message, e.Detail, e.Hint})
	}
	var b strings.Builder
	oids := []types.OID{}
	for _, p := range out.Params {
		oids = append(oids, p.OID)
	}
	fmt.Fprintf(&b, "params %v\n", oids)
	for _, c := range out.Columns {
		fmt.Fprintf(&b, "%s %d %d from %d %d\n", c.Name, c.Type.OID, c.Type.Mod, c.Table, c.Attnum)
	}
	return b.String()
}

// statements splits a case file: a statement ends with a semicolon at the end
// of a line. A line "-- culvert: CODE" before one says where the two differ on
// purpose: Query fails with that code.
func statements(text string) []testCase {
	var out []testCase
	var cur testCase
	for _, line := range strings.Split(text, "\n") {
		if code, ok := strings.CutPrefix(line, "-- culvert: "); ok {
			cur.code, _, _ = strings.Cut(code, " ")
			continue
		}
		if strings.HasPrefix(line, "--") || cur.sql == "" && strings.TrimSpace(line) == "" {
			continue
		}
		cur.sql += line + "\n"
		if strings.HasSuffix(strings.TrimSpace(line), ";") {
			cur.sql = strings.TrimSuffix(strings.TrimSpace(cur.sql), ";")
			out = append(out, cur)
			cur = testCase{}
		}
	}
	return out
}

type testCase struct{ sql, code string }

func TestAnalysisAgreesWithPostgres(t *testing.T) {
	o := newOracle(t)
	files, err := filepath.Glob("testdata/cases/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatal("no case files", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".sql"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range statements(string(text)) {
				got := describeOurs(c.sql, o.cat)
				if c.code != "" {
					if !strings.HasPrefix(got, "error "+c.code) {
						t.Errorf("%s\ngot %swant error %s", c.sql, got, c.code)
					}
					continue
				}
				if want := o.describe(c.sql); got != want {
					t.Errorf("%s\n got %swant %s", c.sql, got, want)
				}
			}
		})
	}
}

// PostgreSQL's own system views are some hundred queries that nobody wrote for
// this test.
func TestAnalysisAgreesOnSystemViews(t *testing.T) {
	o := newOracle(t)
	rows, err := o.conn.Query(context.Background(), `SELECT c.relname::text, pg_get_viewdef(c.oid) FROM pg_class c
		WHERE c.relkind = 'v' AND c.relnamespace IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
			-- these use the row types of catalogs
			AND c.relname NOT IN ('pg_stats_ext_exprs', 'attributes', 'columns')
		ORDER BY 1`)
	if err != nil {
		t.Fatal(err)
	}
	views, err := pgx.CollectRows(rows, pgx.RowToStructByPos[struct{ Name, SQL string }])
	if err != nil || len(views) < 50 {
		t.Fatal(len(views), err)
	}
	domains := strings.NewReplacer("information_schema.sql_identifier", "name", "information_schema.character_data", "varchar",
		"information_schema.yes_or_no", "varchar(3)", "information_schema.cardinal_number", "int4", "information_schema.time_stamp", "timestamptz(2)")
	for _, v := range views {
		v.SQL = domains.Replace(v.SQL)
		if got, want := describeOurs(v.SQL, o.cat), o.describe(v.SQL); got != want {
			t.Errorf("%s: %s\n got %swant %s", v.Name, v.SQL, got, want)
		}
	}
}
