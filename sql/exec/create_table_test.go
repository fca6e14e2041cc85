package exec

import "testing"

func TestCreateTable(t *testing.T) {
	n := newNode(t)
	term := n.terminal(t)
	term.want(`CREATE TABLE t (a int PRIMARY KEY, b text NOT NULL DEFAULT 'x' || 'y', c int CHECK (c > 0) UNIQUE, d int GENERATED ALWAYS AS (a * 2) STORED, CHECK (a < c OR b = 'z'))`, "CREATE TABLE")
	term.want(`INSERT INTO t (a, c) VALUES (1, 5) RETURNING *`, "a | b | c | d", "1 | xy | 5 | 2", "INSERT 0 1")
	term.want(`INSERT INTO t (a, c) VALUES (1, 6)`, `ERROR 23505: duplicate key value violates unique constraint "t_pkey"`, "DETAIL: Key (a)=(1) already exists.")
	term.want(`INSERT INTO t (a, c) VALUES (2, 5)`, `ERROR 23505: duplicate key value violates unique constraint "t_c_key"`, "DETAIL: Key (c)=(5) already exists.")
	term.want(`INSERT INTO t (a, c) VALUES (2, -5)`, `ERROR 23514: new row for relation "t" violates check constraint "t_c_check"`, "DETAIL: Failing row contains (2, xy, -5, 4).")
	term.want(`INSERT INTO t (a, c) VALUES (9, 8)`, `ERROR 23514: new row for relation "t" violates check constraint "t_check"`, "DETAIL: Failing row contains (9, xy, 8, 18).")
	term.want(`CREATE TABLE t ()`, `ERROR 42P07: relation "t" already exists`)
	term.want(`CREATE TABLE IF NOT EXISTS t ()`, `NOTICE: relation "t" already exists, skipping`, "CREATE TABLE")
	term.want(`BEGIN; DROP TABLE t; CREATE TABLE t (x int); INSERT INTO t VALUES (1); SELECT * FROM t; ROLLBACK; SELECT a FROM t`,
		"BEGIN", "DROP TABLE", "CREATE TABLE", "INSERT 0 1", "x", "1", "SELECT 1", "ROLLBACK", "a", "1", "SELECT 1")
	term.want(`DROP TABLE t`, "DROP TABLE")
	term.want(`SELECT * FROM t`, `ERROR 42P01: relation "t" does not exist (at 15)`)
}

func TestUniqueIndexes(t *testing.T) {
	n := newNode(t)
	term := n.terminal(t)
	term.want("CREATE TABLE t (a int, b int); INSERT INTO t VALUES (1, 1), (1, 2)", "CREATE TABLE", "INSERT 0 2")
	term.want("CREATE UNIQUE INDEX ON t (a)", `ERROR 23505: could not create unique index "t_a_idx"`, "DETAIL: Key (a)=(1) is duplicated.")
	term.want("CREATE UNIQUE INDEX u ON t (a, b)", "CREATE INDEX")
	term.want("INSERT INTO t VALUES (1, 2)", `ERROR 23505: duplicate key value violates unique constraint "u"`, "DETAIL: Key (a, b)=(1, 2) already exists.")
	term.want("INSERT INTO t VALUES (1, 2) ON CONFLICT (a, b) DO NOTHING", "INSERT 0 0")
	term.want("SELECT count(*) FROM pg_constraint WHERE conrelid = 't'::regclass", "count", "0", "SELECT 1")
	term.want("DROP INDEX u; INSERT INTO t VALUES (1, 2)", "DROP INDEX", "INSERT 0 1")
}

func TestCreateTableAs(t *testing.T) {
	n := newNode(t)
	term := n.terminal(t)
	term.want("CREATE TABLE a (x, y) AS SELECT g, g * 1.5 FROM generate_series(1, 3) g", "SELECT 3")
	term.want("CREATE TABLE b AS SELECT *, 'l' AS l FROM a WHERE x > 1; SELECT * FROM b ORDER BY x", "SELECT 2", "x | y | l", "2 | 3.0 | l", "3 | 4.5 | l", "SELECT 2")
	term.want("SELECT sum(y) AS s INTO c FROM b; SELECT * FROM c", "SELECT 1", "s", "7.5", "SELECT 1")
	term.want("CREATE TABLE d AS TABLE a WITH NO DATA; SELECT count(*) FROM d", "CREATE TABLE AS", "count", "0", "SELECT 1")
	term.want("CREATE TABLE IF NOT EXISTS a AS SELECT 1", `NOTICE: relation "a" already exists, skipping`, "CREATE TABLE AS")
	term.want("INSERT INTO b VALUES (9, 0.1, 'z'); DROP TABLE a; SELECT count(*) FROM b", "INSERT 0 1", "DROP TABLE", "count", "3", "SELECT 1")
}

// The texts are PostgreSQL 15's own.
func TestCreateTableRefusesWhatPostgreSQLDoes(t *testing.T) {
	n := newNode(t)
	term := n.terminal(t)
	for text, want := range map[string]string{
		"CREATE TABLE t (a int DEFAULT a)":                                  `ERROR 0A000: cannot use column reference in DEFAULT expression (at 31)`,
		"CREATE TABLE t (a int CHECK (a IN (SELECT 1)))":                    `ERROR 0A000: cannot use subquery in check constraint (at 32)`,
		"CREATE TABLE t (a int DEFAULT sum(1))":                             `ERROR 42803: aggregate functions are not allowed in DEFAULT expressions (at 31)`,
		"CREATE TABLE t (a int, a int)":                                     `ERROR 42701: column "a" specified more than once`,
		"CREATE TABLE t (a timestamptz GENERATED ALWAYS AS (now()) STORED)": `ERROR 42P17: generation expression is not immutable`,
		"CREATE TABLE t (a int DEFAULT 'x')":                                `ERROR 22P02: invalid input syntax for type integer: "x" (at 31)`,
		"CREATE TABLE t (a int CHECK (a))":                                  `ERROR 42804: argument of CHECK must be type boolean, not type integer (at 30)`,
		"CREATE TABLE t (a nosuch)":                                         `ERROR 42704: type "nosuch" does not exist (at 19)`,
		"CREATE TABLE t (a int PRIMARY KEY, b int PRIMARY KEY)":             `ERROR 42P16: multiple primary keys for table "t" are not allowed (at 42)`,
		"CREATE TABLE t (a int, PRIMARY KEY (b))":                           `ERROR 42703: column "b" named in key does not exist (at 24)`,
		"CREATE TABLE t (a int NULL NOT NULL)":                              `ERROR 42601: conflicting NULL/NOT NULL declarations for column "a" of table "t" (at 28)`,
		"CREATE TABLE t (a int, UNIQUE (a, a))":                             `ERROR 42701: column "a" appears twice in unique constraint (at 24)`,
		"CREATE TABLE t (a text GENERATED ALWAYS AS IDENTITY)":              `ERROR 22023: identity column type must be smallint, integer, or bigint`,
		"CREATE TABLE nosuch.t (a int)":                                     `ERROR 3F000: schema "nosuch" does not exist (at 14)`,
		"CREATE TEMP TABLE t (a int)":                                       `ERROR 0A000: CREATE TEMPORARY TABLE is not supported (at 1)`,
		"CREATE TABLE t (a int REFERENCES p)":                               `ERROR 42P01: relation "p" does not exist`,
	} {
		term.want(text, want)
	}
}
