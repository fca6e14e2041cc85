package postgres

import (
	"testing"

	"culvert/connectors"
)

const partitions = `CREATE FUNCTION big(x text) RETURNS text LANGUAGE sql AS $$ SELECT string_agg(md5(g::text || x), '') FROM generate_series(1, 600) g $$;
	CREATE TABLE keyed (k int PRIMARY KEY, v text, n int) PARTITION BY RANGE (k);
	CREATE TABLE keyed1 PARTITION OF keyed FOR VALUES FROM (0) TO (10);
	CREATE TABLE keyed2 (n int, v text, k int PRIMARY KEY);
	ALTER TABLE keyed ATTACH PARTITION keyed2 FOR VALUES FROM (10) TO (100);
	ALTER TABLE keyed REPLICA IDENTITY FULL; ALTER TABLE keyed2 REPLICA IDENTITY FULL;
	INSERT INTO keyed SELECT i, big(i::text), i FROM generate_series(0, 19) i;
	CREATE TABLE bag (k int, v text) PARTITION BY LIST (k);
	CREATE TABLE bag1 PARTITION OF bag FOR VALUES IN (1); CREATE TABLE bag2 PARTITION OF bag DEFAULT PARTITION BY RANGE (k);
	CREATE TABLE bag3 PARTITION OF bag2 DEFAULT;
	ALTER TABLE bag REPLICA IDENTITY FULL; ALTER TABLE bag1 REPLICA IDENTITY FULL; ALTER TABLE bag3 REPLICA IDENTITY FULL;
	INSERT INTO bag SELECT i % 3, big('same') FROM generate_series(1, 9) i;`

// changePartitions has changes whose old rows are sent in part, unchanged TOAST
// values and rows that move between partitions of other column orders.
var changePartitions = []string{
	"UPDATE keyed SET n = n + 100",
	"UPDATE keyed SET k = 50 WHERE k = 3; UPDATE keyed SET k = 60 WHERE k = 12",
	"DELETE FROM keyed WHERE k = 9", // an old row of its key alone, and a value that is not sent:
	"UPDATE keyed SET k = 9 WHERE k = 8; UPDATE keyed SET k = 90 WHERE k = 18",
	"DELETE FROM keyed WHERE k IN (4, 13); INSERT INTO keyed VALUES (4, 'again', 0)",
	"BEGIN; UPDATE keyed SET n = 1 WHERE k = 50; UPDATE keyed SET k = 51 WHERE k = 50; UPDATE keyed SET n = 2 WHERE k = 51; COMMIT",
	"DELETE FROM bag WHERE ctid = (SELECT min(ctid) FROM bag WHERE k = 1) AND k = 1; UPDATE bag SET k = 1 WHERE k = 2; UPDATE bag SET k = 0, v = 'x' WHERE ctid = (SELECT max(ctid) FROM bag WHERE k = 1) AND k = 1",
}

func TestPartitionedTablesUnderTheirOwnName(t *testing.T) {
	t.Parallel()
	r := newRig(t, partitions+"CREATE PUBLICATION p FOR TABLE keyed, bag WITH (publish_via_partition_root)")
	cfg := r.start()
	if len(cfg.Tables) != 2 {
		t.Fatalf("tables: %+v", cfg.Tables)
	}
	r.same("keyed", "bag")
	for _, sql := range changePartitions {
		r.exec(sql)
		r.same("keyed", "bag")
	}
	r.exec("TRUNCATE bag; INSERT INTO bag VALUES (1, 'after')")
	// A partition that is attached later is as good as any other.
	r.exec("CREATE TABLE keyed3 PARTITION OF keyed FOR VALUES FROM (100) TO (200); INSERT INTO keyed VALUES (100, big('x'), 1); UPDATE keyed SET n = 2 WHERE k = 100")
	r.same("keyed", "bag")
	// One whose old rows would be sent in part is not, where there is no key.
	r.exec("CREATE TABLE bag4 PARTITION OF bag FOR VALUES IN (9); INSERT INTO bag VALUES (9, 'x')")
	if s := r.AwaitError(t, "bag", "replica identity"); s.State != connectors.StateCeased {
		t.Errorf("status: %+v", s)
	}
	r.exec("UPDATE keyed SET n = 3")
	r.same("keyed")
}

func TestPartitionedTablesByTheirLeaves(t *testing.T) {
	t.Parallel()
	r := newRig(t, partitions+"CREATE PUBLICATION p FOR TABLE keyed, bag")
	r.start()
	leaves := []string{"keyed1", "keyed2", "bag1", "bag3"}
	r.same(leaves...)
	for _, sql := range changePartitions {
		r.exec(sql)
		r.same(leaves...)
	}
	// PostgreSQL publishes this under no other name than the partition's.
	r.exec("TRUNCATE keyed1")
	r.same(leaves...)
	// One that is detached is an ordinary table, and no longer published.
	r.exec("ALTER TABLE keyed DETACH PARTITION keyed2; INSERT INTO keyed2 VALUES (1, 'x', 500)")
	r.AwaitError(t, "keyed2", `was removed from publication "p"`)
	r.exec("INSERT INTO keyed VALUES (2, 'x', 1)")
	r.same("keyed1")
}

func TestIdentityOfPartitionedTables(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		table  Identity
		leaves string
		want   Identity
	}{
		{'d', "", 'd'}, {'f', "", 'f'}, {'d', "d", 'd'}, {'d', "df", 'd'}, {'d', "f", 'd'}, {'f', "f", 'f'}, {'f', "df", 'd'}, {'f', "d", 'd'},
		{'i', "i", 'i'}, {'i', "fi", 'i'}, {'i', "d", 'd'}, {'d', "dn", 'n'}, {'f', "fn", 'n'}, {'f', "fi", 'n'}, {'d', "i", 'n'}, {'n', "n", 'n'}, {'n', "d", 'd'},
	} {
		if got := identityOf(c.table, c.leaves); got != c.want {
			t.Errorf("table %c, partitions %s: %c instead of %c", c.table, c.leaves, got, c.want)
		}
	}
}
