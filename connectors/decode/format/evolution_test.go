package format

import (
	"strings"
	"testing"
)

// evolutions have a writer's and a reader's type of field x, a value as the
// writer encodes it, and what the reader makes of it or why it does not.
var evolutions = []struct {
	writer, reader string
	payload        []byte
	want, err      string
}{
	{`"int"`, `"long"`, long(-5), "-5", ""},
	{`"int"`, `"float"`, long(-5), "-5", ""},
	{`"long"`, `"double"`, long(1 << 40), "1099511627776", ""},
	{`"float"`, `"double"`, []byte{0, 0, 0x80, 0x3f}, "1", ""},
	{`"string"`, `"bytes"`, str("a"), `\x61`, ""},
	{`"bytes"`, `"string"`, str("a"), "a", ""},
	{`"bytes"`, `"string"`, str("\xff"), "", "invalid byte sequence"},
	{`"long"`, `"int"`, nil, "", "the writer's long cannot be read as int"},
	{`"string"`, `"int"`, nil, "", "the writer's string cannot be read as int"},
	{`"int"`, `["null","int"]`, long(3), "3", ""},
	{`"int"`, `["null","long"]`, long(3), "3", ""},
	{`["null","int"]`, `"int"`, join(long(1), long(3)), "3", ""},
	{`["null","int"]`, `"int"`, long(0), "", "the writer's null cannot be read as int"},
	{`["int","null"]`, `["null","int"]`, join(long(0), long(4)), "4", ""},
	{`["string","null"]`, `["null","int","string"]`, join(long(0), str("s")), `{"string": "s"}`, ""},
	{`["null","boolean"]`, `["null","int"]`, join(long(1), []byte{1}), "", "the writer's boolean cannot be read as union"},
	{`["boolean","string"]`, `"int"`, nil, "", "the writer's union cannot be read as int"},
	{`{"type":"enum","name":"E","symbols":["B","A"]}`, `{"type":"enum","name":"E","symbols":["A","B"]}`, long(0), "B", ""},
	{`{"type":"enum","name":"E","symbols":["A","C"]}`, `{"type":"enum","name":"E","symbols":["A","B"]}`, long(1), "", "has not the symbol"},
	{`{"type":"enum","name":"E","symbols":["A","C"]}`, `{"type":"enum","name":"E","symbols":["A","B"],"default":"B"}`, long(1), "B", ""},
	{`{"type":"fixed","name":"F","size":2}`, `{"type":"fixed","name":"F","size":3}`, nil, "", "has 2 bytes, the reader's 3"},
	{`{"type":"long","logicalType":"timestamp-micros"}`, `{"type":"long","logicalType":"timestamp-millis"}`, long(1_000_000), "1970-01-01 00:00:01", ""},
	{`{"type":"int","logicalType":"time-millis"}`, `{"type":"long","logicalType":"time-micros"}`, long(1), "00:00:00.001", ""},
	{`"long"`, `{"type":"long","logicalType":"timestamp-millis"}`, long(1000), "1970-01-01 00:00:01", ""},
	{`{"type":"bytes","logicalType":"decimal","precision":4,"scale":2}`, `{"type":"bytes","logicalType":"decimal","precision":6,"scale":2}`, str("\x01"), "0.01", ""},
	{`{"type":"bytes","logicalType":"decimal","precision":4,"scale":2}`, `{"type":"bytes","logicalType":"decimal","precision":4,"scale":1}`, nil, "", "has scale 2, the reader's 1"},
	{`{"type":"array","items":"int"}`, `{"type":"array","items":["null","long"]}`, join(long(-2), long(2), long(1), long(2), long(0)), "{1,2}", ""},
	{`{"type":"map","values":"int"}`, `{"type":"map","values":"long"}`, join(long(1), str("a"), long(1), long(0)), `{"a": 1}`, ""},
	{`{"type":"map","values":"int"}`, `{"type":"array","items":"int"}`, nil, "", "the writer's map cannot be read as array"},
	{`{"type":"record","name":"old.N","fields":[{"name":"gone","type":{"type":"array","items":"string"}},{"name":"a","type":"int"}]}`,
		`{"type":"record","name":"new.N","fields":[{"name":"b","type":"string","aliases":["a2"],"default":"d"},{"name":"a","type":"long"}]}`,
		join(long(1), str("zz"), long(0), long(9)), `{"a": 9, "b": "d"}`, ""},
}

func evolve(typ string) string { return record(`id "long"`, "x "+typ, `end "string"`) }

func TestAvroEvolution(t *testing.T) {
	for _, test := range evolutions {
		t.Run(test.writer+" as "+test.reader, func(t *testing.T) {
			s := avroSpec(evolve(test.reader))
			s.WireFormat = true
			f, r := open(t, s, registry{1: evolve(test.writer), 2: evolve(test.reader)}.source)
			payload := framed(1, join(long(7), test.payload, str("z")))
			if test.err != "" {
				mustRefuse(t, f, r, payload, test.err)
				mustRefuse(t, f, r, payload, test.err)
				return
			}
			if err := f.Decode(payload, r.Pointers()); err != nil {
				t.Fatal(err)
			}
			if shown := r.show(t); shown[0] != "7|"+test.want+"|z" {
				t.Errorf("%s; want %s", shown[0], test.want)
			}
		})
	}
}

func TestFieldsComeGoAndChangePlaces(t *testing.T) {
	reader := `{"type":"record","name":"R","fields":[
		{"name":"a","type":"int"},
		{"name":"renamed","aliases":["old"],"type":"string"},
		{"name":"n","type":["null","int"],"default":null},
		{"name":"t","type":"string","default":"d"},
		{"name":"l","type":"long","default":-9},
		{"name":"f","type":"float","default":0.5},
		{"name":"d","type":"double","default":2},
		{"name":"o","type":"boolean","default":true},
		{"name":"y","type":"bytes","default":"\u00ff"},
		{"name":"x","type":{"type":"fixed","name":"X","size":1},"default":"\u0001"},
		{"name":"e","type":{"type":"enum","name":"E","symbols":["P","Q"]},"default":"Q"},
		{"name":"r","type":{"type":"array","items":"int"},"default":[1,2]},
		{"name":"m","type":{"type":"map","values":"int"},"default":{"k":1}},
		{"name":"s","type":{"type":"record","name":"S","fields":[{"name":"i","type":"int"},{"name":"j","type":["null","int"],"default":null}]},"default":{"i":3}}]}`
	writer := record(`new {"type":"map","values":["null","double"]}`, `old "string"`, `more "float"`, `a "int"`, `flag "boolean"`)
	s := avroSpec(reader)
	s.WireFormat = true
	f, r := open(t, s, registry{1: writer}.source)
	payload := framed(1, encode(t, writer, map[string]any{"new": map[string]any{"q": 1.0, "p": nil}, "old": "o", "more": float32(1), "a": 4, "flag": true}))
	if err := f.Decode(payload, r.Pointers()); err != nil {
		t.Fatal(err)
	}
	want := `4|o|∅|d|-9|0.5|2|t|\xff|\x01|Q|{1,2}|{"k": 1}|{"i": 3, "j": null}`
	if shown := r.show(t); shown[0] != want {
		t.Errorf("%s; want %s", shown[0], want)
	}
}

func TestAFieldWithoutDefaultIsMissed(t *testing.T) {
	s := avroSpec(record(`a "int"`, `b "int"`))
	s.WireFormat = true
	f, r := open(t, s, registry{1: record(`a "int"`)}.source)
	mustRefuse(t, f, r, framed(1, long(1)), `schema with ID 1: field "b": the writer has no such field`)
}

func TestWritersTakeTurns(t *testing.T) {
	s := avroSpec(record(`a "long"`))
	s.WireFormat = true
	f, r := open(t, s, registry{1: record(`a "int"`), 2: record(`b "string"`, `a "long"`), 3: `"long"`}.source)
	for range 2 {
		for _, payload := range [][]byte{framed(1, long(1)), framed(2, join(str("x"), long(2)))} {
			if err := f.Decode(payload, r.Pointers()); err != nil {
				t.Fatal(err)
			}
		}
		mustRefuse(t, f, r, framed(3, long(1)), "cannot be read as t.R")
	}
	if got := strings.Join(r.show(t), " "); got != "1 2 1 2" {
		t.Error(got)
	}
}
