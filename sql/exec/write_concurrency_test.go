package exec

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"culvert/catalog"
	"culvert/sql/types"
)

// code gives the SQLSTATE of what a terminal printed; empty: no error.
func code(out string) string {
	_, after, found := strings.Cut(out, "ERROR ")
	if !found {
		return ""
	}
	return after[:5]
}

// race runs two transactions: each takes its snapshot before the other commits.
func race(t *testing.T, n *node, first, second string) (a, b string) {
	t.Helper()
	one, two := n.terminal(t), n.terminal(t)
	one.run("BEGIN; SELECT count(*) FROM p")
	two.run("BEGIN; SELECT count(*) FROM p")
	a = code(one.run(first) + one.run("COMMIT"))
	b = code(two.run(second) + two.run("COMMIT"))
	return a, b
}

func TestTransactionsThatWouldBreakAConstraintTogether(t *testing.T) {
	for _, test := range []struct {
		name, first, second, want string
	}{
		{"one key inserted twice", "INSERT INTO p VALUES (2, 'x')", "INSERT INTO p VALUES (2, 'y')", "23505"},
		{"one unique value inserted twice", "INSERT INTO p VALUES (2, 'x')", "INSERT INTO p VALUES (3, 'x')", "23505"},
		{"one key by insert and by update", "INSERT INTO p VALUES (2, 'x')", "UPDATE p SET id = 2", "23505"},
		{"one key by upserts", "INSERT INTO p VALUES (2) ON CONFLICT (id) DO UPDATE SET name = 'a'", "INSERT INTO p VALUES (2) ON CONFLICT (id) DO UPDATE SET name = 'a'", "40001"},
		{"different keys", "INSERT INTO p VALUES (2, 'x')", "INSERT INTO p VALUES (3, NULL)", ""},
		{"parent deleted, child inserted", "DELETE FROM p WHERE id = 1", "INSERT INTO c VALUES (1, 1)", "40001"},
		{"child inserted, parent deleted", "INSERT INTO c VALUES (1, 1)", "DELETE FROM p WHERE id = 1", "40001"},
		{"child inserted, parent renumbered", "INSERT INTO c VALUES (1, 1)", "UPDATE p SET id = 3", "40001"},
		{"child inserted, parent renamed", "INSERT INTO c VALUES (1, 1)", "UPDATE p SET name = 'new'", ""},
		{"two children", "INSERT INTO c VALUES (1, 1)", "INSERT INTO c VALUES (2, 1)", ""},
		{"one row updated twice", "UPDATE p SET name = 'a'", "UPDATE p SET name = 'b'", "40001"},
		{"row deleted and updated", "DELETE FROM p", "UPDATE p SET name = 'b'", "40001"},
		{"table emptied under a writer", "TRUNCATE p, c", "INSERT INTO p VALUES (2, NULL)", "40001"},
		{"rows added under a TRUNCATE", "INSERT INTO p VALUES (2, NULL)", "TRUNCATE p, c", "40001"},
	} {
		t.Run(test.name, func(t *testing.T) {
			n := newNode(t)
			n.family(t, 'a', 'a')
			n.terminal(t).run("INSERT INTO p VALUES (1, 'one')")
			if a, b := race(t, n, test.first, test.second); a != "" || b != test.want {
				t.Errorf("the first ends with %q, the second with %q", a, b)
			}
			term := n.terminal(t)
			term.want("SELECT id FROM p GROUP BY id HAVING count(*) > 1", "id", "SELECT 0")
			term.want("SELECT * FROM c WHERE pid NOT IN (SELECT id FROM p)", "id | pid", "SELECT 0")
		})
	}
}

// TestDroppedTableFailsItsWriter: without claims, the rows would be committed
// into a table that is gone.
func TestAlteredTableFailsItsWriter(t *testing.T) {
	n := newNode(t)
	table := n.simple(t, "a")
	writer := n.terminal(t)
	writer.run("BEGIN; INSERT INTO a VALUES (1)")
	ctx := t.Context()
	conn, err := n.engine.Connect(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	snap, err := n.opts.Catalog.Begin(func() error { return conn.Begin(ctx) })
	if err != nil {
		t.Fatal(err)
	}
	defer n.opts.Catalog.End(snap)
	draft := catalog.NewDraft(snap.Catalog)
	if err := draft.Apply(ctx, conn, catalog.Edit{Drop: table.ID}); err != nil {
		t.Fatal(err)
	}
	own, _ := table.Own()
	if err := conn.DropTable(ctx, own.PhysicalName()); err != nil {
		t.Fatal(err)
	}
	if err := n.opts.Catalog.CommitWork(ctx, conn, snap, catalog.Work{Draft: draft}); err != nil {
		t.Fatal(err)
	}
	if got := code(writer.run("COMMIT")); got != "40001" {
		t.Errorf("the writer of a table that was dropped ends with %q", got)
	}
}

// TestManySessionsInsertTheSameKeys: each key is taken once, whoever wins.
func TestManySessionsInsertTheSameKeys(t *testing.T) {
	n := newNode(t)
	n.simple(t, "a")
	const sessions, keys = 6, 25
	terminals := make([]*terminal, sessions)
	for i := range terminals {
		terminals[i] = n.terminal(t)
	}
	won := make([]int, sessions)
	var wait sync.WaitGroup
	for i, term := range terminals {
		wait.Go(func() {
			for k := range keys {
				switch out := term.run(fmt.Sprintf("INSERT INTO a VALUES (%d, 's%d')", k, i)); code(out) {
				case "":
					won[i]++
				case "23505", "40001":
				default:
					t.Errorf("key %d: %s", k, out)
				}
			}
		})
	}
	wait.Wait()
	total := 0
	for _, w := range won {
		total += w
	}
	if total != keys {
		t.Errorf("%d inserts of %d keys succeeded", total, keys)
	}
	n.terminal(t).want("SELECT count(*), count(DISTINCT id) FROM a", "count | count", fmt.Sprintf("%d | %d", keys, keys), "SELECT 1")
}

// TestCountersThatAreIncrementedTogether: no increment is lost.
func TestCountersThatAreIncrementedTogether(t *testing.T) {
	n := newNode(t)
	n.makeTable(t, "counter", []ownColumn{{name: "n", oid: types.Int4OID}}, nil)
	n.terminal(t).run("INSERT INTO counter VALUES (0)")
	const sessions, times = 4, 10
	var wait sync.WaitGroup
	for range sessions {
		term := n.terminal(t)
		wait.Go(func() {
			for done := 0; done < times; {
				switch out := term.run("UPDATE counter SET n = n + 1"); code(out) {
				case "":
					done++
				case "40001":
				default:
					t.Error(out)
					return
				}
			}
		})
	}
	wait.Wait()
	n.terminal(t).want("SELECT n FROM counter", "n", fmt.Sprint(sessions*times), "SELECT 1")
}
