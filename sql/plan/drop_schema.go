package plan

import (
	"slices"

	"culvert/catalog"
	"culvert/sql/ast"
	"culvert/sql/pgerr"
)

// dropSchema plans DROP SCHEMA: with CASCADE, what is in a schema goes before
// it, and so does what elsewhere uses that.
func dropSchema(st *ast.Drop, env *Env) (Plan, error) {
	p := &Drop{}
	for _, name := range st.Names {
		schema, err := schemaToDrop(env, st, name)
		if err != nil {
			return nil, err
		}
		if schema != nil && !slices.Contains(p.Schemas, schema) {
			p.Schemas = append(p.Schemas, schema)
		}
	}
	if len(p.Schemas) == 0 {
		return &Nothing{}, nil
	}
	d := &dropper{env: env, cascade: true}
	for _, object := range env.Catalog.Objects() {
		schema := env.Catalog.Schema(object.SchemaID)
		if !slices.Contains(p.Schemas, schema) {
			continue
		}
		if st.Behavior != ast.DropCascade {
			return nil, pgerr.New(pgerr.DependentObjectsStillExist, "schema '%s' cannot be dropped without CASCADE while it contains objects", schema.Name).
				WithDetail("It contains %s %q.", kindText(object), object.Name)
		}
		root, err := d.root(object)
		if err != nil {
			return nil, err
		}
		if err := d.add(root); err != nil {
			return nil, err
		}
	}
	return d.plan(p)
}

// schemaToDrop finds a schema that is named, or nil where IF EXISTS allows that.
func schemaToDrop(env *Env, st *ast.Drop, name ast.ObjectName) (*catalog.Schema, error) {
	if err := checkDatabase(st, name); err != nil {
		return nil, err
	}
	schema, err := namedSchema(env, st, name)
	if err != nil && st.IfExists && pgerr.Is(err, pgerr.InvalidSchemaName) {
		n := pgerr.Notice("schema %q does not exist, skipping", name.Item)
		n.Code = pgerr.InvalidSchemaName
		env.Notice(n)
		return nil, nil
	}
	return schema, err
}

// namedSchema finds a schema of a user's to change.
func namedSchema(env *Env, st ast.Statement, name ast.ObjectName) (*catalog.Schema, error) {
	if slices.Contains(SystemSchemas, name.Item) {
		return nil, pgerr.New(pgerr.InsufficientPrivilege, "system schema '%s' cannot be modified", name.Item).At(st.At(name.Pos))
	}
	if found := env.Catalog.SchemaNamed(name.Item); found != nil {
		return found, nil
	}
	e := pgerr.New(pgerr.InvalidSchemaName, "unknown schema '%s'", name.Item).At(st.At(name.Pos))
	var names []string
	for _, s := range env.Catalog.Schemas() {
		names = append(names, s.Name)
	}
	return nil, meant(e, name.Item, names)
}
