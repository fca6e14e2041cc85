package format

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"culvert/connectors/decode"
)

// dbz makes a Debezium envelope as its connectors register it.
func dbz(fields string) string {
	return `{"type":"record","name":"Envelope","namespace":"db.public.t","fields":[
	{"name":"before","type":["null",{"type":"record","name":"Value","fields":[` + fields + `],"connect.name":"db.public.t.Value"}],"default":null},
	{"name":"after","type":["null","Value"],"default":null},
	{"name":"source","type":{"type":"record","name":"Source","namespace":"io.debezium.connector.postgresql","fields":[
		{"name":"version","type":"string"},{"name":"lsn","type":["null","long"],"default":null}]}},
	{"name":"op","type":"string"},
	{"name":"ts_ms","type":["null","long"],"default":null}]}`
}

const dbzRow = `{"name":"id","type":"int"},{"name":"note","type":["null","string"],"default":null},{"name":"at","type":{"type":"long","connect.name":"io.debezium.time.MicroTimestamp"}}`

// envelope encodes a change; a row is nil for null.
func envelope(op string, before, after []byte) []byte {
	part := func(row []byte) []byte {
		if row == nil {
			return long(0)
		}
		return append(long(1), row...)
	}
	return join(part(before), part(after), str("2.7"), long(1), long(12345), str(op), long(0))
}

// both are the rows that an envelope's decoder fills.
type both struct{ before, after rows }

func openEnvelope(t testing.TB, s Spec, schemas SchemaSource) (Envelope, both) {
	t.Helper()
	s = stored(t, s)
	columns, err := s.EnvelopeColumns()
	if err != nil {
		t.Fatal(err)
	}
	e, err := NewEnvelope(s, schemas)
	if err != nil {
		t.Fatal(err)
	}
	return e, both{newRows(t, columns), newRows(t, columns)}
}

func (b both) decode(e Envelope, payload []byte) (string, error) {
	c, err := e.Decode(payload, b.before.Pointers(), b.after.Pointers())
	return fmt.Sprintf("%c %v %v", c.Op, c.HasBefore, c.HasAfter), err
}

func TestDebeziumAvro(t *testing.T) {
	s := avroSpec(dbz(dbzRow))
	s.WireFormat = true
	newer := dbz(`{"name":"extra","type":["null","double"],"default":null},` + dbzRow)
	e, b := openEnvelope(t, s, registry{1: s.Schema.Text, 2: newer, 3: record(`a "int"`)}.source)
	if got := describe(b.after.fields); got != "id integer, note text?, at timestamp without time zone" {
		t.Error(got)
	}
	row := func(id int64) []byte { return join(long(id), long(1), str("n"), long(1_000_000)) }
	for _, test := range []struct {
		payload []byte
		want    string
	}{
		{framed(1, envelope("c", nil, row(1))), "c false true"},
		{framed(1, envelope("u", row(1), row(2))), "u true true"},
		{framed(1, envelope("d", row(2), nil)), "d true false"},
		{framed(2, envelope("r", nil, join(long(0), row(3)))), "r false true"},
		{framed(1, envelope("t", nil, nil)), "t false false"},
	} {
		if got, err := b.decode(e, test.payload); err != nil || got != test.want {
			t.Errorf("%s, %v; want %s", got, err, test.want)
		}
	}
	const rest = "|n|1970-01-01 00:00:01"
	if got := strings.Join(b.before.show(t), ";"); got != "1"+rest+";2"+rest {
		t.Errorf("before: %s", got)
	}
	if got := strings.Join(b.after.show(t), ";"); got != "1"+rest+";2"+rest+";3"+rest {
		t.Errorf("after: %s", got)
	}
	change, err := e.Decode(framed(1, envelope("u", row(1), row(4))), nil, b.after.Pointers())
	if err != nil || change != (decode.Change{Op: 'u', HasAfter: true}) {
		t.Errorf("without before: %+v, %v", change, err)
	}
	good := framed(1, envelope("u", row(1), row(2)))
	for n := range good {
		if _, err := b.decode(e, good[:n]); err == nil {
			t.Fatalf("%d of %d bytes are a message", n, len(good))
		}
	}
	for text, payload := range map[string][]byte{
		"bytes are left": append(good, 0), "op is not one letter": framed(1, envelope("xx", nil, row(1))),
		"not a Debezium envelope": framed(3, long(1)), "schema with ID 9": framed(9, nil),
	} {
		if _, err := b.decode(e, payload); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%v; want %s", err, text)
		}
	}
	if len(b.before.show(t)) != 2 || len(b.after.show(t)) != 4 {
		t.Error("errors left rows behind")
	}
}

func TestDebeziumJSON(t *testing.T) {
	e, b := openEnvelope(t, Spec{Kind: JSON}, nil)
	for payload, want := range map[string]string{
		`{"op":"c","after":{"b":1,"a":2},"before":null,"source":{}}`:                               "c false true",
		`{"schema":{"type":"struct"},"payload":{"op":"u","after":{"b":1,"a":2},"before":{"a":1}}}`: "u true true",
		`{"op":"d","after":null,"before":{"a":1},"ts_ms":1}`:                                       "d true false",
	} {
		if got, err := b.decode(e, []byte(payload)); err != nil || got != want {
			t.Errorf("%s: %s, %v; want %s", payload, got, err, want)
		}
	}
	if got := strings.Join(b.after.show(t), ";"); got != `{"a": 2, "b": 1};{"a": 2, "b": 1}` {
		t.Error(got)
	}
	if got := strings.Join(b.before.show(t), ";"); got != `{"a": 1};{"a": 1}` {
		t.Error(got)
	}
	for payload, text := range map[string]string{
		`{}`: "not a Debezium envelope", `[]`: "not a Debezium envelope", `1`: "not a Debezium envelope", `{"payload":null}`: "not a Debezium envelope",
		`{"op":"c"}`: "not a Debezium envelope", `{"op":1,"after":{}}`: "op is not one letter", `{"op":"c","after":3}`: "neither an object nor null",
		`{"op":"c","after":{}`: "invalid input syntax for type json",
	} {
		if _, err := b.decode(e, []byte(payload)); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%s: %v; want %s", payload, err, text)
		}
	}
}

func TestWhatIsNoEnvelope(t *testing.T) {
	for text, s := range map[string]Spec{
		"needs FORMAT AVRO or JSON":    {Kind: Text},
		"it is no record":              avroSpec(`"string"`),
		"no field after":               avroSpec(record(`op "string"`)),
		"different records":            avroSpec(record(`before {"type":"record","name":"A","fields":[]}`, `after {"type":"record","name":"B","fields":[]}`, `op "string"`)),
		"no field op of type string":   avroSpec(strings.Replace(dbz(dbzRow), `"name":"op","type":"string"`, `"name":"op","type":"int"`, 1)),
		"the Avro record has no field": avroSpec(dbz("")),
	} {
		if _, err := NewEnvelope(s, nil); err == nil || !strings.Contains(err.Error(), text) || errors.Is(err, errOutage) {
			t.Errorf("%v; want %s", err, text)
		}
	}
}
