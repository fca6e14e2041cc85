package main_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"maps"
	"math/big"
	"net/url"
	"strings"
	"testing"
	"time"

	"culvert/testenv"

	"github.com/bufbuild/protocompile"
	"github.com/hamba/avro/v2"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sr"
	"github.com/twmb/franz-go/pkg/sr/srfake"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"
)

// reading is a source of a topic, and what a query of it gives.
type reading struct {
	topic, clauses string // of the CREATE SOURCE; clauses may begin with a list of columns
	query, want    string // of the columns after SELECT, in the order of the first; rows as await has them
}

// read makes sources whose names begin with prefix, all at a time, and then
// waits for their rows.
func (w *kafkaWorld) read(prefix string, all []reading) {
	w.t.Helper()
	for i, r := range all {
		columns, clauses := "", r.clauses
		if strings.HasPrefix(clauses, "(") {
			columns, clauses, _ = strings.Cut(clauses, ")")
			columns += ")"
		}
		w.exec(fmt.Sprintf("CREATE SOURCE %s%d %s FROM KAFKA CONNECTION k (TOPIC '%s') %s", prefix, i, columns, r.topic, clauses))
	}
	patience := 30 * time.Second
	for i, r := range all {
		query := fmt.Sprintf("SELECT %s FROM %s%d ORDER BY 1", r.query, prefix, i)
		if got, err := w.awaits(query, r.want, patience); err != nil || got != r.want {
			w.t.Errorf("%s: %s\n%s\ngives %s (%v)\nnot   %s", r.topic, r.clauses, query, got, err, r.want)
			patience = time.Second
		}
	}
	w.await("SELECT DISTINCT status FROM mz_internal.mz_source_statuses WHERE type = 'kafka'", "running")
}

// newFormatsWorld has one broker, and a schema registry behind the bastion.
func newFormatsWorld(t *testing.T) (*kafkaWorld, *srfake.Registry) {
	t.Helper()
	w := newKafkaWorldOf(t, testenv.KafkaOptions{
		Names: []string{"broker1"}, HeapMB: 256, Users: map[string]string{"reader": "right"},
		Listeners: []testenv.KafkaListener{{Protocol: "PLAINTEXT", Port: 9092}, {Protocol: "SASL_PLAINTEXT", Port: 9093}, {Protocol: "SASL_SSL", Port: 9094}},
	})
	w.exec("CREATE CONNECTION k TO KAFKA (BROKER 'broker1:9092', SSH TUNNEL ssh_connection, SECURITY PROTOCOL 'PLAINTEXT')")
	return w, w.registry("csr")
}

// registry starts a schema registry and makes a connection to it.
func (w *kafkaWorld) registry(connection string) *srfake.Registry {
	w.t.Helper()
	registry := srfake.New()
	w.t.Cleanup(registry.Close)
	w.exec(fmt.Sprintf("CREATE CONNECTION %s TO CONFLUENT SCHEMA REGISTRY (URL '%s', SSH TUNNEL ssh_connection)", connection, w.registryURL(registry)))
	return registry
}

// registryURL is where the bastion finds a registry.
func (w *kafkaWorld) registryURL(registry *srfake.Registry) string {
	at, err := url.Parse(registry.URL())
	if err != nil {
		w.t.Fatal(err)
	}
	return "http://registry:" + at.Port()
}

// topic makes a topic of two partitions and writes records to it.
func (w *kafkaWorld) topic(name string, records ...*kgo.Record) {
	w.t.Helper()
	w.kafka.MustCreateTopic(w.t, name, 2, nil)
	for _, r := range records {
		r.Topic = name
	}
	w.kafka.MustProduce(w.t, records...)
}

// avroBytes encodes a value of Avro.
func avroBytes(t *testing.T, schema string, v any) []byte {
	t.Helper()
	b, err := avro.Marshal(avro.MustParse(schema), v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// framed puts Confluent's header in front of a message.
func framed(id uint32, body []byte) []byte {
	return bytes.Join([][]byte{{0}, binary.BigEndian.AppendUint32(nil, id), body}, nil)
}

// TestKafkaFormats reads messages of every format, with each envelope that it
// has, and everything that INCLUDE knows.
func TestKafkaFormats(t *testing.T) {
	t.Parallel()
	w, registry := newFormatsWorld(t)
	at := time.Date(2024, 5, 6, 7, 8, 9, 500e6, time.UTC)
	headers := []kgo.RecordHeader{{Key: "h", Value: []byte("old")}, {Key: "h", Value: []byte("é")}, {Key: "n"}}
	w.topic("plain",
		&kgo.Record{Key: []byte("k1"), Value: []byte("one,1"), Headers: headers, Timestamp: at},
		&kgo.Record{Key: []byte("k2"), Value: []byte(`two,""`), Headers: headers, Timestamp: at.Add(time.Second), Partition: 1},
		&kgo.Record{Value: []byte("name,n"), Headers: headers, Timestamp: at})
	w.topic("semicolons", &kgo.Record{Value: []byte(`a;"b;""c""";` + "\r\n")})
	w.topic("latest", record("", "a", "1"), record("", "b", "2"), record("", "a", "3"), record("", "b", ""), record("", "c", `{"x": [1.50]}`))
	w.topic("columns", record("", "a,1", "first"), record("", `"a",1`, "second"), record("", "b,2", "third"))
	w.topic("documents", record("", `{"id": 1, "at": null}`, `{"v": 1}`), record("", ` {"at":null,"id":1}`, `{"v": 2}`), record("", `{"id": 2}`, `"x"`))
	w.topic("changes",
		record("", `{"id": 1}`, `{"before": null, "after": {"id": 1, "v": "x"}, "op": "r"}`),
		record("", `{"schema": {}, "payload": {"id": 2}}`, `{"schema": {"type": "struct"}, "payload": {"before": null, "after": {"id": 2, "v": "y"}, "op": "c"}}`),
		record("", `{"id": 1}`, `{"before": {"id": 1, "v": "x"}, "after": {"id": 1, "v": "z"}, "op": "u"}`),
		record("", `{"id": 3}`, `{"before": null, "after": {"id": 3, "v": "gone"}, "op": "c"}`),
		record("", `{"id": 3}`, `{"before": {"id": 3, "v": "gone"}, "after": null, "op": "d"}`),
		record("", `{"id": 3}`, ""))
	const all = `[{"key": "h", "value": "\\x6f6c64"}, {"key": "h", "value": "\\xc3a9"}, {"key": "n", "value": null}]`
	w.read("r", []reading{
		{"plain", "FORMAT BYTES", "*", `\x6e616d652c6e \x6f6e652c31 \x74776f2c2222`},
		{"plain", "FORMAT TEXT", "*", `name,n one,1 two,""`},
		{"plain", "FORMAT CSV WITH 2 COLUMNS", "*", "name|n one|1 two|"},
		{"plain", "FORMAT CSV WITH HEADER (name, n)", "*", "one|1 two|"},
		{"plain", `FORMAT REGEX '^(?P<name>\w+),(\w+)?'`, "*", `name|n one|1 two|NULL`},
		{"plain", "KEY FORMAT TEXT VALUE FORMAT CSV WITH 2 COLUMNS INCLUDE KEY, PARTITION, OFFSET, TIMESTAMP, HEADERS", "column1, *",
			"name|NULL|name|n|0|1|2024-05-06 07:08:09.5|" + all + " one|k1|one|1|0|0|2024-05-06 07:08:09.5|" + all + " two|k2|two||1|0|2024-05-06 07:08:10.5|" + all},
		{"plain", "KEY FORMAT BYTES VALUE FORMAT TEXT INCLUDE OFFSET AS o, KEY AS k, PARTITION AS p, TIMESTAMP AS ts, HEADER 'h' AS h, HEADER 'h' AS b BYTES, HEADER 'n' AS n", "text, k, o, p, ts, h, b, n",
			`name,n|NULL|1|0|2024-05-06 07:08:09.5|é|\xc3a9|NULL one,1|\x6b31|0|0|2024-05-06 07:08:09.5|é|\xc3a9|NULL two,""|\x6b32|0|1|2024-05-06 07:08:10.5|é|\xc3a9|NULL`},
		{"semicolons", "FORMAT CSV WITH 3 COLUMNS DELIMITED BY ';'", "*", `a|b;"c"|`},
		{"latest", "KEY FORMAT TEXT VALUE FORMAT TEXT", "text", `1 2 3 {"x": [1.50]} NULL`},
		{"latest", "KEY FORMAT TEXT VALUE FORMAT TEXT ENVELOPE UPSERT", "*", `a|3 c|{"x": [1.50]}`},
		{"latest", "(id, v) KEY FORMAT BYTES VALUE FORMAT BYTES INCLUDE OFFSET ENVELOPE UPSERT", "id, v, \"offset\"", `\x61|\x33|2 \x63|\x7b2278223a205b312e35305d7d|4`},
		{"latest", "KEY FORMAT TEXT VALUE FORMAT JSON INCLUDE KEY AS k, PARTITION ENVELOPE UPSERT", "*", `a|3|0 c|{"x": [1.50]}|0`},
		{"columns", "KEY FORMAT CSV WITH 2 COLUMNS VALUE FORMAT TEXT INCLUDE KEY", "column1, column2, text", "a|1|first a|1|second b|2|third"},
		{"columns", "KEY FORMAT CSV WITH HEADER (name, n) VALUE FORMAT TEXT INCLUDE KEY AS k", "k, text", `{"n": "1", "name": "a"}|first {"n": "1", "name": "a"}|second {"n": "2", "name": "b"}|third`},
		{"columns", "KEY FORMAT CSV WITH 2 COLUMNS VALUE FORMAT TEXT INCLUDE KEY AS k ENVELOPE UPSERT", "k->>'column1', text", "a|second b|third"},
		{"columns", "KEY FORMAT CSV WITH 2 COLUMNS VALUE FORMAT TEXT ENVELOPE UPSERT", "*", "a|1|second b|2|third"},
		{"columns", `KEY FORMAT REGEX '^"?(?P<name>\w)"?,(\d)$' VALUE FORMAT TEXT INCLUDE KEY AS k`, "k, text", `{"name": "a", "column2": "1"}|first {"name": "a", "column2": "1"}|second {"name": "b", "column2": "2"}|third`},
		{"columns", `KEY FORMAT REGEX '(\d)' VALUE FORMAT TEXT INCLUDE KEY AS k`, "k, text", "1|first 1|second 2|third"},
		{"documents", "FORMAT JSON", "data::text", `"x" {"v": 1} {"v": 2}`},
		{"documents", "KEY FORMAT JSON VALUE FORMAT JSON ENVELOPE UPSERT", "key::text, data", `{"at": null, "id": 1}|{"v": 2} {"id": 2}|"x"`},
		{"changes", "FORMAT JSON ENVELOPE DEBEZIUM", "data::text", `{"v": "y", "id": 2} {"v": "z", "id": 1}`},
	})
	w.schemas(registry)
	w.logins()
}

// schemas reads messages of Avro and Protobuf, with schemas of the registry and
// with those that the statement has.
func (w *kafkaWorld) schemas(registry *srfake.Registry) {
	w.t.Helper()
	w.avroTopics(registry)
	w.protobufTopics(registry)
	const fromRegistry = "USING CONFLUENT SCHEMA REGISTRY CONNECTION csr"
	const first = "7|2024-05-06 07:08:09.5|1234.50|B|{a,NULL}|{\"street\": \"x\"}|NULL"
	w.read("s", []reading{
		{"events", "FORMAT AVRO " + fromRegistry, "*", "0|" + first + "|none 1|8|2024-05-06 07:08:09.5|-0.01|A|{}|{\"street\": \"\"}|2.5|more"},
		{"events", "FORMAT AVRO " + fromRegistry + " VALUE STRATEGY ID 11", "*", first + " 8|2024-05-06 07:08:09.5|-0.01|A|{}|{\"street\": \"\"}|2.5"},
		{"events", "FORMAT AVRO " + fromRegistry + " VALUE STRATEGY INLINE '" + eventKey + "'", "*", "7 8"},
		{"events", "FORMAT AVRO " + fromRegistry + " VALUE STRATEGY LATEST", "id, extra", "7|none 8|more"},
		{"events", "(k) FORMAT AVRO " + fromRegistry + " KEY STRATEGY ID 10 VALUE STRATEGY ID 11 INCLUDE KEY", "k, id, rate", "7|7|NULL 8|8|2.5"},
		{"events", "FORMAT AVRO " + fromRegistry + " KEY STRATEGY INLINE '" + eventKey + "' VALUE STRATEGY LATEST INCLUDE KEY AS k ENVELOPE UPSERT", "k, extra", "7|none 8|more"},
		{"events", "FORMAT AVRO " + fromRegistry + " SEED KEY SCHEMA '" + eventKey + "' VALUE SCHEMA '" + eventFirst + "' INCLUDE KEY AS k ENVELOPE UPSERT", "k, kind", "7|B 8|A"},
		{"events", "FORMAT AVRO " + fromRegistry + " INCLUDE KEY AS k, OFFSET", `id, k, extra, "offset"`, "7|7|none|0 8|8|more|1"},
		{"events", "(event) FORMAT AVRO " + fromRegistry + " INCLUDE KEY AS k ENVELOPE UPSERT", "event, extra", "7|none 8|more"},
		{"events", "KEY FORMAT AVRO USING SCHEMA '" + eventKey + "' (CONFLUENT WIRE FORMAT = true) VALUE FORMAT AVRO " + fromRegistry + " VALUE STRATEGY ID 11 INCLUDE KEY AS k", "k, id", "7|7 8|8"},
		{"bare", "FORMAT AVRO USING SCHEMA '" + eventKey + "' (CONFLUENT WIRE FORMAT = false)", "*", "1 2 2"},
		{"bare", "KEY FORMAT AVRO USING SCHEMA '\"string\"' (CONFLUENT WIRE FORMAT = false) VALUE FORMAT AVRO USING SCHEMA '" + eventKey + "' (CONFLUENT WIRE FORMAT = false) ENVELOPE UPSERT", "*", "a|2 b|2"},
		{"pairs", "FORMAT AVRO " + fromRegistry + " INCLUDE KEY", "a, b, data", "1|x|4 1|x|5 1|x|5 2|y|6"},
		{"pairs", "FORMAT AVRO " + fromRegistry + " INCLUDE KEY AS k", "k, data", `{"a": 1, "b": "x"}|4 {"a": 1, "b": "x"}|5 {"a": 1, "b": "x"}|5 {"a": 2, "b": "y"}|6`},
		{"pairs", "FORMAT AVRO " + fromRegistry + " INCLUDE KEY AS k ENVELOPE UPSERT", "k->>'b', data", "x|5 y|6"},
		{"rows", "FORMAT AVRO " + fromRegistry + " ENVELOPE DEBEZIUM", "*", "1|z 2|y"},
		{"protobuf", "FORMAT PROTOBUF MESSAGE 'shop.Order' USING SCHEMA '" + w.descriptors() + "'", "*", `3|three|{1,2}|{"name": "Ann"}|NEW 4||{}|NULL|PAID`},
		{"protobuf", "KEY FORMAT TEXT VALUE FORMAT PROTOBUF MESSAGE 'shop.Order' USING SCHEMA '" + w.descriptors() + "' ENVELOPE UPSERT", "key, n", `a|3 b|4`},
		{"messages", "KEY FORMAT PROTOBUF MESSAGE 'shop.Order' USING SCHEMA '" + w.descriptors() + "' VALUE FORMAT TEXT INCLUDE KEY AS k", "k, text",
			`{"n": 3, "items": [1, 2], "state": "NEW", "title": "three", "customer": {"name": "Ann"}}|x {"n": 4, "items": [], "state": "PAID", "title": "", "customer": null}|y`},
		{"messages", "KEY FORMAT PROTOBUF MESSAGE 'shop.Order' USING SCHEMA '" + w.descriptors() + "' VALUE FORMAT TEXT INCLUDE KEY ENVELOPE UPSERT", "n, text", "3|x 4|y"},
		{"registered", "FORMAT PROTOBUF " + fromRegistry, "*", `3|three|{1,2}|{"name": "Ann"}|NEW`},
	})
}

const (
	eventKey = `{"type": "record", "name": "event", "fields": [{"name": "id", "type": "long"}]}`
	// eventFields are the first version's.
	eventFields = `{"name": "id", "type": "long"},
		{"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
		{"name": "amount", "type": {"type": "bytes", "logicalType": "decimal", "precision": 10, "scale": 2}},
		{"name": "kind", "type": {"type": "enum", "name": "kind", "symbols": ["A", "B"]}},
		{"name": "tags", "type": {"type": "array", "items": ["null", "string"]}},
		{"name": "address", "type": {"type": "record", "name": "address", "fields": [{"name": "street", "type": "string"}]}},
		{"name": "rate", "type": ["null", "double"], "default": null}`
	eventFirst  = `{"type": "record", "name": "event", "fields": [` + eventFields + `]}`
	eventSecond = `{"type": "record", "name": "event", "fields": [{"name": "rank", "type": "int", "default": 0}, ` + eventFields + `, {"name": "extra", "type": "string", "default": "none"}]}`
	rowKey      = `{"type": "record", "name": "key", "fields": [{"name": "id", "type": "int"}]}`
	rowEnvelope = `{"type": "record", "name": "envelope", "fields": [
		{"name": "before", "type": ["null", {"type": "record", "name": "row", "fields": [{"name": "id", "type": "int"}, {"name": "v", "type": ["null", "string"]}]}]},
		{"name": "after", "type": ["null", "row"]}, {"name": "op", "type": "string"}]}`
)

func (w *kafkaWorld) avroTopics(registry *srfake.Registry) {
	w.t.Helper()
	registry.SeedSchema("events-key", 1, 10, sr.Schema{Schema: eventKey})
	registry.SeedSchema("events-value", 1, 11, sr.Schema{Schema: eventFirst})
	registry.SeedSchema("events-value", 2, 12, sr.Schema{Schema: eventSecond})
	registry.SeedSchema("rows-key", 1, 13, sr.Schema{Schema: rowKey})
	registry.SeedSchema("rows-value", 1, 14, sr.Schema{Schema: rowEnvelope})
	key := func(id int64) []byte { return framed(10, avroBytes(w.t, eventKey, map[string]any{"id": id})) }
	event := map[string]any{
		"id": int64(7), "at": time.Date(2024, 5, 6, 7, 8, 9, 500e6, time.UTC), "amount": big.NewRat(123450, 100), "kind": "B",
		"tags": []any{"a", nil}, "address": map[string]any{"street": "x"}, "rate": nil,
	}
	first := framed(11, avroBytes(w.t, eventFirst, event))
	maps.Copy(event, map[string]any{
		"id": int64(8), "amount": big.NewRat(-1, 100), "kind": "A", "tags": []any{}, "address": map[string]any{"street": ""}, "rate": 2.5, "extra": "more", "rank": 1,
	})
	w.topic("events", &kgo.Record{Key: key(7), Value: first}, &kgo.Record{Key: key(8), Value: framed(12, avroBytes(w.t, eventSecond, event))})

	const pair = `{"type": "record", "name": "pair", "fields": [{"name": "a", "type": "int"}, {"name": "b", "type": "string"}]}`
	registry.SeedSchema("pairs-key", 1, 15, sr.Schema{Schema: pair})
	registry.SeedSchema("pairs-value", 1, 16, sr.Schema{Schema: `"int"`})
	paired := func(a int, b string, value int) *kgo.Record {
		return &kgo.Record{Key: framed(15, avroBytes(w.t, pair, map[string]any{"a": a, "b": b})), Value: framed(16, avroBytes(w.t, `"int"`, value))}
	}
	w.topic("pairs", paired(1, "x", 4), paired(2, "y", 6), paired(1, "x", 5), paired(1, "x", 5))

	bare := func(key string, id int64) *kgo.Record {
		return &kgo.Record{Key: avroBytes(w.t, `"string"`, key), Value: avroBytes(w.t, eventKey, map[string]any{"id": id})}
	}
	w.topic("bare", bare("a", 1), bare("b", 2), bare("a", 2))

	change := func(id int, op string, before, after any) *kgo.Record {
		envelope := map[string]any{"op": op, "before": nil, "after": nil}
		if before != nil {
			envelope["before"] = map[string]any{"row": map[string]any{"id": id, "v": before}}
		}
		if after != nil {
			envelope["after"] = map[string]any{"row": map[string]any{"id": id, "v": after}}
		}
		return &kgo.Record{Key: framed(13, avroBytes(w.t, rowKey, map[string]any{"id": id})), Value: framed(14, avroBytes(w.t, rowEnvelope, envelope))}
	}
	w.topic("rows", change(1, "r", nil, "x"), change(2, "c", nil, "y"), change(1, "u", "x", "z"), change(3, "c", nil, "gone"), change(3, "d", "gone", nil))
}

const (
	customerProto = `syntax = "proto3"; package shop; message Customer { string name = 1; }`
	orderProto    = `syntax = "proto3"; package shop; import "customer.proto"; enum State { NEW = 0; PAID = 1; }
		message Order { int32 n = 1; string title = 2; repeated int64 items = 3; Customer customer = 4; State state = 5; }`
)

// protobufFiles compiles order.proto and what it imports.
func (w *kafkaWorld) protobufFiles() protoreflect.FileDescriptor {
	w.t.Helper()
	texts := map[string]string{"order.proto": orderProto, "customer.proto": customerProto}
	c := protocompile.Compiler{Resolver: &protocompile.SourceResolver{Accessor: protocompile.SourceAccessorFromMap(texts)}}
	files, err := c.Compile(w.t.Context(), "order.proto")
	if err != nil {
		w.t.Fatal(err)
	}
	return files[0]
}

// descriptors is the set of descriptors as a statement has it.
func (w *kafkaWorld) descriptors() string {
	w.t.Helper()
	order := w.protobufFiles()
	set := &descriptorpb.FileDescriptorSet{File: []*descriptorpb.FileDescriptorProto{
		protodesc.ToFileDescriptorProto(order.Imports().Get(0)), protodesc.ToFileDescriptorProto(order),
	}}
	b, err := proto.Marshal(set)
	if err != nil {
		w.t.Fatal(err)
	}
	return `\x` + hex.EncodeToString(b)
}

func (w *kafkaWorld) protobufTopics(registry *srfake.Registry) {
	w.t.Helper()
	registry.SeedSchema("customer", 1, 20, sr.Schema{Schema: customerProto, Type: sr.TypeProtobuf})
	registry.SeedSchema("registered-value", 1, 21, sr.Schema{
		Schema: orderProto, Type: sr.TypeProtobuf, References: []sr.SchemaReference{{Name: "customer.proto", Subject: "customer", Version: 1}},
	})
	encode := func(text string) []byte {
		message := dynamicpb.NewMessage(w.protobufFiles().Messages().ByName("Order"))
		err := prototext.Unmarshal([]byte(text), message)
		if err != nil {
			w.t.Fatal(err)
		}
		b, err := proto.Marshal(message)
		if err != nil {
			w.t.Fatal(err)
		}
		return b
	}
	three, four := encode(`n: 3 title: "three" items: [1, 2] customer { name: "Ann" }`), encode(`n: 4 state: PAID`)
	w.topic("protobuf", &kgo.Record{Key: []byte("a"), Value: three}, &kgo.Record{Key: []byte("b"), Value: four})
	w.topic("messages", &kgo.Record{Key: three, Value: []byte("x")}, &kgo.Record{Key: four, Value: []byte("y")})
	w.topic("registered", &kgo.Record{Value: framed(21, append([]byte{0}, three...))}) // 0: the first message of the file
}

// logins reads a topic with the mechanisms of SASL, and without the right
// password.
func (w *kafkaWorld) logins() {
	w.t.Helper()
	w.exec("CREATE SECRET good AS 'right'; CREATE SECRET bad AS 'wrong'")
	w.exec("CREATE SECRET authority AS '" + w.kafka.Authority().PEM + "'")
	const connection = "CREATE CONNECTION %s TO KAFKA (BROKER 'broker1:%d', SSH TUNNEL ssh_connection, SECURITY PROTOCOL '%s', SASL MECHANISMS '%s', SASL USERNAME 'reader', SASL PASSWORD SECRET %s%s)"
	const plain, tls = "SASL_PLAINTEXT", "SASL_SSL"
	const trusting = ", SSL CERTIFICATE AUTHORITY SECRET authority"
	for i, mechanism := range []string{"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"} {
		w.refused(fmt.Sprintf(connection, "refused", 9093, plain, mechanism, "bad", ""), "kafka: ")
		w.exec(fmt.Sprintf(connection, fmt.Sprintf("plain%d", i), 9093, plain, mechanism, "good", ""))
		w.exec(fmt.Sprintf("CREATE SOURCE l%d FROM KAFKA CONNECTION plain%d (TOPIC 'semicolons') FORMAT TEXT", i, i))
	}
	w.exec(fmt.Sprintf(connection, "encrypted", 9094, tls, "SCRAM-SHA-256", "good", trusting))
	w.exec("CREATE SOURCE encrypted_source FROM KAFKA CONNECTION encrypted (TOPIC 'semicolons') FORMAT TEXT")
	w.await("SELECT (SELECT count(*) FROM l0), (SELECT count(*) FROM l1), (SELECT count(*) FROM l2), (SELECT count(*) FROM encrypted_source)", "1|1|1|1")
}
