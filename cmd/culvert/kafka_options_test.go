package main_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"culvert/testenv"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sr"
)

// newOptionsWorld has two brokers, which ask for certificates where they speak TLS.
func newOptionsWorld(t *testing.T) *kafkaWorld {
	t.Helper()
	return newKafkaWorldOf(t, testenv.KafkaOptions{
		Names: []string{"broker1", "broker2"}, Listeners: []testenv.KafkaListener{{Protocol: "SSL", Port: 9092}, {Protocol: "PLAINTEXT", Port: 9093}},
		ClientAuth: "required", HeapMB: 256,
	})
}

// TestKafkaConnectionOptions has the ways to brokers and registries that a
// connection describes, and alters them under running sources.
func TestKafkaConnectionOptions(t *testing.T) {
	t.Parallel()
	w := newOptionsWorld(t)
	w.topic("both", record("", "", "one"), &kgo.Record{Value: []byte("two"), Partition: 1}) // a partition on each broker

	// The second broker is one that metadata alone names.
	w.exec("CREATE CONNECTION partly TO KAFKA (BROKERS ('broker1:9093' USING SSH TUNNEL ssh_connection), SECURITY PROTOCOL 'PLAINTEXT', PROGRESS TOPIC 'far', PROGRESS TOPIC REPLICATION FACTOR 2)")
	w.exec("CREATE SOURCE pairs FROM KAFKA CONNECTION partly (TOPIC 'both') FORMAT TEXT")
	w.awaitTrue(`SELECT status = 'stalled' AND error LIKE 'kafka: Failed to resolve hostname: broker broker2:9093:%(no broker clause of the connection covers this broker)'
		AND details::text LIKE '%Add the broker to BROKERS with its SSH TUNNEL%' FROM mz_internal.mz_source_statuses WHERE name = 'pairs'`)
	w.exec("ALTER CONNECTION partly SET (SSH TUNNEL ssh_connection)")
	w.await("SELECT text FROM pairs ORDER BY 1", "one two")
	w.statusBegins("pairs", "running")
	w.await("SHOW CREATE CONNECTION partly", "materialize.public.partly|CREATE CONNECTION materialize.public.partly TO KAFKA (BROKERS = ('broker1:9093' USING SSH TUNNEL materialize.public.ssh_connection), "+
		"SSH TUNNEL = materialize.public.ssh_connection, SECURITY PROTOCOL = 'PLAINTEXT', PROGRESS TOPIC = 'far', PROGRESS TOPIC REPLICATION FACTOR = 2);")
	w.await("SELECT brokers, sink_progress_topic FROM mz_kafka_connections", "{broker1:9093}|far")
	w.refused("ALTER CONNECTION partly SET (PROGRESS TOPIC 'other')", "cannot ALTER KAFKA option PROGRESS TOPIC")

	// The client's certificate, and the same source by TLS from then on.
	cert, key, err := w.kafka.Authority().Issue("culvert")
	w.must(err)
	w.exec(fmt.Sprintf("CREATE SECRET cert AS '%s'; CREATE SECRET key AS '%s'", cert, key))
	const encrypted = "CREATE CONNECTION encrypted TO KAFKA (BROKER 'broker1:9092', SSH TUNNEL ssh_connection%s)"
	w.refused(fmt.Sprintf(encrypted, ""), "kafka: ")
	w.exec(fmt.Sprintf(encrypted, ", SSL CERTIFICATE SECRET cert, SSL KEY SECRET key"))
	w.exec("CREATE SOURCE by_certificate FROM KAFKA CONNECTION encrypted (TOPIC 'both') FORMAT TEXT")
	w.await("SELECT text FROM by_certificate ORDER BY 1", "one two")
	w.exec("ALTER CONNECTION partly SET (BROKER 'broker2:9092'), DROP (SECURITY PROTOCOL), SET (SSL CERTIFICATE SECRET cert), SET (SSL KEY SECRET key)")
	w.kafka.MustProduce(t, record("both", "", "three"))
	w.await("SELECT text FROM pairs ORDER BY 1", "one three two")
	w.statusBegins("pairs", "running")
}

// awaitTrue waits until a query answers with true.
func (w *kafkaWorld) awaitTrue(query string) {
	w.t.Helper()
	w.await(query, "t")
}

// TestKafkaRegistryOptions has a registry that asks for a password, which
// changes while a source runs.
func TestKafkaRegistryOptions(t *testing.T) {
	t.Parallel()
	w, registry := newFormatsWorld(t)
	var password atomic.Value
	password.Store("first")
	registry.Intercept(func(rw http.ResponseWriter, r *http.Request) bool {
		user, given, _ := r.BasicAuth()
		if user == "reader" && given == password.Load() {
			return false
		}
		rw.WriteHeader(http.StatusUnauthorized)
		return true
	})
	registry.SeedSchema("events-value", 1, 1, sr.Schema{Schema: eventKey})
	event := func(id uint32, n int64) *kgo.Record {
		return &kgo.Record{Topic: "events", Value: framed(id, avroBytes(t, eventKey, map[string]any{"id": n}))}
	}
	w.topic("events", event(1, 7))
	w.exec("CREATE SECRET old_password AS 'first'; CREATE SECRET new_password AS 'second'")
	connection := "CREATE CONNECTION locked TO CONFLUENT SCHEMA REGISTRY (URL '" + w.registryURL(registry) + "', SSH TUNNEL ssh_connection, USERNAME 'reader', PASSWORD SECRET %s)"
	w.refused(fmt.Sprintf(connection, "new_password"), "401")
	w.exec(fmt.Sprintf(connection, "old_password"))
	w.exec("CREATE SOURCE events FROM KAFKA CONNECTION k (TOPIC 'events') FORMAT AVRO USING CONFLUENT SCHEMA REGISTRY CONNECTION locked")
	w.await("SELECT id FROM events", "7")

	password.Store("second")
	registry.SeedSchema("events-value", 2, 2, sr.Schema{Schema: eventKey})
	w.kafka.MustProduce(t, event(2, 8))
	w.statusBegins("events", "stalled: ")
	w.exec(`ALTER CONNECTION locked SET (PASSWORD SECRET new_password)`)
	w.await("SELECT id FROM events ORDER BY 1", "7 8")
	w.statusBegins("events", "running")
}

// TestKafkaSourceOptions has where a source begins, how it finds new partitions,
// and how far it says that it is.
func TestKafkaSourceOptions(t *testing.T) {
	t.Parallel()
	w := newKafkaWorldOf(t, testenv.KafkaOptions{Names: []string{"broker1"}, HeapMB: 256})
	w.exec("CREATE CONNECTION k TO KAFKA (BROKER 'broker1:9092', SSH TUNNEL ssh_connection, SECURITY PROTOCOL 'PLAINTEXT')")
	aged := func(value string, age time.Duration) *kgo.Record {
		return &kgo.Record{Value: []byte(value), Timestamp: time.Now().Add(-age)}
	}
	w.topic("times", aged("old", 3*time.Hour), aged("late", time.Minute), &kgo.Record{Value: []byte("other"), Partition: 1})
	w.exec("CREATE SOURCE hour FROM KAFKA CONNECTION k (TOPIC 'times', START TIMESTAMP -3600000) FORMAT TEXT")
	w.exec("CREATE SOURCE second FROM KAFKA CONNECTION k (TOPIC 'times', START OFFSET (1)) FORMAT TEXT")
	w.exec("CREATE SOURCE none FROM KAFKA CONNECTION k (TOPIC 'times', START OFFSET (2, 1)) FORMAT TEXT")
	w.await("SELECT text FROM hour ORDER BY 1", "late other")
	w.await("SELECT text FROM second ORDER BY 1", "late other")
	w.await("SELECT count(*) FROM none", "0")
	w.refused("CREATE SOURCE x FROM KAFKA CONNECTION k (TOPIC 'times', START OFFSET (0, 0, 0)) FORMAT TEXT", "START OFFSET")

	w.exec(`CREATE SOURCE all_of_it FROM KAFKA CONNECTION k (TOPIC 'times', GROUP ID PREFIX 'watchers-', TOPIC METADATA REFRESH INTERVAL '1s')
		FORMAT TEXT INCLUDE PARTITION EXPOSE PROGRESS AS how_far`)
	w.await("SELECT count(*) FROM all_of_it", "3")
	w.must(w.kafka.AddPartitions(t.Context(), "times", 4))
	w.kafka.MustProduce(t, &kgo.Record{Topic: "times", Partition: 3, Value: []byte("new")})
	w.await("SELECT text FROM all_of_it WHERE partition = 3", "new")
	w.await(`SELECT partition, "offset" FROM how_far ORDER BY 1`, "0|2 1|1 2|0 3|1")
	w.await("SHOW CREATE SOURCE all_of_it", "materialize.public.all_of_it|CREATE SOURCE materialize.public.all_of_it IN CLUSTER quickstart FROM KAFKA CONNECTION materialize.public.k "+
		"(TOPIC = 'times', GROUP ID PREFIX = 'watchers-', TOPIC METADATA REFRESH INTERVAL = '1s') FORMAT TEXT INCLUDE PARTITION EXPOSE PROGRESS AS materialize.public.how_far;")

	// How far behind it is, here and for those who watch the group.
	w.await(`SELECT t.messages_received, t.offset_known - t.offset_committed AS lag
		FROM mz_internal.mz_source_statistics t JOIN mz_sources s USING (id) WHERE s.name = 'all_of_it'`, "4|0")
	prefix := w.culvert.MustQuery(t, "SELECT group_id_prefix FROM mz_kafka_sources JOIN mz_sources USING (id) WHERE name = 'all_of_it'")[0][0]
	if !strings.HasPrefix(prefix, "watchers-materialize-") {
		t.Errorf("the group's name begins with %q", prefix)
	}
	testenv.Eventually(t, 30*time.Second, func() error { return w.groupCommitted(prefix, "times", 4) })
}

// groupCommitted tells whether the one group of a name has committed so many
// messages of a topic, and has no members.
func (w *kafkaWorld) groupCommitted(prefix, topic string, want int64) error {
	groups, err := w.kafka.Admin().DescribeGroups(w.t.Context())
	if err != nil {
		return err
	}
	for name, group := range groups {
		if !strings.HasPrefix(name, prefix) {
			continue
		}
		offsets, err := w.kafka.Admin().FetchOffsets(w.t.Context(), name)
		if err != nil {
			return err
		}
		var got int64
		offsets.Each(func(o kadm.OffsetResponse) {
			if o.Topic == topic {
				got += o.At
			}
		})
		if got != want || len(group.Members) != 0 {
			return fmt.Errorf("%s has committed %d messages, and has %d members", name, got, len(group.Members))
		}
		return nil
	}
	return fmt.Errorf("no group has the prefix %s", prefix)
}
