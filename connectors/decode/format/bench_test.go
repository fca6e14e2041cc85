package format

import (
	"testing"
	"time"
)

// benchmark decodes messages of about 150 bytes in batches.
func benchmark(b *testing.B, s Spec, schemas SchemaSource, payload []byte) {
	f, r := open(b, s, schemas)
	dst := r.Pointers()
	b.SetBytes(int64(len(payload)))
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		if err := f.Decode(payload, dst); err != nil {
			b.Fatal(err)
		}
		if n++; n%2048 == 0 {
			r.Reset()
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
}

func BenchmarkAvro(b *testing.B) {
	schema := record(`id "long"`, `customer "int"`, `name "string"`, `note ["null","string"]`, `price {"type":"bytes","logicalType":"decimal","precision":12,"scale":2}`,
		`at {"type":"long","logicalType":"timestamp-micros"}`, `active "boolean"`, `score "double"`, `state {"type":"enum","name":"S","symbols":["NEW","PAID"]}`, `comment "string"`)
	payload := join(long(123456789), long(99887), str("a widget of some size and weight"), long(1), str("a note of a customer, who wrote it"), str("\x01\x02\x03"),
		long(time.Now().UnixMicro()), []byte{1}, make([]byte, 8), long(1), str("a comment to fill the message up to 150 bytes!!"))
	s := avroSpec(schema)
	s.WireFormat = true
	benchmark(b, s, registry{7: schema}.source, framed(7, payload))
}

func BenchmarkJSON(b *testing.B) {
	benchmark(b, Spec{Kind: JSON}, nil, []byte(`{"id":123456,"name":"a widget of some size","price":12.50,"active":true,"tags":["red","blue"],"at":"2024-05-06T07:08:09Z","note":null,"customer":99887}`))
}

func BenchmarkProtobuf(b *testing.B) {
	text := `syntax = "proto3"; message M { int64 id = 1; int32 customer = 2; string name = 3; optional string note = 4; double score = 5; bool active = 6; string comment = 7; }`
	m := compile(b, text).Messages().Get(0)
	benchmark(b, protobufSpec(text, ""), nil, encodeText(b, m,
		`id: 123456789 customer: 99887 name: "a widget of some size and weight" note: "a note of a customer, who wrote it" score: 1 active: true comment: "a comment to fill the message up to 150 bytes!!"`))
}

func BenchmarkCSV(b *testing.B) {
	benchmark(b, Spec{Kind: CSV, CSV: &CSVOptions{Count: 5}}, nil, []byte(`123456789,99887,a widget of some size and weight,"a note of a customer, who wrote it",a comment to fill the message up to 150 bytes!!`))
}
