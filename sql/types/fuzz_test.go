package types_test

import (
	"testing"

	"culvert/sql/types"
)

// FuzzCanonical promises that no text and no binary value panics, and that
// what is printed is read again as itself.
func FuzzCanonical(f *testing.F) {
	for name, texts := range inputs {
		info, ok := types.ByName(name)
		for _, text := range texts {
			if ok {
				f.Add(uint32(info.OID), int32(-1), []byte(text))
			}
		}
	}
	f.Add(uint32(types.NumericOID), types.MakeNumericMod(5, 2), []byte("999.995"))
	f.Add(uint32(types.Int4ArrayOID), int32(-1), []byte("\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x17\x7f\xff\xff\xff\x00\x00\x00\x01"))
	f.Fuzz(func(t *testing.T, oid uint32, mod int32, data []byte) {
		typ := types.Type{OID: types.OID(oid), Mod: mod}
		_, _ = types.FromBinary(typ, data, types.Env{})
		_, _ = types.AppendBinary(nil, typ, string(data), types.Env{})
		_ = types.FormatType(typ)
		text, err := types.Canonical(typ, string(data), types.Env{})
		if err != nil {
			return
		}
		again, err := types.Canonical(typ, text, types.Env{})
		if err != nil || again != text {
			t.Errorf("%s: %q is printed as %q, and that as %q (%v)", typ, data, text, again, err)
		}
	})
}
