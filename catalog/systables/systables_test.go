package systables

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"culvert/connectors"
	"culvert/engine"
	"culvert/sql/analyze/pgcatalog"
)

func TestEveryRelationIsDefined(t *testing.T) {
	s := New()
	ids, oids := map[string]bool{}, map[uint32]bool{}
	for _, r := range s.Relations() {
		if ids[r.ID] || oids[r.OID] || r.OID == 0 || r.OID >= 16384 {
			t.Errorf("%s.%s: ID %s and OID %d are not its own", r.Schema, r.Name, r.ID, r.OID)
		}
		ids[r.ID], oids[r.OID] = true, true
		if (r.SQL == "") == (r.Engine == "") || len(r.Columns) == 0 {
			t.Errorf("%s.%s has no definition", r.Schema, r.Name)
		}
		if strings.HasPrefix(r.Schema, "mz_") || r.Schema == SchemaCulvert {
			if r.Comment == "" {
				t.Errorf("%s.%s has no comment", r.Schema, r.Name)
			}
		}
		if found, ok := s.Relation(r.Schema, r.Name); !ok || found != r {
			t.Errorf("%s.%s is not found", r.Schema, r.Name)
		}
	}
	for _, schema := range Schemas() {
		if schema.OID >= 16384 || oids[schema.OID] {
			t.Errorf("schema %s has OID %d", schema.Name, schema.OID)
		}
	}
}

// TestEveryFileIsUsed finds files under views that define nothing.
func TestEveryFileIsUsed(t *testing.T) {
	s := New()
	schemas, err := viewFiles.ReadDir("views")
	if err != nil {
		t.Fatal(err)
	}
	for _, schema := range schemas {
		files, err := viewFiles.ReadDir("views/" + schema.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			r, ok := s.Internal(schema.Name(), strings.TrimSuffix(file.Name(), ".sql"))
			if !ok || r.SQL == "" || strings.Contains(r.SQL, "WHERE false") && schema.Name() == SchemaPgCatalog {
				t.Errorf("views/%s/%s defines no relation", schema.Name(), file.Name())
			}
		}
	}
}

// TestRawRelationsAreInternal holds what clients may not name to the views.
func TestRawRelationsAreInternal(t *testing.T) {
	s := New()
	for _, name := range []string{"c.objects", "c.sealed", "s.status_history", "live.activity", "static.pg_proc", "base.keys"} {
		schema, item, _ := strings.Cut(name, ".")
		if _, ok := s.Relation(schema, item); ok {
			t.Errorf("clients can name %s", name)
		}
		if _, ok := s.Internal(schema, item); !ok {
			t.Errorf("views cannot name %s", name)
		}
	}
	if r, ok := s.Relation(SchemaPgCatalog, "mz_source_statuses"); !ok || r.Schema != SchemaMzInternal {
		t.Error("pg_class shows mz_source_statuses in pg_catalog, where it is not found")
	}
}

// TestSourceTablesAreAsStored looks for the columns that views read in the
// tables that package connectors keeps.
func TestSourceTablesAreAsStored(t *testing.T) {
	for _, own := range sourceTables {
		defs := connectors.StateTables()
		i := slices.IndexFunc(defs, func(def engine.TableDef) bool { return def.Name.Name == own.name })
		if i < 0 {
			t.Errorf("there is no table s.%s", own.name)
			continue
		}
		for _, column := range columnDefs(own.columns()) {
			if !slices.Contains(defs[i].Columns, column) {
				t.Errorf("s.%s has no column %v", own.name, column)
			}
		}
	}
}

// TestPostgresRowsFitTheirColumns compares the two sources of PostgreSQL's own
// catalogs.
func TestPostgresRowsFitTheirColumns(t *testing.T) {
	s := New()
	for _, name := range pgcatalog.Names() {
		r, ok := s.Relation(SchemaPgCatalog, name)
		if !ok {
			t.Errorf("there is no pg_catalog.%s", name)
			continue
		}
		rows, _ := pgcatalog.Lookup(name)
		same := slices.EqualFunc(r.Columns, rows.Columns, func(a Column, b pgcatalog.Column) bool { return a.Name == b.Name })
		if !same {
			t.Errorf("pg_catalog.%s has other columns than its rows", name)
		}
	}
	procs, _ := pgcatalog.Lookup("pg_proc")
	for _, row := range procs.Rows {
		namespace := row[2]
		known := func(s Schema) bool { return strconv.Itoa(int(s.OID)) == namespace }
		if procs.Columns[2].Name != "pronamespace" || !slices.ContainsFunc(Schemas(), known) {
			t.Fatalf("function %s is in the unknown schema %s", row[1], namespace)
		}
	}
	if texts := functionTexts(); len(texts.rows) != len(procs.Rows) {
		t.Errorf("%d functions have texts, there are %d", len(texts.rows), len(procs.Rows))
	}
}
