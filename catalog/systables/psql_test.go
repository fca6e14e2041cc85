package systables_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The OIDs in the queries that psql sends after it has found a relation.
var psqlOIDs = strings.NewReplacer(":orders_pkey", "'2147745905'", ":orders", "'16391'", ":recent", "'16393'")

// psqlQueries are what psql 15 sends for a command, in order: testdata/psql has
// them as psql -E shows them.
func psqlQueries(t *testing.T, file string) []string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	_, queries, _ := strings.Cut(string(text), "\n\n")
	return strings.Split(psqlOIDs.Replace(strings.TrimSpace(queries)), "\n\n")
}

func TestPsqlQueriesRun(t *testing.T) {
	w := newWorld(t)
	files, err := filepath.Glob("testdata/psql/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatalf("no queries of psql: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".sql")
		for i, query := range psqlQueries(t, file) {
			rows, err := w.query(query)
			if err != nil {
				t.Errorf("%s, query %d: %v\n%s", name, i+1, err, query)
				continue
			}
			t.Logf("%s %d:\n%s", name, i, strings.Join(rows, "\n"))
		}
	}
}
