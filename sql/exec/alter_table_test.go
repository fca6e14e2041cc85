package exec

import "testing"

func TestAlterTable(t *testing.T) {
	n := newNode(t)
	term := n.terminal(t)
	term.want("CREATE TABLE t (a int PRIMARY KEY, b text, c int); INSERT INTO t VALUES (1, '10', 5), (2, '20', NULL)", "CREATE TABLE", "INSERT 0 2")
	term.want("ALTER TABLE t ADD COLUMN d int NOT NULL DEFAULT 7, ADD COLUMN e serial; SELECT * FROM t ORDER BY a", "ALTER TABLE",
		"a | b | c | d | e", "1 | 10 | 5 | 7 | 1", "2 | 20 | <nil> | 7 | 2", "SELECT 2")
	term.want("ALTER TABLE t ADD f int NOT NULL", `ERROR 23502: column "f" of relation "t" contains null values`)
	term.want("ALTER TABLE t ALTER b TYPE int", `ERROR 42804: column "b" cannot be cast automatically to type integer`, `HINT: You might need to specify "USING b::integer".`)
	term.want("ALTER TABLE t ALTER b TYPE int USING b::int + 1; SELECT b FROM t ORDER BY a", "ALTER TABLE", "b", "11", "21", "SELECT 2")
	term.want("ALTER TABLE t ALTER c SET NOT NULL", `ERROR 23502: column "c" of relation "t" contains null values`)
	term.want("ALTER TABLE t ALTER c SET DEFAULT 3, ALTER d DROP DEFAULT; INSERT INTO t (a, b, d) VALUES (3, 1, 1) RETURNING *", "ALTER TABLE",
		"a | b | c | d | e", "3 | 1 | 3 | 1 | 3", "INSERT 0 1")
	term.want("ALTER TABLE t ADD CONSTRAINT pos CHECK (c > 3)", `ERROR 23514: check constraint "pos" of relation "t" is violated by some row`)
	term.want("ALTER TABLE t ADD UNIQUE (d)", `ERROR 23505: could not create unique index "t_d_key"`, "DETAIL: Key (d)=(7) is duplicated.")
	term.want("ALTER TABLE t RENAME COLUMN a TO id; ALTER TABLE t RENAME TO u; ALTER TABLE u RENAME CONSTRAINT t_pkey TO u_pkey; ALTER TABLE u DROP COLUMN b",
		"ALTER TABLE", "ALTER TABLE", "ALTER TABLE", "ALTER TABLE")
	term.want("INSERT INTO u (id, d) VALUES (1, 1)", `ERROR 23505: duplicate key value violates unique constraint "u_pkey"`, "DETAIL: Key (id)=(1) already exists.")
	term.want("SELECT * FROM u ORDER BY id", "id | c | d | e", "1 | 5 | 7 | 1", "2 | <nil> | 7 | 2", "3 | 3 | 1 | 3", "SELECT 3")
	term.want("CREATE TABLE p (id int PRIMARY KEY); INSERT INTO p VALUES (1); CREATE TABLE k (p int); INSERT INTO k VALUES (1), (2)", "CREATE TABLE", "INSERT 0 1", "CREATE TABLE", "INSERT 0 2")
	term.want("ALTER TABLE k ADD FOREIGN KEY (p) REFERENCES p", `ERROR 23503: insert or update on table "k" violates foreign key constraint "k_p_fkey"`, `DETAIL: Key (p)=(2) is not present in table "p".`)
	term.want("DELETE FROM k WHERE p = 2; ALTER TABLE k ADD FOREIGN KEY (p) REFERENCES p ON DELETE CASCADE; DELETE FROM p; SELECT count(*) FROM k", "DELETE 1", "ALTER TABLE", "DELETE 1", "count", "0", "SELECT 1")
	term.want("DROP TABLE p", `ERROR 2BP01: cannot drop table p because other objects depend on it`, "DETAIL: constraint k_p_fkey on table k depends on table p", "HINT: Use DROP ... CASCADE to drop the dependent objects too.")
	term.want("DROP TABLE p CASCADE; INSERT INTO k VALUES (9)", "NOTICE: drop cascades to constraint k_p_fkey on table k", "DROP TABLE", "INSERT 0 1")
	term.want("BEGIN; ALTER TABLE u ADD z int; ALTER TABLE u DROP COLUMN c; SELECT * FROM u WHERE id = 1; ROLLBACK; SELECT * FROM u WHERE id = 1", "BEGIN", "ALTER TABLE", "ALTER TABLE",
		"id | d | e | z", "1 | 7 | 1 | <nil>", "SELECT 1", "ROLLBACK", "id | c | d | e", "1 | 5 | 7 | 1", "SELECT 1")
}
