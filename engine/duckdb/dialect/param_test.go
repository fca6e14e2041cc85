package dialect

import (
	"fmt"
	"strings"
	"testing"

	pg_query "github.com/pganalyze/pg_query_go/v6"

	"culvert/engine/query"
	"culvert/sql/analyze"
	"culvert/sql/types"
)

// Parameters arrive as canonical text and have the forms of their types.
func TestParameters(t *testing.T) {
	b := &bench{duck: newDuck(t)}
	for _, c := range []struct {
		sql    string
		params []string
		want   string
	}{
		{"SELECT $1::int + 1", []string{"41"}, "42"},
		{"SELECT $1::numeric / 3, $1 * 1.10", []string{"10"}, "3.3333333333333333 | 11.00"},
		{"SELECT $1::bool AND true, NOT $2::bool", []string{"t", "f"}, "t | t"},
		{"SELECT $1::text || 'x', length($1)", []string{"é"}, "éx | 1"},
		{"SELECT $1::bytea, length($1::bytea)", []string{`\x00ff`}, `\x00ff | 2`},
		{"SELECT $1::date + 1, $2::timestamp, $3::timestamptz, $4::time", []string{"2024-02-28", "0044-03-15 12:00:00 BC", "2024-01-01 00:00:00+00", "24:00:00"},
			"2024-02-29 | 0044-03-15 12:00:00 BC | 2024-01-01 00:00:00+00 | 24:00:00"},
		{"SELECT $1::interval * 2", []string{"1 mon -2 days +03:00:00"}, "2 mons -4 days +06:00:00"},
		{"SELECT $1::int[], 2 = ANY ($1::int[]), $2::text[]", []string{"{1,2,NULL}", `{a,"b c",NULL}`}, `{1,2,NULL} | t | {a,"b c",NULL}`},
		{"SELECT $1::jsonb -> 'a', $2::uuid, $3::float8", []string{`{"a": 1}`, "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "Infinity"},
			"1 | a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11 | Infinity"},
		{"SELECT x FROM generate_series(1, 5) x ORDER BY x LIMIT $1 OFFSET $2", []string{"2", "1"}, "2\n3"},
		{"SELECT 'abc' LIKE $1, 'abc' ~ $2, 'abc' SIMILAR TO $3", []string{"a%", "^a", "(a|b)%"}, "t | t | t"},
		{"SELECT x, x = ANY ($1::int[]), x <> ALL ($1::int[]), x = ANY ($2::int[]) FROM generate_series(1, 3) x ORDER BY x", []string{"{1,2}", "{2,NULL}"},
			"1 | t | f | NULL\n2 | t | f | t\n3 | f | t | NULL"},
		{"SELECT x FROM generate_series(1, 3) x WHERE x = ANY ($1) AND x::numeric = ANY ($2) ORDER BY x", []string{"{1,3}", "{1.0,3.00}"}, "1\n3"},
		{"SELECT 1 = ANY ('{}'), 1 = ANY ($1), 1 <> ALL ($1)", []string{"{}"}, "f | f | t"},
		{"SELECT $2::int, $1::int", []string{"1", "2"}, "2 | 1"},
	} {
		parsed, err := pg_query.Parse(c.sql)
		if err != nil {
			t.Fatal(err)
		}
		a, err := analyze.Query(analyze.Input{Stmt: parsed.Stmts[0].Stmt, Text: c.sql}, b)
		if err != nil {
			t.Errorf("%s: %v", c.sql, err)
			continue
		}
		tr, err := Translate(a.Query, nil, Options{})
		if err != nil {
			t.Errorf("%s: %v", c.sql, err)
			continue
		}
		bound := make([]string, len(tr.Params))
		for i, p := range tr.Params {
			bound[i] = c.params[p]
		}
		rows, err := b.texts(a.Query, tr, bound)
		got := ""
		for i, r := range rows {
			if i > 0 {
				got += "\n"
			}
			got += r
		}
		if err != nil || got != c.want {
			t.Errorf("%s: %v\n%s\ninstead of\n%s\n%s", c.sql, err, got, c.want, tr.SQL)
		}
	}
}

// A parameter that the text does not mention is not part of the SQL.
func TestUnusedParameters(t *testing.T) {
	b := &bench{duck: newDuck(t)}
	parsed, err := pg_query.Parse("SELECT $3::int")
	if err != nil {
		t.Fatal(err)
	}
	in := analyze.Input{Stmt: parsed.Stmts[0].Stmt, Text: "SELECT $3::int", ParamTypes: []types.OID{types.Int4OID, types.TextOID, types.Int4OID}}
	a, err := analyze.Query(in, b)
	if err != nil {
		t.Fatal(err)
	}
	tr, err := Translate(a.Query, nil, Options{})
	if err != nil || fmt.Sprint(tr.Params) != "[2]" {
		t.Errorf("%v, %v", tr, err)
	}
}

// bench translates for an engine without relations.
type bench struct{ duck *duck }

func (b *bench) Relation(string, string) (*analyze.Relation, bool) { return nil, false }

func (b *bench) SchemaExists(name string) bool { return name == "public" }

// texts runs a translation and gives its rows as PostgreSQL prints them.
func (b *bench) texts(q *query.Query, tr *Translation, params []string) (rows []string, err error) {
	p := &translator{opts: Options{Data: "cv", Shim: "shim"}, known: newRegistry()}
	items := make([]string, len(tr.Columns))
	for i, phys := range tr.Columns {
		items[i] = toText(p, expr{sql: "q." + columnName(i), phys: phys}, q.Columns[i].Type).sql
	}
	out, err := b.duck.query("SELECT "+strings.Join(items, ", ")+" FROM ("+tr.SQL+") AS q", params...)
	for _, r := range out {
		rows = append(rows, strings.Join(r, " | "))
	}
	return rows, err
}
