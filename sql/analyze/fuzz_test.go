package analyze

import (
	"os"
	"path/filepath"
	"testing"

	pg_query "github.com/pganalyze/pg_query_go/v6"

	"culvert/sql/pgerr"
)

func mustParse(t *testing.T, sql string) *pg_query.Node {
	t.Helper()
	tree, err := pg_query.Parse(sql)
	if err != nil {
		t.Fatal(err)
	}
	return tree.Stmts[0].Stmt
}

// addCases adds the statements of the oracle's cases as seeds.
func addCases(f *testing.F) {
	f.Helper()
	files, _ := filepath.Glob("testdata/cases/*.sql")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, c := range statements(string(text)) {
			f.Add(c.sql)
		}
	}
}

// FuzzQuery holds the analyzer to answer every statement that parses with a
// tree or a proper error.
func FuzzQuery(f *testing.F) {
	addCases(f)
	cat := shop()
	f.Fuzz(func(t *testing.T, sql string) {
		if len(sql) > 2000 {
			return
		}
		tree, err := pg_query.Parse(sql)
		if err != nil || len(tree.Stmts) == 0 {
			return
		}
		out, err := Query(Input{Stmt: tree.Stmts[0].Stmt, Text: sql}, cat)
		if err == nil {
			dump(out.Query)
			return
		}
		if e := pgerr.From(err); e.Code == pgerr.InternalError && e.Unwrap() != nil {
			t.Fatalf("%s\n%v", sql, e.Unwrap())
		}
	})
}
