package exec

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"culvert/catalog"
	"culvert/catalog/systables"
	"culvert/engine/query"
	"culvert/sql/analyze"
	"culvert/sql/analyze/pgcatalog"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// implicitPath comes before the search path for names without a schema.
var implicitPath = []string{"mz_catalog", "pg_catalog"}

// systemScope resolves the names of system relations: all of them inside the
// views that define them, the public ones for users.
type systemScope struct {
	set *systables.Set

	functions map[types.OID]*analyze.View

	mu    sync.Mutex
	known map[*systables.Relation]*analyze.Relation
}

// newSystemScope refuses functions that PostgreSQL does not have.
func newSystemScope(set *systables.Set) (*systemScope, error) {
	s := &systemScope{set: set, functions: map[types.OID]*analyze.View{}, known: map[*systables.Relation]*analyze.Relation{}}
	bySignature := map[string]types.OID{}
	for oid, proc := range pgcatalog.Get().Procs {
		bySignature[proc.Signature()] = oid
	}
	for signature, text := range systables.Functions() {
		oid, ok := bySignature[signature]
		if !ok {
			return nil, fmt.Errorf("there is no function %s", signature)
		}
		s.functions[oid] = &analyze.View{SQL: text, Catalog: s}
	}
	return s, nil
}

// SQLFunction gives the query of a function over the catalog.
func (s *systemScope) SQLFunction(proc types.OID) *analyze.View { return s.functions[proc] }

// SQLFunction gives the query of a function over the catalog.
func (s *scope) SQLFunction(proc types.OID) *analyze.View { return s.system.functions[proc] }

// Relation resolves a name inside the definition of a system view.
func (s *systemScope) Relation(schema, name string) (*analyze.Relation, bool) {
	if schema == "" {
		return s.inPath(name)
	}
	r, ok := s.set.Internal(schema, name)
	if !ok {
		return nil, false
	}
	return s.relation(r), true
}

func (s *systemScope) inPath(name string) (*analyze.Relation, bool) {
	for _, schema := range implicitPath {
		if r, ok := s.set.Relation(schema, name); ok {
			return s.relation(r), true
		}
	}
	return nil, false
}

// SchemaExists tells whether a schema is a system schema.
func (s *systemScope) SchemaExists(name string) bool { return schemaOID(name) != 0 }

// public resolves a qualified name for users.
func (s *systemScope) public(schema, name string) (*analyze.Relation, bool) {
	r, ok := s.set.Relation(schema, name)
	if !ok {
		return nil, false
	}
	return s.relation(r), true
}

// relation converts a definition, once: the analyzer keeps the parse of a view
// with its relation.
func (s *systemScope) relation(r *systables.Relation) *analyze.Relation {
	s.mu.Lock()
	defer s.mu.Unlock()
	if known := s.known[r]; known != nil {
		return known
	}
	rel := &analyze.Relation{ID: r.ID, OID: r.OID, Schema: r.Schema, Name: r.Name, Kind: r.Kind}
	for i, c := range r.Columns {
		rel.Columns = append(rel.Columns, analyze.RelColumn{Name: c.Name, Type: c.Type, NotNull: c.NotNull, Attnum: int16(i + 1)})
	}
	if r.SQL != "" {
		rel.View = &analyze.View{SQL: r.SQL, Catalog: s}
	} else {
		rel.Table = &query.Table{Relation: r.Engine, Physical: r.Physical}
	}
	s.known[r] = rel
	return rel
}

// scope resolves the names of relations for a session: the catalog as it sees
// it, and the system relations.
type scope struct {
	catalog *catalog.Catalog
	system  *systemScope
	path    []string
	known   map[*catalog.Object]*analyze.Relation
}

func (s *Session) scope() *scope {
	return &scope{catalog: s.catalog(), system: s.srv.scopes, path: s.searchPath(), known: map[*catalog.Object]*analyze.Relation{}}
}

// searchPath are the schemas of the search path.
func (s *Session) searchPath() []string {
	var path []string
	for _, name := range splitNames(s.settings.get("search_path")) {
		if name == "$user" {
			name = s.info.Role
		}
		path = append(path, name)
	}
	return path
}

// currentSchema is the first schema of the search path that exists and that
// users make objects in; "" when there is none.
func (s *Session) currentSchema() string {
	for _, name := range s.searchPath() {
		if s.catalog().SchemaNamed(name) != nil {
			return name
		}
	}
	return ""
}

// Relation finds a relation by name.
func (s *scope) Relation(schema, name string) (*analyze.Relation, bool) {
	if schema != "" {
		if r, ok := s.user(schema, name); ok {
			return r, true
		}
		return s.system.public(schema, name)
	}
	// What the path does not name is implicitly in front.
	for _, implicit := range implicitPath {
		if !slices.Contains(s.path, implicit) {
			if r, ok := s.system.public(implicit, name); ok {
				return r, true
			}
		}
	}
	for _, schema := range s.path {
		if r, ok := s.Relation(schema, name); ok {
			return r, true
		}
	}
	return nil, false
}

func (s *scope) user(schema, name string) (*analyze.Relation, bool) {
	found := s.catalog.SchemaNamed(schema)
	if found == nil {
		return nil, false
	}
	object := s.catalog.Lookup(found.ID, name)
	if object == nil || !canName(object) {
		return nil, false
	}
	return s.relation(object, schema), true
}

// NoRelation refuses the name of an object that has no rows: a connection, a
// secret, an index, or a source whose rows are all in tables of their own.
func (s *scope) NoRelation(schema, name string) *pgerr.Error {
	path := s.path
	if schema != "" {
		path = []string{schema}
	}
	for _, schema := range path {
		found := s.catalog.SchemaNamed(schema)
		if found == nil {
			continue
		}
		if o := s.catalog.Lookup(found.ID, name); o != nil {
			err := pgerr.New(pgerr.WrongObjectType, "%s %q has no rows of its own", o.Kind, name)
			if o.Kind == catalog.KindSource {
				err.WithHint("Its tables have them: SHOW SUBSOURCES ON %s and SHOW TABLES ON %[1]s list them.", name)
			}
			return err
		}
	}
	return nil
}

// canName tells whether a query can name an object: relations with columns, users'
// tables without, and sequences.
func canName(o *catalog.Object) bool {
	_, own := o.Own()
	return own || o.Kind == catalog.KindSequence || o.IsRelation() && len(o.Columns) > 0
}

// SchemaExists tells whether a schema exists.
func (s *scope) SchemaExists(name string) bool {
	return s.catalog.SchemaNamed(name) != nil || s.system.SchemaExists(name)
}

// SchemaOID gives the OID of a schema.
func (s *scope) SchemaOID(name string) (uint32, bool) {
	if found := s.catalog.SchemaNamed(name); found != nil {
		return found.ID.OID(), true
	}
	oid := schemaOID(name)
	return oid, oid != 0
}

// schemaOID gives the OID of a system schema, or 0.
func schemaOID(name string) uint32 {
	for _, s := range systables.Schemas() {
		if s.Name == name {
			return s.OID
		}
	}
	return 0
}

// RoleOID gives the OID of a role.
func (s *scope) RoleOID(name string) (uint32, bool) {
	if role := s.catalog.RoleNamed(name); role != nil {
		return role.OID(), true
	}
	return 0, false
}

// relation describes a user's relation to the analyzer.
func (s *scope) relation(o *catalog.Object, schema string) *analyze.Relation {
	if known := s.known[o]; known != nil {
		return known
	}
	r := &analyze.Relation{ID: string(o.ID), OID: o.ID.OID(), Schema: schema, Name: o.Name, Kind: 'r'}
	for i, c := range o.Columns {
		r.Columns = append(r.Columns, analyze.RelColumn{Name: c.Name, Type: c.Type, NotNull: c.NotNull, Attnum: int16(i + 1)})
	}
	switch def := o.Def.(type) {
	case *catalog.Progress:
		r.Kind = 'v'
		text := strings.ReplaceAll(string(def.Source), "'", "''")
		shown := "max(position) AS lsn"
		if len(o.Columns) > 1 { // of Kafka: a row per partition
			shown = `part AS partition, position AS "offset"`
		}
		r.View = &analyze.View{SQL: fmt.Sprintf("SELECT %s FROM s.progress WHERE source = '%s'", shown, text), Catalog: s.system}
	case *catalog.View:
		r.Kind = 'v'
		if o.Kind == catalog.KindMaterializedView {
			r.Kind = 'm'
		}
		r.View = &analyze.View{SQL: def.Query, Catalog: viewScope{s}}
	case *catalog.OwnTable:
		s.own(r, o, def)
	case *catalog.Sequence:
		s.sequence(r)
	default:
		r.Table = &query.Table{Object: string(o.ID), Physical: physicalColumns(o.Columns)}
	}
	s.known[o] = r
	return r
}

// own describes a table that users write.
func (s *scope) own(r *analyze.Relation, o *catalog.Object, def *catalog.OwnTable) {
	r.Table = &query.Table{Object: string(o.ID), Physical: physicalColumns(o.Columns)}
	r.Own = &analyze.Own{Catalog: viewScope{s}}
	for i, c := range def.Columns {
		r.Columns[i].Attnum = c.Attnum
		r.Table.Physical[i].Name = c.ColumnName()
		r.Own.Columns = append(r.Own.Columns, analyze.OwnColumn{Default: c.Default, Generated: c.Generated, Identity: c.Identity})
	}
	for _, k := range o.Keys {
		r.Own.Keys = append(r.Own.Keys, analyze.OwnKey{Name: k.Name, Columns: k.Columns})
		if k.Primary {
			r.PrimaryKey = k.Columns
		}
	}
}

func physicalColumns(columns []catalog.Column) []query.PhysicalColumn {
	physical := make([]query.PhysicalColumn, len(columns))
	for i, c := range columns {
		phys, _ := types.PhysicalOf(c.Type) // checked when the column was made
		physical[i] = query.PhysicalColumn{Name: fmt.Sprint("c", i+1), Phys: phys}
	}
	return physical
}

// RelationByOID finds a relation by its OID.
func (s *scope) RelationByOID(oid uint32) (*analyze.Relation, bool) {
	if oid < catalog.FirstUserOID {
		for _, r := range s.system.set.Relations() {
			if r.OID == oid {
				return s.system.relation(r), true
			}
		}
		return nil, false
	}
	o := s.catalog.Object(catalog.ID(fmt.Sprint("u", oid-catalog.FirstUserOID)))
	if o == nil || !canName(o) {
		return nil, false
	}
	return s.relation(o, s.catalog.Schema(o.SchemaID).Name), true
}

// sequence describes a sequence, which has one row.
func (s *scope) sequence(r *analyze.Relation) {
	r.Kind = 'S'
	for i, c := range []analyze.RelColumn{{Name: "last_value", Type: types.T(types.Int8OID)}, {Name: "log_cnt", Type: types.T(types.Int8OID)},
		{Name: "is_called", Type: types.T(types.BoolOID)}} {
		c.NotNull, c.Attnum = true, int16(i+1)
		r.Columns = append(r.Columns, c)
	}
	r.View = &analyze.View{SQL: fmt.Sprintf("SELECT last_value, 0::bigint AS log_cnt, is_called FROM live.sequences WHERE oid = %d", r.OID), Catalog: s.system}
}

// regText gives the function that prints values of reg* types by name.
func regText(s *Session) func(dst []byte, typ types.OID, oid uint32) []byte {
	scope := s.scope()
	return func(dst []byte, typ types.OID, oid uint32) []byte { return scope.appendReg(dst, typ, oid) }
}
