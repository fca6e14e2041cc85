package analyze

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"culvert/engine/query"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// idCatalog resolves the names of stored queries after each relation was given
// another name, another schema and more columns, of names that others have.
type idCatalog struct{ *mapCatalog }

func (c idCatalog) Relation(schema, name string) (*Relation, bool) {
	if schema != IDSchema {
		return c.mapCatalog.Relation(schema, name)
	}
	rel := c.byID(name)
	if rel == nil {
		return nil, false
	}
	changed := *rel
	changed.Schema, changed.Name = "elsewhere", "renamed"
	changed.Columns = append([]RelColumn(nil), rel.Columns...)
	for _, name := range []string{"id", "a", "name", "x"} {
		changed.Columns = append(changed.Columns, RelColumn{Name: name, Type: types.T(types.DateOID), Attnum: int16(len(changed.Columns) + 1)})
	}
	if rel.View != nil {
		changed.Columns = rel.Columns // its query has as many
	}
	return &changed, true
}

func (c *mapCatalog) byID(id string) *Relation {
	for _, rel := range c.rels {
		if rel.ID == id {
			return rel
		}
	}
	return nil
}

// storedTree is what a stored query means to those who read the view.
func storedTree(t *testing.T, stored *ViewQuery, cat Catalog) *query.Query {
	t.Helper()
	rel := &Relation{ID: "u1", OID: 99999, Schema: "public", Name: "stored", Kind: 'v', View: &View{SQL: stored.Text, Catalog: cat}}
	for _, c := range stored.Columns {
		rel.Columns = append(rel.Columns, RelColumn{Name: c.Name, Type: c.Type})
	}
	out, err := analyzeText("SELECT * FROM public.stored", &mapCatalog{rels: map[string]*Relation{"public.stored": rel}})
	if err != nil {
		t.Errorf("%s: %v", stored.Text, err)
		return &query.Query{}
	}
	return out.Query.From[0].(*query.RangeEntry).Query
}

// noon is when the queries are stored; literals of the clock stay what they are then.
var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

var alias = regexp.MustCompile(`[^\s(,.]*#(\d+)`)

// aliasless takes the aliases out of a dump, which tells entries by number, too.
func aliasless(dump string) string { return alias.ReplaceAllString(dump, "#$1") }

// TestStoredQueriesMeanTheSame stores the query of every case as a view's. What
// is stored must be analyzed to the same tree, whatever became of the relations;
// and so must the text that is shown.
func TestStoredQueriesMeanTheSame(t *testing.T) {
	o := newOracle(t)
	files, err := filepath.Glob("testdata/cases/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	stored := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range statements(string(text)) {
			tree, err := pg_query.Parse(c.sql)
			if err != nil || len(tree.Stmts) != 1 || tree.Stmts[0].Stmt.GetSelectStmt() == nil {
				continue
			}
			in := Input{Stmt: tree.Stmts[0].Stmt, Text: c.sql, NoParams: true, Reading: types.Env{Now: noon}}
			direct, err := Query(in, o.cat)
			if err != nil {
				continue
			}
			view, err := ViewOf(in, o.cat, nil)
			if err != nil {
				t.Errorf("%s: %v", c.sql, err)
				continue
			}
			stored++
			want := aliasless(dump(direct.Query))
			if got := aliasless(dump(storedTree(t, view, idCatalog{o.cat}))); got != want {
				t.Errorf("%s\nis stored as %s\nwhich means\n%s\ninstead of\n%s", c.sql, view.Text, got, want)
			}
			text, err := NameRelations(view.Text, func(id string) (parts, columns []string) {
				rel := o.cat.byID(id)
				for _, c := range rel.Columns {
					columns = append(columns, c.Name)
				}
				return []string{"postgres", rel.Schema, rel.Name}, columns
			})
			if err != nil {
				t.Errorf("%s: %v", view.Text, err)
				continue
			}
			again, err := analyzeText(text, o.cat)
			if err != nil {
				t.Errorf("%s\nis shown as %s\n%v", c.sql, text, err)
			} else if got := aliasless(dump(again.Query)); got != want {
				t.Errorf("%s\nis shown as %s\nwhich means\n%s\ninstead of\n%s", c.sql, text, got, want)
			}
		}
	}
	t.Logf("%d queries", stored)
	if stored < 500 {
		t.Errorf("only %d queries were stored", stored)
	}
}

// TestOperandsKeepTheirBrackets prints what libpg_query prints without brackets
// that change the meaning.
func TestOperandsKeepTheirBrackets(t *testing.T) {
	for _, expr := range []string{
		"(CASE WHEN true THEN ARRAY[1] END)[1]", "(COALESCE(a, b))[1]", "(ARRAY(SELECT 1))[1:2]", "(NOT a)[1]", `(a COLLATE "C")[1]`,
		"(a IS NULL)[1]", "(a AND b).x", "(GROUPING(a)).x", "a BETWEEN (b AND c) AND d", "a AT TIME ZONE (b || c)", "(NOT a) IS NULL",
		"(NOT a) IS TRUE", "(current_date)[1]", "((SELECT ROW(1))).f1", "(-1)[1]", `'::"#()"'`,
	} {
		tree, err := pg_query.Parse("SELECT " + expr)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := printTree(tree.Stmts[0].Stmt); err != nil {
			t.Errorf("%s: %v", expr, err)
		}
	}
}

func TestStoredQueries(t *testing.T) {
	datadriven.RunTest(t, "testdata/views.txt", func(t *testing.T, d *datadriven.TestData) string {
		cat := shop()
		other := *cat.rels["public.orders"]
		other.ID, other.OID, other.Schema = "u9", 30009, "archive"
		cat.rels["archive.orders"], cat.schemas["archive"] = &other, 30000
		cat.rels["pg_catalog.pg_class"] = &Relation{ID: "s1", OID: 1259, Schema: "pg_catalog", Name: "pg_class", Kind: 'r',
			Columns: []RelColumn{{Name: "oid", Type: types.T(types.OidOID), Attnum: 1}}, Table: &query.Table{Relation: "static.x"}}
		view, err := ViewOf(Input{Stmt: mustParse(t, d.Input), Text: d.Input, Reading: types.Env{Now: noon}}, cat, nil)
		if err != nil {
			e := pgerr.From(err)
			return describeError(string(e.Code), e.Position, [3]string{e.Message, e.Detail, e.Hint})
		}
		shown, err := NameRelations(view.Text, func(id string) (parts, columns []string) {
			rel := cat.byID(id)
			for _, c := range rel.Columns {
				columns = append(columns, c.Name)
			}
			return []string{rel.Schema, map[string]string{"u1": "Clients"}[id] + rel.Name}, columns
		})
		if err != nil {
			t.Errorf("%s: %v", view.Text, err)
		}
		return view.Text + "\n" + shown + "\nuses " + strings.Join(view.Uses, " ") + "\n"
	})
}

// FuzzStoredQueries holds every query that can be analyzed to be stored with its
// meaning, or to be refused as one that cannot be kept.
func FuzzStoredQueries(f *testing.F) {
	addCases(f)
	cat := shop()
	f.Fuzz(func(t *testing.T, sql string) {
		if len(sql) > 1000 {
			return
		}
		tree, err := pg_query.Parse(sql)
		if err != nil || len(tree.Stmts) != 1 {
			return
		}
		in := Input{Stmt: tree.Stmts[0].Stmt, Text: sql, NoParams: true, Reading: types.Env{Now: noon}}
		direct, err := Query(in, cat)
		if err != nil {
			return
		}
		view, err := ViewOf(in, cat, nil)
		if err != nil {
			if !pgerr.Is(err, pgerr.FeatureNotSupported) {
				t.Fatalf("%s: %v", sql, err)
			}
			return
		}
		want := aliasless(dump(direct.Query))
		if got := aliasless(dump(storedTree(t, view, idCatalog{cat}))); got != want {
			t.Fatalf("%s\nis stored as %s\nwhich means\n%s\ninstead of\n%s", sql, view.Text, got, want)
		}
	})
}
