package format

import (
	"testing"
)

// fuzzDecoder feeds messages to a decoder: none makes it panic, and each either
// adds one row or changes nothing.
func fuzzDecoder(f *testing.F, s Spec, schemas SchemaSource, seeds ...[]byte) {
	for _, seed := range seeds {
		f.Add(seed)
	}
	f.Add([]byte{})
	format, err := New(s, schemas)
	if err != nil {
		f.Fatal(err)
	}
	columns, err := s.Columns()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		r := newRows(t, columns)
		for range 2 {
			n := r.Cols[0].Len
			if format.Decode(payload, r.Pointers()) == nil {
				n++
			}
			for i := range r.Cols {
				if r.Cols[i].Len != n {
					t.Fatalf("column %d has %d values, not %d", i, r.Cols[i].Len, n)
				}
			}
		}
		r.show(t)
	})
}

func FuzzAvro(f *testing.F) {
	fields := []string{}
	var seed []byte
	for i, test := range avroTypes {
		if i%2 == 0 {
			fields = append(fields, string(rune('a'+i/2%26))+string(rune('a'+i/52))+" "+test.typ)
		}
	}
	s := avroSpec(record(fields...))
	fuzzDecoder(f, s, nil, append(seed, make([]byte, 200)...), []byte("\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f"))
}

func FuzzAvroEvolution(f *testing.F) {
	s := avroSpec(evolve(evolutions[len(evolutions)-1].reader))
	s.WireFormat = true
	schemas := registry{}
	var seeds [][]byte
	for i, e := range evolutions {
		schemas[i] = evolve(e.writer)
		seeds = append(seeds, framed(i, join(long(7), e.payload, str("z"))))
	}
	fuzzDecoder(f, s, schemas.source, seeds...)
}

func FuzzProtobuf(f *testing.F) {
	text := proto3 + `message M { int32 a = 1; N n = 2; map<string, N> m = 3; repeated sint64 l = 4; google.protobuf.Timestamp t = 5; google.protobuf.Value v = 6; E e = 7; string s = 8; }`
	m := compile(f, text).Messages().ByName("M")
	s := protobufSpec(text, "p.M")
	s.WireFormat = true
	fuzzDecoder(f, s, nil, framed(1, append([]byte{2, 4}, encodeText(f, m, "a: 1 n { b: 1 } m { key: 'k' } l: [1, 2] t { seconds: 1 } v { number_value: 1 } e: ONE s: 'x'")...)))
}

func FuzzProtobufDocument(f *testing.F) {
	text := proto3 + `message M { int32 a = 1; N n = 2; map<string, N> m = 3; google.protobuf.Value v = 6; string s = 8; }`
	m := compile(f, text).Messages().ByName("M")
	s := protobufSpec(text, "p.M")
	s.Record = true
	fuzzDecoder(f, s, nil, encodeText(f, m, "a: 1 n { b: 1 } m { key: 'k' } v { number_value: 1 } s: 'x'"))
}

func FuzzCSVRecord(f *testing.F) {
	s := Spec{Kind: CSV, CSV: &CSVOptions{Count: 2}, Record: true}
	fuzzDecoder(f, s, nil, []byte("a,b"), []byte("\"a\"\"\",\r\n"))
}

func FuzzCSV(f *testing.F) {
	fuzzDecoder(f, Spec{Kind: CSV, CSV: &CSVOptions{Count: 2}}, nil, []byte("a,b"), []byte("\"a\"\"\",\r\n"))
}

func FuzzRegex(f *testing.F) {
	fuzzDecoder(f, Spec{Kind: Regex, Regex: `^(?P<a>\w*),(b)?(.*)$`}, nil, []byte("a,b"), []byte("é,\n"))
}

func FuzzJSON(f *testing.F) {
	fuzzDecoder(f, Spec{Kind: JSON}, nil, []byte(`{"b": [1.50, "\u00e9"], "a": null}`))
}

func FuzzDebezium(f *testing.F) {
	s := avroSpec(dbz(dbzRow))
	f.Add(envelope("u", []byte{2, 0, 2}, []byte{2, 0, 2}))
	f.Add([]byte(`{"payload":{"op":"u","after":{},"before":{}}}`))
	avroOf, err := NewEnvelope(s, nil)
	if err != nil {
		f.Fatal(err)
	}
	jsonOf, err := NewEnvelope(Spec{Kind: JSON}, nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		for _, e := range []Envelope{avroOf, jsonOf} {
			spec := s
			if e == jsonOf {
				spec = Spec{Kind: JSON}
			}
			columns, _ := spec.EnvelopeColumns()
			b := both{newRows(t, columns), newRows(t, columns)}
			change, err := e.Decode(payload, b.before.Pointers(), b.after.Pointers())
			if got := len(b.after.show(t)); (got == 1) != (err == nil && change.HasAfter) {
				t.Fatalf("%d rows after, %+v, %v", got, change, err)
			}
			b.before.show(t)
		}
	})
}
