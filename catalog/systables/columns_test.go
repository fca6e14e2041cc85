package systables

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"testing"

	"culvert/sql/types"
)

// TestColumnsAreTheDialects holds the relations that scripts of the dialect read
// to its columns, written down by hand in testdata/dialect.columns: names, types
// and nullability, in order. Its uint8 and uint4 are bigint here, mz_aclitem[] and
// text list text[].
func TestColumnsAreTheDialects(t *testing.T) {
	f, err := os.Open("testdata/dialect.columns")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s := New()
	lines := bufio.NewScanner(f)
	relations := 0
	for lines.Scan() {
		full, want, ok := strings.Cut(lines.Text(), ": ")
		if !ok || strings.HasPrefix(full, "#") {
			continue
		}
		relations++
		schema, name, _ := strings.Cut(full, ".")
		r, ok := s.Relation(schema, name)
		if !ok {
			t.Errorf("there is no %s", full)
			continue
		}
		columns := make([]string, len(r.Columns))
		for i, c := range r.Columns {
			columns[i] = c.Name + " " + types.FormatType(c.Type)
			if !c.NotNull {
				columns[i] += " null"
			}
		}
		if got := strings.Join(columns, ", "); got != want {
			t.Errorf("%s has\n  %s\nand not\n  %s", full, got, want)
		}
	}
	if err := lines.Err(); err != nil || relations < 30 {
		t.Errorf("%d relations were read: %v", relations, fmt.Sprint(err))
	}
}
