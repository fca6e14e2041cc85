package exec

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"culvert/catalog"
	"culvert/sql/types"
	"culvert/testenv"
)

// TestAViewWaitsAsItsTablesDo: what a view reads must have its first snapshot,
// through views and functions, however deep.
func TestAViewWaitsAsItsTablesDo(t *testing.T) {
	n := newNode(t)
	main := n.terminal(t)
	main.run("CREATE SECRET a AS 'x'")
	n.addSource(t, "a")
	if got := main.run("CREATE VIEW v AS SELECT count(*) AS n FROM t_a; CREATE MATERIALIZED VIEW m AS SELECT n FROM v"); strings.Contains(got, "ERROR") {
		t.Fatal(got)
	}
	got := main.run("SET wait_for_snapshot = off; SELECT * FROM m")
	if !strings.Contains(got, `ERROR 55000: table "t_a" has no snapshot yet`) {
		t.Errorf("the answer is %s", got)
	}
	main.run("RESET wait_for_snapshot")
	waiting, done := n.terminal(t), make(chan struct{})
	var answer string
	go func() {
		defer close(done)
		answer = waiting.run("SELECT * FROM m")
	}()
	testenv.Eventually(t, 5*time.Second, func() error {
		return expect(main.run("SELECT count(*) FROM pg_stat_activity WHERE state = 'active'"), "\n2\n")
	})
	if got := main.run("DROP SOURCE s_a CASCADE; SELECT name FROM mz_objects WHERE id LIKE 'u%'"); !strings.HasSuffix(got, "name\na\npg_a\nSELECT 2\n") {
		t.Errorf("after the drop there is %s", got)
	}
	within(t, 10*time.Second, done, "the query")
	if !strings.Contains(answer, "ERROR 42P01") {
		t.Errorf("the answer is %s", answer)
	}
}

// TestATableThatGainsColumnsLeavesItsViewsAlone: a view has the columns that it
// was made with, and its query means what it meant.
func TestATableThatGainsColumnsLeavesItsViewsAlone(t *testing.T) {
	n := newNode(t)
	main := n.terminal(t)
	main.run("CREATE SECRET a AS 'x'")
	source := n.addSource(t, "a")
	main.run("CREATE VIEW one AS SELECT 1 AS id, 2 AS other; CREATE VIEW v AS SELECT *, other + 1 AS more FROM t_a JOIN one USING (id)")
	table := *n.opts.Catalog.Current().Catalog.Object(n.tableOf(source))
	table.Columns = append(append([]catalog.Column(nil), table.Columns...), catalog.Column{Name: "other", Type: types.T(types.TextOID)})
	n.commit(t, catalog.Edit{Put: &table})
	main.run("SET wait_for_snapshot = off")
	if got := main.run("SHOW COLUMNS FROM v"); strings.Count(got, "integer") != 3 || !strings.HasSuffix(got, "SELECT 3\n") {
		t.Errorf("the columns are %s", got)
	}
	if got := main.run("SELECT * FROM v"); !strings.HasPrefix(got, `ERROR 55000: table "t_a" has no snapshot yet`) {
		t.Errorf("the view is %s", got)
	}
}

// TestViewsInViewsAreBounded: what a statement becomes when its views are put in
// place is bounded, in depth and in number, and refused before the engine sees it.
func TestViewsInViewsAreBounded(t *testing.T) {
	n := newNode(t)
	main := n.terminal(t)
	main.run("CREATE VIEW d0 AS SELECT 1 AS a; CREATE VIEW w0 AS SELECT 1 AS a")
	deepest := 0
	for i := 1; i < 200; i++ {
		got := main.run(fmt.Sprintf("CREATE VIEW d%d AS SELECT a FROM d%d", i, i-1))
		if strings.Contains(got, "ERROR 54001: views are nested too deeply") {
			break
		} else if !strings.HasPrefix(got, "CREATE VIEW") {
			t.Fatal(got)
		}
		deepest = i
	}
	if got := main.run(fmt.Sprintf("SELECT * FROM d%d", deepest-1)); got != "a\n1\nSELECT 1\n" || deepest < 50 {
		t.Errorf("views can be %d deep, and the deepest gives %s", deepest, got)
	}
	for i := 1; ; i++ {
		got := main.run(fmt.Sprintf("CREATE VIEW w%d AS SELECT x.a FROM w%d x JOIN w%d y USING (a)", i, i-1, i-1))
		if strings.Contains(got, "ERROR 54001: the views of the statement name too many relations") {
			if i < 5 {
				t.Errorf("w%d is refused", i)
			}
			break
		}
		if i > 20 {
			t.Fatal("nothing bounds views that double")
		}
	}
}

// TestPreparedQueriesFollowTheirViews: a view that is replaced is read anew, also
// where it is read by another; a new shape is an error.
func TestPreparedQueriesFollowTheirViews(t *testing.T) {
	n := newNode(t)
	main, other := n.terminal(t), n.terminal(t)
	main.run("CREATE VIEW v AS SELECT 1 AS a; CREATE VIEW w AS SELECT * FROM v")
	read := func(want string) {
		t.Helper()
		for _, term := range []*terminal{main, other} {
			if got := term.run("SELECT * FROM w"); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		}
	}
	read("a\n1\nSELECT 1\n")
	main.run("CREATE OR REPLACE VIEW v AS SELECT 2 AS a, 'more' AS b")
	read("a\n2\nSELECT 1\n")
	statements, err := main.session.Parse("SELECT * FROM v")
	if err != nil {
		t.Fatal(err)
	}
	prepared, err := main.session.Prepare(t.Context(), statements[0], nil)
	if err != nil {
		t.Fatal(err)
	}
	other.run("CREATE OR REPLACE VIEW v AS SELECT 3 AS a, 'more' AS b, 'yet more' AS c")
	if _, err := main.session.Execute(t.Context(), prepared, nil); err == nil || err.Error() != "cached plan must not change result type" {
		t.Errorf("the error is %v", err)
	}
	main.session.Abort()
	read("a\n3\nSELECT 1\n")
}
