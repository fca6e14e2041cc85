package exec

import (
	"culvert/catalog"
	"culvert/sql/analyze"
)

// viewScope resolves the names in the stored query of a view: users' relations
// by ID, and the system's by name, whatever the session's search path.
type viewScope struct{ *scope }

// Relation finds a relation by what the stored query calls it.
func (s viewScope) Relation(schema, name string) (*analyze.Relation, bool) {
	switch schema {
	case "":
		return s.system.inPath(name)
	case analyze.IDSchema:
		o := s.catalog.Object(catalog.ID(name))
		if o == nil || !canName(o) {
			return nil, false
		}
		return s.relation(o, s.catalog.Schema(o.SchemaID).Name), true
	}
	return s.system.public(schema, name)
}
