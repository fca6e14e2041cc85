package postgres

import "testing"

// Values of 20 kB that do not compress are stored out of line; an UPDATE of
// another column does not send them.
func TestUnchangedToastIsKept(t *testing.T) {
	t.Parallel()
	r := newRig(t, `CREATE FUNCTION big(x text) RETURNS text LANGUAGE sql AS $$ SELECT string_agg(md5(g::text || x), '') FROM generate_series(1, 600) g $$;
		CREATE TABLE by_key (k int PRIMARY KEY, v text, other text, n int);
		CREATE TABLE by_full (k int, v text, other text, n int); ALTER TABLE by_full REPLICA IDENTITY FULL;
		CREATE TABLE full_key (k int PRIMARY KEY, v text, other text, n int); ALTER TABLE full_key REPLICA IDENTITY FULL;
		CREATE TABLE by_index (k int NOT NULL, v text, other text, n int, id serial PRIMARY KEY); CREATE UNIQUE INDEX i ON by_index (k);
		ALTER TABLE by_index REPLICA IDENTITY USING INDEX i;
		INSERT INTO by_key SELECT i, big(i::text), big('o' || i), i FROM generate_series(1, 20) i;
		INSERT INTO by_full SELECT * FROM by_key; INSERT INTO full_key SELECT * FROM by_key; INSERT INTO by_index SELECT * FROM by_key;
		CREATE PUBLICATION p FOR TABLE by_key, by_full, full_key, by_index`)
	r.start()
	all := []string{"by_key", "by_full", "full_key", "by_index"}
	r.same(all...)
	for _, table := range all {
		r.exec("UPDATE " + table + " SET n = n + 100 WHERE k < 10")
		r.exec("BEGIN; UPDATE " + table + " SET n = n + 1; UPDATE " + table + " SET other = 'short' WHERE k = 3; UPDATE " + table + " SET n = 0 WHERE k = 3; COMMIT")
		r.exec("UPDATE " + table + " SET k = k + 1000 WHERE k = 5")
		r.exec("BEGIN; UPDATE " + table + " SET n = -1 WHERE k = 6; UPDATE " + table + " SET k = k + 1000 WHERE k = 6; UPDATE " + table + " SET n = -2 WHERE k = 1006; COMMIT")
		r.exec("BEGIN; INSERT INTO " + table + " (k, v, other, n) VALUES (50, big('new'), big('x'), 1); UPDATE " + table + " SET n = 2 WHERE k = 50; UPDATE " + table + " SET k = 51 WHERE k = 50; COMMIT")
		r.exec("BEGIN; UPDATE " + table + " SET k = 2000 WHERE k = 7; INSERT INTO " + table + " (k, v, other, n) VALUES (7, 'a', 'b', 3); UPDATE " + table + " SET n = 9 WHERE k = 2000; COMMIT")
	}
	r.same(all...)
}
