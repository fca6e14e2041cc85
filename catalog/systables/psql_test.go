package systables_test

import (
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
)

// The OIDs in the queries that psql sends after it has found a relation.
var psqlOIDs = strings.NewReplacer(":orders_pkey", "'2147745905'", ":orders", "'16391'", ":recent", "'16393'")

// TestAnswers holds the rows of system relations, and of the queries that psql
// 15 sends for its commands (as psql -E shows them), to the files of testdata.
func TestAnswers(t *testing.T) {
	w := newWorld(t)
	answer := func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			rows, err := w.query(psqlOIDs.Replace(d.Input))
			if err != nil {
				return "error: " + err.Error() + "\n"
			}
			return strings.Join(append(rows, ""), "\n")
		})
	}
	for _, dir := range []string{"clients", "psql", "relations"} {
		datadriven.Walk(t, "testdata/"+dir, answer)
	}
}
