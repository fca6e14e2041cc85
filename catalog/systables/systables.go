// Package systables defines the system relations: the schemas mz_catalog,
// mz_internal, culvert, pg_catalog and information_schema.
//
// Nearly every one is a view in PostgreSQL's SQL, in a file of its own under
// views, over relations that only system views see: the catalog's tables
// (schema c), the tables of sources (schema s), rows that the server makes
// while a statement runs (schema live), fixed rows (schema static), and views
// that several others share (schema base). So a transaction sees its own
// changes, and system relations can be joined and filtered like any table.
//
// Relations of pg_catalog and information_schema have all columns of
// PostgreSQL 15, from data/shapes.tsv; those without a file are empty.
//
// In pg_class and information_schema the relations of mz_catalog and
// mz_internal are shown in pg_catalog, where they can be named, too: client
// tools list the relations of every other schema as the user's.
package systables

//go:generate sh -c "go run ./gen \"$PG15\""

import (
	"cmp"
	"slices"

	"culvert/engine"
	"culvert/engine/query"
	"culvert/sql/types"
)

// Identifiers in pg_catalog of what is not in the catalog's tables.
const (
	RoleOID     = 10    // the role materialize: PostgreSQL's bootstrap superuser
	DatabaseOID = 16384 // the database materialize
)

// The public schemas.
const (
	SchemaMzCatalog         = "mz_catalog"
	SchemaMzInternal        = "mz_internal"
	SchemaCulvert           = "culvert"
	SchemaPgCatalog         = "pg_catalog"
	SchemaInformationSchema = "information_schema"
)

// Schema is a public schema of system relations.
type Schema struct {
	ID, Name string
	OID      uint32
	Comment  string
}

// Schemas lists the public schemas.
func Schemas() []Schema {
	return []Schema{
		{"s1", SchemaMzCatalog, 14901, "objects, connections and sources in the words of Materialize"},
		{"s2", SchemaPgCatalog, 11, "system catalog schema"},
		{"s3", SchemaInformationSchema, 13207, "the SQL standard's information schema"},
		{"s4", SchemaMzInternal, 14903, "statuses, statistics and dependencies"},
		{"s5", SchemaCulvert, 14904, "tunnels, host keys and background work of this server"},
	}
}

// Column is a column of a system relation.
type Column struct {
	Name    string
	Type    types.Type
	NotNull bool
	Comment string
}

// Relation is a system relation. Exactly one of SQL and Engine is set.
type Relation struct {
	ID           string // "s" and a number; stays the same over versions
	OID          uint32 // below 16384; PostgreSQL's own for its catalogs. 0 for those that only views see
	Schema, Name string
	Kind         byte // pg_class.relkind: r or v
	Comment      string
	Columns      []Column
	// SQL is a view: PostgreSQL's SQL over the relations that Set.Internal
	// finds, all of them named with their schema.
	SQL string
	// Engine is a relation of the engine, as query.Table.Relation names it.
	Engine string
	// Physical has the engine's columns where Engine is set.
	Physical []query.PhysicalColumn
}

// Static is a relation with fixed rows, for engine.Engine's RegisterStatic.
type Static struct {
	Name    string
	Columns []engine.ColumnDef
	Rows    *engine.Batch
}

// Live is a relation whose rows the server makes when a statement reads it.
type Live struct {
	Name    string
	Columns []engine.ColumnDef
}

type relationKey struct{ schema, name string }

// Set is all system relations. It is immutable and safe for concurrent use.
type Set struct {
	public   map[relationKey]*Relation
	internal map[relationKey]*Relation
	ordered  []*Relation // the public ones, by schema and name
	statics  []Static
}

// New makes the set. The definitions are part of the program: a bad one is a
// bug, and panics.
func New() *Set {
	s := &Set{public: map[relationKey]*Relation{}, internal: map[relationKey]*Relation{}}
	for _, r := range ownRelations() {
		s.addPublic(r)
	}
	postgres := postgresRelations()
	for _, r := range postgres {
		s.addPublic(r)
	}
	slices.SortFunc(s.ordered, func(a, b *Relation) int {
		return cmp.Or(cmp.Compare(a.Schema, b.Schema), cmp.Compare(a.Name, b.Name))
	})
	for _, r := range rawRelations() {
		s.addInternal(r)
	}
	for _, r := range baseRelations() {
		s.addInternal(r)
	}
	for _, t := range append(postgresStatics(postgres), ownStatics(s.ordered)...) {
		s.statics = append(s.statics, t.static())
		s.addInternal(t.relation())
	}
	return s
}

func (s *Set) addPublic(r *Relation) {
	s.public[relationKey{r.Schema, r.Name}] = r
	s.ordered = append(s.ordered, r)
}

func (s *Set) addInternal(r *Relation) { s.internal[relationKey{r.Schema, r.Name}] = r }

// Relation finds a relation of a public schema.
func (s *Set) Relation(schema, name string) (*Relation, bool) {
	r, ok := s.public[relationKey{schema, name}]
	if !ok && schema == SchemaPgCatalog {
		if r, ok = s.public[relationKey{SchemaMzCatalog, name}]; !ok {
			r, ok = s.public[relationKey{SchemaMzInternal, name}]
		}
	}
	return r, ok
}

// Internal finds what the text of a system view names: relations of the public
// schemas and of c, s, live, static and base.
func (s *Set) Internal(schema, name string) (*Relation, bool) {
	if r, ok := s.internal[relationKey{schema, name}]; ok {
		return r, true
	}
	return s.Relation(schema, name)
}

// Relations lists the relations of the public schemas, by schema and name. It
// must not be changed.
func (s *Set) Relations() []*Relation { return s.ordered }

// Statics lists the relations that the engine must have before a system view
// is read.
func (s *Set) Statics() []Static { return s.statics }

// Lives lists the relations that the server makes rows for.
func (s *Set) Lives() []Live {
	lives := make([]Live, len(liveRelations))
	for i, l := range liveRelations {
		lives[i] = Live{Name: l.name, Columns: columnDefs(l.columns())}
	}
	return lives
}

// columnDefs gives the form of columns in the engine.
func columnDefs(columns []Column) []engine.ColumnDef {
	defs := make([]engine.ColumnDef, len(columns))
	for i, c := range columns {
		defs[i] = engine.ColumnDef{Name: c.Name, Phys: physical(c.Type)}
	}
	return defs
}

func physical(t types.Type) types.Physical {
	phys, ok := types.PhysicalOf(t)
	if !ok {
		return types.Physical{Kind: types.KindText}
	}
	return phys
}

// engineRelation makes the relation over a relation of the engine.
func engineRelation(schema, name string, columns []Column) *Relation {
	r := &Relation{ID: schema + "." + name, Schema: schema, Name: name, Kind: 'r', Columns: columns, Engine: schema + "." + name}
	for _, c := range columns {
		r.Physical = append(r.Physical, query.PhysicalColumn{Name: c.Name, Phys: physical(c.Type)})
	}
	return r
}
