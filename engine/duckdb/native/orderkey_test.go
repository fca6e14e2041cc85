package native

import (
	"bytes"
	"testing"

	"culvert/sql/types"
)

// The documents in jsonb's order (the differential test has PostgreSQL say so).
func TestKeysOfDocumentsOrderAsTheyDo(t *testing.T) {
	ordered := []string{
		`[]`, `null`, `""`, `"B"`, `"a"`, `"ab"`, `-1`, `2.5`, `10`, `false`, `true`, `[1]`, `[[]]`, `[1, 2]`, `{}`, `{"a": 1}`, `{"a": 2}`, `{"b": 0}`, `{"a": 1, "b": 2}`,
	}
	var last []byte
	for i, text := range ordered {
		v, err := parseJSON(text)
		if err != nil {
			t.Fatal(text, err)
		}
		key := v.orderKey(nil, true)
		if i > 0 && bytes.Compare(last, key) >= 0 {
			t.Errorf("%s is not above %s", text, ordered[i-1])
		}
		last = key
	}
}

func TestKeysOfRangesOrderAsTheyDo(t *testing.T) {
	ordered := []string{"empty", "(,1)", "(,1]", "(,)", "[1,2)", "[1,2]", "[1,)", "(1,2)", "(1,)", "[2,)"}
	var last []byte
	for i, text := range ordered {
		v, err := newRangeValue(types.NumericOID, text)
		if err != nil {
			t.Fatal(text, err)
		}
		key := v.orderKey(nil)
		if i > 0 && bytes.Compare(last, key) >= 0 {
			t.Errorf("%s is not above %s", text, ordered[i-1])
		}
		last = key
	}
}
