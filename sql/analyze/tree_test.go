package analyze

import (
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"culvert/engine/query"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// shop is a small catalog for tests that need no server.
func shop() *mapCatalog {
	c := &mapCatalog{rels: map[string]*Relation{}, schemas: map[string]uint32{"public": 2200, "pg_catalog": 11}}
	add := func(id, name string, cols ...RelColumn) {
		rel := &Relation{ID: id, OID: 20000 + uint32(len(c.rels)), Schema: "public", Name: name, Kind: 'r', Table: &query.Table{Object: id}}
		for i, col := range cols {
			col.Attnum = int16(i + 1)
			rel.Columns = append(rel.Columns, col)
		}
		c.rels["public."+name] = rel
	}
	add("u1", "customers", RelColumn{Name: "id", Type: types.T(types.Int4OID)}, RelColumn{Name: "name", Type: types.T(types.TextOID)},
		RelColumn{Name: "email", Type: types.Type{OID: types.VarcharOID, Mod: 104}}, RelColumn{Name: "tags", Type: types.T(types.TextArrayOID)})
	add("u2", "orders", RelColumn{Name: "id", Type: types.T(types.Int8OID)}, RelColumn{Name: "customer_id", Type: types.T(types.Int4OID)},
		RelColumn{Name: "total", Type: types.Type{OID: types.NumericOID, Mod: types.MakeNumericMod(12, 2)}},
		RelColumn{Name: "placed", Type: types.T(types.TimestampOID)})
	view := &Relation{ID: "u3", OID: 30000, Schema: "public", Name: "spending", Kind: 'v', View: &View{
		SQL: "SELECT c.name, sum(o.total) AS spent FROM customers c JOIN orders o ON o.customer_id = c.id WHERE now() > o.placed GROUP BY c.name", Catalog: c}}
	view.Columns = []RelColumn{{Name: "name", Type: types.T(types.TextOID), Attnum: 1}, {Name: "spent", Type: types.T(types.NumericOID), Attnum: 2}}
	c.rels["public.spending"] = view
	return c
}

func TestResolvedTrees(t *testing.T) {
	datadriven.RunTest(t, "testdata/trees.txt", func(t *testing.T, d *datadriven.TestData) string {
		out, err := analyzeText(d.Input, shop())
		if err != nil {
			e := pgerr.From(err)
			return describeError(string(e.Code), e.Position, [3]string{e.Message, e.Detail, e.Hint})
		}
		return dump(out.Query)
	})
}

func TestViewsAreInlinedForEachUse(t *testing.T) {
	out, err := analyzeText("SELECT * FROM spending a, spending b WHERE a.name = current_user", shop())
	if err != nil {
		t.Fatal(err)
	}
	a, b := out.Query.From[0].(*query.RangeEntry), out.Query.From[1].(*query.RangeEntry)
	if a.Query == nil || a.Query == b.Query {
		t.Error("two uses of a view share a tree")
	}
	if got := strings.Join(out.Relations, " "); got != "u3" {
		t.Errorf("the query names %s, want the view u3 only", got)
	}
	if got := strings.Join(out.Objects, " "); got != "u1 u2" {
		t.Errorf("the query waits for %s, want u1 u2", got)
	}
	if len(out.Hidden) != 2 || out.Hidden[0].Kind != TransactionTimestamp || out.Hidden[1].Kind != CurrentUser {
		t.Errorf("hidden parameters are %v", out.Hidden)
	}
}

func TestAnalysesShareAViewAndAParse(t *testing.T) {
	cat := shop()
	sql := "SELECT * FROM spending a JOIN spending b USING (name) WHERE a.spent BETWEEN 1 AND $1"
	tree := mustParse(t, sql)
	done := make(chan error)
	for range 8 {
		go func() {
			_, err := Query(Input{Stmt: tree, Text: sql}, cat)
			done <- err
		}()
	}
	for range 8 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func TestWhatIsNotThereIsNamed(t *testing.T) {
	for sql, want := range map[string]string{
		"SELECT JSON_OBJECT('a': 1)": "JSON_OBJECT is not supported",
		"SELECT 'x' IS JSON":         "IS JSON is not supported",
		"SELECT * FROM JSON_TABLE('[]', '$[*]' COLUMNS (a int)) AS t": "JSON_TABLE is not supported in FROM",
		"WITH a AS (DELETE FROM orders RETURNING 1) SELECT * FROM a":  "data-modifying statements in WITH are not supported",
		"SELECT 1 INTO x": "SELECT INTO is not supported",
		"SELECT * FROM customers TABLESAMPLE SYSTEM (10)":            "TABLESAMPLE is not supported",
		"SELECT (SELECT max(c.id) FROM orders) FROM customers c":     "aggregates of an outer query are not supported in a subquery",
		"SELECT '1 day'::interval FROM materialize.public.customers": "",
	} {
		_, err := analyzeText(strings.Replace(sql, "materialize.", "postgres.", 1), shop())
		switch {
		case want == "" && err != nil:
			t.Errorf("%s: %v", sql, err)
		case want != "" && (!pgerr.Is(err, pgerr.FeatureNotSupported) || err.Error() != want):
			t.Errorf("%s: %v, want %s", sql, err, want)
		}
	}
}

func TestLiteralsThatReadTheClockAreTold(t *testing.T) {
	for sql, want := range map[string]bool{
		"SELECT 'Today'::date": true, "SELECT now() > ' now '": true, "SELECT '{yesterday}'::date[]": true,
		"SELECT 'now', '2020-01-01'::date, now()": false,
	} {
		out, err := analyzeText(sql, shop())
		if err != nil {
			t.Fatal(err)
		}
		if out.ReadsClock != want {
			t.Errorf("%s: reads the clock: %v", sql, out.ReadsClock)
		}
	}
}

func TestHiddenParametersFollowTheClients(t *testing.T) {
	out, err := analyzeText("SELECT current_user, $2::int, now(), current_user, current_setting('TimeZone', true), $1::text", shop())
	if err != nil {
		t.Fatal(err)
	}
	var got []int
	for _, target := range out.Query.Targets {
		got = append(got, target.Expr.(*query.Param).Index)
	}
	want := []int{2, 1, 3, 2, 4, 0}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("parameters are %v, want %v", got, want)
		}
	}
	if s := out.Hidden[2]; s.Kind != CurrentSetting || s.Name != "TimeZone" || !s.Bool {
		t.Errorf("setting is %+v", s)
	}
}

func TestDeclaredParameterTypesHold(t *testing.T) {
	tree := mustParse(t, "SELECT $1 + 1, $2")
	out, err := Query(Input{Stmt: tree, Text: "SELECT $1 + 1, $2", ParamTypes: []types.OID{types.Int8OID, 0}}, shop())
	if err != nil {
		t.Fatal(err)
	}
	if out.Params[0].OID != types.Int8OID || out.Params[1].OID != types.TextOID || out.Columns[0].Type.OID != types.Int8OID {
		t.Errorf("params %v, columns %v", out.Params, out.Columns)
	}
	_, err = Query(Input{Stmt: tree, Text: "SELECT $1 + 1, $2", NoParams: true}, shop())
	if !pgerr.Is(err, pgerr.UndefinedParameter) || pgerr.From(err).Position != 8 {
		t.Errorf("a parameter in a simple query: %v", err)
	}
}

func TestPositionsCountCharactersOfTheWholeText(t *testing.T) {
	text := "SELECT 'ü'; SELECT nope"
	offset := strings.Index(text, " SELECT nope")
	_, err := Query(Input{Stmt: mustParse(t, text[offset:]), Text: text, Offset: offset}, shop())
	if got := pgerr.From(err).Position; got != 20 {
		t.Errorf("position is %d, want 20", got)
	}
}

func TestDeepAndSwellingStatementsAreRefused(t *testing.T) {
	nested := strings.Repeat("(", 60) + "1" + strings.Repeat(" BETWEEN 0 AND 1)::int", 60)
	for _, sql := range []string{"SELECT " + nested, "SELECT " + strings.Repeat("1+", 4500) + "1"} {
		_, err := analyzeText(sql, shop())
		if err != nil && !pgerr.Is(err, pgerr.StatementTooComplex) {
			t.Errorf("%.40s…: %v", sql, err)
		}
	}
	if _, err := analyzeText("SELECT "+nested, shop()); err == nil {
		t.Error("nested BETWEEN was not bounded")
	}
}
