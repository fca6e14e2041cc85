package systables_test

import (
	"fmt"
	"testing"

	"culvert/catalog"
	"culvert/sql/types"
)

// BenchmarkFiveHundredTables reads system relations over a catalog of 500
// tables with ten columns each: 50 ms are the bound.
func BenchmarkFiveHundredTables(b *testing.B) {
	w := newWorld(b)
	var objects []*catalog.Object
	for i := range 500 {
		o := &catalog.Object{
			ID: catalog.ID(fmt.Sprint("u", 100+i)), Kind: catalog.KindSource, Name: fmt.Sprint("t", i), Uses: []catalog.ID{"u5"},
			Keys: []catalog.Key{{Name: fmt.Sprint("t", i, "_pkey"), Primary: true, Columns: []int{0}}},
			Def:  &catalog.Subsource{Source: "u5", Schema: "public", Table: "t"},
		}
		for k := range 10 {
			o.Columns = append(o.Columns, catalog.Column{Name: fmt.Sprint("c", k), Type: types.T(types.Int4OID), NotNull: k == 0})
		}
		objects = append(objects, o)
	}
	w.put(objects...)
	for _, name := range []string{
		"pg_catalog.pg_class", "pg_catalog.pg_attribute", "pg_catalog.pg_indexes", "information_schema.columns",
		"mz_catalog.mz_columns", "mz_internal.mz_source_statuses", "mz_internal.mz_object_transitive_dependencies",
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := w.query("SELECT * FROM " + name); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
