package format

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"culvert/connectors/schemaregistry"

	"github.com/hamba/avro/v2"
)

func avroSpec(text string) Spec {
	return Spec{Kind: Avro, Schema: &schemaregistry.Schema{Type: schemaregistry.Avro, Text: text}}
}

// record makes a record schema of fields, given as name and type.
func record(fields ...string) string {
	for i, f := range fields {
		name, typ, _ := strings.Cut(f, " ")
		typ, def, ok := strings.Cut(typ, " = ")
		fields[i] = fmt.Sprintf(`{"name":%q,"type":%s}`, name, typ)
		if ok {
			fields[i] = fmt.Sprintf(`{"name":%q,"type":%s,"default":%s}`, name, typ, def)
		}
	}
	return `{"type":"record","name":"t.R","fields":[` + strings.Join(fields, ",") + `]}`
}

func encode(t testing.TB, schema string, v any) []byte {
	t.Helper()
	b, err := avro.Marshal(avro.MustParse(schema), v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func long(n int64) []byte { return binary.AppendVarint(nil, n) }

func str(s string) []byte { return append(long(int64(len(s))), s...) }

func join(parts ...[]byte) (out []byte) {
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

// avroTypes has a type, what column it is, and values in both encodings.
var avroTypes = []struct {
	typ, column string
	value       any
	want        string
}{
	{`"boolean"`, "boolean", true, "t"},
	{`"int"`, "integer", -17, "-17"},
	{`"long"`, "bigint", int64(-1 << 63), "-9223372036854775808"},
	{`"float"`, "real", float32(0.1), "0.1"},
	{`"double"`, "double precision", 1e300, "1e+300"},
	{`"bytes"`, "bytea", []byte{0, 255}, `\x00ff`},
	{`"string"`, "text", "é", "é"},
	{`{"type":"fixed","name":"F","size":2}`, "bytea", [2]byte{1, 2}, `\x0102`},
	{`{"type":"enum","name":"E","symbols":["A","B"]}`, "text", "B", "B"},
	{`{"type":"bytes","logicalType":"decimal","precision":4,"scale":2}`, "numeric(4,2)", big.NewRat(-1234, 100), "-12.34"},
	{`{"type":"bytes","logicalType":"decimal","precision":38,"scale":2}`, "numeric(38,2)", big.NewRat(1, 4), "0.25"},
	{`{"type":"bytes","logicalType":"decimal","precision":60,"scale":3}`, "numeric(60,3)", new(big.Rat).SetFrac(new(big.Int).Exp(big.NewInt(-10), big.NewInt(45), nil), big.NewInt(1)), "-1" + strings.Repeat("0", 45) + ".000"},
	{`{"type":"fixed","name":"D","size":8,"logicalType":"decimal","precision":18,"scale":0}`, "numeric(18,0)", big.NewRat(-5, 1), "-5"},
	{`{"type":"int","logicalType":"date"}`, "date", time.Date(1969, 12, 31, 0, 0, 0, 0, time.UTC), "1969-12-31"},
	{`{"type":"int","logicalType":"time-millis"}`, "time without time zone", 3 * time.Millisecond, "00:00:00.003"},
	{`{"type":"long","logicalType":"time-micros"}`, "time without time zone", 25 * time.Microsecond, "00:00:00.000025"},
	{`{"type":"long","logicalType":"timestamp-millis"}`, "timestamp without time zone", time.UnixMilli(-1), "1969-12-31 23:59:59.999"},
	{`{"type":"long","logicalType":"timestamp-micros"}`, "timestamp without time zone", time.UnixMicro(1700000000000001), "2023-11-14 22:13:20.000001"},
	{`{"type":"long","logicalType":"timestamp-nanos"}`, "timestamp without time zone", int64(-1), "1969-12-31 23:59:59.999999"},
	{`{"type":"long","logicalType":"local-timestamp-millis"}`, "timestamp without time zone", time.UnixMilli(0).UTC(), "1970-01-01 00:00:00"},
	{`{"type":"string","logicalType":"uuid"}`, "uuid", "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"},
	{`{"type":"fixed","name":"U","size":16,"logicalType":"uuid"}`, "uuid", [16]byte{0xa0, 15: 0x11}, "a0000000-0000-0000-0000-000000000011"},
	{`{"type":"fixed","name":"I","size":12,"logicalType":"duration"}`, "interval", avro.LogicalDuration{Months: 14, Days: 3, Milliseconds: 4500}, "1 year 2 mons 3 days 00:00:04.5"},
	{`{"type":"string","connect.name":"io.debezium.data.Json"}`, "jsonb", `{"b":1,"a":2}`, `{"a": 2, "b": 1}`},
	{`{"type":"string","connect.name":"io.debezium.time.ZonedTimestamp"}`, "timestamp with time zone", "2024-02-03T04:05:06.7+02:00", "2024-02-03 02:05:06.7+00"},
	{`{"type":"long","connect.name":"io.debezium.time.MicroTimestamp"}`, "timestamp without time zone", int64(1), "1970-01-01 00:00:00.000001"},
	{`{"type":"int","connect.name":"io.debezium.time.Date"}`, "date", 19000, "2022-01-08"},
	{`{"type":"array","items":"int"}`, "integer[]", []int{1, 2}, "{1,2}"},
	{`{"type":"array","items":["null","string"]}`, "text[]", []any{"a", nil, "b c"}, `{a,NULL,"b c"}`},
	{`{"type":"array","items":{"type":"bytes","logicalType":"decimal","precision":4,"scale":1}}`, "numeric(4,1)[]", []*big.Rat{big.NewRat(1, 2)}, "{0.5}"},
	{`{"type":"array","items":{"type":"array","items":"int"}}`, "jsonb", [][]int{{1}, {}}, "[[1], []]"},
	{`{"type":"map","values":"double"}`, "jsonb", map[string]any{"bb": 1.5, "a": 2.0, "c\n": 1e21}, `{"a": 2, "bb": 1.5, "c\n": 1000000000000000000000}`},
	{`{"type":"record","name":"N","fields":[{"name":"zz","type":"string"},{"name":"a","type":["null","boolean"]},{"name":"b","type":"bytes"}]}`, "jsonb",
		map[string]any{"zz": `"`, "a": nil, "b": []byte{1}}, `{"a": null, "b": "\\x01", "zz": "\""}`},
	{`["int","string"]`, "jsonb", "x", `{"string": "x"}`},
	{`["null","int",{"type":"enum","name":"n.E","symbols":["S"]}]`, "jsonb?", map[string]any{"n.E": "S"}, `{"n.E": "S"}`},
	{`["null","int","string"]`, "jsonb?", nil, "∅"},
	{`["null","int"]`, "integer?", nil, "∅"},
	{`["int","null"]`, "integer?", 5, "5"},
	{`["null",{"type":"array","items":"long"}]`, "bigint[]?", nil, "∅"},
	{`["null",{"type":"map","values":"long"}]`, "jsonb?", nil, "∅"},
	{`["string"]`, "text", "s", "s"},
	{`"null"`, "text?", nil, "∅"},
	{`{"type":"record","name":"L","fields":[{"name":"v","type":"int"},{"name":"next","type":["null","L"]}]}`, "jsonb",
		map[string]any{"v": 1, "next": map[string]any{"t.L": map[string]any{"v": 2, "next": nil}}}, `{"v": 1, "next": {"v": 2, "next": null}}`},
	{`{"type":"array","items":{"type":"record","name":"T","fields":[
		{"name":"d","type":{"type":"int","logicalType":"date"}},{"name":"t","type":{"type":"int","logicalType":"time-millis"}},
		{"name":"ts","type":{"type":"long","logicalType":"timestamp-millis"}},{"name":"u","type":{"type":"string","logicalType":"uuid"}},
		{"name":"n","type":{"type":"bytes","logicalType":"decimal","precision":5,"scale":3}},{"name":"f","type":"float"}]}}`, "jsonb",
		[]map[string]any{{"d": time.Unix(0, 0).UTC(), "t": time.Second, "ts": time.UnixMilli(1), "u": "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "n": big.NewRat(3, 2), "f": float32(0.1)}},
		`[{"d": "1970-01-01", "f": 0.1, "n": 1.500, "t": "00:00:01", "u": "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "ts": "1970-01-01T00:00:00.001"}]`},
}

func TestAvroTypes(t *testing.T) {
	for _, test := range avroTypes {
		t.Run(test.typ, func(t *testing.T) {
			schema := record("before int", "x "+test.typ, "after int")
			schema = strings.ReplaceAll(schema, `"type":int`, `"type":"int"`)
			f, r := open(t, avroSpec(schema), nil)
			if got := describe(r.fields); got != "before integer, x "+test.column+", after integer" {
				t.Errorf("columns %s; want %s", got, test.column)
			}
			payload := encode(t, schema, map[string]any{"before": 1, "x": test.value, "after": 2})
			for range 2 {
				if err := f.Decode(payload, r.Pointers()); err != nil {
					t.Fatal(err)
				}
			}
			want := "1|" + test.want + "|2"
			if shown := r.show(t); len(shown) != 2 || shown[0] != want || shown[1] != want {
				t.Errorf("%q; want %q", shown, want)
			}
			for n := range payload {
				mustRefuse(t, f, r, payload[:n], "ends within")
			}
			mustRefuse(t, f, r, append(payload, 0), "1 bytes are left")
		})
	}
}

func TestAvroRefusesBadValues(t *testing.T) {
	for _, test := range []struct {
		typ     string
		payload []byte
		text    string
	}{
		{`"boolean"`, []byte{2}, "a boolean is 2"},
		{`"int"`, long(1 << 31), "more than 32 bits"},
		{`"long"`, []byte(strings.Repeat("\xff", 11)), "more than 64 bits"},
		{`"string"`, str("\xff"), "invalid byte sequence"},
		{`"string"`, str("\x00"), "invalid byte sequence"},
		{`"bytes"`, long(-1), "a length is negative"},
		{`["null","int"]`, long(2), "union branch 2 of 2"},
		{`{"type":"enum","name":"E","symbols":["A"]}`, long(-1), "enum symbol -1 of 1"},
		{`{"type":"bytes","logicalType":"decimal","precision":2,"scale":0}`, join(long(1), []byte{100}), "more than the 2 digits"},
		{`{"type":"bytes","logicalType":"decimal","precision":2,"scale":0}`, join(long(1), []byte{156}), "more than the 2 digits"},
		{`{"type":"bytes","logicalType":"decimal","precision":50,"scale":0}`, str(strings.Repeat("\x7f", 40)), "more than the 50 digits"},
		{`{"type":"int","logicalType":"date"}`, long(-1 << 31), "out of range"},
		{`{"type":"long","logicalType":"time-micros"}`, long(-1), "out of range"},
		{`{"type":"long","logicalType":"timestamp-millis"}`, long(1 << 62), "out of range"},
		{`{"type":"long","logicalType":"timestamp-micros"}`, long(-1 << 63), "out of range"},
		{`{"type":"string","logicalType":"uuid"}`, str("no"), "invalid input syntax for type uuid"},
		{`{"type":"string","connect.name":"io.debezium.data.Json"}`, str("{"), "invalid input syntax for type json"},
		{`{"type":"string","connect.name":"io.debezium.time.ZonedTimestamp"}`, str("x"), "invalid input syntax"},
		{`{"type":"array","items":"null"}`, join(long(1<<40), long(0)), "more than"},
		{`{"type":"array","items":["null","string"]}`, join(long(3), long(0), long(1), str("x"), long(7)), "union branch 7"},
		{`{"type":"map","values":["int","string"]}`, join(long(1), str("k"), long(9)), "union branch 9"},
		{`{"type":"record","name":"L","fields":[{"name":"next","type":["null","L"]}]}`, []byte(strings.Repeat("\x02", 600) + "\x00"), "nested more than 500"},
	} {
		t.Run(test.typ+test.text, func(t *testing.T) {
			f, r := open(t, avroSpec(strings.ReplaceAll(record("k int", "x "+test.typ), `"type":int`, `"type":"int"`)), nil)
			mustRefuse(t, f, r, join(long(1), test.payload), test.text)
			mustRefuse(t, f, r, join(long(1), test.payload), `field "x"`)
		})
	}
}

func TestASchemaThatIsNoRecordIsOneColumn(t *testing.T) {
	s := avroSpec(`["null","string"]`)
	f, r := open(t, s, nil)
	if got := describe(r.fields); got != "data text?" || s.Named() || !avroSpec(record(`a "int"`)).Named() {
		t.Error(got, s.Named())
	}
	for _, payload := range [][]byte{long(0), join(long(1), str("k"))} {
		if err := f.Decode(payload, r.Pointers()); err != nil {
			t.Fatal(err)
		}
	}
	if shown := r.show(t); shown[0] != "∅" || shown[1] != "k" {
		t.Error(shown)
	}
}

func TestSchemasMayReferToOthers(t *testing.T) {
	f, r := open(t, Spec{Kind: Avro, Schema: &schemaregistry.Schema{
		Type: schemaregistry.Avro, Text: `{"type":"record","name":"a.R","fields":[{"name":"x","type":"b.M"},{"name":"y","type":"b.M"}]}`,
		References: []schemaregistry.Reference{
			{Name: "b.K", Text: `{"type":"enum","name":"b.K","symbols":["S"]}`},
			{Name: "b.M", Text: `{"type":"record","name":"b.M","fields":[{"name":"k","type":"b.K"}]}`},
		}}}, nil)
	if err := f.Decode([]byte{0, 0}, r.Pointers()); err != nil {
		t.Fatal(err)
	}
	if shown := r.show(t); shown[0] != `{"k": "S"}|{"k": "S"}` {
		t.Error(shown)
	}
}

// framed puts Confluent's header in front.
func framed(id int, payload []byte) []byte {
	return append(binary.BigEndian.AppendUint32([]byte{0}, uint32(id)), payload...)
}

func TestWireFormat(t *testing.T) {
	s := avroSpec(record(`a "int"`))
	s.WireFormat = true
	f, r := open(t, s, nil)
	if err := f.Decode(framed(99, long(7)), r.Pointers()); err != nil {
		t.Fatal("an inline schema asks for no registry: ", err)
	}
	mustRefuse(t, f, r, []byte{0, 0, 0}, "too few for the header")
	mustRefuse(t, f, r, append([]byte{1}, framed(1, nil)[1:]...), "first byte is 1")
	mustRefuse(t, f, r, nil, "too few for the header")
}

// registry is a schema source of a map; what it has not, is an outage.
type registry map[int]string

var errOutage = errors.New("connection refused")

func (g registry) source(id int) (*schemaregistry.Schema, error) {
	text, ok := g[id]
	if !ok {
		return nil, errOutage
	}
	kind := schemaregistry.Avro
	if strings.HasPrefix(text, "syntax") {
		kind = schemaregistry.Protobuf
	}
	return &schemaregistry.Schema{ID: id, Type: kind, Text: text}, nil
}

func TestAnOutageOfTheRegistryIsRetryable(t *testing.T) {
	s := avroSpec(record(`a "int"`))
	s.WireFormat = true
	schemas := registry{}
	f, r := open(t, s, schemas.source)
	mustRefuse(t, f, r, framed(5, long(1)), "schema with ID 5: connection refused")
	if err := f.Decode(framed(5, long(1)), r.Pointers()); !Retryable(err) || !errors.Is(err, errOutage) {
		t.Errorf("%v", err)
	}
	schemas[5] = record(`a "int"`)
	if err := f.Decode(framed(5, long(1)), r.Pointers()); err != nil {
		t.Error("after the outage: ", err)
	}
	schemas[6] = "{"
	schemas[7] = "syntax"
	for id, text := range map[int]string{6: "invalid Avro schema", 7: "the schema is of type PROTOBUF, not AVRO"} {
		mustRefuse(t, f, r, framed(id, long(1)), text)
		if err := f.Decode(framed(id, long(1)), r.Pointers()); Retryable(err) {
			t.Errorf("%v is retryable", err)
		}
	}
}
