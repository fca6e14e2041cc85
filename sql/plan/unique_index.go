package plan

import (
	"slices"

	"culvert/catalog"
	"culvert/sql/ast"
	"culvert/sql/pgerr"
)

// uniqueIndex is CREATE UNIQUE INDEX on a user's table: a key that is no
// constraint.
func uniqueIndex(st *ast.CreateIndex, env *Env, on *catalog.Object) (Plan, error) {
	b := changeTable(env, nil, on)
	key := catalog.Key{Name: st.Name.Name, Index: true}
	for _, param := range st.Tree.Node.GetIndexStmt().IndexParams {
		e := param.GetIndexElem()
		if e.Expr != nil {
			return nil, pgerr.New(pgerr.FeatureNotSupported, "unique indexes on expressions are not supported").At(st.At(st.Span().Start))
		}
		i := b.columnNamed(e.Name)
		if i < 0 {
			return nil, pgerr.New(pgerr.UndefinedColumn, "column \"%s\" does not exist", e.Name)
		}
		if err := indexable(on.Columns[i].Type); err != nil {
			return nil, err
		}
		if !slices.Contains(key.Columns, i) {
			key.Columns = append(key.Columns, i)
		}
	}
	switch {
	case key.Name == "":
		key.Name = b.freeName(b.columnNames(key.Columns), "idx")
	case relationNamed(env.Catalog, on.SchemaID, key.Name) && st.IfNotExists:
		n := pgerr.Notice("relation \"%s\" already exists, skipping", key.Name)
		n.Code = pgerr.DuplicateTable
		env.Notice(n)
		return &Nothing{}, nil
	}
	if err := b.putKey(key); err != nil {
		return nil, err
	}
	a := &alterer{tableBuilder: b, plan: &AlterTable{Old: on, Values: map[int16]string{}, Keys: []catalog.Key{key}}}
	return a.finish()
}

// dropUniqueIndex is DROP INDEX of a key of a user's table; nil: none has the name.
func dropUniqueIndex(st *ast.Drop, env *Env) (Plan, error) {
	if st.Object != ast.TypeIndex || len(st.Names) != 1 {
		return nil, nil
	}
	name := st.Names[0]
	for _, table := range env.Catalog.Objects() {
		schema := env.Catalog.Schema(table.SchemaID).Name
		if _, ok := table.Own(); !ok || name.Schema != "" && name.Schema != schema || name.Schema == "" && !slices.Contains(env.Path, schema) {
			continue
		}
		i := slices.IndexFunc(table.Keys, func(k catalog.Key) bool { return k.Name == name.Item })
		if i < 0 {
			continue
		}
		if !table.Keys[i].Index {
			return nil, pgerr.New(pgerr.DependentObjectsStillExist, "cannot drop index %s because constraint %s on table %s requires it", name.Item, name.Item, table.Name).
				WithHint("You can drop constraint %s on table %s instead.", name.Item, table.Name)
		}
		a := &alterer{tableBuilder: changeTable(env, nil, table), plan: &AlterTable{Old: table, Values: map[int16]string{}}}
		for _, r := range env.Catalog.Referencing(table.ID) {
			if a.restsOn(table.Keys[i], r.Key) {
				return nil, pgerr.New(pgerr.DependentObjectsStillExist, "cannot drop index %s because other objects depend on it", name.Item).
					WithDetail("constraint %s on table %s depends on index %s", r.Key.Name, r.Table.Name, name.Item)
			}
		}
		a.table.Keys = slices.Delete(a.table.Keys, i, i+1)
		return a.finish()
	}
	return nil, nil
}
