package culvert_test

import (
	"path/filepath"
	"strings"
	"testing"

	"culvert/sql/ast"
)

// statementExceptions lists files that a statement of the dialect does without,
// with the reason. An exception whose file exists must go.
var statementExceptions = missingFiles()

func missingFiles() map[string]string {
	list := map[string]string{}
	for _, file := range []string{"show_create", "show_objects", "show_variable"} {
		list["sql/exec/"+file+".go"] = "runs as the query that planning gives for it: sql/exec/run_query.go"
	}
	return list
}

// TestEveryStatementHasItsFiles walks the statements: the same base name leads
// from a statement's tree through parsing, planning and execution to its page.
func TestEveryStatementHasItsFiles(t *testing.T) {
	for _, s := range ast.Statements {
		if !s.Dialect {
			continue
		}
		for _, pattern := range []string{
			"sql/ast/" + s.File + ".go",
			"sql/parse/" + s.File + ".go",
			"sql/parse/testdata/" + s.File + "*",
			"sql/plan/" + s.File + ".go",
			"sql/exec/" + s.File + ".go",
			"docs/sql/" + strings.ReplaceAll(s.File, "_", "-") + ".md",
		} {
			found, err := filepath.Glob(pattern)
			if err != nil {
				t.Fatal(err)
			}
			reason, excepted := statementExceptions[pattern]
			switch {
			case len(found) == 0 && !excepted:
				t.Errorf("%s has no %s: write it (CONTRIBUTING.md has the list for a new statement), "+
					"or list it in statements_test.go with the reason", s.Name, pattern)
			case len(found) > 0 && excepted:
				t.Errorf("%s exists: remove its exception from statements_test.go (%s)", pattern, reason)
			}
		}
	}
}

// TestEveryPageOfAStatementIsListed finds pages whose statement is gone.
func TestEveryPageOfAStatementIsListed(t *testing.T) {
	known := map[string]bool{"README": true}
	for _, part := range []string{"create-connection-kafka", "create-connection-schema-registry", "create-source-kafka", "kafka-types"} {
		known[part] = true // pages of their own for what the pages of the statements say too little of
	}
	for _, s := range ast.Statements {
		known[strings.ReplaceAll(s.File, "_", "-")] = true
	}
	pages, err := filepath.Glob("docs/sql/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range pages {
		if name := strings.TrimSuffix(filepath.Base(page), ".md"); !known[name] {
			t.Errorf("%s belongs to no statement of ast.Statements: rename or remove it", page)
		}
	}
}
