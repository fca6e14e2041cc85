package kafka

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"culvert/connectors"
	"culvert/connectors/connectortest"
	"culvert/connectors/decode/format"
	"culvert/engine"
	"culvert/engine/duckdb"
	"culvert/sql/types"
	"culvert/testenv"

	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/goleak"
)

// cluster is the one broker of this test binary, with every kind of listener.
var cluster struct {
	sync.Once
	k   *testenv.Kafka
	err error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if cluster.k != nil {
		if err := cluster.k.Close(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func broker(tb testing.TB) *testenv.Kafka {
	tb.Helper()
	cluster.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
		defer cancel()
		cluster.k, cluster.err = testenv.StartKafka(ctx, testenv.KafkaOptions{
			Names:     []string{"broker1"},
			Listeners: []testenv.KafkaListener{{Protocol: "PLAINTEXT", Port: 9092}, {Protocol: "SSL", Port: 9093}, {Protocol: "SASL_PLAINTEXT", Port: 9094}, {Protocol: "SASL_SSL", Port: 9095}},
			Users:     map[string]string{"reader": "right"},
		})
	})
	if cluster.err != nil {
		tb.Fatal(cluster.err)
	}
	return cluster.k
}

// rig is a world with a topic, read through a proxy.
type rig struct {
	*connectortest.World
	t     testing.TB
	k     *testenv.Kafka
	proxy *testenv.Proxy
	topic string
}

func newRig(t testing.TB, partitions int) *rig {
	t.Helper()
	r := &rig{t: t, k: broker(t), topic: topicName(t)}
	r.proxy = testenv.NewProxy(t, r.k.RealAddr(0, "PLAINTEXT"))
	r.k.MustCreateTopic(t, r.topic, partitions, nil)
	r.World = connectortest.New(t, opener(t)())
	return r
}

func opener(t testing.TB) func() func() (engine.Engine, error) {
	return func() func() (engine.Engine, error) {
		dir := t.TempDir()
		return func() (engine.Engine, error) { return duckdb.Open(duckdb.Options{Dir: dir, MemoryLimit: 512 << 20}) }
	}
}

var topics struct {
	sync.Mutex
	n int
}

func topicName(testing.TB) string {
	topics.Lock()
	defer topics.Unlock()
	topics.n++
	return fmt.Sprintf("topic%d", topics.n)
}

// params lead through the proxy, by the broker's name.
func (r *rig) params() Params {
	return Params{Brokers: []string{"broker1:9092"}, Protocol: Plaintext, Dial: throughProxy(r.proxy.Addr())}
}

func throughProxy(addr string) func(string, uint16) (connectors.DialFunc, bool) {
	return func(string, uint16) (connectors.DialFunc, bool) {
		return func(ctx context.Context, network, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, network, addr)
		}, true
	}
}

// names reaches the brokers by their names.
func names(k *testenv.Kafka) func(string, uint16) (connectors.DialFunc, bool) {
	return func(string, uint16) (connectors.DialFunc, bool) { return k.Dial, true }
}

func newFormat(kind format.Kind) func() (format.Format, error) {
	return func() (format.Format, error) { return format.New(format.Spec{Kind: kind}, nil) }
}

func columns(oids ...types.OID) []connectors.Column {
	var all []connectors.Column
	for i, oid := range oids {
		all = append(all, connectors.Column{Name: fmt.Sprintf("col%d", i), Physical: PhysicalName(i), Type: types.T(oid)})
	}
	return all
}

// plainTable has text, partition and offset of each message.
func plainTable(object string) Table {
	return Table{
		Object: object, Columns: columns(types.TextOID, types.Int4OID, types.Int8OID),
		Value:    Value{New: newFormat(format.Text), Columns: []int{0}},
		Includes: []Include{{What: Partition, Column: 1}, {What: Offset, Column: 2}},
	}
}

// latestTable has the last value of each key.
func latestTable(object string, value format.Kind) Table {
	oid := types.OID(types.TextOID)
	if value == format.JSON {
		oid = types.JSONBOID
	}
	return Table{
		Object: object, Columns: columns(types.TextOID, oid), Envelope: Upsert,
		Key:   &Key{New: newFormat(format.Text), Columns: []int{0}},
		Value: Value{New: newFormat(value), Columns: []int{1}},
	}
}

// config describes a source of the rig's topic.
func (r *rig) config(tables ...Table) Config {
	r.t.Helper()
	topic, err := DescribeTopic(r.t.Context(), r.params(), r.topic)
	if err != nil {
		r.t.Fatalf("describing the topic: %v", err)
	}
	return Config{Params: r.params(), Topic: r.topic, TopicID: topic.ID, Refresh: time.Second, Group: "group-" + r.topic, Tables: tables}
}

func (r *rig) spec(cfg Config) connectors.SourceSpec {
	r.t.Helper()
	source, err := New(cfg)
	if err != nil {
		r.t.Fatal(err)
	}
	return connectors.SourceSpec{ID: "src", Name: "src", Fingerprint: "1", Tables: cfg.SupervisorTables(), Connector: source}
}

// start boots the world with a source and waits for its tables.
func (r *rig) start(tables ...Table) Config {
	r.t.Helper()
	cfg := r.config(tables...)
	r.Start(r.t, r.spec(cfg))
	for _, t := range tables {
		r.AwaitReady(r.t, t.Object)
	}
	return cfg
}

// produce writes values, alternating between partitions; keys have the form key=value.
func (r *rig) produce(partition int32, values ...string) {
	r.t.Helper()
	var records []*kgo.Record
	for _, v := range values {
		records = append(records, &kgo.Record{Topic: r.topic, Partition: partition, Value: []byte(v)})
	}
	r.k.MustProduce(r.t, records...)
}

// put writes a message with a key; a nil value is a tombstone.
func (r *rig) put(key, value []byte) {
	r.t.Helper()
	r.k.MustProduce(r.t, &kgo.Record{Topic: r.topic, Key: key, Value: value})
}

// has waits until a table has exactly these rows.
func (r *rig) has(object string, want ...string) {
	r.t.Helper()
	slices.Sort(want)
	testenv.Eventually(r.t, 40*time.Second, func() error {
		rows, err := r.rows(object)
		if err == nil && !slices.Equal(rows, want) {
			err = fmt.Errorf("%s has %d rows %.300q, want %d %.300q", object, len(rows), rows, len(want), want)
		}
		return err
	})
}

func (r *rig) rows(object string) ([]string, error) {
	conn, err := r.Engine.Connect(r.t.Context())
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	rows, ok, err := r.Read(r.t.Context(), conn, object)
	if err == nil && !ok {
		err = errors.New("not ready")
	}
	return rows[object], err
}
