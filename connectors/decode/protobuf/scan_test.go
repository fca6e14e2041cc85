package protobuf

import (
	"reflect"
	"strings"
	"testing"

	"culvert/connectors/decode"
)

const scannedSchema = `syntax = "proto3"; message M {
	int32 a = 1; sint32 b = 2; uint32 c = 3; int64 d = 4; sint64 e = 5; uint64 f = 6; bool g = 7; E h = 8; float i = 9; double j = 10;
	fixed32 k = 11; sfixed32 l = 12; fixed64 m = 13; sfixed64 n = 14; string o = 15; bytes p = 16; optional int32 q = 100; repeated int32 r = 17;
	oneof s { int32 s1 = 18; string s2 = 19; } oneof t { int32 t1 = 20; M t2 = 21; } map<string, int32> u = 22; }
	enum E { ZERO = 0; ONE = 1; }`

// FuzzScan compares what is scanned with what the library reads.
func FuzzScan(f *testing.F) {
	f.Add([]byte("\x08\x96\x01\x10\x03\x18\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x7a\x01x\xa0\x06\x05\x8a\x01\x02\x01\x02"))
	f.Add([]byte("\x90\x01\x01\x9a\x01\x01a\xa0\x01\x01\xaa\x01\x02\x08\x01\x08\x01\x08\x02\x0a\x01x"))
	f.Add([]byte("\x10\xff\xff\xff\xff\x1f\x38\x02\x40\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x4d1234\x51abcdefgh"))
	s, err := Parse(scannedSchema, nil, "")
	if err != nil {
		f.Fatal(err)
	}
	fields, err := s.Fields()
	if err != nil {
		f.Fatal(err)
	}
	fast, slow := NewDecoder(s), NewDecoder(s)
	for i := range slow.scanner.fields {
		slow.scanner.fields[i].scalar = false
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		a, _ := decode.RowsOf(fields)
		b, _ := decode.RowsOf(fields)
		errA, errB := fast.Decode(payload, a.Pointers()), slow.Decode(payload, b.Pointers())
		if errA == nil && errB != nil && strings.Contains(errB.Error(), "UTF-8") {
			return // a text that a later one replaces need not be UTF-8
		}
		if (errA == nil) != (errB == nil) {
			t.Fatalf("scanned: %v; read: %v", errA, errB)
		}
		if errA != nil {
			return
		}
		for i := range a.Cols {
			if x, y := decode.AppendKey(nil, &a.Cols[i].Column, 0), decode.AppendKey(nil, &b.Cols[i].Column, 0); a.Cols[i].Len != 1 || !reflect.DeepEqual(x, y) {
				t.Errorf("%s: scanned %x, read %x", fields[i].Name, x, y)
			}
		}
	})
}
