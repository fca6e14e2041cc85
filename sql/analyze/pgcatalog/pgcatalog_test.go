package pgcatalog

import (
	"testing"

	"culvert/sql/types"
)

func TestTablesAreComplete(t *testing.T) {
	for _, name := range Names() {
		tab, ok := Lookup(name)
		if !ok || len(tab.Rows) == 0 {
			t.Fatalf("%s is missing or empty", name)
		}
		for _, row := range tab.Rows {
			if len(row) != len(tab.Columns) {
				t.Fatalf("%s: row %q has %d cells for %d columns", name, row[0], len(row), len(tab.Columns))
			}
		}
	}
	if _, ok := Lookup("pg_class"); ok {
		t.Error("pg_class belongs to the catalog, not here")
	}
}

func TestDefaultOperators(t *testing.T) {
	c := Get()
	for _, tc := range []struct {
		in     types.OID
		eq, lt string
	}{
		{types.Int4OID, "int4eq", "int4lt"}, {types.TextOID, "texteq", "text_lt"}, {types.JSONBOID, "jsonb_eq", "jsonb_lt"},
		{types.AnyarrayOID, "array_eq", "array_lt"}, {types.TimestamptzOID, "timestamptz_eq", "timestamptz_lt"},
	} {
		o := c.Orderings[tc.in]
		if got := c.Procs[c.Operators[o.Eq].Func].Name; got != tc.eq {
			t.Errorf("equality of %d is %s, want %s", tc.in, got, tc.eq)
		}
		if got := c.Procs[c.Operators[o.Lt].Func].Name; got != tc.lt {
			t.Errorf("order of %d is %s, want %s", tc.in, got, tc.lt)
		}
	}
	if _, ok := c.Orderings[types.JSONOID]; ok {
		t.Error("json has an ordering")
	}
}
