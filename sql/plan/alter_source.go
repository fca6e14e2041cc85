package plan

import (
	"context"
	"slices"

	"culvert/catalog"
	"culvert/sql/ast"
	"culvert/sql/parse"
	"culvert/sql/pgerr"
)

// AlterSource adds tables to a source or takes some away. Put has the tables
// that are new and the source as it is to be.
type AlterSource struct {
	Put  []*catalog.Object
	Drop []*catalog.Object
}

func (*AlterSource) plan() {}

func alterSource(ctx context.Context, st *ast.AlterSource, env *Env) (Plan, error) {
	source, err := env.lookup(st, st.Name)
	switch {
	case err != nil:
		return nil, err
	case source == nil && st.IfExists:
		env.Notice(doesNotExist(st.Name.Item))
		return &Nothing{}, nil
	case source == nil:
		return nil, env.unknownItem(st, st.Name)
	case source.Kind != catalog.KindSource:
		return nil, wrongType(st, st.Name, source, ast.TypeSource)
	}
	switch st.Action {
	case ast.SourceAddTables, ast.SourceDropTables, ast.SourceRefreshReferences:
		return alterTables(ctx, st, env, source)
	case ast.SourceSetCluster:
		return moveToCluster(st, env, source, st.Cluster)
	}
	return alterSourceOptions(st, env, source)
}

// alterSourceOptions keeps the options of WITH, which change nothing but what
// is shown. A table of a source has none of its own.
func alterSourceOptions(st *ast.AlterSource, env *Env, source *catalog.Object) (Plan, error) {
	o, err := readOptions(env, st, st.Options, "sources", optionSize, "TIMESTAMP INTERVAL", "RETAIN HISTORY")
	if err != nil {
		return nil, err
	}
	size := ""
	if o.has(optionSize) && st.Action == ast.SourceSet {
		if size, err = o.required(optionSize); err != nil {
			return nil, err
		}
	}
	for _, opt := range st.Options {
		env.Notice(pgerr.Notice("%s has no effect here: sources share this server", opt.Name))
	}
	changed := *source
	if o.has(optionSize) {
		changed.Def = withSize(source.Def, size)
	}
	switch source.Def.(type) {
	case *catalog.PostgresSource, *catalog.KafkaSource:
	default:
		return &Nothing{}, nil
	}
	statements, err := parse.Parse(source.CreateSQL)
	if err != nil {
		return nil, err
	}
	text := statements[0].(*ast.CreateSource)
	text.With = slices.DeleteFunc(text.With, func(opt ast.Option) bool { return o.has(opt.Name) })
	if st.Action == ast.SourceSet {
		text.With = append(text.With, st.Options...)
	}
	changed.CreateSQL, changed.Redacted = text.String()+";", text.Redacted()+";"
	return &AlterSource{Put: []*catalog.Object{&changed}}, nil
}

// withSize gives the definition of a source with another size.
func withSize(def catalog.Definition, size string) catalog.Definition {
	switch d := def.(type) {
	case *catalog.PostgresSource:
		changed := *d
		changed.Size = size
		return &changed
	case *catalog.KafkaSource:
		changed := *d
		changed.Size = size
		return &changed
	}
	return def
}

// alterTables plans what is about the tables of a source.
func alterTables(ctx context.Context, st *ast.AlterSource, env *Env, source *catalog.Object) (Plan, error) {
	_, ok := source.Def.(*catalog.PostgresSource)
	if !ok {
		return nil, pgerr.New(pgerr.FeatureNotSupported, "%q is not a PostgreSQL source", source.Name).At(st.At(st.Pos)).
			WithHint("Use CREATE TABLE ... FROM SOURCE and DROP TABLE.")
	}
	if st.Action == ast.SourceDropTables {
		return dropSubsources(st, env, source)
	}
	pub, err := env.Upstream.PublicationOf(ctx, source)
	if err != nil || st.Action == ast.SourceRefreshReferences {
		return &Nothing{}, err
	}
	return addSubsources(st, env, source, pub)
}

func addSubsources(st *ast.AlterSource, env *Env, source *catalog.Object, pub *Publication) (Plan, error) {
	o, err := readOptions(env, st, ignoreIsExclude(st.With), "ALTER SOURCE statements", "TEXT COLUMNS", "EXCLUDE COLUMNS")
	if err != nil {
		return nil, err
	}
	var tables []*chosen
	for _, ref := range st.Tables {
		t, err := findTable(st, pub, ref.Reference)
		if err != nil {
			return nil, err
		}
		as := ref.As
		if as.IsZero() {
			as = ast.ObjectName{Item: t.Name, Pos: ref.Reference.Pos}
		}
		for _, other := range subsourcesOf(env.Catalog, source) {
			if d := other.Def.(*catalog.Subsource); d.Schema == t.Schema && d.Table == t.Name {
				return nil, pgerr.New(pgerr.DuplicateObject, "table %s.%s referred to by multiple subsources: %q, %q", t.Schema, t.Name, other.Name, as.Item).
					At(st.At(ref.Reference.Pos))
			}
		}
		tables = append(tables, &chosen{upstream: t, as: as, text: map[int16]bool{}, excluded: map[int16]bool{}})
	}
	if err := uniqueTables(tables); err != nil {
		return nil, err
	}
	if err := checkChosen(o, pub, tables); err != nil {
		return nil, err
	}
	p := &AlterSource{}
	taken := map[objectName]bool{}
	for _, t := range tables {
		table, err := env.subsource(st, t, source, taken)
		if err != nil {
			return nil, otherName(err, "Use ADD SUBSOURCE %s AS name to choose another name.", ast.Name{Parts: []string{t.upstream.Schema, t.upstream.Name}})
		}
		p.Put = append(p.Put, table)
	}
	return p, p.render(env, source, o.st.(*ast.AlterSource))
}

// subsourcesOf lists the tables that a source's own statement makes.
func subsourcesOf(c *catalog.Catalog, source *catalog.Object) []*catalog.Object {
	return slices.DeleteFunc(c.Users(source.ID), func(o *catalog.Object) bool {
		d, ok := o.Def.(*catalog.Subsource)
		return !ok || d.FromTable
	})
}

func dropSubsources(st *ast.AlterSource, env *Env, source *catalog.Object) (Plan, error) {
	var named []*catalog.Object
	for _, name := range st.Drop.Names {
		object, err := env.lookup(st, name)
		if err != nil {
			return nil, err
		}
		if object == nil && st.Drop.IfExists {
			env.Notice(doesNotExist(name.Item))
			continue
		}
		if object == nil {
			return nil, env.unknownItem(st, name)
		}
		if !slices.Contains(subsourcesOf(env.Catalog, source), object) {
			return nil, pgerr.New(pgerr.WrongObjectType, "%q is not a subsource of %q", object.Name, source.Name).At(st.At(name.Pos))
		}
		named = append(named, object)
	}
	d := &dropper{env: env, cascade: st.Drop.Behavior == ast.DropCascade, named: named}
	for _, object := range named {
		if err := d.add(object); err != nil {
			return nil, err
		}
	}
	p := &AlterSource{Drop: d.order}
	return p, p.render(env, source, st)
}

// render writes the source's statement with the tables that it has afterwards.
func (p *AlterSource) render(env *Env, source *catalog.Object, st *ast.AlterSource) error {
	changed, err := withTables(env, source, p.Put, p.Drop, st.With)
	if err != nil {
		return err
	}
	p.Put = append(p.Put, changed)
	return nil
}

// withTables gives a source with the statement that it has once objects are put
// and dropped; added are the options of new tables.
func withTables(env *Env, source *catalog.Object, put, drop []*catalog.Object, added []ast.Option) (*catalog.Object, error) {
	draft := catalog.NewDraft(env.Catalog)
	for _, o := range drop {
		draft.Drop(o.ID)
	}
	for _, o := range put {
		draft.Put(o)
	}
	statements, err := parse.Parse(source.CreateSQL)
	if err != nil {
		return nil, err
	}
	text := *statements[0].(*ast.CreateSource)
	after := &Env{Catalog: draft.Catalog()}
	def := source.Def.(*catalog.PostgresSource)
	tables := subsourcesOf(after.Catalog, source)
	text.Tables = nil
	if len(tables) > 0 {
		text.Tables, _ = after.tableList(source, def, tables)
	}
	text.From.Options = columnOptions(text.From.Options, added, tables)
	changed := *source
	after.renderSource(&text, &changed, after.Catalog.Object(def.Connection))
	return &changed, nil
}

// withoutTables gives the sources that go on without some of their tables, with
// statements that do not name those.
func withoutTables(env *Env, gone []*catalog.Object) ([]*catalog.Object, error) {
	var changed []*catalog.Object
	for _, o := range gone {
		d, ok := o.Def.(*catalog.Subsource)
		if !ok || d.FromTable {
			continue
		}
		source := env.Catalog.Object(d.Source)
		known := func(c *catalog.Object) bool { return c.ID == source.ID }
		if slices.Contains(gone, source) || slices.ContainsFunc(changed, known) {
			continue
		}
		rest, err := withTables(env, source, nil, gone, nil)
		if err != nil {
			return nil, err
		}
		changed = append(changed, rest)
	}
	return changed, nil
}

// columnOptions are TEXT COLUMNS and EXCLUDE COLUMNS of a source with those of
// tables that were added, and without those of tables that it has no longer.
func columnOptions(options, added []ast.Option, tables []*catalog.Object) []ast.Option {
	columns := map[string][]ast.Value{}
	var kept []ast.Option
	for _, o := range append(slices.Clone(options), ignoreIsExclude(added)...) {
		list, ok := o.Value.(ast.ListValue)
		if !ok {
			kept = append(kept, o)
			continue
		}
		for _, item := range list.Items {
			name, _ := nameOf(item)
			parts := name.Parts[:max(0, len(name.Parts)-1)]
			has := func(t *catalog.Object) bool {
				return len(parts) > 0 && refersTo(ast.TableReference{Reference: ast.Name{Parts: parts}}, t.Def.(*catalog.Subsource))
			}
			if slices.ContainsFunc(tables, has) {
				columns[o.Name] = append(columns[o.Name], item)
			}
		}
	}
	for _, name := range []string{"TEXT COLUMNS", "EXCLUDE COLUMNS"} {
		if len(columns[name]) > 0 {
			kept = append(kept, ast.Option{Name: name, Value: ast.ListValue{Items: columns[name], Pos: ast.NoPos}, Pos: ast.NoPos})
		}
	}
	return kept
}
