package postgres

import (
	"fmt"
	"sync"
	"testing"

	"culvert/testenv"
)

// TestLargeTransactionsInterleaved: transactions that grow side by side, beyond
// what upstream keeps in memory and what a batch holds here, with parts that
// are rolled back, in one table and in others.
func TestLargeTransactionsInterleaved(t *testing.T) {
	t.Parallel()
	r := newRigWith(t, testenv.PostgresOptions{Settings: map[string]string{"logical_decoding_work_mem": "64kB"}},
		`CREATE TABLE t (k int PRIMARY KEY, v text); CREATE TABLE u (k int, v text); ALTER TABLE u REPLICA IDENTITY FULL;
		INSERT INTO t SELECT i, 'old' FROM generate_series(-1000, -1) i;
		CREATE PROCEDURE work(me int, step int) LANGUAGE plpgsql AS $$ BEGIN
			BEGIN -- a subtransaction that stays
				INSERT INTO t SELECT me * 1000000 + step * 2500 + i, 'kept ' || i FROM generate_series(1, 2500) i;
				BEGIN -- and one that does not
					UPDATE t SET v = 'no' WHERE k / 1000000 = me; INSERT INTO u SELECT i, 'no' FROM generate_series(1, 1000) i;
					DELETE FROM t WHERE k = -me * 200 - 100 - step; RAISE EXCEPTION 'back';
				EXCEPTION WHEN raise_exception THEN NULL; END;
				UPDATE t SET v = v || '!' WHERE k / 1000000 = me AND k % 10 = 0;
			EXCEPTION WHEN unique_violation THEN NULL; END;
			INSERT INTO u SELECT i % 7, 'by ' || me FROM generate_series(1, 1500) i;
			DELETE FROM t WHERE k = -me * 200 - step; UPDATE t SET v = 'by ' || me WHERE k = -me * 200 - 50 - step;
		END $$; CREATE PUBLICATION p FOR TABLE t, u`)
	r.start()
	const sessions, steps = 4, 12
	var turn [sessions]chan struct{} // each does one step at a time, in turn
	for i := range turn {
		turn[i] = make(chan struct{}, 1)
	}
	var wg sync.WaitGroup
	for me := range sessions {
		wg.Go(func() {
			conn, err := r.pg.Connect(t.Context())
			if err != nil {
				t.Error(err)
				return
			}
			defer conn.Close(t.Context())
			run := func(sql string) {
				if _, err := conn.Exec(t.Context(), sql); err != nil {
					t.Errorf("%s: %v", sql, err)
				}
			}
			run("BEGIN")
			for step := range steps {
				<-turn[me]
				run(fmt.Sprintf("CALL work(%d, %d)", me+1, step))
				turn[(me+1)%sessions] <- struct{}{}
			}
			if me == 2 {
				run("ROLLBACK")
			} else {
				run("COMMIT")
			}
		})
	}
	turn[0] <- struct{}{}
	wg.Wait()
	r.exec("INSERT INTO t VALUES (0, 'last')")
	r.same("t", "u")
}

func TestChangesArrive(t *testing.T) {
	t.Parallel()
	r := newRig(t, `CREATE TABLE t (k int PRIMARY KEY, v text);
		INSERT INTO t SELECT i, 'v' || i FROM generate_series(1, 1000) i;
		CREATE TABLE composite (a int, b text, v text, PRIMARY KEY (b, a));
		INSERT INTO composite VALUES (1, 'x', 'one'), (2, 'x', 'two'), (1, 'y', NULL);
		CREATE TABLE full_identity (a int, b text); ALTER TABLE full_identity REPLICA IDENTITY FULL;
		INSERT INTO full_identity SELECT 1, 'same' FROM generate_series(1, 5);
		INSERT INTO full_identity VALUES (NULL, NULL), (NULL, NULL), (2, E'a\tb\\c\nd');
		CREATE TABLE full_key (k int PRIMARY KEY, v text); ALTER TABLE full_key REPLICA IDENTITY FULL;
		CREATE TABLE by_index (id int NOT NULL, v text, pk int PRIMARY KEY); CREATE UNIQUE INDEX by_index_id ON by_index (id);
		ALTER TABLE by_index REPLICA IDENTITY USING INDEX by_index_id;
		INSERT INTO by_index VALUES (1, 'a', 10), (2, 'b', 20);
		CREATE PUBLICATION p FOR ALL TABLES`)
	r.start()
	all := []string{"t", "composite", "full_identity", "full_key", "by_index"}
	r.same(all...)
	for _, sql := range []string{
		"INSERT INTO t VALUES (2000, NULL), (2001, '')",
		"UPDATE t SET v = 'changed' WHERE k <= 10; UPDATE t SET v = v || '!' WHERE k <= 5",
		"UPDATE t SET k = k + 10000 WHERE k BETWEEN 20 AND 30",
		"DELETE FROM t WHERE k BETWEEN 40 AND 50",
		"BEGIN; DELETE FROM t WHERE k = 1; INSERT INTO t VALUES (1, 'again'); UPDATE t SET k = -1 WHERE k = 1; INSERT INTO t VALUES (1, 'third'); COMMIT",
		"BEGIN; INSERT INTO t VALUES (-5, 'no'); ROLLBACK",
		"BEGIN; INSERT INTO t VALUES (-6, 'yes'); SAVEPOINT a; INSERT INTO t VALUES (-7, 'no'); ROLLBACK TO a; SAVEPOINT b; INSERT INTO t VALUES (-8, 'yes'); RELEASE b; COMMIT",
		"UPDATE composite SET v = 'three' WHERE b = 'x'; UPDATE composite SET b = 'z' WHERE a = 2; DELETE FROM composite WHERE b = 'y'; INSERT INTO composite VALUES (12, 'x', 'a'), (1, '2x', 'b')",
		"DELETE FROM full_identity WHERE ctid = (SELECT min(ctid) FROM full_identity WHERE a = 1)",
		"UPDATE full_identity SET b = 'other' WHERE ctid IN (SELECT ctid FROM full_identity WHERE a = 1 LIMIT 2)",
		"DELETE FROM full_identity WHERE ctid = (SELECT min(ctid) FROM full_identity WHERE a IS NULL)",
		"INSERT INTO full_key VALUES (1, 'a'), (2, 'b'), (3, 'c'); UPDATE full_key SET k = 4 WHERE k = 2; DELETE FROM full_key WHERE k = 1; UPDATE full_key SET v = NULL WHERE k = 3",
		"UPDATE by_index SET v = 'c' WHERE id = 1; UPDATE by_index SET id = 3, pk = 30 WHERE id = 2; DELETE FROM by_index WHERE id = 1",
	} {
		r.exec(sql)
		r.same(all...)
	}
	r.exec("TRUNCATE t RESTART IDENTITY; INSERT INTO t VALUES (7, 'after')")
	r.exec("BEGIN; INSERT INTO composite VALUES (77, 'gone', 'x'); TRUNCATE composite, full_identity; INSERT INTO full_identity VALUES (9, 'x'); COMMIT")
	r.same(all...)
}
