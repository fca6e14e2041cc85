package main_test

import (
	"fmt"
	"testing"

	"culvert/testenv"
)

// TestWhatUpstreamLacksIsSaidAtOnce: what can be known when a connection or a
// source is made is known then, in the words that scripts look for, and nothing
// is left behind, here or upstream.
func TestWhatUpstreamLacksIsSaidAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, `CREATE SCHEMA hidden; CREATE TABLE hidden.h (id int PRIMARY KEY);
		CREATE TABLE locked (id int PRIMARY KEY); CREATE TABLE open (id int PRIMARY KEY);
		CREATE TABLE rows (id int PRIMARY KEY); ALTER TABLE rows ENABLE ROW LEVEL SECURITY; CREATE POLICY few ON rows USING (id > 5);
		CREATE TABLE odd (id int PRIMARY KEY, place point);
		CREATE SCHEMA second; CREATE TABLE second.open (id int PRIMARY KEY); CREATE TABLE keyless (id int);
		CREATE ROLE weak LOGIN REPLICATION PASSWORD 'weak'; CREATE ROLE plain LOGIN PASSWORD 'weak';
		GRANT SELECT ON rows, open, hidden.h, odd TO weak;
		CREATE PUBLICATION p_hidden FOR TABLE hidden.h; CREATE PUBLICATION p_locked FOR TABLE locked, open; CREATE PUBLICATION p_rows FOR TABLE rows;
		CREATE PUBLICATION p_odd FOR TABLE odd; CREATE PUBLICATION p_twice FOR TABLE open, second.open; CREATE PUBLICATION p_keyless FOR TABLE keyless;
		CREATE PUBLICATION p_empty;`)
	w.pg.MustExec(t, "CREATE DATABASE closed")
	w.pg.MustExec(t, "REVOKE CONNECT ON DATABASE closed FROM PUBLIC")
	replica := testenv.NewPostgres(t, testenv.PostgresOptions{Settings: map[string]string{"wal_level": "replica"}})
	w.must(w.bastion.SetHosts(map[string]string{hiddenName: w.proxy.Host(), "replica.internal": replica.Host()}))
	w.exec("CREATE SECRET weak AS 'weak'; CREATE SECRET wrong AS 'hunter2'")
	connection := func(name, with, host, user, secret, database string, port int) string {
		return fmt.Sprintf("CREATE CONNECTION %s TO POSTGRES (HOST '%s', PORT %d, USER %s, PASSWORD SECRET %s, DATABASE %s, SSH TUNNEL t) %s",
			name, host, port, user, secret, database, with)
	}
	for i, c := range []struct {
		host, user, secret, database string
		port                         int
		validate, source             []string // what the two statements say
	}{
		{hiddenName, "postgres", "wrong", "postgres", 0,
			[]string{`password authentication failed for user "postgres"`}, []string{"failed to connect to PostgreSQL database", `password authentication failed for user "postgres"`}},
		{hiddenName, "nobody", "weak", "postgres", 0,
			[]string{`password authentication failed for user "nobody"`}, []string{"failed to connect to PostgreSQL database", "nobody"}},
		{hiddenName, "postgres", "pgpass", "nowhere", 0,
			[]string{`database "nowhere" does not exist`}, []string{"failed to connect to PostgreSQL database", `database "nowhere" does not exist`}},
		{hiddenName, "weak", "weak", "closed", 0,
			[]string{`permission denied for database "closed"`}, []string{"failed to connect to PostgreSQL database", "CONNECT privilege"}},
		{"nowhere.internal", "postgres", "pgpass", "postgres", 0,
			[]string{"ssh: failed to forward to nowhere.internal:"}, []string{"ssh: failed to forward to nowhere.internal:"}},
		{hiddenName, "postgres", "pgpass", "postgres", 1,
			[]string{"ssh: failed to forward to ", "refused"}, []string{"ssh: failed to forward to ", "refused"}},
		{hiddenName, "plain", "weak", "postgres", 0,
			[]string{"user lacks the REPLICATION attribute"}, []string{"POSTGRES source validation: user lacks the REPLICATION attribute"}},
		{"replica.internal", "postgres", "pgpass", "postgres", replica.Port(),
			[]string{"server must have wal_level >= logical, but has replica"}, []string{"POSTGRES source validation: server must have wal_level >= logical, but has replica"}},
	} {
		if c.port == 0 {
			c.port = w.proxy.Port()
		}
		name := fmt.Sprintf("c%d", i)
		w.refused(connection(name, "", c.host, c.user, c.secret, c.database, c.port), c.validate...)
		w.exec(connection(name, "WITH (VALIDATE = false)", c.host, c.user, c.secret, c.database, c.port))
		w.refused("VALIDATE CONNECTION "+name, c.validate...)
		w.refused("CREATE SOURCE s FROM POSTGRES CONNECTION "+name+" (PUBLICATION 'p') FOR ALL TABLES", c.source...)
	}
	w.exec(connection("w", "", hiddenName, "weak", "weak", "postgres", w.proxy.Port()))
	for _, c := range []struct {
		connection, source string
		texts              []string
	}{
		{"c", "(PUBLICATION 'nope') FOR ALL TABLES", []string{`publication "nope" does not exist`}},
		{"c", "(PUBLICATION 'p_empty') FOR ALL TABLES", []string{"PUBLICATION p_empty is empty"}},
		{"w", "(PUBLICATION 'p_hidden') FOR ALL TABLES", []string{"insufficient privileges", "user lacks USAGE privileges for schemas hidden"}},
		{"w", "(PUBLICATION 'p_locked') FOR ALL TABLES", []string{"insufficient privileges", "user lacks SELECT privileges for tables public.locked"}},
		{"w", "(PUBLICATION 'p_rows') FOR ALL TABLES", []string{"one or more tables requires BYPASSRLS", "public.rows"}},
		{"c", "(PUBLICATION 'p_odd') FOR ALL TABLES", []string{"referenced tables use unsupported types", "postgres.public.odd.place (OID 600)", "TEXT COLUMNS"}},
		{"c", "(PUBLICATION 'p_keyless') FOR ALL TABLES", []string{"referenced items not tables with REPLICA IDENTITY FULL", "postgres.public.keyless"}},
		{"c", "(PUBLICATION 'p_twice') FOR ALL TABLES", []string{`multiple tables with name "open": public.open, second.open`}},
		{"c", "(PUBLICATION 'p_twice') FOR TABLES (open)", []string{"table open is ambiguous, consider specifying the schema"}},
		{"c", "(PUBLICATION 'p_twice') FOR TABLES (second.open, second.open AS again)", []string{`referred to by multiple subsources: "open", "again"`}},
		{"c", "(PUBLICATION 'p_twice') FOR TABLES (opne)", []string{"reference to opne not found in source", "open"}},
		{"c", "(PUBLICATION 'p_twice') FOR SCHEMAS (public, third)", []string{"database postgres missing referenced schemas", "missing schemas: third"}},
		{"c", "(PUBLICATION 'p_odd', TEXT COLUMNS (odd.plac)) FOR ALL TABLES", []string{`invalid TEXT COLUMNS option value: column "odd.plac" does not exist`, "place"}},
		{"c", "(PUBLICATION 'p_odd', TEXT COLUMNS (odd.place), EXCLUDE COLUMNS (odd.place)) FOR ALL TABLES", []string{`duplicated column name references: ["place"]`}},
		{"t", "(PUBLICATION 'p') FOR ALL TABLES", []string{"t is not a POSTGRES CONNECTION"}},
	} {
		w.refused("CREATE SOURCE s FROM POSTGRES CONNECTION "+c.connection+" "+c.source, c.texts...)
	}
	if rows := w.culvert.MustQuery(t, "SHOW SOURCES"); len(rows) != 0 {
		t.Errorf("sources are left: %q", rows)
	}
	if n, err := w.slots(t.Context()); n != 0 || err != nil {
		t.Errorf("%d slots are left upstream, %v", n, err)
	}
	// What the user may read is read, beside what the user may not.
	w.exec("CREATE SOURCE s FROM POSTGRES CONNECTION w (PUBLICATION 'p_locked') FOR TABLES (open)")
	w.pg.MustExec(t, "GRANT USAGE ON SCHEMA hidden TO weak; GRANT SELECT ON locked TO weak; ALTER ROLE weak BYPASSRLS; INSERT INTO rows VALUES (1), (9)")
	w.exec("CREATE SOURCE r FROM POSTGRES CONNECTION w (PUBLICATION 'p_rows') FOR ALL TABLES")
	w.must(difference(w.culvert.MustQuery(t, "SELECT id FROM rows ORDER BY id"), [][]string{{"1"}, {"9"}}))
}
