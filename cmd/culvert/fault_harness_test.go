package main_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"culvert/testenv"
)

// hiddenName is the database's name, which only the bastion resolves.
const hiddenName = "ledger-db.internal"

// schema is what is upstream: two tables between which money and rows move (the
// sum of the balances and the number of rows of both together never change), one
// without a key, and one that tells when everything before it has arrived.
const schema = `
CREATE TABLE left_ledger (id int PRIMARY KEY, balance bigint NOT NULL, note text, at timestamptz NOT NULL DEFAULT now());
CREATE TABLE right_ledger (id int PRIMARY KEY, balance bigint NOT NULL, note text, at timestamptz NOT NULL DEFAULT now());
ALTER TABLE left_ledger ALTER COLUMN note SET STORAGE EXTERNAL;
CREATE TABLE events (what text, amount numeric);
ALTER TABLE events REPLICA IDENTITY FULL;
CREATE TABLE marker (id int PRIMARY KEY);
INSERT INTO left_ledger SELECT i, 1000, repeat('n', 10 + i % 5 * 800) FROM generate_series(1, 400) i;
INSERT INTO right_ledger SELECT i, 1000 FROM generate_series(401, 800) i;
INSERT INTO events SELECT 'begin', i FROM generate_series(1, 20) i;
`

const publication = "CREATE PUBLICATION p FOR ALL TABLES;"

// longRun tells whether the long versions of the tests run; see CONTRIBUTING.md.
func longRun() bool { return os.Getenv("CULVERT_LONG") != "" }

// world is culvert with a real PostgreSQL behind a real bastion. Between the two
// stands a proxy that can be slow.
type world struct {
	t       *testing.T
	pg      *testenv.Postgres
	proxy   *testenv.Proxy
	bastion *testenv.Bastion
	culvert *testenv.Culvert
	markers int
}

// newWorld starts the servers, with schema and more upstream, and makes the
// tunnel t, the secret and the connection c.
func newWorld(t *testing.T, more string, flags ...string) *world {
	t.Helper()
	w := &world{t: t, pg: testenv.NewPostgres(t, testenv.PostgresOptions{})}
	w.pg.MustExec(t, schema+more)
	w.pg.MustExec(t, publication)
	w.proxy = testenv.NewProxy(t, w.pg.Addr())
	w.bastion = testenv.NewBastion(t, testenv.BastionOptions{Hosts: map[string]string{hiddenName: w.proxy.Host()}})
	w.culvert = testenv.NewCulvert(t, testenv.CulvertOptions{Flags: append([]string{"--log-level", "debug"}, flags...)})
	w.exec(fmt.Sprintf("CREATE CONNECTION t TO SSH TUNNEL (HOST '%s', USER '%s', PORT %d)", w.bastion.Host(), w.bastion.User(), w.bastion.Port()))
	w.must(w.bastion.SetAuthorizedKeys(w.keys()...))
	w.exec(fmt.Sprintf("CREATE SECRET pgpass AS '%s'", w.pg.Password()))
	w.exec(fmt.Sprintf("CREATE CONNECTION c TO POSTGRES (HOST '%s', PORT %d, USER postgres, PASSWORD SECRET pgpass, DATABASE postgres, SSH TUNNEL t)",
		hiddenName, w.proxy.Port()))
	return w
}

const createSource = "CREATE SOURCE s FROM POSTGRES CONNECTION c (PUBLICATION 'p') FOR ALL TABLES"

// createSource makes the source s and waits until its tables can be read.
func (w *world) createSource() {
	w.t.Helper()
	w.exec(createSource)
	w.same()
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) exec(sql string) {
	w.t.Helper()
	w.culvert.MustExec(w.t, sql)
}

// keys reads the tunnel's public keys.
func (w *world) keys() []string {
	w.t.Helper()
	return w.culvert.MustQuery(w.t, "SELECT public_key_1, public_key_2 FROM mz_ssh_tunnel_connections")[0]
}

// upstreamTables lists the tables of the publication.
func (w *world) upstreamTables() []string {
	w.t.Helper()
	var tables []string
	for _, row := range w.pg.MustQuery(w.t, "SELECT tablename FROM pg_publication_tables WHERE pubname = 'p' ORDER BY 1") {
		tables = append(tables, row[0])
	}
	return tables
}

// same writes a marker upstream, waits until culvert has it, and then compares
// every row of every table. It returns how long the marker took.
func (w *world) same() time.Duration {
	w.t.Helper()
	took := w.mark(40 * time.Second)
	w.compare()
	return took
}

// mark writes a marker upstream and waits until culvert has it.
func (w *world) mark(within time.Duration) time.Duration {
	w.t.Helper()
	w.markers++
	w.pg.MustExec(w.t, fmt.Sprintf("INSERT INTO marker VALUES (%d)", w.markers))
	return w.arrived(within)
}

// arrived waits until the last marker is in culvert.
func (w *world) arrived(within time.Duration) time.Duration {
	w.t.Helper()
	begun := time.Now()
	testenv.Eventually(w.t, within, func() error {
		rows, err := w.culvert.Query(w.t.Context(), fmt.Sprintf("SELECT count(*) FROM marker WHERE id = %d", w.markers))
		if err != nil {
			return err
		}
		if rows[0][0] != "1" {
			return fmt.Errorf("marker %d has not arrived: %s", w.markers, w.status())
		}
		return nil
	})
	return time.Since(begun)
}

// compare checks that every table has the rows that it has upstream, not one
// less, more or otherwise.
func (w *world) compare() {
	w.t.Helper()
	for _, table := range w.upstreamTables() {
		sql := "SELECT * FROM " + table + " ORDER BY 1, 2"
		if table == "marker" {
			sql = "SELECT * FROM marker ORDER BY 1"
		}
		here, there := w.culvert.MustQuery(w.t, sql), w.pg.MustQuery(w.t, sql)
		if err := difference(here, there); err != nil {
			w.t.Fatalf("%s: %v", table, err)
		}
	}
}

func difference(here, there [][]string) error {
	for i := range max(len(here), len(there)) {
		switch {
		case i >= len(here):
			return fmt.Errorf("%d rows, upstream %d: %.200q is missing", len(here), len(there), there[i])
		case i >= len(there):
			return fmt.Errorf("%d rows, upstream %d: %.200q is too much", len(here), len(there), here[i])
		case !slices.Equal(here[i], there[i]):
			return fmt.Errorf("%d rows, upstream %d: %.200q, upstream %.200q", len(here), len(there), here[i], there[i])
		}
	}
	return nil
}

// status reads "status: error" of the source s.
func (w *world) status() string {
	rows, err := w.culvert.Query(w.t.Context(), "SELECT status, error, details FROM mz_internal.mz_source_statuses WHERE name = 's'")
	if err != nil {
		return err.Error()
	}
	if len(rows) != 1 {
		return fmt.Sprintf("%d statuses", len(rows))
	}
	return strings.Join(rows[0], ": ")
}

// statusHas waits until the status of the source has all the texts.
func (w *world) statusHas(within time.Duration, texts ...string) string {
	w.t.Helper()
	var status string
	testenv.Eventually(w.t, within, func() error {
		status = w.status()
		for _, text := range texts {
			if !strings.Contains(status, text) {
				return fmt.Errorf("the status should say %q: %s", text, status)
			}
		}
		return nil
	})
	return status
}

// refused checks that a statement fails and that message, detail and hint have
// all the texts.
func (w *world) refused(sql string, texts ...string) {
	w.t.Helper()
	err := w.culvert.Exec(w.t.Context(), sql)
	if err == nil {
		w.t.Fatalf("%s succeeded", sql)
	}
	said := everything(err)
	for _, text := range texts {
		if !strings.Contains(said, text) {
			w.t.Fatalf("%s should say %q: %s", sql, text, said)
		}
	}
}

// slots counts the replication slots upstream.
func (w *world) slots(ctx context.Context) (int, error) {
	rows, err := w.pg.Query(ctx, "SELECT slot_name FROM pg_replication_slots")
	return len(rows), err
}

// noSlots waits until nothing of culvert's is left upstream.
func (w *world) noSlots(within time.Duration) {
	w.t.Helper()
	testenv.Eventually(w.t, within, func() error {
		n, err := w.slots(w.t.Context())
		if err == nil && n != 0 {
			err = fmt.Errorf("%d slots are left upstream", n)
		}
		return err
	})
}

// fingerprint is how OpenSSH prints the bastion's host key.
func (w *world) fingerprint() string {
	w.t.Helper()
	return sha256Fingerprint(w.t, w.bastion.HostKey())
}
