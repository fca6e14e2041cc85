package plan

import (
	"slices"

	"culvert/catalog"
	"culvert/sql/analyze"
	"culvert/sql/ast"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// CreateView makes a view or a materialized view, or puts another query in the
// place of its own.
type CreateView struct{ View *catalog.Object }

func (*CreateView) plan() {}

func createView(st *ast.CreateView, env *Env) (Plan, error) {
	if err := checkViewForm(st); err != nil {
		return nil, err
	}
	if err := viewOptions(st, env); err != nil {
		return nil, err
	}
	schema, old, err := viewPlace(st, env)
	if err != nil {
		return nil, err
	}
	if schema == nil {
		return &Nothing{}, nil
	}
	var names []string
	for _, c := range st.Columns {
		names = append(names, c.Name)
	}
	found, err := env.View(st.Source, recursiveView(st), names)
	if err != nil {
		return nil, err
	}
	view := &catalog.Object{Kind: catalog.KindView, SchemaID: schema.ID, Name: st.Name.Item, OwnerID: catalog.RoleID}
	def := &catalog.View{Query: found.Text}
	if st.Materialized {
		view.Kind = catalog.KindMaterializedView
		cluster, err := env.cluster(st, st.Cluster)
		if err != nil {
			return nil, err
		}
		view.ClusterID = cluster.ID
	}
	view.Def, view.Uses = def, usesOf(env, found.Uses)
	if view.Columns, err = viewColumns(st, found.Columns); err != nil {
		return nil, err
	}
	for i, c := range view.Columns {
		def.Named = def.Named || c.Name != found.Columns[i].Name
	}
	if old != nil {
		if err := replaceView(env, view, old); err != nil {
			return nil, err
		}
	} else {
		view.ID = env.NextID()
	}
	if err := renderView(env, view); err != nil {
		return nil, err
	}
	return &CreateView{View: view}, nil
}

// checkViewForm refuses what a view cannot have here.
func checkViewForm(st *ast.CreateView) error {
	start := st.At(st.Span().Start)
	switch {
	case st.Temporary:
		return pgerr.New(pgerr.FeatureNotSupported, "temporary views are not supported").At(start).
			WithHint("Name the query by WITH, or make a view in a schema of its own.")
	case st.OrReplace && st.IfNotExists:
		return pgerr.New(pgerr.SyntaxError, "%s takes either OR REPLACE or IF NOT EXISTS", st.Tag()).At(start)
	case st.Cluster.Name != "" && !st.Materialized:
		return pgerr.New(pgerr.SyntaxError, "CREATE VIEW does not take IN CLUSTER").At(st.At(st.Cluster.Pos)).
			WithHint("A view is computed where it is read.")
	case st.Recursive && len(st.Columns) == 0:
		return pgerr.New(pgerr.SyntaxError, "CREATE RECURSIVE VIEW needs a list of columns").At(start)
	case st.Tail == "NO DATA" && st.Materialized:
		return pgerr.New(pgerr.FeatureNotSupported, "WITH NO DATA is not supported").At(start).
			WithHint("The result of a materialized view is always current here.")
	case st.Tail == "DATA" && st.Materialized, st.Tail == "":
		return nil
	case st.Materialized, st.Tail == "DATA", st.Tail == "NO DATA":
		return pgerr.New(pgerr.SyntaxError, "%s does not take WITH %s", st.Tag(), st.Tail).At(start)
	}
	return pgerr.New(pgerr.FeatureNotSupported, "WITH CHECK OPTION is supported only on automatically updatable views").At(start).
		WithHint("Views cannot be written to here.")
}

// viewOptions reads WITH: none of its options changes what a view shows.
func viewOptions(st *ast.CreateView, env *Env) error {
	what, allowed := "views", []string{"SECURITY_BARRIER", "SECURITY_INVOKER"}
	if st.Materialized {
		what, allowed = "materialized views", []string{"REFRESH", "PARTITION BY", "RETAIN HISTORY"}
	}
	o, err := readOptions(env, st, st.With, what, allowed...)
	if err != nil {
		return err
	}
	for _, name := range allowed {
		if o.has(name) {
			env.Notice(pgerr.Notice("%s has no effect here: %s are computed when they are read", name, what))
		}
	}
	return nil
}

// viewPlace gives the schema of a new view and, with OR REPLACE, the view that
// is there. No schema: the view exists and IF NOT EXISTS was written.
func viewPlace(st *ast.CreateView, env *Env) (*catalog.Schema, *catalog.Object, error) {
	if st.OrReplace && !slices.Contains(SystemSchemas, st.Name.Schema) {
		schema, err := env.schemaOf(st, st.Name)
		if err != nil {
			return nil, nil, err
		}
		if old := env.Catalog.Lookup(schema.ID, st.Name.Item); old != nil {
			want := ast.TypeView
			if st.Materialized {
				want = ast.TypeMaterializedView
			}
			if !isOfType(old, want) {
				return nil, nil, wrongType(st, st.Name, old, want)
			}
			return schema, old, nil
		}
	}
	schema, err := env.create(st, st.Name, st.IfNotExists)
	return schema, nil, err
}

// usesOf are the users' relations among those that a query names.
func usesOf(env *Env, ids []string) []catalog.ID {
	var uses []catalog.ID
	for _, id := range ids {
		if env.Catalog.Object(catalog.ID(id)) != nil {
			uses = append(uses, catalog.ID(id))
		}
	}
	return uses
}

// viewColumns names the columns of a view, and checks them as PostgreSQL does
// (DefineVirtualRelation and CheckAttributeNamesTypes).
func viewColumns(st *ast.CreateView, result []analyze.ResultColumn) ([]catalog.Column, error) {
	if len(st.Columns) > len(result) {
		text := "CREATE VIEW specifies more column names than columns"
		if st.Materialized {
			text = "too many column names were specified"
		}
		return nil, pgerr.New(pgerr.SyntaxError, "%s", text).At(st.At(st.Columns[len(result)].Pos))
	}
	if len(result) == 0 {
		return nil, pgerr.New(pgerr.InvalidTableDefinition, "view must have at least one column").At(st.At(st.Query.Offset))
	}
	var columns []catalog.Column
	for i, c := range result {
		name, pos := c.Name, ast.NoPos
		if i < len(st.Columns) {
			name, pos = st.Columns[i].Name, st.Columns[i].Pos
		}
		if slices.ContainsFunc(columns, func(before catalog.Column) bool { return before.Name == name }) {
			return nil, pgerr.New(pgerr.DuplicateColumn, "column %q specified more than once", name).At(st.At(pos))
		}
		if isPseudoType(c.Type) {
			return nil, pgerr.New(pgerr.InvalidTableDefinition, "column %q has pseudo-type %s", name, types.FormatType(c.Type)).At(st.At(pos))
		}
		columns = append(columns, catalog.Column{Name: name, Type: c.Type})
	}
	return columns, nil
}

// isPseudoType tells whether no column can have the type, though an expression
// can.
func isPseudoType(t types.Type) bool {
	switch t.OID {
	case types.RecordOID, types.VoidOID, types.AnyarrayOID:
		return true
	}
	return t.OID.Name() == "_record"
}

// replaceView takes over what stays of the view that is there. While nothing
// depends on it, it may have any columns, as in Materialize; afterwards it keeps
// those that others may use (checkViewTupleDesc in view.c).
func replaceView(env *Env, view, old *catalog.Object) error {
	if len(env.Catalog.Users(old.ID)) > 0 {
		if err := keepsColumns(view, old); err != nil {
			return err
		}
	}
	for i, before := range old.Columns {
		if i < len(view.Columns) && view.Columns[i].Name == before.Name {
			view.Columns[i].Comment = before.Comment
		}
	}
	view.ID, view.OwnerID, view.Comment = old.ID, old.OwnerID, old.Comment
	if reaches(env, view.Uses, view.ID) {
		return pgerr.New(pgerr.InvalidObjectDefinition, "infinite recursion detected in rules for relation %q", view.Name).
			WithDetail("The query would read the view itself.")
	}
	return nil
}

// keepsColumns refuses to change the columns of a view.
func keepsColumns(view, old *catalog.Object) error {
	if len(view.Columns) < len(old.Columns) {
		return pgerr.New(pgerr.InvalidTableDefinition, "cannot drop columns from view")
	}
	for i, before := range old.Columns {
		now := &view.Columns[i]
		if now.Name != before.Name {
			return pgerr.New(pgerr.InvalidTableDefinition, "cannot change name of view column %q to %q", before.Name, now.Name).
				WithHint("Drop the view and make it anew, or leave the name with a list of columns.")
		}
		if now.Type != before.Type {
			return pgerr.New(pgerr.InvalidTableDefinition, "cannot change data type of view column %q from %s to %s",
				before.Name, types.FormatType(before.Type), types.FormatType(now.Type))
		}
	}
	return nil
}

// reaches tells whether any of the objects uses another, directly or not.
func reaches(env *Env, from []catalog.ID, to catalog.ID) bool {
	from, seen := slices.Clone(from), map[catalog.ID]bool{}
	for len(from) > 0 {
		id := from[len(from)-1]
		from = from[:len(from)-1]
		if id == to {
			return true
		}
		if o := env.Catalog.Object(id); o != nil && !seen[id] {
			from = append(from, o.Uses...)
		}
		seen[id] = true
	}
	return false
}
