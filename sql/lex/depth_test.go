package lex

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"culvert/sql/pgerr"

	pg_query "github.com/pganalyze/pg_query_go/v6"
)

// deep gives text that nests n times, in each way that PostgreSQL's grammar
// has to nest without end.
var deep = []struct {
	name string
	text func(n int) string
}{
	{"operators", func(n int) string { return "SELECT 1" + strings.Repeat("+1", n) }},
	{"prefix operators", func(n int) string { return "SELECT " + strings.Repeat("- ", n) + "1" }},
	{"NOT", func(n int) string { return "SELECT " + strings.Repeat("NOT ", n) + "true" }},
	{"LIKE ESCAPE", func(n int) string { return "SELECT " + nest("a LIKE (", "b", ") ESCAPE 'x'", n) }},
	{"casts", func(n int) string { return "SELECT 1" + strings.Repeat("::int", n) }},
	{"collations", func(n int) string { return "SELECT a" + strings.Repeat(` COLLATE "C"`, n) }},
	{"time zones", func(n int) string { return "SELECT a" + strings.Repeat(" AT TIME ZONE b", n) }},
	{"BETWEEN", func(n int) string { return "SELECT " + strings.Repeat("NOT a BETWEEN 1 AND ", n) + "2" }},
	{"many NOT in BETWEEN", func(n int) string {
		return "SELECT " + strings.Repeat(strings.Repeat("NOT ", 50)+"a BETWEEN 1 AND ", n) + "2"
	}},
	{"brackets", func(n int) string { return "SELECT " + nest("(", "1", ")", n) }},
	{"calls", func(n int) string { return "SELECT " + nest("f(", "1", ")", n) }},
	{"aggregates", func(n int) string { return "SELECT " + nest("f(a ORDER BY ", "1", ")", n) }},
	{"windows", func(n int) string { return "SELECT " + nest("f() OVER (ORDER BY ", "1", ")", n) }},
	{"filters", func(n int) string { return "SELECT " + nest("f() FILTER (WHERE ", "1", ")", n) }},
	{"COALESCE", func(n int) string { return "SELECT " + nest("COALESCE(", "1", ")", n) }},
	{"rows", func(n int) string { return "SELECT " + nest("ROW(", "1", ")", n) }},
	{"arrays", func(n int) string { return "SELECT ARRAY" + nest("[", "1", "]", n) }},
	{"subscripts", func(n int) string { return "SELECT " + nest("a[", "1", "]", n) }},
	{"type modifiers", func(n int) string { return "SELECT " + nest("a::t(", "1", ")", n) }},
	{"CASE in THEN", func(n int) string { return "SELECT " + nest("CASE WHEN a THEN ", "1", " END", n) }},
	{"CASE in WHEN", func(n int) string { return "SELECT " + nest("CASE WHEN ", "a", " THEN 1 END", n) }},
	{"CASE in ELSE", func(n int) string { return "SELECT " + nest("CASE WHEN x.end THEN 1 ELSE ", "1", " END", n) }},
	{"JSON", func(n int) string { return "SELECT " + nest("JSON_OBJECT('a': ", "1", ")", n) }},
	{"subqueries", func(n int) string { return nest("SELECT (", "SELECT 1", ")", n) }},
	{"EXISTS", func(n int) string { return nest("SELECT 1 WHERE EXISTS (", "SELECT 1", ")", n) }},
	{"IN", func(n int) string { return nest("SELECT 1 WHERE a IN (", "SELECT 1", ")", n) }},
	{"FROM", func(n int) string { return nest("SELECT * FROM (", "SELECT 1", ") a", n) }},
	{"LATERAL joins", func(n int) string { return nest("SELECT * FROM b JOIN LATERAL (", "SELECT 1", ") a ON true", n) }},
	{"WITH", func(n int) string { return nest("WITH a AS (", "SELECT 1", ") SELECT 1", n) }},
	{"set operations", func(n int) string { return "SELECT 1, 2" + strings.Repeat(" UNION ALL SELECT 1, 2", n) }},
	{"set operations in brackets", func(n int) string { return nest("(", "SELECT 1", ") EXCEPT (SELECT 2)", n) }},
	{"joins", func(n int) string { return "SELECT 1 FROM a" + strings.Repeat(" CROSS JOIN b", n) }},
	{"joins to the right", func(n int) string {
		return "SELECT 1 FROM a" + strings.Repeat(" JOIN b", n) + strings.Repeat(" USING (c, d)", n)
	}},
	{"joins in brackets", func(n int) string { return "SELECT 1 FROM " + nest("(", "a", " CROSS JOIN b)", n) }},
	{"GROUPING SETS", func(n int) string { return "SELECT 1 GROUP BY " + nest("GROUPING SETS (", "a", ")", n) }},
	{"AND and OR", func(n int) string { return "SELECT a" + strings.Repeat(" AND b OR NOT c", n) }},
}

func nest(open, inner, closing string, n int) string {
	return strings.Repeat(open, n) + inner + strings.Repeat(closing, n)
}

// deepest gives nearly the largest text of a kind that CheckDepth accepts, up
// to some 20,000 repetitions.
func deepest(t *testing.T, text func(int) string) (string, int) {
	low, high := 1, 64
	for high < 20_000 && checkText(t, text(high)) == nil {
		low, high = high, 2*high
	}
	for high-low > 1+low/20 {
		mid := (low + high + 1) / 2
		if checkText(t, text(mid)) == nil {
			low = mid
		} else {
			high = mid - 1
		}
	}
	return text(low), low
}

func checkText(t *testing.T, text string) error {
	t.Helper()
	toks, err := Scan(text)
	if err != nil {
		t.Fatal(err)
	}
	return CheckDepth(toks)
}

const deepVariable = "CULVERT_TEST_DEEP"

// TestDepthBound parses the deepest text that CheckDepth accepts, of each kind,
// in a process of its own: what overflows the C stack ends the process. The
// stack of its threads is a quarter of what Linux gives by default.
func TestDepthBound(t *testing.T) {
	if os.Getenv(deepVariable) != "" {
		parseDeepest(t)
		return
	}
	cmd := exec.Command("sh", "-c", `ulimit -s 2048 && exec "$0" -test.run=^TestDepthBound$ -test.v`, os.Args[0])
	cmd.Env = append(os.Environ(), deepVariable+"=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("the parser does not bear the bound: %v\n%.3000s", err, out)
	}
}

func parseDeepest(t *testing.T) {
	for _, d := range deep {
		text, n := deepest(t, d.text)
		fmt.Println(d.name, n) // the last line names what ended the process
		// Bison's own stack is on the heap and bounded: its error is as good.
		if _, err := pg_query.Parse(text); err != nil && !strings.HasPrefix(err.Error(), "memory exhausted") {
			t.Errorf("%s, %d times: %v", d.name, n, err)
		}
		if n < 400 && !strings.HasPrefix(d.name, "many") {
			t.Errorf("%s: refused after %d, which people write", d.name, n)
		}
	}
}

func TestTooDeepIsRefused(t *testing.T) {
	for _, d := range deep {
		if d.name == "AND and OR" {
			continue // the parser flattens it
		}
		err := checkText(t, d.text(20_000))
		if !pgerr.Is(err, pgerr.StatementTooComplex) || err.Error() != "stack depth limit exceeded" {
			t.Errorf("%s: %v", d.name, err)
		}
	}
}

func TestLongListsAreNotDeep(t *testing.T) {
	for name, text := range map[string]string{
		"VALUES":  "INSERT INTO t VALUES (1, -2)" + strings.Repeat(", (1 + 2, -f(3))", 50_000),
		"IN":      "SELECT a IN (1" + strings.Repeat(", -2", 50_000) + ")",
		"OR":      "SELECT 1 WHERE a = 1" + strings.Repeat(" OR a = 2", 20_000),
		"targets": "SELECT CASE WHEN a = 1 THEN 2 END" + strings.Repeat(", CASE WHEN a = 1 THEN 2 END", 20_000),
		"CASE":    "SELECT CASE" + strings.Repeat(" WHEN a = 1 THEN 2", 20_000) + " END",
	} {
		if err := checkText(t, text); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
