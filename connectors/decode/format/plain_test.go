package format

import (
	"errors"
	"strings"
	"testing"

	"culvert/connectors/schemaregistry"
)

func TestFormatsWithoutSchema(t *testing.T) {
	tests := []struct {
		spec    Spec
		columns string
		good    map[string]string
		bad     map[string]string
	}{
		{Spec{Kind: Bytes}, "data bytea", map[string]string{"": `\x`, "a\x00\xff": `\x6100ff`}, nil},
		{Spec{Kind: Text}, "text text", map[string]string{"": "", "é": "é"}, map[string]string{"\xff": "invalid byte sequence", "a\x00": "0x00"}},
		{Spec{Kind: JSON}, "data jsonb", map[string]string{`{"b":1,"a":[1.0,"x"]}`: `{"a": [1.0, "x"], "b": 1}`, "null": "null"},
			map[string]string{"": "invalid input syntax for type json", "{": "json", `"\u0000"`: "Unicode escape"}},
		{Spec{Kind: CSV, CSV: &CSVOptions{Count: 2}}, "column1 text, column2 text",
			map[string]string{"a,b": "a|b", ",": "|", "\"a,\"\"\n\",b\r\n": "a,\"\n|b", "é,x y": "é|x y"},
			map[string]string{"a": "expected 2 columns, got 1", "a,b,c": "expected 2 columns, got 3", "": "got 1", "\"a": "does not end",
				`"a"b,c`: "goes on behind", "a,b\nc,d": "more than one record", "a,\xff": "invalid byte"}},
		{Spec{Kind: CSV, CSV: &CSVOptions{Header: []string{"id", "name"}, Delimiter: "\t"}}, "id text, name text",
			map[string]string{"1\tx,y": "1|x,y"}, map[string]string{"id\tname": "is the header"}},
		{Spec{Kind: Regex, Regex: `^(?P<ip>[\d.]+) (\S+)(?: (?P<rest>.*))?$`}, "ip text?, column2 text?, rest text?",
			map[string]string{"1.2.3.4 GET /x": "1.2.3.4|GET|/x", "1 GET": "1|GET|∅"}, map[string]string{"": "does not match", "1 \xff": "invalid byte"}},
		{Spec{Kind: CSV, CSV: &CSVOptions{Header: []string{"name", "id"}}, Record: true}, "data jsonb",
			map[string]string{`"x""y",7`: `{"id": "7", "name": "x\"y"}`}, map[string]string{"1": "expected 2 columns, got 1", "name,id": "is the header"}},
		{Spec{Kind: Regex, Regex: `^(?P<ip>[\d.]+)(?: (\S+))?$`, Record: true}, "data jsonb",
			map[string]string{"1.2 x": `{"ip": "1.2", "column2": "x"}`, "1.2": `{"ip": "1.2", "column2": null}`}, map[string]string{"": "does not match"}},
	}
	for _, test := range tests {
		t.Run(string(test.spec.Kind), func(t *testing.T) {
			f, r := open(t, test.spec, nil)
			if got := describe(r.fields); got != test.columns {
				t.Errorf("columns %s; want %s", got, test.columns)
			}
			for payload, want := range test.good {
				if err := f.Decode([]byte(payload), r.Pointers()); err != nil {
					t.Errorf("%q: %v", payload, err)
				} else if shown := r.show(t); shown[len(shown)-1] != want {
					t.Errorf("%q: %s; want %s", payload, shown[len(shown)-1], want)
				}
			}
			for payload, text := range test.bad {
				mustRefuse(t, f, r, []byte(payload), text)
			}
		})
	}
}

func TestAHeaderOfCSVIsNoRow(t *testing.T) {
	f, r := open(t, Spec{Kind: CSV, CSV: &CSVOptions{Header: []string{"a", "b"}}}, nil)
	if err := f.Decode([]byte("a,b"), r.Pointers()); !errors.Is(err, ErrHeader) {
		t.Error(err)
	}
}

func TestWrongSpecifications(t *testing.T) {
	for text, s := range map[string]Spec{
		"unknown format":                  {Kind: "xml"},
		"needs a number of columns":       {Kind: CSV},
		"1 to 1600 columns":               {Kind: CSV, CSV: &CSVOptions{}},
		"must be an ASCII character":      {Kind: CSV, CSV: &CSVOptions{Count: 1, Delimiter: "é"}},
		"must not be a quote":             {Kind: CSV, CSV: &CSVOptions{Count: 1, Delimiter: `"`}},
		"invalid regular expression":      {Kind: Regex, Regex: "("},
		"no groups":                       {Kind: Regex, Regex: "x"},
		"a schema is needed for Avro":     {Kind: Avro},
		"invalid Avro schema":             avroSpec(`{"type":"record"}`),
		"the Avro record has no fields":   avroSpec(`{"type":"record","name":"r","fields":[]}`),
		"a schema is needed for Protobuf": {Kind: Protobuf},
		"is of type JSON, not AVRO":       {Kind: Avro, Schema: &schemaregistry.Schema{Type: schemaregistry.JSON, Text: "{}"}},
		"needs a MESSAGE":                 {Kind: Protobuf, Descriptors: []byte{}},
		"is no FileDescriptorSet":         {Kind: Protobuf, Descriptors: []byte("x"), Message: "m"},
		"invalid Protobuf schema":         protobufSpec("message M {", ""),
		`has no message "N"`:              protobufSpec(`syntax="proto3"; message M { int32 a=1; }`, "N"),
		"Protobuf message M has no fiel":  protobufSpec(`syntax="proto3"; message M {}`, ""),
		"the Protobuf schema has no mess": protobufSpec(`syntax="proto3";`, ""),
	} {
		if _, err := s.Columns(); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
