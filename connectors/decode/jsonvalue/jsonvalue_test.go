package jsonvalue

import (
	"math"
	"strings"
	"testing"

	"culvert/sql/types"
)

var texts = []string{
	`{"id": 17, "name": "widget", "price": 12.50, "tags": ["a", "b"], "at": "2024-05-06T07:08:09Z"}`,
	`{}`, `[]`, ` [ ] `, `{ }`, `null`, `true`, `false`, `"x"`, ` 1 `, `-0`, `-0.00`, `0.10`, `1e3`, `1E-3`, `-1.5e+2`, `1e400`,
	`{"bb":1,"a":2,"bb":3,"c":{"z":1,"y":[1,{"q":1,"p":2}]}}`, `{"a":1,"a":2}`, `{"":1}`,
	`"\u00e9\n\"\\\/\b\f\r\t"`, `"\ud83d\ude00"`, `{"\u0061":1,"a":2}`, `{"k\n":1,"b":2}`, `"é☃😀"`,
	// not JSON, or not jsonb
	``, ` `, `{`, `[1,`, `[1 2]`, `{"a"}`, `{"a":}`, `{a:1}`, `01`, `-`, `1.`, `.5`, `1e`, `+1`, `truex`, `nul`, `"`, `"\x"`, `"\u12"`,
	`"\u0000"`, `"\ud83d"`, `"\ude00"`, `"\ud83d\u0041"`, "\"\t\"", `1 2`, `{"a":1,}`, `[,]`, `NaN`, `1a`, `{"a":1}}`, `12_3`,
}

func want(text string) (string, error) {
	if err := types.CheckText([]byte(text)); err != nil {
		return "", err
	}
	return types.Canonical(types.T(types.JSONBOID), text, types.Env{})
}

func check(t *testing.T, n *Normaliser, text string) {
	t.Helper()
	wanted, wantedErr := want(text)
	got, err := n.Append([]byte("before"), []byte(text))
	if wantedErr != nil {
		if err == nil || err.Error() != wantedErr.Error() || string(got) != "before" {
			t.Errorf("%q: %q, %v; want the error %v", text, got, err, wantedErr)
		}
		return
	}
	if err != nil || string(got) != "before"+wanted {
		t.Errorf("%q: %q, %v; want %q", text, got, err, wanted)
	}
}

func TestTextsBecomeWhatPostgreSQLPrints(t *testing.T) {
	var n Normaliser
	for _, text := range texts {
		check(t, &n, text)
	}
	check(t, &n, strings.Repeat("[", 5500)+strings.Repeat("]", 5500))
	check(t, &n, strings.Repeat("[", 100000))
	check(t, &n, strings.Repeat("1", 2000))
	check(t, &n, "\"\xff\"")
	check(t, &n, "\"a\x00\"")
}

func TestBuilderOrdersKeys(t *testing.T) {
	b := Builder{Out: []byte("x")}
	o := b.Object()
	b.Key(&o, []byte("bb"))
	inner := b.Object()
	b.Key(&inner, []byte("z"))
	b.Out = AppendBytes(b.Out, []byte{0, 0xab})
	b.Key(&inner, []byte("y"))
	b.Out = AppendTimestamp(b.Out, 1_500_000)
	b.End(&inner)
	b.Key(&o, []byte("a"))
	b.Out = AppendFloat(b.Out, 1e21, 64)
	b.Key(&o, []byte("bb"))
	b.Out = AppendFloat(b.Out, math.Inf(-1), 64)
	b.End(&o)
	if got := string(b.Out); got != `x{"a": 1000000000000000000000, "bb": "-Infinity"}` {
		t.Error(got)
	}
}

func TestMembersOfAnObject(t *testing.T) {
	var n Normaliser
	text, err := n.Append(nil, []byte(`{"a":{"x":[1,"}",{}]},"b":"\"],","cc":null,"d\"":[]}`))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	if !Members(text, func(k, v []byte) bool { got = append(got, string(k)+"="+string(v)); return true }) {
		t.Fatal("not an object")
	}
	if s := strings.Join(got, ";"); s != `a={"x": [1, "}", {}]};b="\"],";cc=null;d\"=[]` {
		t.Error(s)
	}
	if !Members([]byte("{}"), nil) || Members([]byte("[]"), nil) || Members([]byte("1"), nil) {
		t.Error("what is an object?")
	}
}

func FuzzNormalise(f *testing.F) {
	for _, text := range texts {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		check(t, new(Normaliser), text)
		if out, err := new(Normaliser).Append(nil, []byte(text)); err == nil {
			Members(out, func(k, v []byte) bool { return len(v) > 0 })
		}
	})
}

func BenchmarkNormalise(b *testing.B) {
	text := []byte(`{"id":123456,"name":"a widget of some size","price":12.50,"active":true,"tags":["red","blue"],"at":"2024-05-06T07:08:09Z","note":null,"customer":99887}`)
	var n Normaliser
	var out []byte
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		out, _ = n.Append(out[:0], text)
	}
}
