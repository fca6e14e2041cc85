package exec

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"culvert/catalog"
	"culvert/engine"
	"culvert/sql/types"
)

// ownColumn is a column of a table that a test makes.
type ownColumn struct {
	name    string
	oid     types.OID
	notNull bool
	def     catalog.OwnColumn
}

// makeTable puts a table into the catalog, as CREATE TABLE does. The columns'
// numbers begin at 2, as if a first column had been dropped.
func (n *node) makeTable(t testing.TB, name string, columns []ownColumn, more func(o *catalog.Object, own *catalog.OwnTable)) *catalog.Object {
	t.Helper()
	ctx := context.Background()
	id := n.opts.Catalog.NextID()
	own := &catalog.OwnTable{Physical: fmt.Sprintf("t%d_1", id.Number()), Attnums: int16(len(columns) + 1)}
	o := &catalog.Object{ID: id, Kind: catalog.KindTable, SchemaID: n.opts.Catalog.Current().Catalog.SchemaNamed("public").ID,
		Name: name, OwnerID: catalog.RoleID, CreateSQL: "CREATE TABLE " + name, Def: own}
	def := engine.TableDef{Name: own.PhysicalName(), Columns: []engine.ColumnDef{{Name: "c1", Phys: types.Physical{Kind: types.KindText}}}}
	for i, c := range columns {
		c.def.Attnum = int16(i + 2)
		own.Columns = append(own.Columns, c.def)
		typ := types.T(c.oid)
		o.Columns = append(o.Columns, catalog.Column{Name: c.name, Type: typ, NotNull: c.notNull})
		phys, _ := types.PhysicalOf(typ)
		def.Columns = append(def.Columns, engine.ColumnDef{Name: c.def.ColumnName(), Phys: phys})
	}
	if more != nil {
		more(o, own)
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	conn, err := n.engine.Connect(ctx)
	must(err)
	defer conn.Close()
	snap, err := n.opts.Catalog.Begin(func() error { return conn.Begin(ctx) })
	must(err)
	defer n.opts.Catalog.End(snap)
	draft := catalog.NewDraft(snap.Catalog)
	must(draft.Apply(ctx, conn, catalog.Edit{Put: o}))
	must(conn.CreateTable(ctx, def))
	must(n.opts.Catalog.CommitWork(ctx, conn, snap, catalog.Work{Draft: draft}))
	return o
}

// simple makes a table (id int4 PRIMARY KEY, v text).
func (n *node) simple(t testing.TB, name string) *catalog.Object {
	t.Helper()
	return n.makeTable(t, name, []ownColumn{{name: "id", oid: types.Int4OID, notNull: true}, {name: "v", oid: types.TextOID}},
		func(o *catalog.Object, _ *catalog.OwnTable) {
			o.Keys = []catalog.Key{{Name: name + "_pkey", Primary: true, Columns: []int{0}}}
		})
}

func (term *terminal) want(text string, lines ...string) {
	term.t.Helper()
	if got := strings.TrimSuffix(term.run(text), "\n"); got != strings.Join(lines, "\n") {
		term.t.Errorf("%s\ngives  %s\nwanted %s", text, strings.ReplaceAll(got, "\n", "\n       "), strings.Join(lines, "\n       "))
	}
}

func TestWritesOfAPlainTable(t *testing.T) {
	n := newNode(t)
	n.simple(t, "a")
	term := n.terminal(t)
	term.want("INSERT INTO a VALUES (1, 'x'), (2, NULL)", "INSERT 0 2")
	term.want("INSERT INTO a (v, id) SELECT 'n' || g, g FROM generate_series(3, 4) g RETURNING id * 2 AS twice, v", "twice | v", "6 | n3", "8 | n4", "INSERT 0 2")
	term.want("SELECT * FROM a ORDER BY id", "id | v", "1 | x", "2 | <nil>", "3 | n3", "4 | n4", "SELECT 4")
	term.want("UPDATE a SET v = v || '!' WHERE id < 3 RETURNING *", "id | v", "1 | x!", "2 | <nil>", "UPDATE 2")
	term.want("UPDATE a SET (v, id) = (SELECT 'sub', 30) WHERE id = 3", "UPDATE 1")
	term.want("DELETE FROM a USING (VALUES (1), (30)) w (k) WHERE id = k RETURNING id, k", "id | k", "1 | 1", "30 | 30", "DELETE 2")
	term.want("DELETE FROM a WHERE false", "DELETE 0")
	term.want("INSERT INTO a VALUES (2, 'again')", "ERROR 23505: duplicate key value violates unique constraint \"a_pkey\"", "DETAIL: Key (id)=(2) already exists.")
	term.want("INSERT INTO a VALUES (NULL, 'again')", `ERROR 23502: null value in column "id" of relation "a" violates not-null constraint`, "DETAIL: Failing row contains (null, again).")
	term.want("INSERT INTO a VALUES (2, 'again') ON CONFLICT DO NOTHING", "INSERT 0 0")
	term.want("INSERT INTO a VALUES (2, 'again'), (5, 'five') ON CONFLICT (id) DO UPDATE SET v = a.v || excluded.v RETURNING id, v", "id | v", "2 | <nil>", "5 | five", "INSERT 0 2")
	term.want("INSERT INTO a VALUES (7, 'a'), (7, 'b'), (5, 'c') ON CONFLICT (id) DO NOTHING RETURNING *", "id | v", "7 | a", "INSERT 0 1")
	term.want("SELECT * FROM a ORDER BY id", "id | v", "2 | <nil>", "4 | n4", "5 | five", "7 | a", "SELECT 4")
	term.want("INSERT INTO a VALUES (9, 'q') RETURNING (SELECT count(*) FROM a)", "count", "4", "INSERT 0 1")
}

// family makes a parent p (id, name UNIQUE) and a child c (id, pid) whose pid
// refers to p(id) with an action.
func (n *node) family(t testing.TB, onDelete, onUpdate byte) (parent, child *catalog.Object) {
	t.Helper()
	parent = n.makeTable(t, "p", []ownColumn{{name: "id", oid: types.Int8OID, notNull: true}, {name: "name", oid: types.TextOID}},
		func(o *catalog.Object, _ *catalog.OwnTable) {
			o.Keys = []catalog.Key{{Name: "p_pkey", Primary: true, Columns: []int{0}}, {Name: "p_name_key", Columns: []int{1}}}
		})
	child = n.makeTable(t, "c", []ownColumn{{name: "id", oid: types.Int4OID}, {name: "pid", oid: types.Int4OID, def: catalog.OwnColumn{Default: "7"}}},
		func(o *catalog.Object, own *catalog.OwnTable) {
			o.Uses = []catalog.ID{parent.ID}
			own.ForeignKeys = []catalog.ForeignKey{{Name: "c_pid_fkey", Columns: []int16{3}, Ref: parent.ID, RefColumns: []int16{2},
				OnDelete: onDelete, OnUpdate: onUpdate, Match: 's'}}
		})
	return parent, child
}

func TestForeignKeys(t *testing.T) {
	n := newNode(t)
	n.family(t, 'a', 'a')
	term := n.terminal(t)
	term.want("INSERT INTO c VALUES (1, 5)", `ERROR 23503: insert or update on table "c" violates foreign key constraint "c_pid_fkey"`, `DETAIL: Key (pid)=(5) is not present in table "p".`)
	term.want("INSERT INTO p VALUES (5, 'five'), (7, 'seven'); INSERT INTO c VALUES (1, 5), (2, NULL), (3, DEFAULT)", "INSERT 0 2", "INSERT 0 3")
	still := []string{`ERROR 23503: update or delete on table "p" violates foreign key constraint "c_pid_fkey" on table "c"`, `DETAIL: Key (id)=(5) is still referenced from table "c".`}
	term.want("DELETE FROM p WHERE id = 5", still...)
	term.want("UPDATE p SET id = 6 WHERE id = 5", still...)
	term.want("UPDATE p SET name = 'fuenf' WHERE id = 5", "UPDATE 1")
	term.want("UPDATE p SET id = 12 - id, name = id::text", "UPDATE 2") // 5 and 7 change places
	term.want("UPDATE c SET pid = 6 WHERE id = 1", `ERROR 23503: insert or update on table "c" violates foreign key constraint "c_pid_fkey"`, `DETAIL: Key (pid)=(6) is not present in table "p".`)
	term.want("BEGIN; DELETE FROM c; DELETE FROM p; INSERT INTO p VALUES (1, NULL); COMMIT", "BEGIN", "DELETE 3", "DELETE 2", "INSERT 0 1", "COMMIT")
	term.want("TRUNCATE p", "ERROR 0A000: cannot truncate a table referenced in a foreign key constraint", `DETAIL: Table "c" references "p".`,
		`HINT: Truncate table "c" at the same time, or use TRUNCATE ... CASCADE.`)
	term.want("TRUNCATE p, c", "TRUNCATE TABLE")
	term.want("INSERT INTO p VALUES (1); INSERT INTO c VALUES (1, 1); TRUNCATE p CASCADE; SELECT * FROM c", `NOTICE: truncate cascades to table "c"`, "INSERT 0 1", "INSERT 0 1", "TRUNCATE TABLE", "id | pid", "SELECT 0")
}

func TestForeignKeyActions(t *testing.T) {
	for _, test := range []struct {
		action             byte
		onDelete, onUpdate string
	}{{'c', "2 7", "1 9, 2 7"}, {'n', "1 <nil>, 2 7", "1 <nil>, 2 7"}, {'d', "1 7, 2 7", "1 7, 2 7"}} {
		t.Run(string(test.action), func(t *testing.T) {
			n := newNode(t)
			n.family(t, test.action, test.action)
			term := n.terminal(t)
			children := func(want string) {
				t.Helper()
				rows := []string{"id | pid"}
				for _, row := range strings.Split(want, ", ") {
					rows = append(rows, strings.Replace(row, " ", " | ", 1))
				}
				term.want("SELECT * FROM c ORDER BY id", append(rows, fmt.Sprint("SELECT ", len(rows)-1))...)
			}
			term.run("INSERT INTO p VALUES (5), (7); INSERT INTO c VALUES (1, 5), (2, 7)")
			term.want("UPDATE p SET id = 9 WHERE id = 5", "UPDATE 1")
			children(test.onUpdate)
			term.run("UPDATE c SET pid = 9 WHERE id = 1")
			term.want("DELETE FROM p WHERE id = 9 RETURNING id", "id", "9", "DELETE 1")
			children(test.onDelete)
		})
	}
}

func TestGeneratedDefaultsAndChecks(t *testing.T) {
	n := newNode(t)
	n.makeTable(t, "g", []ownColumn{
		{name: "A b", oid: types.Int4OID},
		{name: "twice", oid: types.Int8OID, def: catalog.OwnColumn{Generated: "c2 * 2"}},
		{name: "at", oid: types.TextOID, def: catalog.OwnColumn{Default: "current_user"}},
		{name: "always", oid: types.Int4OID, def: catalog.OwnColumn{Default: "17", Identity: 'a'}},
	}, func(o *catalog.Object, own *catalog.OwnTable) {
		own.Checks = []catalog.Check{{Name: "positive", Expr: "c2 > 0"}}
	})
	term := n.terminal(t)
	term.want(`INSERT INTO g ("A b") VALUES (1), (2) RETURNING *`, "A b | twice | at | always", "1 | 2 | materialize | 17", "2 | 4 | materialize | 17", "INSERT 0 2")
	term.want(`INSERT INTO g VALUES (3, DEFAULT, 'x'), (4, DEFAULT, DEFAULT) RETURNING *`, "A b | twice | at | always", "3 | 6 | x | 17", "4 | 8 | materialize | 17", "INSERT 0 2")
	term.want(`INSERT INTO g VALUES (-1)`, `ERROR 23514: new row for relation "g" violates check constraint "positive"`, "DETAIL: Failing row contains (-1, -2, materialize, 17).")
	term.want(`INSERT INTO g VALUES (NULL)`, "INSERT 0 1")
	term.want(`INSERT INTO g VALUES (1, 2)`, `ERROR 428C9: cannot insert a non-DEFAULT value into column "twice"`, `DETAIL: Column "twice" is a generated column.`)
	term.want(`INSERT INTO g (always) VALUES (2)`, `ERROR 428C9: cannot insert a non-DEFAULT value into column "always"`, `DETAIL: Column "always" is an identity column defined as GENERATED ALWAYS.`, `HINT: Use OVERRIDING SYSTEM VALUE to override.`)
	term.want(`INSERT INTO g (always) OVERRIDING SYSTEM VALUE VALUES (2) RETURNING always`, "always", "2", "INSERT 0 1")
	term.want(`INSERT INTO g (always) OVERRIDING USER VALUE VALUES (2) RETURNING always`, "always", "17", "INSERT 0 1")
	term.want(`UPDATE g SET twice = 1`, `ERROR 428C9: column "twice" can only be updated to DEFAULT`, `DETAIL: Column "twice" is a generated column.`)
	term.want(`UPDATE g x SET "A b" = w.n FROM (VALUES (1, 10), (1, 10)) w (k, n) WHERE x."A b" = w.k RETURNING x.twice, w.k, w.n`, "twice | k | n", "20 | 1 | 10", "UPDATE 1")
	term.want(`INSERT INTO g DEFAULT VALUES RETURNING at`, "at", "materialize", "INSERT 0 1")
	term.want(`DELETE FROM g WHERE "A b" IS NULL`, "DELETE 4")
}

func TestWritesInWith(t *testing.T) {
	n := newNode(t)
	n.family(t, 'a', 'a')
	n.simple(t, "log")
	term := n.terminal(t)
	term.want("WITH new AS (INSERT INTO p VALUES (1, 'one') RETURNING id) INSERT INTO c SELECT 10, id FROM new RETURNING *", "id | pid", "10 | 1", "INSERT 0 1")
	term.want("WITH child AS (INSERT INTO c VALUES (20, 2)) INSERT INTO p VALUES (2)", "INSERT 0 1") // keys are checked at the end
	term.want("WITH gone AS (DELETE FROM c RETURNING *), n AS (SELECT count(*) AS n FROM c) SELECT g.*, n FROM gone g, n ORDER BY id", "id | pid | n", "10 | 1 | 2", "20 | 2 | 2", "SELECT 2")
	term.want("WITH a AS (UPDATE p SET name = 'n' || id RETURNING id, name), b AS (INSERT INTO log SELECT id, name FROM a) SELECT (SELECT count(*) FROM log), count(*) FROM a", "count | count", "0 | 2", "SELECT 1")
	term.want("SELECT * FROM log ORDER BY id", "id | v", "1 | n1", "2 | n2", "SELECT 2")
	term.want("WITH a AS (DELETE FROM log) SELECT * FROM a", `ERROR 0A000: WITH query "a" does not have a RETURNING clause (at 43)`)
	term.want("SELECT * FROM (WITH a AS (DELETE FROM log RETURNING *) SELECT * FROM a) s", `ERROR 0A000: WITH clause containing a data-modifying statement must be at the top level (at 21)`)
	term.want("CREATE VIEW v AS WITH a AS (DELETE FROM log RETURNING *) SELECT * FROM a", `ERROR 0A000: views must not contain data-modifying statements in WITH`)
	term.want("WITH k AS (SELECT 2 AS id) UPDATE log SET v = 'k' FROM k WHERE log.id = k.id RETURNING log.*, (SELECT count(*) FROM k)", "id | v | count", "2 | k | 1", "UPDATE 1")
	term.want("WITH k AS (SELECT 2 AS id) DELETE FROM log USING k WHERE log.id = k.id", "DELETE 1")
	term.want("WITH k AS (SELECT 1 AS id) INSERT INTO log SELECT id, 'x' FROM k ON CONFLICT (id) DO UPDATE SET v = (SELECT 'k' || k.id FROM k) RETURNING v", "v", "k1", "INSERT 0 1")
	term.want("BEGIN READ ONLY; WITH a AS (DELETE FROM log) SELECT 1", "BEGIN", "ERROR 25006: cannot execute DELETE in a read-only transaction")
	term.want("ROLLBACK", "ROLLBACK")
	term.run("SET default_transaction_read_only = on")
	term.want("INSERT INTO log VALUES (5)", "ERROR 25006: cannot execute INSERT in a read-only transaction")
}

func TestTruncateRestartsSequences(t *testing.T) {
	term := newNode(t).terminal(t)
	term.run("CREATE TABLE s (id serial, v int)")
	term.want("INSERT INTO s (v) VALUES (1), (2) RETURNING id", "id", "1", "2", "INSERT 0 2")
	term.want("BEGIN; TRUNCATE s RESTART IDENTITY; INSERT INTO s (v) VALUES (1) RETURNING id; ROLLBACK", "BEGIN", "TRUNCATE TABLE", "id", "1", "INSERT 0 1", "ROLLBACK")
	term.want("INSERT INTO s (v) VALUES (3) RETURNING id", "id", "3", "INSERT 0 1")
	term.want("TRUNCATE s", "TRUNCATE TABLE")
	term.want("INSERT INTO s (v) VALUES (4) RETURNING id", "id", "4", "INSERT 0 1")
	term.want("TRUNCATE s RESTART IDENTITY", "TRUNCATE TABLE")
	term.want("INSERT INTO s (v) VALUES (4) RETURNING id", "id", "1", "INSERT 0 1")
}
