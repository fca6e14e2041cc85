package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"culvert/catalog"
	"culvert/sql/ast"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// progressSuffix is what the name of a progress relation has behind that of
// its source, where EXPOSE PROGRESS does not name it.
const progressSuffix = "_progress"

// chosen is a published table that a source is to have, with its name here.
type chosen struct {
	upstream *UpstreamTable
	as       ast.ObjectName
	text     map[int16]bool // columns kept as text
	excluded map[int16]bool // columns left out
}

// addTables plans the progress relation and the tables of a source.
func (env *Env) addTables(st *ast.CreateSource, o *options, p *CreateSource, pub *Publication) error {
	tables, err := env.chooseTables(st, o, pub)
	if err != nil {
		return err
	}
	if err := checkChosen(o, pub, tables); err != nil {
		return err
	}
	if p.Progress, err = env.addProgress(st, p.Source, []catalog.Column{{Name: "lsn", Type: types.T(types.Int8OID)}}); err != nil {
		return err
	}
	taken := map[objectName]bool{{p.Source.SchemaID, p.Source.Name}: true, {p.Progress.SchemaID, p.Progress.Name}: true}
	for _, t := range tables {
		table, err := env.subsource(st, t, p.Source, taken)
		if err != nil {
			return otherName(err, "Use FOR TABLES (%s AS name, ...) to choose another name.", ast.Name{Parts: []string{t.upstream.Schema, t.upstream.Name}})
		}
		p.Tables = append(p.Tables, table)
	}
	return nil
}

// checkChosen reads TEXT COLUMNS and EXCLUDE COLUMNS into tables, and refuses
// tables that cannot be followed.
func checkChosen(o *options, pub *Publication, tables []*chosen) error {
	if err := checkPrivileges(tables); err != nil {
		return err
	}
	if err := setColumns(o, "TEXT COLUMNS", pub, tables, func(c *chosen) map[int16]bool { return c.text }); err != nil {
		return err
	}
	if err := setColumns(o, "EXCLUDE COLUMNS", pub, tables, func(c *chosen) map[int16]bool { return c.excluded }); err != nil {
		return err
	}
	return checkTables(pub, tables)
}

// chooseTables applies the FOR clause.
func (env *Env) chooseTables(st *ast.CreateSource, o *options, pub *Publication) ([]*chosen, error) {
	if st.Tables == nil {
		return nil, nil
	}
	if len(pub.Tables) == 0 {
		name, _ := o.text("PUBLICATION")
		return nil, pgerr.New(pgerr.ObjectNotInPrerequisiteState, "PUBLICATION %s is empty", name).
			WithHint("Add tables to the publication upstream: ALTER PUBLICATION %s ADD TABLE ...", ast.QuoteIdent(name))
	}
	var tables []*chosen
	add := func(t *UpstreamTable, as ast.ObjectName) {
		if as.IsZero() {
			as = ast.ObjectName{Item: t.Name, Pos: st.Tables.Pos}
		}
		tables = append(tables, &chosen{upstream: t, as: as, text: map[int16]bool{}, excluded: map[int16]bool{}})
	}
	switch {
	case st.Tables.All:
		for i := range pub.Tables {
			add(&pub.Tables[i], ast.ObjectName{})
		}
	case len(st.Tables.Schemas) > 0:
		if err := addSchemas(st, pub, add); err != nil {
			return nil, err
		}
	default:
		for _, ref := range st.Tables.Tables {
			t, err := findTable(st, pub, ref.Reference)
			if err != nil {
				return nil, err
			}
			add(t, ref.As)
		}
	}
	return tables, uniqueTables(tables)
}

func addSchemas(st *ast.CreateSource, pub *Publication, add func(*UpstreamTable, ast.ObjectName)) error {
	var missing []string
	for _, schema := range st.Tables.Schemas {
		found := false
		for i := range pub.Tables {
			if pub.Tables[i].Schema == schema.Name {
				found = true
				add(&pub.Tables[i], ast.ObjectName{})
			}
		}
		if !found {
			missing = append(missing, schema.Name)
		}
	}
	if missing != nil {
		return pgerr.New(pgerr.InvalidSchemaName, "database %s missing referenced schemas", pub.Database).
			WithDetail("missing schemas: %s", strings.Join(missing, ", "))
	}
	return nil
}

// findTable resolves a reference of one to three parts among the tables.
func findTable(st ast.Statement, pub *Publication, ref ast.Name) (*UpstreamTable, error) {
	parts := ref.Parts
	if len(parts) > 3 || len(parts) == 3 && parts[0] != pub.Database {
		return nil, notFound(st, pub, ref)
	}
	if len(parts) == 3 {
		parts = parts[1:]
	}
	var found []*UpstreamTable
	for i := range pub.Tables {
		t := &pub.Tables[i]
		if t.Name == parts[len(parts)-1] && (len(parts) == 1 || t.Schema == parts[0]) {
			found = append(found, t)
		}
	}
	switch len(found) {
	case 0:
		return nil, notFound(st, pub, ref)
	case 1:
		return found[0], nil
	}
	var names []string
	for _, t := range found {
		names = append(names, pub.fullName(t))
	}
	return nil, pgerr.New(pgerr.AmbiguousAlias, "table %s is ambiguous, consider specifying the schema", ref).At(st.At(ref.Pos)).
		WithDetail("It may be %s.", strings.Join(names, " or "))
}

func notFound(st ast.Statement, pub *Publication, ref ast.Name) error {
	e := pgerr.New(pgerr.UndefinedTable, "reference to %s not found in source", ref).At(st.At(ref.Pos))
	var names []string
	for i := range pub.Tables {
		names = append(names, pub.Tables[i].Name)
	}
	e.WithHint("The publication has to include the table, and partitioned tables are published by their leaves.")
	return meant(e, ref.Parts[len(ref.Parts)-1], names)
}

func (p *Publication) fullName(t *UpstreamTable) string {
	return ast.Name{Parts: []string{p.Database, t.Schema, t.Name}}.String()
}

// uniqueTables refuses two tables that would have one name here, and one table
// under two names.
func uniqueTables(tables []*chosen) error {
	byTable := map[*UpstreamTable]*chosen{}
	byName := map[string]*chosen{}
	for _, t := range tables {
		if other := byTable[t.upstream]; other != nil {
			return pgerr.New(pgerr.DuplicateObject, "table %s.%s referred to by multiple subsources: %q, %q",
				t.upstream.Schema, t.upstream.Name, other.as.Item, t.as.Item)
		}
		byTable[t.upstream] = t
		name := t.as.String()
		if other := byName[name]; other != nil {
			return pgerr.New(pgerr.DuplicateObject, "multiple tables with name %q: %s.%s, %s.%s", t.as.Item,
				other.upstream.Schema, other.upstream.Name, t.upstream.Schema, t.upstream.Name).
				WithHint("Use FOR TABLES (schema.table AS name, ...) to give them different names.")
		}
		byName[name] = t
	}
	return nil
}

func checkPrivileges(tables []*chosen) error {
	var schemas, selects, hidden []string
	for _, t := range tables {
		name := t.upstream.Schema + "." + t.upstream.Name
		switch {
		case !t.upstream.MayUse:
			if !slices.Contains(schemas, t.upstream.Schema) {
				schemas = append(schemas, t.upstream.Schema)
			}
		case !t.upstream.MaySelect:
			selects = append(selects, name)
		case t.upstream.RowSecurity:
			hidden = append(hidden, name)
		}
	}
	switch {
	case schemas != nil:
		return pgerr.New(pgerr.InsufficientPrivilege, "insufficient privileges").
			WithDetail("user lacks USAGE privileges for schemas %s", strings.Join(schemas, ", ")).
			WithHint("Run upstream: GRANT USAGE ON SCHEMA ... TO the user of the connection.")
	case selects != nil:
		return pgerr.New(pgerr.InsufficientPrivilege, "insufficient privileges").
			WithDetail("user lacks SELECT privileges for tables %s", strings.Join(selects, ", ")).
			WithHint("Run upstream: GRANT SELECT ON ... TO the user of the connection.")
	case hidden != nil:
		return pgerr.New(pgerr.InsufficientPrivilege, "one or more tables requires BYPASSRLS").
			WithDetail("tables with row-level security: %s", strings.Join(hidden, ", ")).
			WithHint("Run upstream: ALTER USER ... BYPASSRLS for the user of the connection.")
	}
	return nil
}

// setColumns reads TEXT COLUMNS or EXCLUDE COLUMNS into the tables.
func setColumns(o *options, option string, pub *Publication, tables []*chosen, set func(*chosen) map[int16]bool) error {
	names, err := o.names(option)
	if err != nil {
		return err
	}
	for _, name := range names {
		if len(name.Parts) < 2 {
			return o.invalidColumn(option, name, "column name '%s' must have at least a table qualification", name)
		}
		if len(name.Parts) > 4 {
			return o.invalidColumn(option, name, "qualified name did not have between 1 and 3 components: %s", name)
		}
		last := len(name.Parts) - 1
		upstream, err := findTable(o.st, pub, ast.Name{Parts: name.Parts[:last], Pos: name.Pos})
		if err != nil {
			return err
		}
		i := slices.IndexFunc(tables, func(c *chosen) bool { return c.upstream == upstream })
		if i < 0 {
			return pgerr.New(pgerr.InvalidParameterValue, "%s refers to table not currently being added", option).At(o.st.At(name.Pos))
		}
		k := slices.IndexFunc(upstream.Columns, func(c UpstreamColumn) bool { return c.Name == name.Parts[last] })
		if k < 0 {
			return unknownColumn(o, option, name, upstream)
		}
		attnum := upstream.Columns[k].Attnum
		if set(tables[i])[attnum] {
			return o.invalidColumn(option, name, "unexpected multiple references to %s", name)
		}
		set(tables[i])[attnum] = true
	}
	return nil
}

// invalidColumn is the answer to an entry of TEXT COLUMNS or EXCLUDE COLUMNS.
func (o *options) invalidColumn(option string, name ast.Name, format string, args ...any) *pgerr.Error {
	e := pgerr.New(pgerr.InvalidParameterValue, "invalid %s option value: "+format, append([]any{option}, args...)...)
	return e.At(o.st.At(name.Pos))
}

func unknownColumn(o *options, option string, name ast.Name, t *UpstreamTable) error {
	column := name.Parts[len(name.Parts)-1]
	e := o.invalidColumn(option, name, "column %q does not exist", t.Name+"."+column)
	var names []string
	for _, c := range t.Columns {
		names = append(names, c.Name)
	}
	if near := nearest(column, names); near != "" {
		e.WithHint("The similarly named column %q does exist.", near)
	}
	return e
}

// checkTables refuses tables whose changes cannot be followed or whose values
// cannot be held, all of them at once.
func checkTables(pub *Publication, tables []*chosen) error {
	var identity, unsupported, both []string
	for _, t := range tables {
		for _, c := range t.upstream.Columns {
			if t.text[c.Attnum] && t.excluded[c.Attnum] {
				both = append(both, strconv.Quote(c.Name))
			}
		}
		if _, ok := t.key(); !ok {
			identity = append(identity, pub.fullName(t.upstream))
		}
		for _, c := range t.upstream.Columns {
			if !t.excluded[c.Attnum] && !t.text[c.Attnum] && !c.Supported {
				column := ast.Name{Parts: []string{pub.Database, t.upstream.Schema, t.upstream.Name, c.Name}}
				unsupported = append(unsupported, fmt.Sprintf("%s (OID %d)", column, c.Type.OID))
			}
		}
	}
	if both != nil {
		return pgerr.New(pgerr.InvalidParameterValue, "duplicated column name references: [%s]", strings.Join(both, ", ")).
			WithHint("A column is either in TEXT COLUMNS or in EXCLUDE COLUMNS.")
	}
	if identity != nil {
		return pgerr.New(pgerr.ObjectNotInPrerequisiteState, "referenced items not tables with REPLICA IDENTITY FULL").
			WithDetail("referenced items: %s", strings.Join(identity, ", ")).
			WithHint("Give the tables a primary key, or run upstream: ALTER TABLE ... REPLICA IDENTITY FULL.")
	}
	if unsupported != nil {
		return pgerr.New(pgerr.FeatureNotSupported, "referenced tables use unsupported types").
			WithDetail("the following columns contain unsupported types:\n%s", strings.Join(unsupported, "\n")).
			WithHint("Use the TEXT COLUMNS option naming the listed columns, and culvert will read them as text.")
	}
	return nil
}

// key gives the attribute numbers that tell rows apart, and whether the table
// can be followed: it needs FULL identity, or a key that is ingested whole.
func (t *chosen) key() (key []int16, ok bool) {
	key = t.upstream.IdentityKey
	if t.upstream.Full {
		key = t.upstream.PrimaryKey
	}
	if slices.ContainsFunc(key, func(a int16) bool { return t.excluded[a] }) {
		key = nil
	}
	return key, len(key) > 0 || t.upstream.Full
}

// objectName is a name in a schema.
type objectName struct {
	schema catalog.ID
	item   string
}

// freeName checks the name of an object that the statement makes beside the
// source; unqualified names go into the source's schema.
func (env *Env) freeName(st ast.Statement, name ast.ObjectName, source *catalog.Object, taken map[objectName]bool) (*catalog.Schema, error) {
	if name.Schema == "" {
		name.Schema = env.Catalog.Schema(source.SchemaID).Name
	}
	schema, err := env.create(st, name, false)
	if err != nil {
		return nil, err
	}
	full := objectName{schema.ID, name.Item}
	if taken[full] {
		return nil, pgerr.New(pgerr.DuplicateObject, "catalog item '%s' already exists", name.Item).At(st.At(name.Pos)).
			WithDetail("The statement makes more than one object of this name.")
	}
	taken[full] = true
	return schema, nil
}

// otherName adds to the error of a name that is taken how to choose another.
func otherName(err error, hint string, args ...any) error {
	if e := pgerr.From(err); e.Code == pgerr.DuplicateObject {
		return e.WithHint(hint, args...)
	}
	return err
}

// addProgress plans the progress relation of a source.
func (env *Env) addProgress(st *ast.CreateSource, source *catalog.Object, columns []catalog.Column) (*catalog.Object, error) {
	name := st.Progress
	if name.IsZero() {
		name = ast.ObjectName{Item: suffixed(st.Name.Item, progressSuffix), Pos: st.Name.Pos}
	}
	schema, err := env.freeName(st, name, source, map[objectName]bool{{source.SchemaID, source.Name}: true})
	if err != nil {
		return nil, otherName(err, "Use EXPOSE PROGRESS AS name to choose another name.")
	}
	object := &catalog.Object{
		ID: env.NextID(), Kind: catalog.KindSource, SchemaID: schema.ID, Name: name.Item, OwnerID: catalog.RoleID,
		Columns: columns, Uses: []catalog.ID{source.ID}, Def: &catalog.Progress{Source: source.ID},
	}
	env.renderProgress(object)
	return object, nil
}

func (env *Env) renderProgress(object *catalog.Object) {
	object.CreateSQL = fmt.Sprintf("CREATE SUBSOURCE %s (%s) WITH (PROGRESS = true);", env.qualify(object), columnList(object))
	object.Redacted = object.CreateSQL
}

// columnList are the columns of a relation as CREATE lists them.
func columnList(object *catalog.Object) string {
	var columns []string
	for _, c := range object.Columns {
		text := ast.QuoteIdent(c.Name) + " " + types.FormatType(c.Type)
		if c.NotNull {
			text += " NOT NULL"
		}
		columns = append(columns, text)
	}
	return strings.Join(columns, ", ")
}

func (env *Env) subsource(st ast.Statement, t *chosen, source *catalog.Object, taken map[objectName]bool) (*catalog.Object, error) {
	schema, err := env.freeName(st, t.as, source, taken)
	if err != nil {
		return nil, err
	}
	object := &catalog.Object{
		ID: env.NextID(), Kind: catalog.KindSource, SchemaID: schema.ID, Name: t.as.Item, OwnerID: catalog.RoleID,
		Uses: []catalog.ID{source.ID},
	}
	if err := fillSubsource(object, t, source); err != nil {
		return nil, err
	}
	env.renderSubsource(object, source, object.Def.(*catalog.Subsource))
	return object, nil
}

// fillSubsource gives an object the columns and keys of an upstream table, and
// its definition.
func fillSubsource(object *catalog.Object, t *chosen, source *catalog.Object) error {
	def := &catalog.Subsource{
		Source: source.ID, Schema: t.upstream.Schema, Table: t.upstream.Name, UpstreamOID: t.upstream.OID, Full: t.upstream.Full,
	}
	object.Def = def
	place := map[int16]int{}
	for _, c := range t.upstream.Columns {
		if t.excluded[c.Attnum] {
			continue
		}
		place[c.Attnum] = len(object.Columns)
		shown := c.Type
		if t.text[c.Attnum] {
			shown = types.T(types.TextOID)
		}
		object.Columns = append(object.Columns, catalog.Column{Name: c.Name, Type: shown, NotNull: c.NotNull})
		def.Columns = append(def.Columns, catalog.SubsourceColumn{Name: c.Name, Attnum: c.Attnum, Type: c.Type, AsText: t.text[c.Attnum]})
	}
	if len(object.Columns) == 0 {
		return pgerr.New(pgerr.InvalidTableDefinition, "table %s.%s has no columns to ingest", t.upstream.Schema, t.upstream.Name)
	}
	key, _ := t.key()
	def.Key = places(key, place)
	if primary := places(t.upstream.PrimaryKey, place); primary != nil {
		object.Keys = []catalog.Key{{Name: suffixed(t.as.Item, "_pkey"), Primary: true, Columns: primary}}
	}
	return nil
}

// places gives the columns of a key by index, or nil when one is left out.
func places(attnums []int16, place map[int16]int) []int {
	var key []int
	for _, a := range attnums {
		i, ok := place[a]
		if !ok {
			return nil
		}
		key = append(key, i)
	}
	return key
}

func (env *Env) renderSubsource(object, source *catalog.Object, def *catalog.Subsource) {
	database := source.Def.(*catalog.PostgresSource).Database
	reference := ast.Name{Parts: []string{database, def.Schema, def.Table}}
	object.CreateSQL = fmt.Sprintf("CREATE SUBSOURCE %s (%s) OF SOURCE %s WITH (EXTERNAL REFERENCE = %s);",
		env.qualify(object), columnList(object), env.qualify(source), reference)
	object.Redacted = object.CreateSQL
}
