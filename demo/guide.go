package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"culvert/testenv"
)

// guide is the order of the demo's steps.
var guide = []struct {
	title string
	run   func(context.Context, *stage) error
}{
	{"What is upstream", upstream},
	{"An SSH tunnel: culvert makes the keys", tunnel},
	{"A secret and a connection to PostgreSQL, by a name that only the bastion resolves", connection},
	{"A source: a live copy of every table of the publication", source},
	{"Queries over the copy", queries},
	{"What is there", inventory},
	{"Rows arrive", live},
	{"New keys, no outage", rotate},
	{"Transactions and dependencies", transactions},
	{"Two Kafka brokers, each through the same bastion, by names that only it resolves", brokers},
	{"A source: the messages of a topic", messages},
	{"Messages arrive", liveMessages},
	{"Brokers that do not speak TLS", plain},
	{"The bastion dies and comes back", outage},
}

func upstream(ctx context.Context, st *stage) error {
	return st.write(ctx,
		"SELECT count(*) AS orders, sum(total) AS turnover FROM orders;",
		"SELECT pubname, tablename FROM pg_publication_tables ORDER BY tablename;")
}

// publicKey is what the guide says of public_key_1 and public_key_2.
var publicKey = regexp.MustCompile(`^ssh-ed25519 AAAA[A-Za-z0-9+/=]+ materialize$`)

func tunnel(ctx context.Context, st *stage) error {
	b := st.bastion
	err := st.show(ctx,
		fmt.Sprintf("CREATE CONNECTION ssh_connection TO SSH TUNNEL (\n  HOST '%s', USER '%s', PORT %d\n);", b.Host(), b.User(), b.Port()),
		"SELECT * FROM mz_ssh_tunnel_connections;",
		"SELECT * FROM mz_catalog.mz_egress_ips;")
	if err != nil {
		return err
	}
	if err := wantRow(ctx, st, "SELECT cidr FROM mz_catalog.mz_egress_ips", egressIP); err != nil {
		return err
	}
	if st.keys, err = st.readKeys(ctx); err != nil {
		return err
	}
	for _, key := range st.keys {
		if !publicKey.MatchString(key) {
			return fmt.Errorf("this is no public key as the guide prints it: %q", key)
		}
	}
	st.screen.note("The bastion knows neither key yet:")
	if err := st.screen.refused(ctx, st.copyDB(), "ssh", "VALIDATE CONNECTION ssh_connection;"); err != nil {
		return err
	}
	st.screen.note("Both keys go into the bastion's authorized_keys.")
	if err := b.SetAuthorizedKeys(st.keys...); err != nil {
		return err
	}
	return st.show(ctx, "VALIDATE CONNECTION ssh_connection;")
}

func connection(ctx context.Context, st *stage) error {
	return st.show(ctx,
		fmt.Sprintf("CREATE SECRET pgpass AS '%s';", password),
		fmt.Sprintf(`CREATE CONNECTION pg_connection TO POSTGRES (
  HOST '%s', PORT %d, USER 'postgres', PASSWORD SECRET pgpass,
  SSL MODE 'require', DATABASE 'postgres'
  SSH TUNNEL ssh_connection );`, hiddenName, st.postgres.Port()),
		"VALIDATE CONNECTION pg_connection;")
}

func source(ctx context.Context, st *stage) error {
	err := st.show(ctx, "CREATE SOURCE mz_source FROM POSTGRES CONNECTION pg_connection\n"+
		"  (PUBLICATION 'mz_source') FOR ALL TABLES WITH (SIZE = '3xsmall');")
	if err != nil {
		return err
	}
	st.screen.note("A SELECT waits until its table has its first snapshot:")
	start := time.Now()
	if err := st.show(ctx, "SELECT count(*) AS orders, sum(total) AS turnover FROM orders;"); err != nil {
		return err
	}
	st.screen.note("answered after %v", time.Since(start).Round(time.Millisecond))
	if err := st.allSame(ctx); err != nil {
		return err
	}
	st.screen.note("Every row of the five tables is as upstream, byte for byte.")
	return st.write(ctx, "SELECT slot_name, plugin, active FROM pg_replication_slots;")
}

func queries(ctx context.Context, st *stage) error {
	for _, sql := range []string{
		`SELECT c.profile->>'city' AS city, count(*) AS orders, sum(o.total) AS turnover
FROM orders AS o JOIN customers AS c ON c.id = o.customer_id
GROUP BY 1 ORDER BY turnover DESC;`,
		`WITH sold AS (
  SELECT product_id, sum(quantity) AS pieces FROM order_items GROUP BY product_id
)
SELECT p.sku, p.price, p.attributes->>'colour' AS colour, p.sizes, s.pieces
FROM sold AS s JOIN products AS p ON p.id = s.product_id
ORDER BY s.pieces DESC, p.sku LIMIT 5;`,
		`SELECT id, placed_at, total, rank() OVER (PARTITION BY customer_id ORDER BY total DESC, id) AS place
FROM orders WHERE customer_id IN (7, 8) ORDER BY customer_id, place LIMIT 6;`,
	} {
		if err := st.show(ctx, sql); err != nil {
			return err
		}
		if err := st.sameValues(ctx, sql); err != nil {
			return err
		}
	}
	st.screen.note("System tables can be joined like any other:")
	return st.show(ctx, `SELECT s.name, s.type, c.name AS connection, st.status
FROM mz_catalog.mz_sources AS s
JOIN mz_catalog.mz_connections AS c ON c.id = s.connection_id
JOIN mz_internal.mz_source_statuses AS st ON st.id = s.id
WHERE s.name = 'mz_source';`)
}

func inventory(ctx context.Context, st *stage) error {
	return st.show(ctx,
		"SHOW CONNECTIONS;", "SHOW SECRETS;", "SHOW SOURCES;", "SHOW SUBSOURCES;",
		"SHOW CREATE CONNECTION pg_connection;", "SHOW CREATE SOURCE mz_source;",
		`\d orders`)
}

func live(ctx context.Context, st *stage) error {
	for _, change := range []struct{ write, read, want string }{
		{
			"INSERT INTO orders VALUES (90001, 42, 'placed', 1234567890.123456789, '2026-01-01 12:00:00+00', NULL);",
			"SELECT total FROM orders WHERE id = 90001", "1234567890.123456789",
		},
		{
			"UPDATE orders SET id = 90002, status = 'paid' WHERE id = 90001;",
			"SELECT status FROM orders WHERE id = 90002", "paid",
		},
		{"DELETE FROM orders WHERE id = 90002;", "SELECT count(*) FROM orders WHERE id > 90000", "0"},
	} {
		if err := st.write(ctx, change.write); err != nil {
			return err
		}
		took, err := st.arrives(ctx, 20*time.Second, change.read, change.want)
		if err != nil {
			return err
		}
		st.screen.note("in culvert %v later: %s gives %s", took.Round(time.Millisecond), change.read, change.want)
	}
	st.screen.note("Orders come in upstream; culvert counts them:")
	w := startWriter(ctx, 20*time.Millisecond, st.order)
	watchErr := st.watch(ctx, w, 6, "orders", fmt.Sprintf("SELECT count(*) FROM orders WHERE id > %d", firstOrder))
	if err := w.stop(); err != nil {
		return err
	}
	if watchErr != nil {
		return watchErr
	}
	took, err := st.catchUp(ctx, 20*time.Second)
	if err != nil {
		return err
	}
	st.screen.note("%v after the last one, all five tables are as upstream again.", took.Round(time.Millisecond))
	return nil
}

// watch prints twice a second how many things the writer has written upstream
// and how many the query finds in culvert.
func (st *stage) watch(ctx context.Context, w *writer, times int, things, sql string) error {
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for range times {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
		written := w.count.Load()
		rows, err := st.culvert.Query(ctx, sql)
		if err != nil {
			return err
		}
		st.screen.note("  upstream %4d new %s    culvert %4s", written, things, rows[0][0])
	}
	return nil
}

func rotate(ctx context.Context, st *stage) error {
	err := st.show(ctx, "ALTER CONNECTION ssh_connection ROTATE KEYS;", "SELECT * FROM mz_ssh_tunnel_connections;")
	if err != nil {
		return err
	}
	keys, err := st.readKeys(ctx)
	if err != nil {
		return err
	}
	if keys[0] != st.keys[1] || keys[1] == st.keys[1] || keys[1] == st.keys[0] || !publicKey.MatchString(keys[1]) {
		return fmt.Errorf("key 2 should have become key 1, with a new key 2:\n%q\n%q", st.keys, keys)
	}
	st.screen.note("The bastion still has the old keys; one of them is still offered, and rows keep coming:")
	if err := st.write(ctx, "UPDATE products SET price = price + 0.01 WHERE id = 1 RETURNING price;"); err != nil {
		return err
	}
	if _, err := st.catchUp(ctx, 20*time.Second); err != nil {
		return err
	}
	if err := st.show(ctx, "VALIDATE CONNECTION pg_connection;", "SELECT price FROM products WHERE id = 1;"); err != nil {
		return err
	}
	st.screen.note("The new pair goes into authorized_keys; the first key of old is let in no more.")
	st.keys = keys
	if err := st.bastion.SetAuthorizedKeys(keys...); err != nil {
		return err
	}
	return st.show(ctx, "VALIDATE CONNECTION ssh_connection;")
}

// statuses shows the status of both sources.
const statuses = "SELECT name, status, error FROM mz_internal.mz_source_statuses\n" +
	"WHERE name IN ('mz_source', 'json_source') ORDER BY name;"

func outage(ctx context.Context, st *stage) error {
	st.screen.note("kill -9 for sshd and all its sessions")
	if err := st.bastion.Kill(); err != nil {
		return err
	}
	for _, source := range []string{"mz_source", "json_source"} {
		text, err := st.statusIs(ctx, source, "stalled", 15*time.Second)
		if err != nil {
			return err
		}
		if !strings.HasPrefix(text, "ssh: ") {
			return fmt.Errorf("the status of %s should name the leg that failed: %q", source, text)
		}
	}
	if err := st.show(ctx, statuses); err != nil {
		return err
	}
	st.screen.note("What is copied can still be read, and orders and messages keep coming in upstream:")
	if err := st.writeMeanwhile(ctx, 50); err != nil {
		return err
	}
	if err := st.show(ctx, "SELECT (SELECT count(*) FROM orders) AS orders, (SELECT count(*) FROM json_source) AS messages;"); err != nil {
		return err
	}
	if err := st.bastion.Start(ctx); err != nil {
		return err
	}
	st.screen.note("sshd is back")
	if err := st.heal(ctx); err != nil {
		return err
	}
	for _, source := range []string{"mz_source", "json_source"} {
		if _, err := st.statusIs(ctx, source, "running", 15*time.Second); err != nil {
			return err
		}
	}
	return st.show(ctx, statuses)
}

// writeMeanwhile writes so many orders and so many messages upstream.
func (st *stage) writeMeanwhile(ctx context.Context, n int64) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	orders, messages := startWriter(ctx, 10*time.Millisecond, st.order), startWriter(ctx, 10*time.Millisecond, st.message)
	err := testenv.WaitFor(ctx, func() error {
		if o, m := orders.count.Load(), messages.count.Load(); min(o, m) < n {
			return fmt.Errorf("only %d orders and %d messages written", o, m)
		}
		return nil
	})
	return errors.Join(err, orders.stop(), messages.stop())
}

// heal waits until both sources have what came in during the outage, which must
// flow soon after the bastion is back.
func (st *stage) heal(ctx context.Context) error {
	const soon = 3 * time.Second
	start := time.Now()
	tables, err := st.catchUp(ctx, 20*time.Second)
	if err != nil {
		return err
	}
	if _, err := st.allMessages(ctx, 20*time.Second); err != nil {
		return err
	}
	st.screen.note("%v later every order is here, and after %v every message: none lost, none twice",
		tables.Round(time.Millisecond), time.Since(start).Round(time.Millisecond))
	if tables > soon {
		return fmt.Errorf("rows should flow within %v, not %v", soon, tables)
	}
	return nil
}

func transactions(ctx context.Context, st *stage) error {
	err := st.show(ctx,
		"BEGIN;", "CREATE SECRET other AS 'never to be seen';", "SHOW SECRETS;", "ROLLBACK;", "SHOW SECRETS;")
	if err != nil {
		return err
	}
	if err := wantRow(ctx, st, "SELECT count(*) FROM mz_catalog.mz_secrets", "1"); err != nil {
		return err
	}
	if err := st.screen.refused(ctx, st.copyDB(), "depend", "DROP CONNECTION ssh_connection;"); err != nil {
		return err
	}
	st.screen.note("A second source, and what is left of it after DROP: nothing, upstream neither.")
	err = st.show(ctx,
		"CREATE SOURCE second FROM POSTGRES CONNECTION pg_connection\n"+
			"  (PUBLICATION 'mz_source') FOR TABLES (products AS goods);",
		"SELECT count(*) FROM goods;",
		"DROP SOURCE second CASCADE;")
	if err != nil {
		return err
	}
	waiting, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	err = testenv.WaitFor(waiting, func() error {
		slots, err := st.postgres.Query(waiting, "SELECT slot_name FROM pg_replication_slots WHERE NOT temporary")
		if err != nil {
			return err
		}
		if len(slots) != 1 {
			return fmt.Errorf("%d slots are left upstream, not 1", len(slots))
		}
		return nil
	})
	if err != nil {
		return err
	}
	return st.write(ctx, "SELECT slot_name, active FROM pg_replication_slots;")
}

// wantRow checks that a query on culvert gives one row whose first value is want.
func wantRow(ctx context.Context, st *stage, sql, want string) error {
	rows, err := st.culvert.Query(ctx, sql)
	if err != nil {
		return err
	}
	if len(rows) != 1 || rows[0][0] != want {
		return fmt.Errorf("%s should give %q, not %q", sql, want, rows)
	}
	return nil
}
