package parse

import (
	"errors"
	"strings"
	"testing"

	"culvert/sql/ast"
	"culvert/sql/lex"
	"culvert/sql/pgerr"
)

// TestPositionsCountCharactersOfTheWholeText: behind text of several bytes a
// character, in the second statement, in each place that is read.
func TestPositionsCountCharactersOfTheWholeText(t *testing.T) {
	const before = "SELECT 'éé😀'; "
	for _, statement := range []string{
		"CREATE CONNECTION \"é\" TO POSTGRES (HOST 'é', HOSTT 'x') -- HOSTT",
		"CREATE VIEW \"é\" AS SELECT 'é', ! FROM t -- FROM",
		"CREATE INDEX i IN CLUSTER \"é\" ON t (a b c) -- c)",
		"SHOW TABLES WHERE 'é' = = 'x' -- = 'x'",
		"CREATE TABLE t (é int, b int int) FROM SOURCE s -- int)",
		"SELECT 'é' FROM FROM t -- FROM t",
		"CREATE SECRET s AS 'é', 'b' -- , 'b'",
	} {
		statement, where, _ := strings.Cut(statement, " -- ")
		text := before + statement
		_, err := Parse(text)
		var e *pgerr.Error
		if !errors.As(err, &e) {
			t.Errorf("%s: %v", statement, err)
			continue
		}
		rest := string([]rune(text)[e.Position-1:])
		if !strings.HasPrefix(rest, where) {
			t.Errorf("%s: %v stands at %q", statement, err, rest)
		}
	}
}

// TestTreesKnowWhereTheyStand: a location inside an embedded tree becomes a
// place of the Query message.
func TestTreesKnowWhereTheyStand(t *testing.T) {
	const marked = "marked"
	for _, text := range []string{
		"SELECT 'é'; SELECT 'é', marked",
		"SELECT 'é'; CREATE VIEW v AS SELECT 'é', marked",
		"SELECT 'é'; SHOW TABLES WHERE 'é' = marked",
	} {
		stmts, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		var tree ast.Tree
		switch s := stmts[1].(type) {
		case *ast.Query:
			tree = s.Tree
		case *ast.CreateView:
			tree = s.Query
		case *ast.ShowObjects:
			tree = s.Where
		}
		var location int32 = -1
		if sel := tree.Node.GetSelectStmt(); sel != nil {
			location = sel.TargetList[1].GetResTarget().Val.GetColumnRef().Location
		} else {
			location = tree.Node.GetAExpr().Rexpr.GetColumnRef().Location
		}
		at := tree.Pos(location)
		if !strings.HasPrefix(text[at:], marked) {
			t.Errorf("%s: stands at %q", text, text[at:])
		}
		want := lex.Position(text, strings.Index(text, marked))
		if got := stmts[1].At(at); got != want {
			t.Errorf("%s: is character %d, want %d", text, got, want)
		}
	}
}

func TestNothingIsParsedWhereOneStatementIsWrong(t *testing.T) {
	stmts, err := Parse("SELECT 1; CREATE SECRET s AS 'x'; SELEC 2")
	if stmts != nil || !pgerr.Is(err, pgerr.SyntaxError) {
		t.Errorf("got %v, %v", stmts, err)
	}
	for _, empty := range []string{"", " ", ";", "-- x", "/* x */ ; ;"} {
		if stmts, err := Parse(empty); stmts != nil || err != nil {
			t.Errorf("%q: got %v, %v", empty, stmts, err)
		}
	}
}

func TestTooDeepIsAnError(t *testing.T) {
	for _, text := range []string{
		"SELECT 1" + strings.Repeat("+1", 50_000),
		"SELECT 1" + strings.Repeat(" UNION ALL SELECT 1", 100_000),
		"CREATE VIEW v AS SELECT " + strings.Repeat("(", 50_000),
		"CREATE CONNECTION c TO KAFKA (BROKERS " + strings.Repeat("(", 100_000) + ")",
		"CREATE SECRET s AS " + strings.Repeat("(", 5_000) + "'x'" + strings.Repeat(")", 5_000),
		"SELECT " + strings.Repeat("NOT a BETWEEN 1 AND ", 1_900) + "2",
	} {
		_, err := Parse(text)
		if !pgerr.Is(err, pgerr.StatementTooComplex) || err.Error() != "stack depth limit exceeded" {
			t.Errorf("%.60s…: %v", text, err)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	for name, text := range map[string]string{
		"select":     "SELECT 1",
		"pgbench":    "SELECT abalance FROM pgbench_accounts WHERE aid = $1",
		"connection": "CREATE CONNECTION c TO POSTGRES (HOST 'h', PORT 5432, USER 'u', DATABASE 'd', PASSWORD SECRET p, SSH TUNNEL t)",
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := Parse(text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
