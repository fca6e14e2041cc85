package plan

import (
	"slices"
	"strings"
	"unicode/utf8"

	"culvert/catalog"
	"culvert/sql/ast"
	"culvert/sql/lex"
	"culvert/sql/pgerr"
)

// SystemSchemas are the schemas that culvert provides, in the order in which
// the implicit part of the search path has them first.
var SystemSchemas = []string{"mz_catalog", "pg_catalog", "mz_internal", "information_schema", "culvert"}

// schemaOf gives the schema that a name is in: its own, or the session's.
func (env *Env) schemaOf(st ast.Statement, name ast.ObjectName) (*catalog.Schema, error) {
	if err := checkDatabase(st, name); err != nil {
		return nil, err
	}
	schema := name.Schema
	if schema == "" {
		schema = env.Schema
	}
	if schema == "" {
		return nil, pgerr.New(pgerr.InvalidSchemaName, "no schema has been selected to create in").At(st.At(name.Pos))
	}
	if found := env.Catalog.SchemaNamed(schema); found != nil {
		return found, nil
	}
	return nil, pgerr.New(pgerr.InvalidSchemaName, "unknown schema '%s'", schema).At(st.At(name.Pos))
}

func unknownDatabase(st ast.Statement, name string, pos ast.Pos) error {
	return pgerr.New(pgerr.InvalidCatalogName, "unknown database '%s'", name).At(st.At(pos))
}

// lookup finds an object by name, or nil where there is none.
func (env *Env) lookup(st ast.Statement, name ast.ObjectName) (*catalog.Object, error) {
	if name.Schema == "" {
		for _, schema := range env.Path {
			if found := env.Catalog.SchemaNamed(schema); found != nil {
				if object := env.Catalog.Lookup(found.ID, name.Item); object != nil {
					return object, nil
				}
			}
		}
		return nil, nil
	}
	schema, err := env.schemaOf(st, name)
	if err != nil {
		if pgerr.Is(err, pgerr.InvalidSchemaName) {
			return nil, nil
		}
		return nil, err
	}
	return env.Catalog.Lookup(schema.ID, name.Item), nil
}

// resolve finds an object by name.
func (env *Env) resolve(st ast.Statement, name ast.ObjectName) (*catalog.Object, error) {
	o, err := env.lookup(st, name)
	if err != nil {
		return nil, err
	}
	if o == nil {
		return nil, env.unknownItem(st, name)
	}
	return o, nil
}

// unknownItem is the answer to a name that nothing has, with the nearest name
// as a hint.
func (env *Env) unknownItem(st ast.Statement, name ast.ObjectName) error {
	if slices.Contains(SystemSchemas, name.Schema) && changes(st) {
		return pgerr.New(pgerr.InsufficientPrivilege, "system schema '%s' cannot be modified", name.Schema).At(st.At(name.Pos))
	}
	e := pgerr.New(pgerr.UndefinedObject, "unknown catalog item '%s'", nameText(name)).At(st.At(name.Pos))
	path := env.Path
	if name.Schema != "" {
		path = []string{name.Schema}
	}
	var names []string
	for _, o := range env.Catalog.Objects() {
		if slices.Contains(path, env.Catalog.Schema(o.SchemaID).Name) {
			names = append(names, o.Name)
		}
	}
	return meant(e, name.Item, names)
}

// changes tells whether a statement changes what it names.
func changes(st ast.Statement) bool {
	switch st.(type) {
	case *ast.ShowObjects, *ast.ShowCreate, *ast.ValidateConnection:
		return false
	}
	return true
}

// nameText is a name as messages quote it: the parts that were written.
func nameText(name ast.ObjectName) string {
	var parts []string
	for _, p := range []string{name.Database, name.Schema, name.Item} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, ".")
}

// reservedPrefix tells whether a name is of the form that system schemas and their
// relations have.
func reservedPrefix(name string) bool {
	return strings.HasPrefix(name, "mz_") || strings.HasPrefix(name, "pg_")
}

// create checks that a new object may have a name, and gives its schema. With
// ifNotExists, an object of that name is reported by a notice, and the schema
// is nil.
func (env *Env) create(st ast.Statement, name ast.ObjectName, ifNotExists bool) (*catalog.Schema, error) {
	if slices.Contains(SystemSchemas, name.Schema) {
		return nil, pgerr.New(pgerr.InsufficientPrivilege, "system schema '%s' cannot be modified", name.Schema).At(st.At(name.Pos))
	}
	schema, err := env.schemaOf(st, name)
	if err != nil {
		return nil, err
	}
	if len(name.Item) > maxNameBytes {
		return nil, pgerr.New(pgerr.NameTooLong, "catalog item name is too long").At(st.At(name.Pos)).
			WithDetail("Names may have %d bytes.", maxNameBytes)
	}
	if env.Catalog.Lookup(schema.ID, name.Item) == nil {
		return schema, nil
	}
	if ifNotExists {
		n := pgerr.Notice("catalog item '%s' already exists, skipping", name.Item)
		n.Code = pgerr.DuplicateObject
		env.Notice(n)
		return nil, nil
	}
	return nil, pgerr.New(pgerr.DuplicateObject, "catalog item '%s' already exists", name.Item).At(st.At(name.Pos))
}

// maxNameBytes is PostgreSQL's bound on names (NAMEDATALEN - 1). Names in
// statements are cut to it as they are read; those of an upstream may be longer.
const maxNameBytes = 63

// suffixed makes a name of another, which is cut where the whole would be too
// long to be written in a statement.
func suffixed(name, suffix string) string {
	for len(name)+len(suffix) > maxNameBytes {
		_, size := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-size]
	}
	return name + suffix
}

// qualify gives the full name of an object, as SHOW CREATE prints it.
func (env *Env) qualify(o *catalog.Object) ast.ObjectName {
	database, schema, item := env.Catalog.FullName(o)
	return ast.ObjectName{Database: database, Schema: schema, Item: item, Pos: ast.NoPos}
}

// meant adds the candidate that name may stand for as the hint of e.
func meant(e *pgerr.Error, name string, candidates []string) *pgerr.Error {
	if near := nearest(name, candidates); near != "" {
		e.WithHint("Perhaps you meant %q.", near)
	}
	return e
}

// nearest gives the candidate that is most like name, when it is like enough
// to be what was meant: at most a third of it differs.
func nearest(name string, candidates []string) string {
	best, bound := "", len(name)/3
	for _, c := range candidates {
		if max(len(name)-len(c), len(c)-len(name)) > bound {
			continue // so much must be added or removed: a huge name costs nothing
		}
		if d := lex.EditDistance(strings.ToLower(name), strings.ToLower(c)); d <= bound && c != name {
			best, bound = c, d-1
		}
	}
	return best
}
