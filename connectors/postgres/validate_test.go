package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"culvert/catalog/secrets"
	"culvert/connectors"
	"culvert/sql/pgerr"
	"culvert/sql/types"
	"culvert/testenv"
)

func TestValidateSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	r := newRig(t, "SELECT 1")
	if err := Validate(t.Context(), r.params()); err != nil {
		t.Errorf("a good server: %v", err)
	}
	for _, c := range []struct {
		text   string
		code   pgerr.Code
		change func(p *Params)
	}{
		{`password authentication failed for user "postgres"`, "28P01", func(p *Params) { p.Password = secrets.NewValue([]byte("wr0ng-secret")) }},
		{`database "nowhere" does not exist`, "3D000", func(p *Params) { p.Database = "nowhere" }},
		{`password authentication failed for user "nobody"`, "28P01", func(p *Params) { p.User = "nobody" }},
		{"connection refused", "08001", func(p *Params) { p.Port = 1 }},
		{"error connecting to server", "08001", func(p *Params) { p.Host = "no-such-host.invalid" }},
		{"refused TLS", "08001", func(p *Params) { p.SSLMode = SSLRequire }},
		{"SSL CERTIFICATE AUTHORITY has no certificate", "08001", func(p *Params) { p.SSLMode, p.SSLCA = SSLVerifyCA, "nonsense" }},
	} {
		p := r.params()
		c.change(&p)
		err := Validate(t.Context(), p)
		if err == nil || !strings.Contains(err.Error(), c.text) || pgerr.From(err).Code != c.code {
			t.Errorf("%q (%v) instead of %s (%s)", err, pgerr.From(err).Code, c.text, c.code)
		}
		if err != nil && strings.Contains(err.Error(), "wr0ng") {
			t.Errorf("the secret is in %q", err)
		}
	}
	if text := fmt.Sprintf("%v %+v %#v", r.params(), r.params(), r.params().Password); strings.Contains(text, r.pg.Password()+"}") || strings.Contains(text, `value:"`) {
		t.Errorf("the password prints: %s", text)
	}
}

func TestServerSettingsAreChecked(t *testing.T) {
	t.Parallel()
	for text, settings := range map[string]map[string]string{
		"server must have wal_level >= logical, but has replica": {"wal_level": "replica"},
		"insufficient number of replication slots":               {"max_replication_slots": "1"},
		"replication disabled on server":                         {"max_wal_senders": "0"},
	} {
		r := newRigWith(t, testenv.PostgresOptions{Settings: settings}, "CREATE PUBLICATION p FOR ALL TABLES")
		if err := Validate(t.Context(), r.params()); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%v instead of %s", err, text)
		}
		_, err := DescribePublication(t.Context(), r.params(), "p", ForSource)
		if err == nil || !strings.HasPrefix(err.Error(), "POSTGRES source validation: ") {
			t.Errorf("%v", err)
		}
	}
}

func TestFreeSlotsAndSendersAreCounted(t *testing.T) {
	t.Parallel()
	r := newRigWith(t, testenv.PostgresOptions{Settings: map[string]string{"max_replication_slots": "3", "max_wal_senders": "1"}}, "SELECT 1")
	r.exec("SELECT pg_create_physical_replication_slot('a')")
	if err := Validate(t.Context(), r.params()); err != nil {
		t.Errorf("two slots are free: %v", err)
	}
	r.exec("SELECT pg_create_physical_replication_slot('b')")
	var said *pgerr.Error
	if err := Validate(t.Context(), r.params()); !errors.As(err, &said) || said.Message != "PostgreSQL server has insufficient number of replication slots available" ||
		said.Detail != "executing this statement requires 2 replication slots" || said.Hint == "" {
		t.Errorf("one slot is free: %+v", err)
	}
	if _, err := DescribePublication(t.Context(), r.params(), "p", ForTables); err == nil || err.Error() != `publication "p" does not exist` {
		t.Errorf("one slot is enough for more tables: %v", err)
	}
	r.exec("SELECT pg_drop_replication_slot('b')")
	other, err := r.params().connect(t.Context(), replicationSettings)
	if err != nil {
		t.Fatal(err)
	}
	if err := Validate(t.Context(), r.params()); !errors.As(err, &said) || said.Message != "PostgreSQL server has no WAL sender available" || said.Hint == "" {
		t.Errorf("no sender is free: %+v", err)
	}
	other.close()
	testenv.Eventually(t, connectTimeout, func() error { return Validate(t.Context(), r.params()) })
}

func TestPublicationIsDescribed(t *testing.T) {
	t.Parallel()
	r := newRig(t, `CREATE SCHEMA s; CREATE TABLE s.t (a int NOT NULL, b numeric(10,2), gone text, g int GENERATED ALWAYS AS (a * 2) STORED, c point, PRIMARY KEY (a));
		ALTER TABLE s.t DROP gone;
		CREATE TABLE nokey (a int); CREATE TABLE f (a int); ALTER TABLE f REPLICA IDENTITY FULL;
		CREATE TABLE deferred (a int PRIMARY KEY DEFERRABLE);
		CREATE TABLE indexed (a int NOT NULL, b int NOT NULL); CREATE UNIQUE INDEX i ON indexed (b, a) INCLUDE (a); ALTER TABLE indexed REPLICA IDENTITY USING INDEX i;
		CREATE TABLE part (a int PRIMARY KEY) PARTITION BY RANGE (a); CREATE TABLE part1 PARTITION OF part FOR VALUES FROM (0) TO (10);
		CREATE TABLE listed (a int PRIMARY KEY, hidden text, shown text);
		CREATE PUBLICATION p FOR TABLE s.t, nokey, f, deferred, indexed, part, listed (a, shown) WHERE (a > 5);
		CREATE PUBLICATION root FOR TABLE part WITH (publish_via_partition_root);
		CREATE ROLE weak LOGIN REPLICATION PASSWORD 'weak'`)
	pub, err := DescribePublication(t.Context(), r.params(), "p", ForSource)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]PublishedTable{}
	for _, table := range pub.Tables {
		found[table.Name] = table
	}
	table := found["t"]
	if table.Schema != "s" || len(table.Columns) != 3 || table.Columns[1].Type != (types.Type{OID: types.NumericOID, Mod: types.MakeNumericMod(10, 2)}) ||
		table.Columns[2].Attnum != 5 || table.Columns[2].TypeName != "point" || !table.Columns[0].NotNull || table.Columns[1].NotNull || Supported(table.Columns[2].Type) || !Supported(table.Columns[1].Type) {
		t.Errorf("s.t: %+v", table)
	}
	for name, want := range map[string]struct {
		ok  bool
		key string
	}{
		"t": {true, "[1]"}, "nokey": {false, "[]"}, "f": {true, "[]"}, "deferred": {false, "[]"}, "indexed": {true, "[2 1]"}, "part1": {true, "[1]"}, "listed": {true, "[1]"},
	} {
		table, there := found[name]
		key, ok := table.Key(nil)
		if !there || ok != want.ok || fmt.Sprint(key) != want.key {
			t.Errorf("%s: there %v, key %v, ok %v", name, there, key, ok)
		}
	}
	if _, ok := table.Key(map[int16]bool{1: true}); ok {
		t.Error("a table without its key is taken")
	}
	if l := found["listed"]; len(l.Columns) != 2 || l.Columns[1].Name != "shown" || l.RowFilter == "" {
		t.Errorf("listed: %+v", l)
	}
	if pub.SystemID == "" || pub.Database != "postgres" || len(pub.Tables) != 7 {
		t.Errorf("publication %+v", pub)
	}
	root, err := DescribePublication(t.Context(), r.params(), "root", ForSource)
	if err != nil || !root.ViaRoot || len(root.Tables) != 1 || !root.Tables[0].Partitioned {
		t.Errorf("root: %+v %v", root, err)
	}
	if _, err := DescribePublication(t.Context(), r.params(), "nope", ForSource); err == nil || err.Error() != `publication "nope" does not exist` {
		t.Errorf("%v", err)
	}
	weak := r.params()
	weak.User, weak.Password = "weak", secrets.NewValue([]byte("weak"))
	pub, err = DescribePublication(t.Context(), weak, "p", ForSource)
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range pub.Tables {
		if table.MaySelect || table.MayUse == (table.Schema == "s") {
			t.Errorf("%s: may select %v, may use %v", table.Name, table.MaySelect, table.MayUse)
		}
	}
	weak.Password = secrets.NewValue([]byte("no"))
	var failed *pgerr.Error
	if _, err = DescribePublication(t.Context(), weak, "p", ForSource); !errors.As(err, &failed) || failed.Message != "failed to connect to PostgreSQL database" || !strings.Contains(failed.Detail, "password authentication failed") {
		t.Errorf("%v", err)
	}
}

func TestPartitionsAndFiltersArrive(t *testing.T) {
	t.Parallel()
	r := newRig(t, `CREATE TABLE part (a int PRIMARY KEY, v text) PARTITION BY RANGE (a); CREATE TABLE part1 PARTITION OF part FOR VALUES FROM (0) TO (10);
		CREATE TABLE part2 PARTITION OF part FOR VALUES FROM (10) TO (20); INSERT INTO part SELECT i, 'x' FROM generate_series(0, 19) i;
		CREATE TABLE listed (a int PRIMARY KEY, hidden text, shown text); INSERT INTO listed SELECT i, 'h', 's' FROM generate_series(1, 10) i;
		CREATE PUBLICATION p FOR TABLE part, listed (a, shown) WHERE (a > 5) WITH (publish_via_partition_root)`)
	cfg := r.config()
	r.Start(t, r.spec(cfg))
	r.AwaitReady(t, "part", "listed")
	r.exec("UPDATE part SET v = 'y' WHERE a % 3 = 0; DELETE FROM part WHERE a = 11; UPDATE part SET a = 11 WHERE a = 1; INSERT INTO listed VALUES (0, 'h', 'no'), (11, 'h', 's'); UPDATE listed SET shown = 'z' WHERE a > 8")
	r.same("part")
	testenv.Eventually(t, connectTimeout, func() error {
		return difference(r.Rows(t, "listed"), r.upstream("SELECT a, shown FROM listed WHERE a > 5"))
	})
}

func TestTLSModes(t *testing.T) {
	t.Parallel()
	r := newRigWith(t, testenv.PostgresOptions{SSL: true}, "SELECT 1")
	pem, err := os.ReadFile(filepath.Join(r.pg.SocketDir(), "data", "server.crt"))
	if err != nil {
		t.Fatal(err)
	}
	other := testenv.NewPostgres(t, testenv.PostgresOptions{SSL: true})
	otherPEM, err := os.ReadFile(filepath.Join(other.SocketDir(), "data", "server.crt"))
	if err != nil {
		t.Fatal(err)
	}
	direct := func(p *Params) { p.Host, p.Port = r.pg.Host(), uint16(r.pg.Port()) }
	for _, c := range []struct {
		mode   SSLMode
		ca     string
		direct bool
		text   string // of the error; empty: it works
	}{
		{SSLDisable, "", true, ""},
		{SSLRequire, "", true, ""},
		{SSLRequire, string(pem), false, ""},
		{SSLRequire, string(otherPEM), true, "certificate"},
		{SSLVerifyCA, string(pem), false, ""}, // the proxy's address is not in the certificate
		{SSLVerifyCA, string(otherPEM), true, "certificate"},
		{SSLVerifyFull, string(pem), true, ""},
		{SSLVerifyFull, string(pem), false, "certificate"},
		{SSLVerifyFull, "", true, "certificate"},
		{"prefer", "", true, "unknown SSL MODE"},
	} {
		p := r.params()
		if c.direct {
			direct(&p)
		}
		p.SSLMode, p.SSLCA = c.mode, c.ca
		err := Validate(t.Context(), p)
		if c.text == "" && err != nil || c.text != "" && (err == nil || !strings.Contains(err.Error(), c.text)) {
			t.Errorf("%s, direct %v: %v, want %q", c.mode, c.direct, err, c.text)
		}
	}
}

func TestTunnelErrorsKeepTheirLeg(t *testing.T) {
	t.Parallel()
	r := newRig(t, oneTable)
	p := r.params()
	p.Dial = func(context.Context, string, string) (net.Conn, error) { return nil, &legError{} }
	err := Validate(t.Context(), p)
	if err == nil || err.Error() != "ssh: failed to connect to the remote host: nobody there" {
		t.Errorf("%v", err)
	}
	var legged connectors.Legged
	if !errors.As(err, &legged) {
		t.Error("the cause is lost")
	}
}

type legError struct{}

func (*legError) Error() string             { return "failed to connect to the remote host: nobody there" }
func (*legError) SourceErrorPrefix() string { return "ssh" }

func TestParamsDoNotPrintSecrets(t *testing.T) {
	t.Parallel()
	p := Params{Password: secrets.NewValue([]byte("hunter2")), SSLKey: secrets.NewValue([]byte("hunter3"))}
	hidden := struct{ params Params }{p} // fmt reads unexported fields by reflection
	if text := fmt.Sprintf("%v %+v %#v %+v %#v", p, p, p, hidden, hidden); strings.Contains(text, "hunter") {
		t.Error(text)
	}
}
