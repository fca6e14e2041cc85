package systables_test

import (
	"strings"
	"testing"

	"culvert/catalog/systables"
	"culvert/engine/query"
	"culvert/sql/analyze"
	"culvert/sql/analyze/pgcatalog"
	"culvert/sql/types"

	pg_query "github.com/pganalyze/pg_query_go/v6"
)

// scope is what the texts of system views see (internal), or clients do.
type scope struct {
	set      *systables.Set
	find     func(schema, name string) (*systables.Relation, bool)
	internal *scope
	made     map[string]*analyze.Relation
	function map[types.OID]*analyze.View
}

// newScope makes the scope of clients.
func newScope(set *systables.Set) *scope {
	functions := map[types.OID]*analyze.View{}
	internal := &scope{set: set, find: set.Internal, made: map[string]*analyze.Relation{}, function: functions}
	internal.internal = internal
	for oid, proc := range pgcatalog.Get().Procs {
		if text, ok := systables.Functions()[proc.Signature()]; ok {
			functions[oid] = &analyze.View{SQL: text, Catalog: internal}
		}
	}
	return &scope{set: set, find: set.Relation, internal: internal, made: map[string]*analyze.Relation{}, function: functions}
}

func (s *scope) SQLFunction(proc types.OID) *analyze.View { return s.function[proc] }

func (s *scope) Relation(schema, name string) (*analyze.Relation, bool) {
	if schema == "" {
		for _, implicit := range []string{"mz_catalog", "pg_catalog"} {
			if rel, ok := s.Relation(implicit, name); ok {
				return rel, true
			}
		}
		return nil, false
	}
	r, ok := s.find(schema, name)
	if !ok {
		return nil, false
	}
	if rel := s.made[r.ID]; rel != nil {
		return rel, true
	}
	rel := &analyze.Relation{ID: r.ID, OID: r.OID, Schema: r.Schema, Name: r.Name, Kind: r.Kind}
	for i, c := range r.Columns {
		rel.Columns = append(rel.Columns, analyze.RelColumn{Name: c.Name, Type: c.Type, NotNull: c.NotNull, Attnum: int16(i + 1)})
	}
	if r.Engine != "" {
		rel.Table = &query.Table{Relation: r.Engine, Physical: r.Physical}
	} else {
		rel.View = &analyze.View{SQL: r.SQL, Catalog: s.internal}
	}
	s.made[r.ID] = rel
	return rel, true
}

func (s *scope) SchemaExists(name string) bool {
	for _, schema := range systables.Schemas() {
		if schema.Name == name {
			return true
		}
	}
	return name == "public"
}

func analyzeText(t testing.TB, text string, cat analyze.Catalog) (*analyze.Analyzed, error) {
	t.Helper()
	tree, err := pg_query.Parse(text)
	if err != nil {
		t.Fatalf("parsing %s: %v", text, err)
	}
	return analyze.Query(analyze.Input{Stmt: tree.Stmts[0].Stmt, Text: text, NoParams: true, Reading: types.Env{}}, cat)
}

// TestViewsHaveTheirDeclaredColumns holds each view to the names and types
// that clients are told.
func TestViewsHaveTheirDeclaredColumns(t *testing.T) {
	set := systables.New()
	cat := newScope(set)
	check := func(r *systables.Relation) {
		if r.SQL == "" {
			return
		}
		an, err := analyzeText(t, r.SQL, cat.internal)
		if err != nil {
			t.Errorf("%s.%s: %v", r.Schema, r.Name, err)
			return
		}
		if len(an.Columns) != len(r.Columns) {
			t.Errorf("%s.%s has %d columns, declared are %d", r.Schema, r.Name, len(an.Columns), len(r.Columns))
			return
		}
		for i, c := range r.Columns {
			if got := an.Columns[i]; got.Name != c.Name || got.Type != c.Type {
				t.Errorf("%s.%s: column %d is %s %s, declared is %s %s", r.Schema, r.Name, i+1, got.Name, got.Type, c.Name, c.Type)
			}
		}
	}
	for _, r := range set.Relations() {
		check(r)
	}
	for _, name := range []string{"namespaces", "relations", "columns", "keys", "key_columns", "key_definitions", "indexes", "index_definitions", "relation_schemas", "source_statuses"} {
		r, ok := set.Internal("base", name)
		if !ok {
			t.Fatalf("there is no base.%s", name)
		}
		check(r)
	}
}

// TestFunctionsAnswer holds each function to be one of PostgreSQL's that can be
// called.
func TestFunctionsAnswer(t *testing.T) {
	w := newWorld(t)
	procs := map[string]*pgcatalog.Proc{}
	for _, proc := range pgcatalog.Get().Procs {
		procs[proc.Signature()] = proc
	}
	for signature := range systables.Functions() {
		proc := procs[signature]
		if proc == nil {
			t.Errorf("PostgreSQL has no function %s", signature)
			continue
		}
		args := make([]string, len(proc.Args))
		for i, oid := range proc.Args {
			args[i] = "NULL::" + types.FormatType(types.T(oid))
		}
		if rows, err := w.query("SELECT " + proc.Name + "(" + strings.Join(args, ", ") + ")"); err != nil || len(rows) != 1 {
			t.Errorf("%s gives %q, %v", signature, rows, err)
		}
	}
}
