package main_test

import (
	"context"
	"fmt"
	"slices"

	"culvert/catalog"
	"culvert/connectors"
	"culvert/engine"
	"culvert/engine/duckdb"
)

// noOrphans stops culvert, looks into its data file and starts it again: each
// physical table belongs to a table of the catalog, and the other way round, and
// nothing is known about objects that the catalog does not have.
func (w *world) noOrphans() {
	w.t.Helper()
	known := map[string]bool{}
	for _, row := range w.culvert.MustQuery(w.t, "SELECT id FROM mz_catalog.mz_objects WHERE id LIKE 'u%'") {
		known[row[0]] = true
	}
	w.must(w.culvert.Stop())
	w.must(inspect(w.t.Context(), w.culvert.DataDir(), known))
	w.must(w.culvert.Start(w.t.Context()))
}

func inspect(ctx context.Context, dir string, known map[string]bool) error {
	e, err := duckdb.Open(duckdb.Options{Dir: dir, MemoryLimit: 128 << 20})
	if err != nil {
		return err
	}
	defer e.Close(false)
	conn, err := e.Connect(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	tables, err := conn.ListTables(ctx, engine.SchemaData)
	if err != nil {
		return err
	}
	states, err := connectors.LoadTables(ctx, conn)
	if err != nil {
		return err
	}
	var physical, owned []string
	for _, t := range tables {
		physical = append(physical, t.Name.Name)
	}
	for _, s := range states {
		if !known[s.Object] {
			return fmt.Errorf("%+v belongs to nothing in the catalog", s)
		}
		if s.Physical.Name != "" {
			owned = append(owned, s.Physical.Name)
		}
	}
	slices.Sort(physical)
	slices.Sort(owned)
	if !slices.Equal(physical, owned) {
		return fmt.Errorf("the data file has the tables %q, of which %q belong to something", physical, owned)
	}
	_, err = catalog.Open(ctx, conn, nil)
	return err
}
