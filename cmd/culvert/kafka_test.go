package main_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"culvert/testenv"

	"github.com/hamba/avro/v2"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sr"
	"github.com/twmb/franz-go/pkg/sr/srfake"
)

// kafkaWorld is culvert with real brokers behind a real bastion, which alone
// resolves their names.
type kafkaWorld struct {
	t       *testing.T
	kafka   *testenv.Kafka
	bastion *testenv.Bastion
	culvert *testenv.Culvert
}

// newKafkaWorld has two brokers, each with TLS and without.
func newKafkaWorld(t *testing.T) *kafkaWorld {
	t.Helper()
	return newKafkaWorldOf(t, testenv.KafkaOptions{
		Names: []string{"broker1", "broker2"}, Listeners: []testenv.KafkaListener{{Protocol: "SSL", Port: 9092}, {Protocol: "PLAINTEXT", Port: 9093}},
		HeapMB: 256,
	})
}

func newKafkaWorldOf(t *testing.T, opts testenv.KafkaOptions) *kafkaWorld {
	t.Helper()
	w := &kafkaWorld{t: t, kafka: testenv.NewKafka(t, opts)}
	hosts := w.kafka.Hosts()
	hosts["registry"] = "127.0.0.1"
	bastion := testenv.NewBastion(t, testenv.BastionOptions{Hosts: hosts})
	w.bastion = bastion
	trusted := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(trusted, []byte(w.kafka.Authority().PEM), 0o600); err != nil {
		t.Fatal(err)
	}
	w.culvert = testenv.NewCulvert(t, testenv.CulvertOptions{Env: []string{"SSL_CERT_FILE=" + trusted}, Flags: []string{"--log-level", "debug"}})
	w.exec(fmt.Sprintf("CREATE CONNECTION ssh_connection TO SSH TUNNEL (HOST '%s', USER '%s', PORT %d)", bastion.Host(), bastion.User(), bastion.Port()))
	keys := w.culvert.MustQuery(t, "SELECT public_key_1, public_key_2 FROM mz_ssh_tunnel_connections")
	if err := bastion.SetAuthorizedKeys(keys[0]...); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *kafkaWorld) exec(sql string) {
	w.t.Helper()
	w.culvert.MustExec(w.t, sql)
}

// await waits until a query answers so: columns joined by |, rows by a blank.
func (w *kafkaWorld) await(query, want string) {
	w.t.Helper()
	if got, err := w.awaits(query, want, 30*time.Second); err != nil || got != want {
		w.t.Fatalf("%s\ngives %s (%v)\nnot   %s", query, got, err, want)
	}
}

// awaits waits so long until a query answers so, and gives its last answer.
func (w *kafkaWorld) awaits(query, want string, within time.Duration) (got string, err error) {
	for deadline := time.Now().Add(within); ; <-time.After(50 * time.Millisecond) {
		var rows [][]string
		rows, err = w.culvert.Query(w.t.Context(), query)
		var lines []string
		for _, r := range rows {
			lines = append(lines, strings.Join(r, "|"))
		}
		got = strings.Join(lines, " ")
		if err == nil && got == want || time.Now().After(deadline) {
			return got, err
		}
	}
}

// refused runs a statement that fails with an error of this text.
func (w *kafkaWorld) refused(sql, text string) {
	w.t.Helper()
	if err := w.culvert.Exec(w.t.Context(), sql); err == nil || !strings.Contains(err.Error(), text) {
		w.t.Errorf("%s\ngives %v\nnot   %s", sql, err, text)
	}
}

func record(topic, key, value string) *kgo.Record {
	r := &kgo.Record{Topic: topic}
	if key != "" {
		r.Key = []byte(key)
	}
	if value != "" {
		r.Value = []byte(value)
	}
	return r
}

// TestKafkaGuide runs the guide's statements word for word: TLS to the brokers,
// by the system's trust store.
func TestKafkaGuide(t *testing.T) {
	t.Parallel()
	w := newKafkaWorld(t)
	w.kafka.MustCreateTopic(t, "test_topic", 3, nil)
	for i := range 100 {
		w.kafka.MustProduce(t, record("test_topic", "", fmt.Sprintf(`{"n": %d}`, i)))
	}
	w.exec(`CREATE CONNECTION kafka_connection TO KAFKA (
		BROKERS (
			'broker1:9092' USING SSH TUNNEL ssh_connection,
			'broker2:9092' USING SSH TUNNEL ssh_connection
			-- Add all Kafka brokers
		)
	);`)
	w.exec("CREATE SOURCE json_source FROM KAFKA CONNECTION kafka_connection (TOPIC 'test_topic') FORMAT BYTES WITH (SIZE = '3xsmall');")
	w.await("SELECT count(*), count(DISTINCT data) FROM json_source", "100|100")
	w.await("SELECT status FROM mz_internal.mz_source_statuses WHERE name = 'json_source'", "running")
	w.kafka.MustProduce(t, record("test_topic", "", "more"))
	w.await("SELECT count(*) FROM json_source WHERE data = 'more'", "1")
	w.await(`SELECT count(*), sum("offset") FROM json_source_progress`, "3|101")
	w.await("SELECT messages_received, offset_committed FROM mz_internal.mz_source_statistics", "101|101")
	if err := w.culvert.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.kafka.MustProduce(t, record("test_topic", "", "later"))
	w.await("SELECT count(*) FROM json_source", "102")
	w.await("SELECT s.type, k.topic FROM mz_sources s JOIN mz_kafka_sources k USING (id)", "kafka|test_topic")
	w.exec("DROP SOURCE json_source")
}

// TestKafkaEnvelopes has a source of each envelope, its rows and its errors.
func TestKafkaEnvelopes(t *testing.T) {
	t.Parallel()
	w := newKafkaWorld(t)
	registry := srfake.New()
	t.Cleanup(registry.Close)
	at, err := url.Parse(registry.URL())
	if err != nil {
		t.Fatal(err)
	}
	w.exec("CREATE CONNECTION k TO KAFKA (BROKER 'broker1:9093', SSH TUNNEL ssh_connection, SECURITY PROTOCOL 'PLAINTEXT')")
	w.exec("CREATE CONNECTION csr TO CONFLUENT SCHEMA REGISTRY (URL 'http://registry:" + at.Port() + "', SSH TUNNEL ssh_connection)")
	for _, topic := range []string{"prices", "changes", "rows"} {
		w.kafka.MustCreateTopic(t, topic, 2, nil)
	}

	w.refused("CREATE CONNECTION tls TO KAFKA (BROKER 'broker1:9093', SSH TUNNEL ssh_connection)", "does not support SSL connections")
	w.refused("CREATE CONNECTION lost TO KAFKA (BROKER 'nosuch:9093', SSH TUNNEL ssh_connection, SECURITY PROTOCOL 'PLAINTEXT')", "ssh: ")
	w.refused("CREATE SOURCE x FROM KAFKA CONNECTION k (TOPIC 'nosuch') FORMAT TEXT", "Topic does not exist")
	w.refused("CREATE SOURCE x FROM KAFKA CONNECTION k (TOPIC 'prices') FORMAT AVRO USING CONFLUENT SCHEMA REGISTRY CONNECTION csr", `has no subject "prices-value"`)

	// A source and tables of it, in one transaction.
	w.kafka.MustProduce(t, record("prices", "a", `{"p": 1}`), record("prices", "b", `{"p": 2}`), record("prices", "a", `{"p": 3}`), record("prices", "c", `{"p"`))
	w.exec(`BEGIN;
		CREATE SOURCE prices FROM KAFKA CONNECTION k (TOPIC 'prices');
		CREATE TABLE kept FROM SOURCE prices (REFERENCE prices) KEY FORMAT TEXT VALUE FORMAT JSON INCLUDE KEY, PARTITION WITH (ON DECODE ERROR = 'keep');
		CREATE TABLE latest FROM SOURCE prices (REFERENCE prices) KEY FORMAT TEXT VALUE FORMAT JSON ENVELOPE UPSERT (VALUE DECODING ERRORS = (INLINE));
		CREATE TABLE strict FROM SOURCE prices KEY FORMAT TEXT VALUE FORMAT JSON ENVELOPE UPSERT;
		COMMIT;`)
	w.await("SELECT key, data->>'p' FROM kept ORDER BY 1, 2", "a|1 a|3 b|2")
	w.await("SELECT key, data->>'p', error IS NULL FROM latest ORDER BY 1", "a|3|t b|2|t c|NULL|f")
	w.await("SELECT name, key, value = '{\"p\"', kept FROM culvert.source_errors ORDER BY 1", `kept|\x63|t|t strict|\x63|t|f`)
	w.await("SELECT status FROM mz_internal.mz_source_statuses WHERE name IN ('kept', 'latest', 'strict') ORDER BY name", "running running ceased")
	w.kafka.MustProduce(t, record("prices", "c", ""), record("prices", "b", ""))
	w.await("SELECT key, data->>'p' FROM strict ORDER BY 1", "a|3")
	w.await("SELECT key, data->>'p' FROM latest ORDER BY 1", "a|3")

	// A table that a source gets later.
	w.exec("CREATE SOURCE bare FROM KAFKA CONNECTION k (TOPIC 'prices', TOPIC METADATA REFRESH INTERVAL '1s')")
	w.await("SELECT status FROM mz_internal.mz_source_statuses WHERE name = 'bare'", "running")
	w.exec("CREATE TABLE late FROM SOURCE bare FORMAT TEXT INCLUDE HEADERS")
	w.await("SELECT count(*), count(text) FROM late", "6|4")

	// A source that is a table itself, and stops at a message.
	w.exec("CREATE SOURCE stopped FROM KAFKA CONNECTION k (TOPIC 'prices') FORMAT JSON")
	w.await("SELECT status, error LIKE 'decode: %prices%offset%' FROM mz_internal.mz_source_statuses WHERE name = 'stopped'", "ceased|t")
	w.refused("SELECT * FROM stopped", `source error of table "stopped": decode: `)
	w.await("SELECT status FROM mz_internal.mz_source_status_history h JOIN mz_sources s ON s.id = h.source_id WHERE name = 'stopped' ORDER BY occurred_at DESC LIMIT 1", "ceased")

	// Change messages of Debezium, as JSON.
	w.kafka.MustProduce(t,
		record("changes", `{"id": 1}`, `{"before": null, "after": {"id": 1, "v": "x"}, "op": "c"}`),
		record("changes", `{"id": 2}`, `{"before": null, "after": {"id": 2, "v": "y"}, "op": "c"}`),
		record("changes", `{"id": 1}`, `{"before": {"id": 1, "v": "x"}, "after": {"id": 1, "v": "z"}, "op": "u"}`),
		record("changes", `{"id": 2}`, `{"before": {"id": 2, "v": "y"}, "after": null, "op": "d"}`))
	w.exec("CREATE SOURCE changes FROM KAFKA CONNECTION k (TOPIC 'changes') FORMAT JSON ENVELOPE DEBEZIUM")
	w.await("SELECT data->>'id', data->>'v' FROM changes", "1|z")
	w.await("SELECT * FROM changes", `{"v": "z", "id": 1}`)

	// Avro, whose keys are one column.
	keySchema := `{"type": "record", "name": "k", "fields": [{"name": "id", "type": "long"}]}`
	valueSchema := `{"type": "record", "name": "v", "fields": [{"name": "name", "type": "string"}, {"name": "n", "type": ["null", "int"], "default": null}]}`
	registry.SeedSchema("rows-key", 1, 1, sr.Schema{Schema: keySchema})
	registry.SeedSchema("rows-value", 1, 2, sr.Schema{Schema: valueSchema})
	frame := func(id uint32, schema string, v any) []byte {
		body, err := avro.Marshal(avro.MustParse(schema), v)
		if err != nil {
			t.Fatal(err)
		}
		return bytes.Join([][]byte{{0}, binary.BigEndian.AppendUint32(nil, id), body}, nil)
	}
	key := func(id int64) []byte { return frame(1, keySchema, map[string]any{"id": id}) }
	w.kafka.MustProduce(t,
		&kgo.Record{Topic: "rows", Key: key(7), Value: frame(2, valueSchema, map[string]any{"name": "seven", "n": 7})},
		&kgo.Record{Topic: "rows", Key: key(8), Value: frame(2, valueSchema, map[string]any{"name": "eight", "n": nil})})
	w.exec("CREATE SOURCE rows FROM KAFKA CONNECTION k (TOPIC 'rows') FORMAT AVRO USING CONFLUENT SCHEMA REGISTRY CONNECTION csr ENVELOPE UPSERT")
	w.await("SELECT id, name, n FROM rows ORDER BY 1", "7|seven|7 8|eight|NULL")
	w.exec("CREATE SOURCE documents FROM KAFKA CONNECTION k (TOPIC 'rows') FORMAT AVRO USING CONFLUENT SCHEMA REGISTRY CONNECTION csr INCLUDE KEY AS k, OFFSET ENVELOPE UPSERT")
	w.await("SELECT k, name FROM documents ORDER BY 2", "8|eight 7|seven")

	// Altering a connection takes effect at once.
	w.exec("ALTER CONNECTION k SET (BROKER 'nosuch:9093') WITH (VALIDATE = false)")
	w.await("SELECT status FROM mz_internal.mz_source_statuses WHERE name = 'changes'", "stalled")
	w.exec("ALTER CONNECTION k SET (BROKERS ('broker1:9093', 'broker2:9093'))")
	w.await("SELECT status FROM mz_internal.mz_source_statuses WHERE name = 'changes'", "running")
}
