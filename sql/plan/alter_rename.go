package plan

import (
	"slices"
	"strings"

	"culvert/catalog"
	"culvert/sql/ast"
	"culvert/sql/parse"
	"culvert/sql/pgerr"
)

// AlterRename gives an object another name. Objects are the object and those
// whose definitions have its name in them, as they are to be.
type AlterRename struct{ Objects []*catalog.Object }

func (*AlterRename) plan() {}

func alterRename(st *ast.AlterRename, env *Env) (Plan, error) {
	switch st.Object {
	case ast.TypeCluster:
		return renameCluster(st, env)
	case ast.TypeRole:
		return renameRole(st, env)
	}
	if !slices.Contains(droppable, st.Object) {
		return nil, Unsupported(st)
	}
	object, err := env.lookup(st, st.Name)
	if err != nil {
		return nil, err
	}
	if object == nil && st.IfExists {
		env.Notice(doesNotExist(st.Name.Item))
		return &Nothing{}, nil
	}
	if object == nil {
		return nil, env.unknownItem(st, st.Name)
	}
	if !isOfType(object, st.Object) {
		return nil, wrongType(st, st.Name, object, st.Object)
	}
	schema := env.Catalog.Schema(object.SchemaID)
	if _, err := env.create(st, ast.ObjectName{Schema: schema.Name, Item: st.NewName.Name, Pos: st.NewName.Pos}, false); err != nil {
		return nil, err
	}
	renamed := *object
	renamed.Name = st.NewName.Name
	draft := catalog.NewDraft(env.Catalog)
	draft.Put(&renamed)
	p := &AlterRename{}
	for _, o := range append([]*catalog.Object{&renamed}, mentioning(draft.Catalog(), &renamed)...) {
		changed := *o
		if err := renderAgain(&changed, draft.Catalog()); err != nil {
			return nil, err
		}
		if o == &renamed || changed.CreateSQL != o.CreateSQL {
			p.Objects = append(p.Objects, &changed)
		}
	}
	return p, nil
}

func wrongType(st ast.Statement, name ast.ObjectName, object *catalog.Object, t ast.ObjectType) error {
	return pgerr.New(pgerr.WrongObjectType, "%s is not %s", nameText(name), article(strings.ToLower(string(t)))).At(st.At(name.Pos)).
		WithDetail("It is %s.", article(kindText(object)))
}

// article puts a or an before a kind of object.
func article(kind string) string {
	if strings.HasPrefix(kind, "i") { // index
		return "an " + kind
	}
	return "a " + kind
}

// mentioning gives the objects in whose definitions the name of an object may
// be: those that use it, and the source that it belongs to.
func mentioning(c *catalog.Catalog, o *catalog.Object) []*catalog.Object {
	list := c.Users(o.ID)
	switch d := o.Def.(type) {
	case *catalog.Progress:
		list = append(list, c.Object(d.Source))
	case *catalog.Subsource:
		if !d.FromTable {
			list = append(list, c.Object(d.Source))
		}
	}
	return list
}

// renderAgain writes an object's statement with the present names.
func renderAgain(o *catalog.Object, c *catalog.Catalog) error {
	env := &Env{Catalog: c}
	switch d := o.Def.(type) {
	case *catalog.Secret:
		env.renderSecret(o)
	case *catalog.SSHTunnel, *catalog.Postgres, *catalog.Kafka, *catalog.SchemaRegistry:
		RenderConnection(o, c)
	case *catalog.PostgresSource, *catalog.KafkaSource:
		return env.renderSourceAgain(o)
	case *catalog.Progress:
		env.renderProgress(o)
	case *catalog.Subsource:
		if d.FromTable {
			return renderTableAgain(env, o)
		}
		env.renderSubsource(o, c.Object(d.Source), d)
	case *catalog.KafkaTable:
		return renderTableAgain(env, o)
	case *catalog.View:
		return renderView(env, o)
	case *catalog.Index:
		return renderIndexAgain(env, o)
	case *catalog.OwnTable:
		return renderOwnTable(c, o)
	case *catalog.Sequence:
		renderSequence(c, o)
	default:
		return pgerr.New(pgerr.FeatureNotSupported, "%s %q cannot be renamed, nor what it uses", kindText(o), o.Name)
	}
	return nil
}

// renderSourceAgain changes the names in a source's statement, so that it still
// makes what there is: tables and a progress relation that have other names
// than those given by default are named.
func (env *Env) renderSourceAgain(source *catalog.Object) error {
	statements, err := parse.Parse(source.CreateSQL)
	if err != nil {
		return err
	}
	text := *statements[0].(*ast.CreateSource)
	var tables []*catalog.Object
	for _, user := range env.Catalog.Users(source.ID) {
		switch d := user.Def.(type) {
		case *catalog.Progress:
			text.Progress = ast.ObjectName{}
			if user.SchemaID != source.SchemaID || user.Name != suffixed(source.Name, progressSuffix) {
				text.Progress = env.qualify(user)
			}
		case *catalog.Subsource:
			if !d.FromTable {
				tables = append(tables, user)
			}
		}
	}
	switch def := source.Def.(type) {
	case *catalog.KafkaSource:
		renderKafkaSource(env, &text, source)
	case *catalog.PostgresSource:
		if text.Tables != nil {
			text.Tables = env.tablesAgain(source, def, tables, text.Tables)
		}
		env.renderSource(&text, source, env.Catalog.Object(def.Connection))
	}
	return nil
}

// renderTableAgain changes the names in a table's statement.
func renderTableAgain(env *Env, table *catalog.Object) error {
	statements, err := parse.Parse(table.CreateSQL)
	if err != nil {
		return err
	}
	renderTable(env, statements[0].(*ast.CreateTableFromSource), table)
	return nil
}

// tablesAgain is the FOR clause: the same, unless a table's name is not the
// one that the clause gives it.
func (env *Env) tablesAgain(source *catalog.Object, def *catalog.PostgresSource, tables []*catalog.Object, old *ast.SourceTables) *ast.SourceTables {
	list, renamed := env.tableList(source, def, tables)
	if len(old.Tables) == 0 && !renamed || len(list.Tables) == 0 {
		return old
	}
	return list
}

// tableList is the clause that names all tables; renamed tells whether one has
// another name than upstream.
func (env *Env) tableList(source *catalog.Object, def *catalog.PostgresSource, tables []*catalog.Object) (list *ast.SourceTables, renamed bool) {
	list = &ast.SourceTables{Pos: ast.NoPos}
	for _, table := range tables {
		d := table.Def.(*catalog.Subsource)
		ref := ast.TableReference{Reference: ast.Name{Parts: []string{def.Database, d.Schema, d.Table}, Pos: ast.NoPos}}
		ref.As = env.qualify(table)
		renamed = renamed || table.SchemaID != source.SchemaID || table.Name != d.Table
		list.Tables = append(list.Tables, ref)
	}
	return list, renamed
}

// refersTo tells whether a reference of a statement that was planned is to the
// upstream table of d.
func refersTo(r ast.TableReference, d *catalog.Subsource) bool {
	parts := r.Reference.Parts
	last := len(parts) - 1
	return parts[last] == d.Table && (last == 0 || parts[last-1] == d.Schema)
}
