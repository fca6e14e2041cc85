package kafka

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"culvert/connectors"
	"culvert/connectors/connectortest"
	"culvert/connectors/decode/format"
	"culvert/connectors/schemaregistry"
	"culvert/sql/types"
	"culvert/testenv"

	"github.com/twmb/franz-go/pkg/kgo"
)

func TestFormatsAndMetadata(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1)
	at := time.UnixMilli(1_700_000_000_123)
	r.k.MustProduce(t,
		&kgo.Record{Topic: r.topic, Key: []byte("k"), Value: []byte(`{"b":1, "a":[true]}`), Timestamp: at,
			Headers: []kgo.RecordHeader{{Key: "h", Value: []byte("old")}, {Key: "n"}, {Key: "h", Value: []byte("new")}}},
		&kgo.Record{Topic: r.topic, Value: []byte(`7`), Timestamp: at, Headers: []kgo.RecordHeader{{Key: "h", Value: nil}}})
	r.start(
		Table{Object: "bytes", Columns: columns(types.ByteaOID), Value: Value{New: newFormat(format.Bytes), Columns: []int{0}}},
		Table{
			Object: "json", Columns: columns(types.TextOID, types.JSONBOID, types.TimestampOID, types.JSONBOID, types.TextOID, types.ByteaOID),
			Key: &Key{New: newFormat(format.Text), Columns: []int{0}}, Value: Value{New: newFormat(format.JSON), Columns: []int{1}},
			Includes: []Include{{What: Timestamp, Column: 2}, {What: Headers, Column: 3}, {What: Header, Header: "h", Column: 4}, {What: HeaderRaw, Header: "h", Column: 5}},
		})
	bytes, err := r.rows("bytes")
	if err != nil || len(bytes) != 2 {
		t.Errorf("%q, %v", bytes, err)
	}
	rows, err := r.rows("json")
	if err != nil || len(rows) != 2 {
		t.Fatalf("%q, %v", rows, err)
	}
	all := strings.Join(rows, "\n")
	for _, part := range []string{
		`k|{"a": [true], "b": 1}|`, `[{"key": "h", "value": "\\x6f6c64"}, {"key": "n", "value": null}, {"key": "h", "value": "\\x6e6577"}]|new|`,
		`∅|7|`, `[{"key": "h", "value": null}]|∅|∅`,
	} {
		if !strings.Contains(all, part) {
			t.Errorf("%s\nis not in\n%s", part, all)
		}
	}
}

func TestNewPartitionsAreFound(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1)
	r.start(plainTable("t"))
	r.produce(0, "a")
	if err := r.k.AddPartitions(t.Context(), r.topic, 3); err != nil {
		t.Fatal(err)
	}
	r.produce(2, "b")
	r.has("t", "a|0|0", "b|2|0")
}

func TestTableThatIsAddedLaterReadsFromTheStart(t *testing.T) {
	t.Parallel()
	r := newRig(t, 2)
	r.produce(0, "a", "b")
	r.start(plainTable("one"))
	r.Sup.Apply([]connectors.SourceSpec{r.spec(r.config(plainTable("one"), plainTable("two")))})
	r.produce(1, "c")
	r.has("two", "a|0|0", "b|0|1", "c|1|0")
	r.has("one", "a|0|0", "b|0|1", "c|1|0")
}

func TestStartOffsetsAndTimestamp(t *testing.T) {
	t.Parallel()
	r := newRig(t, 2)
	old, late := time.UnixMilli(1_700_000_000_000), time.UnixMilli(1_700_000_100_000)
	for i, at := range []time.Time{old, old, late} {
		r.k.MustProduce(t, &kgo.Record{Topic: r.topic, Value: fmt.Appendf(nil, "%d", i), Timestamp: at})
	}
	r.produce(1, "x")
	cfg := r.config(plainTable("t"))
	cfg.StartOffsets = []int64{1, 2} // the second partition does not have its own yet
	r.Start(t, r.spec(cfg))
	r.AwaitReady(t, "t")
	r.produce(1, "y", "z")
	r.has("t", "1|0|1", "2|0|2", "z|1|2")
	r.Stop(t)

	again := newRig(t, 1)
	again.topic = r.topic
	cfg = again.config(plainTable("t"))
	cfg.StartTimestamp = late.UnixMilli()
	again.Start(t, again.spec(cfg))
	again.AwaitReady(t, "t")
	again.has("t", "2|0|2", "x|1|0", "y|1|1", "z|1|2")
}

func TestAbortedTransactionsAreUnseen(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1)
	cl, err := r.k.Client(kgo.TransactionalID("tx-" + r.topic))
	if err != nil {
		t.Fatal(err)
	}
	defer cl.Close()
	transaction := func(value string, commit kgo.TransactionEndTry) {
		t.Helper()
		if err := cl.BeginTransaction(); err != nil {
			t.Fatal(err)
		}
		if err := cl.ProduceSync(t.Context(), &kgo.Record{Topic: r.topic, Value: []byte(value)}).FirstErr(); err != nil {
			t.Fatal(err)
		}
		if err := cl.EndTransaction(t.Context(), commit); err != nil {
			t.Fatal(err)
		}
	}
	transaction("kept", kgo.TryCommit)
	transaction("aborted", kgo.TryAbort)
	r.start(plainTable("t")) // ready although the last offset is no message
	transaction("aborted", kgo.TryAbort)
	transaction("later", kgo.TryCommit)
	r.has("t", "kept|0|0", "later|0|6")
}

func TestUpsertErrorsBelongToTheirKeys(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1)
	r.put([]byte("a"), []byte(`1`))
	r.start(latestTable("t", format.JSON))
	r.put([]byte("a"), []byte(`{`))
	r.put([]byte("b"), []byte(`[`))
	st := r.AwaitError(t, "t", "decode: topic ")
	if st.State != connectors.StateCeased || !strings.Contains(st.Error, `partition 0, offset `) || st.Hint != hintKey {
		t.Errorf("%+v", st)
	}
	r.put([]byte("a"), []byte(`2`))
	r.put([]byte("b"), nil)
	fine := func(rd connectors.Readiness) bool {
		return rd.Status.Error == "" && rd.Status.State == connectors.StateRunning
	}
	r.Await(t, "t", "made good", 20*time.Second, fine)
	r.has("t", "a|2")
	r.put(nil, []byte(`3`))
	r.AwaitError(t, "t", "record with NULL key in UPSERT source")
	r.Stop(t) // the error is stored, and so is what it belongs to
	r.Start(t, r.spec(r.config(latestTable("t", format.JSON))))
	r.AwaitError(t, "t", "record with NULL key in UPSERT source")
	r.put(nil, nil)
	r.Await(t, "t", "made good", 20*time.Second, fine)
	r.has("t", "a|2")
}

// TestErrorsOfAKeyAreMadeGoodHoweverItIsWritten: the bytes of a key may differ
// where the key does not.
func TestErrorsOfAKeyAreMadeGoodHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	ids := map[int]*schemaregistry.Schema{}
	for id, text := range map[int]string{7: `"int"`, 8: `{"type": "int", "doc": "the same"}`} {
		ids[id] = &schemaregistry.Schema{ID: id, Type: schemaregistry.Avro, Text: text}
	}
	avroKey := func() (format.Format, error) {
		return format.New(format.Spec{Kind: format.Avro, Schema: ids[7], WireFormat: true}, func(id int) (*schemaregistry.Schema, error) { return ids[id], nil })
	}
	for name, of := range map[string]struct {
		key    func() (format.Format, error)
		column types.OID
		ways   [2]string // of writing one key
		shown  string
	}{
		"json": {newFormat(format.JSON), types.JSONBOID, [2]string{`{"a": 1, "b": 2}`, `{"b":2,"a":1}`}, `{"a": 1, "b": 2}`},
		"avro": {avroKey, types.Int4OID, [2]string{"\x00\x00\x00\x00\x07\x0a", "\x00\x00\x00\x00\x08\x0a"}, "5"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, 1)
			table := latestTable("t", format.JSON)
			table.Columns, table.Key.New = columns(of.column, types.JSONBOID), of.key
			one, other := []byte(of.ways[0]), []byte(of.ways[1])
			fine := func(what string) {
				t.Helper()
				r.Await(t, "t", what, 20*time.Second, func(rd connectors.Readiness) bool {
					return rd.Status.Error == "" && rd.Status.State == connectors.StateRunning
				})
			}
			r.put(one, []byte("0"))
			r.start(table)

			r.put(one, []byte("{"))
			r.AwaitError(t, "t", "decode: topic ")
			r.put(other, []byte("1"))
			fine("made good by a value")
			r.has("t", of.shown+"|1")

			r.put(other, []byte("{"))
			r.put(one, []byte("[")) // the same key's, not another error
			r.AwaitError(t, "t", "offset 4: ")
			r.Stop(t)
			r.Start(t, r.spec(r.config(table)))
			r.AwaitError(t, "t", "offset 4: ")
			r.put(other, nil)
			fine("made good by a tombstone")
			r.has("t")
			conn := r.Conn(t)
			defer conn.Close()
			if left, err := connectors.LoadSourceErrors(t.Context(), conn, "t"); err != nil || len(left) != 0 {
				t.Errorf("%v, %v", left, err)
			}
		})
	}
}

// TestAKeyThatCannotBeReadIsMadeGoodByItsBytes: a tombstone takes back the error
// of bytes that are no key.
func TestAKeyThatCannotBeReadIsMadeGoodByItsBytes(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1)
	table := latestTable("t", format.Text)
	table.Columns, table.Key.New = columns(types.JSONBOID, types.TextOID), newFormat(format.JSON)
	r.put([]byte(`1`), []byte("one"))
	r.start(table)
	r.put([]byte(`{`), []byte("x"))
	r.AwaitError(t, "t", "key: ")
	r.put([]byte(`1`), []byte("two"))
	r.put([]byte(`{{`), nil)
	r.AwaitError(t, "t", "key: ")
	r.put([]byte(`{`), nil)
	r.Await(t, "t", "made good", 20*time.Second, func(rd connectors.Readiness) bool {
		return rd.Status.Error == "" && rd.Status.State == connectors.StateRunning
	})
	r.has("t", "1|two")
}

func TestInlineErrorsAreRows(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1)
	r.put([]byte("a"), []byte(`{`))
	table := latestTable("t", format.JSON)
	table.Columns = columns(types.TextOID, types.JSONBOID, types.JSONBOID)
	table.Includes = []Include{{What: ErrorField, Column: 2}}
	r.start(table)
	rows, err := r.rows("t")
	if err != nil || len(rows) != 1 || !strings.HasPrefix(rows[0], `a|∅|{"description": "`) {
		t.Errorf("%q, %v", rows, err)
	}
	r.put([]byte("a"), []byte(`1`))
	r.has("t", "a|1|∅")
}

func TestDebeziumFollowsChanges(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1)
	table := Table{
		Object: "t", Columns: columns(types.JSONBOID, types.JSONBOID), Envelope: Debezium,
		Key: &Key{New: newFormat(format.JSON), Columns: []int{0}},
		Value: Value{Columns: []int{1}, NewEnvelope: func() (format.Envelope, error) {
			return format.NewEnvelope(format.Spec{Kind: format.JSON}, nil)
		}},
	}
	r.put([]byte(`{"id":1}`), []byte(`{"op":"c","before":null,"after":{"id":1,"v":"x"}}`))
	r.put([]byte(`{"id":2}`), []byte(`{"op":"c","before":null,"after":{"id":2,"v":"y"}}`))
	r.start(table)
	r.has("t", `{"id": 1}|{"v": "x", "id": 1}`, `{"id": 2}|{"v": "y", "id": 2}`)
	r.put([]byte(`{"id":1}`), []byte(`{"op":"u","before":{"id":1,"v":"x"},"after":{"id":1,"v":"z"}}`))
	r.put([]byte(`{"id":2}`), []byte(`{"op":"d","before":{"id":2,"v":"y"},"after":null}`))
	r.put([]byte(`{"id":2}`), nil)
	r.has("t", `{"id": 1}|{"v": "z", "id": 1}`)
}

func TestUnreadableMessageStopsItsTableOnly(t *testing.T) {
	t.Parallel()
	r := newRig(t, 2)
	strict, lenient := plainTable("strict"), plainTable("lenient")
	strict.Value.New, lenient.Value.New = newFormat(format.JSON), newFormat(format.JSON)
	lenient.KeepErrors = true
	r.produce(0, "1", "{", "3")
	cfg := r.config(strict, lenient)
	r.Start(t, r.spec(cfg))
	r.AwaitReady(t, "lenient")
	st := r.AwaitError(t, "strict", fmt.Sprintf(`decode: topic %q, partition 0, offset 1: value: `, r.topic))
	if st.State != connectors.StateCeased || st.Hint != hintDecode {
		t.Errorf("%+v", st)
	}
	r.produce(1, "4")
	r.has("lenient", "1|0|0", "3|0|2", "4|1|0")
	conn := r.Conn(t)
	defer conn.Close()
	found, err := connectors.LoadSourceErrors(t.Context(), conn, "strict")
	if err != nil || len(found) != 1 || string(found[0].Value) != "{" || found[0].Position != 1 || found[0].Key != nil {
		t.Errorf("%+v, %v", found, err)
	}
	if kept, err := connectors.LoadSourceErrors(t.Context(), conn, "lenient"); err != nil || len(kept) != 0 {
		t.Errorf("errors that are merely kept count: %+v, %v", kept, err)
	}
}

func TestOffsetsAreCommittedForMonitoring(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1)
	r.produce(0, "a", "b")
	cfg := r.start(plainTable("t"))
	testenv.Eventually(t, 20*time.Second, func() error {
		offsets, err := r.k.Admin().FetchOffsets(t.Context(), cfg.Group)
		if err != nil {
			return err
		}
		if o, ok := offsets.Lookup(r.topic, 0); !ok || o.At != 2 {
			return fmt.Errorf("committed %+v", o)
		}
		return nil
	})
}

func TestBrokerRestartIsTransient(t *testing.T) {
	r := newRig(t, 2)
	r.produce(0, "a")
	r.start(plainTable("t"))
	if err := r.k.StopBroker(0, true); err != nil {
		t.Fatal(err)
	}
	r.Await(t, "t", "stalled", 15*time.Second, func(rd connectors.Readiness) bool { return rd.Source.State == connectors.StateStalled })
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	if err := r.k.StartBroker(ctx, 0); err != nil {
		t.Fatal(err)
	}
	r.produce(1, "b")
	r.has("t", "a|0|0", "b|1|0")
}

// Each broker is reached under its own name and by its own way; when one dies,
// the other serves its partitions.
func TestSecondBrokerTakesOver(t *testing.T) {
	k := testenv.NewKafka(t, testenv.KafkaOptions{Names: []string{"broker1", "broker2"}})
	r := &rig{t: t, k: k, topic: topicName(t), World: connectortest.New(t, opener(t)())}
	k.MustCreateTopic(t, r.topic, 4, nil)
	for p := range int32(4) {
		r.produce(p, "a")
	}
	var mu sync.Mutex
	dialled := map[string]bool{}
	p := Params{Brokers: []string{"broker1:9092", "broker2:9092"}, Protocol: Plaintext}
	p.Dial = func(host string, port uint16) (connectors.DialFunc, bool) {
		return func(ctx context.Context, network, addr string) (net.Conn, error) {
			mu.Lock()
			dialled[host] = true
			mu.Unlock()
			if want := net.JoinHostPort(host, strconv.Itoa(int(port))); addr != want {
				t.Errorf("the way to %s was asked for %s", want, addr)
			}
			return k.Dial(ctx, network, addr)
		}, true
	}
	r.Start(t, r.spec(Config{Params: p, Topic: r.topic, Tables: []Table{plainTable("t")}}))
	r.AwaitReady(t, "t")
	mu.Lock()
	if !dialled["broker1"] || !dialled["broker2"] {
		t.Errorf("dialled %v", dialled)
	}
	mu.Unlock()
	if err := k.StopBroker(1, true); err != nil {
		t.Fatal(err)
	}
	for p := range int32(4) {
		r.produce(p, "b")
	}
	r.has("t", "a|0|0", "a|1|0", "a|2|0", "a|3|0", "b|0|1", "b|1|1", "b|2|1", "b|3|1")
}

func TestFrozenLinkStallsAndHeals(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1)
	r.start(plainTable("t"))
	r.proxy.Hold()
	r.produce(0, "a")
	r.Await(t, "t", "stalled", 15*time.Second, func(rd connectors.Readiness) bool { return rd.Source.State == connectors.StateStalled })
	r.proxy.Release()
	r.has("t", "a|0|0")
	r.Await(t, "t", "running", 10*time.Second, func(rd connectors.Readiness) bool { return rd.Source.State == connectors.StateRunning })
}

// A source that is a table itself has one status and one history.
func TestSourceThatIsItsTable(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1)
	r.produce(0, "a")
	r.start(plainTable("src"))
	r.produce(0, "b")
	r.has("src", "a|0|0", "b|0|1")
	if all := r.Sup.Statuses(); len(all) != 1 || all[0].State != connectors.StateRunning {
		t.Errorf("%+v", all)
	}
	r.Stop(t)
	r.Start(t, r.spec(r.config(plainTable("src"))))
	r.AwaitReady(t, "src")
	r.produce(0, "c")
	r.has("src", "a|0|0", "b|0|1", "c|0|2")
	testenv.Eventually(t, 20*time.Second, func() error { // counted a moment after the commit
		if st := r.Sup.Statistics()[0]; st.Messages != 3 || st.OffsetCommitted != 3 {
			return fmt.Errorf("%+v", st)
		}
		return nil
	})
	r.Sup.Apply(nil)
	testenv.Eventually(t, 20*time.Second, func() error {
		if tables, statuses := r.Physical(t), r.Sup.Statuses(); len(tables)+len(statuses) != 0 {
			return fmt.Errorf("tables %v, statuses %v", tables, statuses)
		}
		return nil
	})
}
