package format

import (
	"math"
	"strings"
	"testing"

	"culvert/connectors/schemaregistry"

	"github.com/bufbuild/protocompile"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"
)

func protobufSpec(text, message string) Spec {
	return Spec{Kind: Protobuf, Schema: &schemaregistry.Schema{Type: schemaregistry.Protobuf, Text: text}, Message: message}
}

// compile gives a file by a way of its own, for encoding.
func compile(t testing.TB, text string) protoreflect.FileDescriptor {
	t.Helper()
	c := protocompile.Compiler{Resolver: protocompile.WithStandardImports(&protocompile.SourceResolver{
		Accessor: protocompile.SourceAccessorFromMap(map[string]string{"x.proto": text})})}
	files, err := c.Compile(t.Context(), "x.proto")
	if err != nil {
		t.Fatal(err)
	}
	return files[0]
}

// encodeText encodes a message that is given in the text format.
func encodeText(t testing.TB, m protoreflect.MessageDescriptor, text string) []byte {
	t.Helper()
	message := dynamicpb.NewMessage(m)
	if err := prototext.Unmarshal([]byte(text), message); err != nil {
		t.Fatal(err)
	}
	b, err := proto.Marshal(message)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

const (
	proto3 = `syntax = "proto3"; package p;
import "google/protobuf/timestamp.proto"; import "google/protobuf/duration.proto"; import "google/protobuf/wrappers.proto"; import "google/protobuf/struct.proto";
enum E { ZERO = 0; ONE = 1; }
message N { int32 b = 1; string a = 2; N next = 3; optional bool o = 4; }
`
	proto2 = `syntax = "proto2"; package p;
`
)

// protobufTypes has a field x, what column it is, a message, and its value.
var protobufTypes = []struct{ head, field, column, message, want string }{
	{proto3, "bool x = 1;", "boolean", "x: true", "t"},
	{proto3, "int32 x = 1;", "integer", "x: -1", "-1"},
	{proto3, "sint32 x = 1;", "integer", "x: -1", "-1"},
	{proto3, "sfixed32 x = 1;", "integer", "x: -1", "-1"},
	{proto3, "int64 x = 1;", "bigint", "x: -9223372036854775808", "-9223372036854775808"},
	{proto3, "sint64 x = 1;", "bigint", "x: -1", "-1"},
	{proto3, "sfixed64 x = 1;", "bigint", "x: -1", "-1"},
	{proto3, "uint32 x = 1;", "bigint", "x: 4294967295", "4294967295"},
	{proto3, "fixed32 x = 1;", "bigint", "x: 4294967295", "4294967295"},
	{proto3, "uint64 x = 1;", "numeric(20,0)", "x: 18446744073709551615", "18446744073709551615"},
	{proto3, "fixed64 x = 1;", "numeric(20,0)", "x: 1", "1"},
	{proto3, "float x = 1;", "real", "x: 0.1", "0.1"},
	{proto3, "double x = 1;", "double precision", "x: -inf", "-Infinity"},
	{proto3, "string x = 1;", "text", "x: 'é'", "é"},
	{proto3, "bytes x = 1;", "bytea", `x: "\x00\xff"`, `\x00ff`},
	{proto3, "E x = 1;", "text", "x: ONE", "ONE"},
	{proto3, "E x = 1;", "text", "x: 7", "7"},
	{proto3, "int32 x = 1;", "integer", "", "0"},
	{proto3, "optional int32 x = 1;", "integer?", "", "∅"},
	{proto3, "optional int32 x = 1;", "integer?", "x: 0", "0"},
	{proto3, "oneof o { int32 x = 1; string y = 2; }", "integer?, y text?", "y: 's'", "∅|s"},
	{proto3, "repeated int32 x = 1;", "integer[]", "x: [1, -2]", "{1,-2}"},
	{proto3, "repeated string x = 1;", "text[]", "", "{}"},
	{proto3, "repeated E x = 1;", "text[]", "x: [ONE, ZERO]", "{ONE,ZERO}"},
	{proto3, "map<int32, bool> x = 1;", "jsonb", "x { key: 10 value: true } x { key: 9 }", `{"9": false, "10": true}`},
	{proto3, "map<string, N> x = 1;", "jsonb", "", `{}`},
	{proto3, "N x = 1;", "jsonb?", "", "∅"},
	{proto3, "N x = 1;", "jsonb?", "x { a: '\"' next { b: 2 } }", `{"a": "\"", "b": 0, "o": null, "next": {"a": "", "b": 2, "o": null, "next": null}}`},
	{proto3, "repeated N x = 1;", "jsonb", "x { b: 1 o: true }", `[{"a": "", "b": 1, "o": true, "next": null}]`},
	{proto3, "google.protobuf.Timestamp x = 1;", "timestamp with time zone?", "x { seconds: -1 nanos: 999999999 }", "1969-12-31 23:59:59.999999+00"},
	{proto3, "repeated google.protobuf.Timestamp x = 1;", "timestamp with time zone[]", "x { }", `{"1970-01-01 00:00:00+00"}`},
	{proto3, "google.protobuf.Duration x = 1;", "interval?", "x { seconds: -90 nanos: -500000000 }", "-00:01:30.5"},
	{proto3, "google.protobuf.Int64Value x = 1;", "bigint?", "x { }", "0"},
	{proto3, "google.protobuf.StringValue x = 1;", "text?", "", "∅"},
	{proto3, "google.protobuf.Struct x = 1;", "jsonb?", "x { fields { key: 'k' value { list_value { values { number_value: 1.5 } values { null_value: 0 } values { string_value: 's' } } } } }", `{"k": [1.5, null, "s"]}`},
	{proto3, "message T { google.protobuf.Timestamp t = 1; google.protobuf.Duration d = 2; google.protobuf.UInt64Value u = 3; bytes y = 4; float f = 5; E e = 6; } T x = 1;", "jsonb?",
		"x { t { seconds: 1 } d { seconds: 1 } u { value: 18446744073709551615 } y: '\\x01' f: 0.1 }",
		`{"d": "00:00:01", "e": "ZERO", "f": 0.1, "t": "1970-01-01T00:00:01+00:00", "u": 18446744073709551615, "y": "\\x01"}`},
	{proto2, "required int32 x = 1;", "integer", "x: 1", "1"},
	{proto2, "optional int32 x = 1;", "integer?", "", "∅"},
	{proto2, "optional int32 x = 1 [default = 5];", "integer", "", "5"},
	{proto2, "optional group X = 1 { optional int32 y = 1; }", "jsonb?", "X { y: 1 }", `{"y": 1}`},
}

func TestProtobufTypes(t *testing.T) {
	for _, test := range protobufTypes {
		t.Run(test.field+test.message, func(t *testing.T) {
			text := test.head + "message M { " + test.field + "}"
			m := compile(t, text).Messages().ByName("M")
			f, r := open(t, protobufSpec(text, "p.M"), nil)
			if got := strings.ToLower(describe(r.fields)); got != "x "+test.column {
				t.Errorf("columns %s; want %s", got, test.column)
			}
			payload := encodeText(t, m, test.message)
			for range 2 {
				if err := f.Decode(payload, r.Pointers()); err != nil {
					t.Fatal(err)
				}
			}
			if shown := r.show(t); shown[0] != test.want || shown[1] != test.want {
				t.Errorf("%q; want %q", shown, test.want)
			}
			mustRefuse(t, f, r, append(payload, 0xff), "the message is no p.M")
		})
	}
}

// TestAMessageOfProtobufIsOneDocument: as a key of one name.
func TestAMessageOfProtobufIsOneDocument(t *testing.T) {
	text := proto3 + "message M { int32 k = 1; string s = 2; optional bool b = 3; repeated int64 l = 4; N n = 5; }"
	m := compile(t, text).Messages().ByName("M")
	s := protobufSpec(text, "p.M")
	s.Record = true
	f, r := open(t, s, nil)
	if got := describe(r.fields); got != "data jsonb" || s.Named() {
		t.Errorf("columns %s", got)
	}
	for message, want := range map[string]string{
		"":                                `{"b": null, "k": 0, "l": [], "n": null, "s": ""}`,
		`k: 1 s: 'x"' b: false l: [1, 2]`: `{"b": false, "k": 1, "l": [1, 2], "n": null, "s": "x\""}`,
	} {
		if err := f.Decode(encodeText(t, m, message), r.Pointers()); err != nil {
			t.Error(err)
		} else if shown := r.show(t); shown[len(shown)-1] != want {
			t.Errorf("%q gives %s; want %s", message, shown[len(shown)-1], want)
		}
	}
	mustRefuse(t, f, r, encodeText(t, m, `k: 1 s: "\x00"`), "invalid byte sequence")
	mustRefuse(t, f, r, []byte{0xff}, "the message is no p.M")
}

func TestProtobufRefusesBadValues(t *testing.T) {
	text := proto3 + "message M { int32 k = 1; string s = 2; google.protobuf.Timestamp t = 3; google.protobuf.Duration d = 4; repeated string l = 5; map<string, string> m = 6; N n = 7; }"
	m := compile(t, text).Messages().ByName("M")
	f, r := open(t, protobufSpec(text, ".p.M"), nil)
	for message, want := range map[string]string{
		`s: "\x00"`:                          "invalid byte sequence",
		`t { seconds: 1 nanos: -1 }`:         "out of range",
		`t { seconds: -99999999999999 }`:     "out of range",
		`d { seconds: 9223372036854775807 }`: "out of range",
		`l: ["a", "\x00"]`:                   "invalid byte sequence",
		`m { key: "a" value: "\x00" }`:       "invalid byte sequence",
		`m { key: "\x00" }`:                  "invalid byte sequence",
		`n { b: 1 a: "\x00" }`:               "invalid byte sequence",
	} {
		mustRefuse(t, f, r, encodeText(t, m, "k: 1 "+message), want)
	}
	mustRefuse(t, f, r, []byte{0x12, 1, 0xff}, `field "s": invalid byte sequence`)
	if err := f.Decode(encodeText(t, m, "n { a: 'x' }"), r.Pointers()); err != nil {
		t.Error("after errors: ", err)
	}
}

func TestProtobufOfADescriptorSet(t *testing.T) {
	file := compile(t, proto2+"message Outer { message Inner { optional string s = 1; } }")
	set, err := proto.Marshal(&descriptorpb.FileDescriptorSet{File: []*descriptorpb.FileDescriptorProto{protodesc.ToFileDescriptorProto(file)}})
	if err != nil {
		t.Fatal(err)
	}
	f, r := open(t, Spec{Kind: Protobuf, Descriptors: set, Message: "p.Outer.Inner"}, nil)
	if err := f.Decode([]byte{0x0a, 1, 'x'}, r.Pointers()); err != nil {
		t.Fatal(err)
	}
	if shown := r.show(t); shown[0] != "x" {
		t.Error(shown)
	}
	if _, err := (Spec{Kind: Protobuf, Descriptors: set, Message: "p.None"}).Columns(); err == nil {
		t.Error("an unknown message is taken")
	}
}

func TestProtobufImportsReferences(t *testing.T) {
	s := Spec{Kind: Protobuf, Schema: &schemaregistry.Schema{Type: schemaregistry.Protobuf,
		Text: `syntax = "proto3"; import "dir/a.proto"; message M { a.A x = 1; }`,
		References: []schemaregistry.Reference{
			{Name: "b.proto", Text: `syntax = "proto3"; package b; enum B { B0 = 0; B1 = 1; }`},
			{Name: "dir/a.proto", Text: `syntax = "proto3"; package a; import "b.proto"; message A { b.B b = 1; }`},
		}}}
	f, r := open(t, s, nil)
	if err := f.Decode([]byte{0x0a, 2, 0x08, 1}, r.Pointers()); err != nil {
		t.Fatal(err)
	}
	if shown := r.show(t); shown[0] != `{"b": "B1"}` {
		t.Error(shown)
	}
}

func TestProtobufOfKafkaConnect(t *testing.T) {
	f, r := open(t, protobufSpec(`syntax = "proto3"; package c; import "confluent/meta.proto"; import "confluent/type/decimal.proto";
		message M { int32 x = 1 [(confluent.field_meta) = { params: [{ value: "int16", key: "connect.type" }] }]; confluent.type.Decimal d = 2; }`, ""), nil)
	if err := f.Decode([]byte{0x08, 5, 0x12, 3, 0x0a, 1, 7}, r.Pointers()); err != nil {
		t.Fatal(err)
	}
	if shown := r.show(t); shown[0] != `5|{"scale": 0, "value": "\\x07", "precision": 0}` {
		t.Error(shown)
	}
}

func TestProtobufWireFormatNamesTheMessage(t *testing.T) {
	text := `syntax = "proto3"; package p; message A { int32 a = 1; message I { int32 a = 1; } } message M { int32 x = 1; message I { string y = 1; } }`
	s := protobufSpec(text, "p.M.I")
	s.WireFormat, s.Schema.ID = true, 1
	newer := registry{
		2: `syntax = "proto3"; package p; message M { message I { string z = 2; bytes y = 1; } }`,
		3: `syntax = "proto3"; package p; message M { message I { int32 y = 1; } }`,
		4: `syntax = "proto3"; package p; message M { message I { repeated string y = 1; } }`,
		5: `"string"`,
	}
	f, r := open(t, s, newer.source)
	value := []byte{0x0a, 1, 'v'}
	at := func(id int, path ...int64) []byte {
		header := long(int64(len(path)))
		for _, i := range path {
			header = append(header, long(i)...)
		}
		return framed(id, append(header, value...))
	}
	for range 2 {
		for _, payload := range [][]byte{at(1, 1, 0), at(2, 0, 0)} {
			if err := f.Decode(payload, r.Pointers()); err != nil {
				t.Fatal(err)
			}
		}
	}
	if got := strings.Join(r.show(t), ""); got != "vvvv" {
		t.Error(got)
	}
	for text, payload := range map[string][]byte{
		"the message is a p.A, not a p.M.I":          at(1),
		"the message is a p.M, not a p.M.I":          at(1, 1),
		"the message is a p.A.I, not a p.M.I":        at(1, 0, 0),
		"no message at index [1 9]":                  at(1, 1, 9),
		"no message at index [-1]":                   at(1, -1),
		"has 101 parts":                              framed(1, long(101)),
		"ends within the index":                      framed(1, long(2)),
		"too few for the header":                     {0},
		"the writer's int32 cannot be read":          at(3, 0, 0),
		"repeated in one of":                         at(4, 0, 0),
		"the schema is of type AVRO, not PROTOBUF":   at(5, 0, 0),
		"schema with ID 77: connection refused":      at(77, 0, 0),
		"the message is no p.M.I":                    append(at(1, 1, 0), 0xff),
		"no message at index [-9223372036854775808]": framed(1, join(long(1), long(math.MinInt64))),
	} {
		mustRefuse(t, f, r, payload, text)
	}
}
