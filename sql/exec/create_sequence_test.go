package exec

import "testing"

func TestSequences(t *testing.T) {
	n := newNode(t)
	term := n.terminal(t)
	term.want("CREATE SEQUENCE s START 5 INCREMENT BY 2 MAXVALUE 9", "CREATE SEQUENCE")
	term.want("SELECT currval('s')", `ERROR 55000: currval of sequence "s" is not yet defined in this session`)
	term.want("SELECT nextval('s'), nextval('s')", "nextval | nextval", "5 | 7", "SELECT 1")
	term.want("SELECT currval('s'), lastval()", "currval | lastval", "7 | 7", "SELECT 1")
	term.want("SELECT last_value, is_called FROM s", "last_value | is_called", "7 | true", "SELECT 1")
	term.want("SELECT nextval('s'::regclass)", "nextval", "9", "SELECT 1")
	term.want("SELECT nextval('s')", `ERROR 2200H: nextval: reached maximum value of sequence "s" (9)`)
	term.want("SELECT setval('s', 6, false); SELECT nextval('s')", "setval", "6", "SELECT 1", "nextval", "6", "SELECT 1")
	term.want("CREATE TABLE t (id serial PRIMARY KEY, i bigint GENERATED ALWAYS AS IDENTITY, v text)", "CREATE TABLE")
	term.want("INSERT INTO t (v) VALUES ('a'), ('b') RETURNING *", "id | i | v", "1 | 1 | a", "2 | 2 | b", "INSERT 0 2")
	term.want("INSERT INTO t (v) SELECT 'x' FROM generate_series(1, 3) RETURNING id", "id", "3", "4", "5", "INSERT 0 3")
	term.want("SELECT nextval('t_id_seq'), 't_i_seq'::regclass", "nextval | regclass", "6 | 16389", "SELECT 1")
	term.want("DROP SEQUENCE t_id_seq", `ERROR 2BP01: cannot drop sequence t_id_seq because other objects depend on it`,
		"DETAIL: default value for column id of table t depends on sequence t_id_seq", "HINT: Use DROP ... CASCADE to drop the dependent objects too.")
	term.want("DROP TABLE t; SELECT nextval('t_id_seq')", "DROP TABLE", `ERROR 42P01: relation "t_id_seq" does not exist (at 30)`)
}
