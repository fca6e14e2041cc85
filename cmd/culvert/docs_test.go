package main_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hamba/avro/v2"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sr"
	"github.com/twmb/franz-go/pkg/sr/srfake"

	"culvert/testenv"
)

// docsShop is what the documents have upstream.
const docsShop = `
CREATE TYPE mood AS ENUM ('glad', 'cross');
CREATE TABLE customers (id bigint PRIMARY KEY, name text NOT NULL);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL, total numeric NOT NULL);
CREATE TABLE items (order_id bigint, line int, product text, PRIMARY KEY (order_id, line));
CREATE TABLE reviews (id bigint PRIMARY KEY, mood mood NOT NULL, note text);
INSERT INTO customers VALUES (1, 'Ada');
INSERT INTO orders SELECT n, 1, n * 100.5 FROM generate_series(1, 20) n;
INSERT INTO items VALUES (1, 1, 'lamp');
INSERT INTO reviews VALUES (1, 'glad', 'bright');
CREATE PUBLICATION mz_source FOR TABLE customers, orders, items;
CREATE PUBLICATION shop FOR TABLE orders, items, reviews;
`

// The schemas in the documents' registry, by subject; an ID is one more than the
// place in docsSubjects.
var (
	docsSubjects = []string{"orders-value", "shop.public.customers-key", "shop.public.customers-value", "readings-value"}
	docsSchemas  = []string{
		`{"type": "record", "name": "o", "fields": [{"name": "id", "type": "long"}, {"name": "total", "type": "double"}]}`,
		`{"type": "record", "name": "k", "fields": [{"name": "id", "type": "long"}]}`,
		`{"type": "record", "name": "e", "fields": [
			{"name": "before", "type": ["null", {"type": "record", "name": "c", "fields": [{"name": "id", "type": "long"}, {"name": "name", "type": "string"}]}]},
			{"name": "after", "type": ["null", "c"]}, {"name": "op", "type": "string"}]}`,
		`{"type": "record", "name": "r", "fields": [{"name": "degrees", "type": "double"}]}`,
	}
)

// docsStep is a statement that stands in front of a page: what several pages
// build on, such as the tunnel.
type docsStep struct {
	makes []string // the names that it takes
	sql   string
}

// docsWorld has the servers that the documents name, behind a real bastion.
type docsWorld struct {
	culvert  *testenv.Culvert
	bastion  *testenv.Bastion
	replacer *strings.Replacer // puts this run's ports, and the bastion's name and user, in the place of the documents'
	steps    []docsStep
	keys     map[string]bool // that the bastion lets in: those of dropped tunnels, too, which drop slots
}

// TestExamplesOfTheDocsRun runs every sql block of README.md and docs/sql, page by
// page, as a person would who has what the page takes for granted. See
// CONTRIBUTING.md for how examples are marked.
func TestExamplesOfTheDocsRun(t *testing.T) {
	t.Parallel()
	root, err := testenv.ModuleRoot()
	if err != nil {
		t.Fatal(err)
	}
	pages, err := filepath.Glob(filepath.Join(root, "docs", "sql", "*.md"))
	if err != nil || len(pages) == 0 {
		t.Fatalf("no pages: %v", err)
	}
	w := newDocsWorld(t)
	for _, page := range append(pages, filepath.Join(root, "README.md")) {
		t.Run(filepath.Base(page), func(t *testing.T) { w.runPage(t, page) })
	}
}

func newDocsWorld(t *testing.T) *docsWorld {
	t.Helper()
	pg := testenv.NewPostgres(t, testenv.PostgresOptions{SSL: true, Password: "the password"})
	pg.MustExec(t, docsShop)
	kafka := testenv.NewKafka(t, testenv.KafkaOptions{
		Names: []string{"broker1", "broker2"}, Listeners: []testenv.KafkaListener{{Protocol: "SSL", Port: 9092}, {Protocol: "SASL_SSL", Port: 9094}},
		Users: map[string]string{"reader": "the reader's password"}, HeapMB: 256,
	})
	registry := srfake.New()
	t.Cleanup(registry.Close)
	at, err := url.Parse(registry.URL())
	if err != nil {
		t.Fatal(err)
	}
	for i, subject := range docsSubjects {
		registry.SeedSchema(subject, 1, i+1, sr.Schema{Schema: docsSchemas[i]})
	}
	docsMessages(t, kafka)

	hosts := kafka.Hosts()
	hosts["db.internal"] = pg.Host()
	hosts["registry"], hosts["schema-registry"] = at.Hostname(), at.Hostname()
	w := &docsWorld{keys: map[string]bool{}, bastion: testenv.NewBastion(t, testenv.BastionOptions{Hosts: hosts})}
	trusted := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(trusted, []byte(kafka.Authority().PEM), 0o600); err != nil {
		t.Fatal(err)
	}
	w.culvert = testenv.NewCulvert(t, testenv.CulvertOptions{Env: []string{"SSL_CERT_FILE=" + trusted}})
	w.replacer = strings.NewReplacer(
		"'bastion.example.com'", "'"+w.bastion.Host()+"'", "'bastion2.example.com'", "'"+w.bastion.Host()+"'",
		"USER 'tunnel'", "USER '"+w.bastion.User()+"'", "PORT 22", fmt.Sprintf("PORT %d", w.bastion.Port()),
		"PORT 5432", fmt.Sprintf("PORT %d", pg.Port()), "registry:8081", "registry:"+at.Port(),
		"'the new password'", "'the password'")
	w.steps = []docsStep{
		{[]string{"pgpass"}, "CREATE SECRET pgpass AS 'the password'"},
		{[]string{"kafka_password"}, "CREATE SECRET kafka_password AS 'the reader''s password'"},
		{[]string{"kafka_authority"}, "CREATE SECRET kafka_authority AS '" + kafka.Authority().PEM + "'"},
		{[]string{"registry_password"}, "CREATE SECRET registry_password AS 'the registry''s password'"},
		{[]string{"ssh_connection"}, "CREATE CONNECTION ssh_connection TO SSH TUNNEL (HOST 'bastion.example.com', USER 'tunnel', PORT 22)"},
		{[]string{"pg_connection"}, `CREATE CONNECTION pg_connection TO POSTGRES (HOST 'db.internal', PORT 5432, USER 'postgres', PASSWORD SECRET pgpass,
			SSL MODE 'require', DATABASE 'postgres', SSH TUNNEL ssh_connection)`},
		{[]string{"mz_source", "customers", "orders", "items"},
			"CREATE SOURCE mz_source FROM POSTGRES CONNECTION pg_connection (PUBLICATION 'mz_source') FOR ALL TABLES"},
		{[]string{"kafka_connection"}, `CREATE CONNECTION kafka_connection TO KAFKA (BROKERS ('broker1:9092', 'broker2:9092'), SSH TUNNEL ssh_connection)`},
		{[]string{"csr"}, "CREATE CONNECTION csr TO CONFLUENT SCHEMA REGISTRY (URL 'http://registry:8081', SSH TUNNEL ssh_connection)"},
	}
	return w
}

// docsMessages writes the topics of the documents.
func docsMessages(t *testing.T, kafka *testenv.Kafka) {
	t.Helper()
	for _, topic := range []string{"test_topic", "orders", "prices", "shop.public.customers", "readings"} {
		kafka.MustCreateTopic(t, topic, 2, nil)
	}
	frame := func(id int, v any) []byte {
		body, err := avro.Marshal(avro.MustParse(docsSchemas[id-1]), v)
		if err != nil {
			t.Fatal(err)
		}
		return append(binary.BigEndian.AppendUint32([]byte{0}, uint32(id)), body...)
	}
	ada := map[string]any{"id": int64(1), "name": "Ada"}
	kafka.MustProduce(t,
		record("test_topic", "", "a message"),
		record("prices", "lamp", `{"price": 1.5}`), record("prices", "lamp", `{"price": 2.5}`),
		&kgo.Record{Topic: "orders", Headers: []kgo.RecordHeader{{Key: "trace", Value: []byte("5e1f")}}, Value: frame(1, map[string]any{"id": int64(1), "total": 2.5})},
		&kgo.Record{Topic: "shop.public.customers", Key: frame(2, map[string]any{"id": int64(1)}),
			Value: frame(3, map[string]any{"before": nil, "after": map[string]any{"c": ada}, "op": "c"})},
		&kgo.Record{Topic: "readings", Value: frame(4, map[string]any{"degrees": 20.5})})
}

var (
	sqlBlock     = regexp.MustCompile("(?s)```sql\n(.*?)```")
	statementEnd = regexp.MustCompile(`;\s*(--.*)?$`)
	failsWith    = regexp.MustCompile(`-- ERROR: ([0-9A-Z]{5})\b`)
	created      = regexp.MustCompile(`(?m)^CREATE (?:SECRET|CONNECTION|SOURCE|TABLE) (?:IF NOT EXISTS )?(\w+)`)
)

// runPage runs a page's examples in one session, in a culvert that has the steps
// which the page does not take itself, and that is empty again afterwards.
func (w *docsWorld) runPage(t *testing.T, page string) {
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	var statements []string
	for _, block := range sqlBlock.FindAllStringSubmatch(string(text), -1) {
		statements = append(statements, docsStatements(t, block[1])...)
	}
	if len(statements) == 0 {
		return
	}
	conn := connect(t, w.culvert.DSN())
	defer w.clear(t)
	var missing []string
	for _, m := range created.FindAllStringSubmatch(strings.Join(statements, "\n"), -1) {
		missing = append(missing, m[1])
	}
	for _, step := range w.steps {
		if docsNeeds(step, missing) {
			missing = append(missing, step.makes...)
			continue
		}
		w.run(t, conn, step.sql)
	}
	for _, sql := range statements {
		w.run(t, conn, sql)
	}
	testenv.Eventually(t, 40*time.Second, func() error { return w.allRunning(t.Context()) })
}

// docsNeeds tells whether a step makes or names one of the objects.
func docsNeeds(step docsStep, names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		return slices.Contains(step.makes, name) || regexp.MustCompile(`\b`+name+`\b`).MatchString(step.sql)
	})
}

// docsStatements splits a block: a statement ends with the line that ends in a
// semicolon, behind which only a comment may stand.
func docsStatements(t *testing.T, block string) []string {
	t.Helper()
	var statements []string
	var lines []string
	for line := range strings.Lines(block) {
		lines = append(lines, line)
		if statementEnd.MatchString(strings.TrimSpace(line)) {
			statements, lines = append(statements, strings.Join(lines, "")), nil
		}
	}
	if rest := strings.TrimSpace(strings.Join(lines, "")); rest != "" {
		t.Errorf("a statement has no semicolon at its end:\n%s", rest)
	}
	return statements
}

// run runs a statement, which must succeed, or fail with the code that its comment
// says; then the bastion lets in the keys that there are.
func (w *docsWorld) run(t *testing.T, conn *pgx.Conn, sql string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	want := ""
	if m := failsWith.FindStringSubmatch(sql); m != nil {
		want = m[1]
	}
	_, err := conn.PgConn().Exec(ctx, w.replacer.Replace(sql)).ReadAll()
	var refused *pgconn.PgError
	switch {
	case errors.As(err, &refused) && refused.Code == want:
	case err != nil:
		t.Errorf("%s\nshould succeed or fail with %q: %s", sql, want, everything(err))
	case want != "":
		t.Errorf("%s\nshould fail with %s, and succeeds", sql, want)
	}
	rows, err := w.culvert.Query(ctx, "SELECT public_key_1, public_key_2 FROM mz_ssh_tunnel_connections")
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range slices.Concat(rows...) {
		if w.keys[key] {
			continue
		}
		w.keys[key] = true
		if err := w.bastion.AddAuthorizedKeys(key); err != nil {
			t.Fatal(err)
		}
	}
}

// allRunning returns an error while a source or a table of one does not run.
func (w *docsWorld) allRunning(ctx context.Context) error {
	rows, err := w.culvert.Query(ctx, "SELECT name, status, error, details FROM mz_internal.mz_source_statuses WHERE status <> 'running'")
	if err == nil && len(rows) > 0 {
		err = fmt.Errorf("not running: %v", rows)
	}
	return err
}

// clear drops everything that a page has left.
func (w *docsWorld) clear(t *testing.T) {
	t.Helper()
	for _, left := range []struct{ kind, query string }{
		{"SOURCE", "SELECT name FROM mz_sources WHERE type IN ('postgres', 'kafka')"},
		{"CONNECTION", "SELECT name FROM mz_connections ORDER BY id DESC"},
		{"SECRET", "SELECT name FROM mz_secrets"},
		{"SCHEMA", "SELECT name FROM mz_schemas WHERE name = 'staging'"},
	} {
		for _, row := range w.culvert.MustQuery(t, left.query) {
			w.culvert.MustExec(t, "DROP "+left.kind+" IF EXISTS "+pgx.Identifier(row).Sanitize()+" CASCADE")
		}
	}
}
