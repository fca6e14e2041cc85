package decode

import (
	"strings"
	"testing"
	"unicode/utf8"

	"culvert/sql/types"
)

func TestBlanksLeftOutUpstreamAreBack(t *testing.T) {
	const length = 300
	typ := types.Type{OID: types.BpcharOID, Mod: 4 + length}
	padded, ok := Padded(typ)
	if !ok || padded.Added != length {
		t.Fatalf("%+v, %v", padded, ok)
	}
	parser := padded.Parser()
	rows, _ := column(t, typ)
	for sent, value := range map[string]string{
		"": "", "ab": "ab", `\\`: `\`, `\303\244\342\202\254`: "ä€", " a": " a",
		strings.Repeat("x", length): strings.Repeat("x", length), `x\011`: "x\t",
	} {
		if err := parser(&rows.Cols[0], []byte(sent)); err != nil {
			t.Fatal(err)
		}
		rows.EndRow()
		got := string(rows.Batch().Cols[0].Bytes(rows.Len - 1))
		if got != value+strings.Repeat(" ", length-utf8.RuneCountInString(value)) {
			t.Errorf("%q became %q", sent, got)
		}
	}
	for _, broken := range []string{`\`, `\1`, `a\77`, `\400`} {
		before := rows.Len
		if parser(&rows.Cols[0], []byte(broken)) == nil {
			t.Errorf("%q was taken", broken)
		}
		if rows.Batch().Len != before {
			t.Errorf("%q left something behind", broken)
		}
	}
	for _, typ := range []types.Type{
		types.T(types.BpcharOID), {OID: types.BpcharOID, Mod: 5}, {OID: types.VarcharOID, Mod: 99}, {OID: types.BpcharArrayOID, Mod: 99},
	} {
		if _, ok := Padded(typ); ok {
			t.Errorf("type %v has no blanks that are left out", typ)
		}
	}
}
