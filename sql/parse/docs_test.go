package parse

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"culvert/sql/ast"
)

// TestEveryStatementHasItsFiles: a statement of the dialect is the same name in
// sql/ast, sql/parse, testdata and docs/sql.
func TestEveryStatementHasItsFiles(t *testing.T) {
	for _, s := range ast.Statements {
		if !s.Dialect {
			continue
		}
		for _, path := range []string{
			filepath.Join("..", "ast", s.File+".go"), s.File + ".go", filepath.Join("testdata", s.File), docPath(s),
		} {
			if _, err := os.Stat(path); err != nil {
				t.Errorf("%s: %v", s.Name, err)
			}
		}
	}
}

func docPath(s ast.Info) string {
	return filepath.Join("..", "..", "docs", "sql", strings.ReplaceAll(s.File, "_", "-")+".md")
}

var example = regexp.MustCompile("(?s)```sql\n(.*?)```")

// TestExamplesOfTheDocsAreRead: each ```sql block is statements that parse, and
// at least one is of the page's kind.
func TestExamplesOfTheDocsAreRead(t *testing.T) {
	for _, s := range ast.Statements {
		if !s.Dialect {
			continue
		}
		page, err := os.ReadFile(docPath(s))
		if err != nil {
			t.Error(err)
			continue
		}
		found := false
		for _, block := range example.FindAllStringSubmatch(string(page), -1) {
			stmts, err := Parse(block[1])
			if err != nil {
				t.Errorf("%s: %v\n%s", docPath(s), err, block[1])
			}
			for _, stmt := range stmts {
				found = found || stmt.Kind() == s.Kind
			}
		}
		if !found {
			t.Errorf("%s has no example of %s", docPath(s), s.Name)
		}
	}
}

// TestExamplesOfAllPagesAreRead: the examples of pages that belong to no single
// statement parse, too.
func TestExamplesOfAllPagesAreRead(t *testing.T) {
	pages, err := filepath.Glob(filepath.Join("..", "..", "docs", "sql", "*.md"))
	if err != nil || len(pages) == 0 {
		t.Fatalf("no pages: %v", err)
	}
	for _, path := range pages {
		page, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, block := range example.FindAllStringSubmatch(string(page), -1) {
			if _, err := Parse(block[1]); err != nil {
				t.Errorf("%s: %v\n%s", path, err, block[1])
			}
		}
	}
}
