package plan

import (
	"slices"

	"culvert/catalog"
	"culvert/sql/ast"
	"culvert/sql/pgerr"
)

// CreateSchema makes a schema.
type CreateSchema struct{ Schema *catalog.Schema }

func (*CreateSchema) plan() {}

func createSchema(st *ast.CreateSchema, env *Env) (Plan, error) {
	name := st.Name
	if err := checkDatabase(st, name); err != nil {
		return nil, err
	}
	if slices.Contains(SystemSchemas, name.Item) || env.Catalog.SchemaNamed(name.Item) != nil {
		if !st.IfNotExists {
			return nil, pgerr.New(pgerr.DuplicateSchema, "schema '%s' already exists", name.Item).At(st.At(name.Pos))
		}
		n := pgerr.Notice("schema '%s' already exists, skipping", name.Item)
		n.Code = pgerr.DuplicateSchema
		env.Notice(n)
		return &Nothing{}, nil
	}
	if reservedPrefix(name.Item) {
		return nil, pgerr.New(pgerr.ReservedName, "unacceptable schema name '%s'", name.Item).At(st.At(name.Pos)).
			WithDetail("The prefixes mz_ and pg_ are reserved for system schemas.")
	}
	return &CreateSchema{Schema: &catalog.Schema{ID: env.NextID(), Name: name.Item, OwnerID: catalog.RoleID}}, nil
}

// checkDatabase refuses a name in another database than the one that there is.
func checkDatabase(st ast.Statement, name ast.ObjectName) error {
	if name.Database == "" || name.Database == catalog.DatabaseName {
		return nil
	}
	return unknownDatabase(st, name.Database, name.Pos)
}
