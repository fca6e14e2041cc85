package plan

import (
	"context"
	"slices"
	"strings"

	"culvert/catalog"
	"culvert/sql/ast"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// CreateTableFromSource adds a table to a source.
type CreateTableFromSource struct{ Table *catalog.Object }

func (*CreateTableFromSource) plan() {}

const optionReference = "REFERENCE"

func createTableFromSource(ctx context.Context, st *ast.CreateTableFromSource, env *Env) (Plan, error) {
	schema, err := env.create(st, st.Name, st.IfNotExists)
	if err != nil {
		return nil, err
	}
	if schema == nil {
		return &Nothing{}, nil
	}
	source, err := env.resolve(st, st.From)
	if err != nil {
		return nil, err
	}
	o, err := readOptions(env, st, st.Options, "tables of sources", optionReference)
	if err != nil {
		return nil, err
	}
	table := &catalog.Object{
		Kind: catalog.KindTable, SchemaID: schema.ID, Name: st.Name.Item, OwnerID: catalog.RoleID, Uses: []catalog.ID{source.ID},
	}
	t := &sourceTable{env: env, st: st, options: o, object: table, source: source}
	switch def := source.Def.(type) {
	case *catalog.PostgresSource:
		err = t.ofPostgres(ctx, def)
	case *catalog.KafkaSource:
		err = t.ofKafka(ctx, def)
	default:
		err = pgerr.New(pgerr.WrongObjectType, "%s is not a source that tables can be made from", nameText(st.From)).At(st.At(st.From.Pos))
	}
	if err != nil {
		return nil, err
	}
	table.ID = env.NextID()
	renderTable(env, st, table)
	return &CreateTableFromSource{Table: table}, nil
}

// sourceTable is a table of a source that is planned.
type sourceTable struct {
	env     *Env
	st      *ast.CreateTableFromSource
	options *options // behind the name of the source
	object  *catalog.Object
	source  *catalog.Object
}

// readTableWith reads WITH; allowed are the options of the kind of source.
func readTableWith(env *Env, st *ast.CreateTableFromSource, allowed ...string) (*options, error) {
	if d, ok := ast.FindOption(st.With, "DETAILS"); ok {
		return nil, pgerr.New(pgerr.InvalidParameterValue, "CREATE TABLE specifies DETAILS option").At(st.At(d.Pos)).
			WithHint("If trying to use the output of SHOW CREATE TABLE, remove the DETAILS option.")
	}
	o, err := readOptions(env, st, ignoreIsExclude(st.With), "tables of such sources", append(allowed, "RETAIN HISTORY", "PARTITION BY")...)
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"RETAIN HISTORY", "PARTITION BY"} {
		if o.has(name) {
			env.Notice(pgerr.Notice("%s has no effect here", name))
		}
	}
	return o, nil
}

// ignoreIsExclude gives IGNORE COLUMNS its canonical name.
func ignoreIsExclude(list []ast.Option) []ast.Option {
	list = slices.Clone(list)
	for i := range list {
		if list[i].Name == "IGNORE COLUMNS" {
			list[i].Name = "EXCLUDE COLUMNS"
		}
	}
	return list
}

// ofPostgres plans a table of a publication.
func (p *sourceTable) ofPostgres(ctx context.Context, def *catalog.PostgresSource) error {
	if err := noMessageOptions(p.st, p.st.Encoding); err != nil {
		return err
	}
	with, err := readTableWith(p.env, p.st, "TEXT COLUMNS", "EXCLUDE COLUMNS")
	if err != nil {
		return err
	}
	pub, err := p.env.Upstream.PublicationOf(ctx, p.source)
	if err != nil {
		return err
	}
	upstream, err := referenced(p.st, p.options, pub)
	if err != nil {
		return err
	}
	t := &chosen{upstream: upstream, as: p.st.Name, text: map[int16]bool{}, excluded: map[int16]bool{}}
	if err := checkPrivileges([]*chosen{t}); err != nil {
		return err
	}
	if err := bareColumns(with, "TEXT COLUMNS", upstream, t.text); err != nil {
		return err
	}
	if err := bareColumns(with, "EXCLUDE COLUMNS", upstream, t.excluded); err != nil {
		return err
	}
	if err := checkTables(pub, []*chosen{t}); err != nil {
		return err
	}
	if err := fillSubsource(p.object, t, p.source); err != nil {
		return err
	}
	p.object.Def.(*catalog.Subsource).FromTable = true
	return nameColumns(p.st, p.object)
}

// referenced finds the table that REFERENCE names; a publication of one table
// needs none.
func referenced(st *ast.CreateTableFromSource, o *options, pub *Publication) (*UpstreamTable, error) {
	if !o.has(optionReference) {
		if len(pub.Tables) == 1 {
			return &pub.Tables[0], nil
		}
		return nil, pgerr.New(pgerr.InvalidParameterValue, "REFERENCE option is required").At(st.At(st.From.Pos)).
			WithHint("Name the table upstream: FROM SOURCE %s (REFERENCE schema.table).", nameText(st.From))
	}
	name, ok := nameOf(o.byName[optionReference].Value)
	if !ok {
		return nil, o.invalid(optionReference, "must be the name of a table")
	}
	return findTable(st, pub, name)
}

// bareColumns reads TEXT COLUMNS or EXCLUDE COLUMNS of one table.
func bareColumns(o *options, option string, t *UpstreamTable, set map[int16]bool) error {
	names, err := o.names(option)
	if err != nil {
		return err
	}
	for _, name := range names {
		if len(name.Parts) != 1 {
			return o.invalidColumn(option, name, "%s is not the name of a column alone", name)
		}
		k := slices.IndexFunc(t.Columns, func(c UpstreamColumn) bool { return c.Name == name.Parts[0] })
		if k < 0 {
			return unknownColumn(o, option, name, t)
		}
		if set[t.Columns[k].Attnum] {
			return o.invalidColumn(option, name, "unexpected multiple references to %s", name)
		}
		set[t.Columns[k].Attnum] = true
	}
	return nil
}

// ofKafka plans a table of a topic.
func (p *sourceTable) ofKafka(ctx context.Context, def *catalog.KafkaSource) error {
	st, o := p.st, p.options
	with, err := readTableWith(p.env, st, optionDecodeError)
	if err != nil {
		return err
	}
	keep, err := with.keepErrors()
	if err != nil {
		return err
	}
	if o.has(optionReference) {
		name, ok := nameOf(o.byName[optionReference].Value)
		if !ok {
			return o.invalid(optionReference, "must be the name of a topic")
		}
		if topic := strings.Join(name.Parts, "."); topic != def.Topic {
			return pgerr.New(pgerr.UndefinedTable, "Referenced kafka connection uses a different topic '%s' than specified: '%s'", def.Topic, topic).
				At(st.At(name.Pos))
		}
	}
	if st.Encoding.Value == nil {
		return pgerr.New(pgerr.InvalidParameterValue, "source format must be specified").At(st.At(st.Span().Start)).
			WithHint("A table of a Kafka source has a FORMAT of its own.")
	}
	b := rowsBuilder{env: p.env, st: st, encoding: st.Encoding, topic: def.Topic, keepErrors: keep, object: p.object}
	rows, err := b.build(ctx, nil)
	if err != nil {
		return err
	}
	p.object.Def = &catalog.KafkaTable{Source: p.source.ID, Topic: def.Topic, KafkaRows: *rows}
	return nameColumns(st, p.object)
}

// nameColumns gives the columns the names that the statement lists. A list of
// definitions has to agree with what there is.
func nameColumns(st *ast.CreateTableFromSource, table *catalog.Object) error {
	if st.Definitions.IsZero() {
		if err := renameColumns(st, table, st.Columns); err != nil {
			return err
		}
		return uniqueColumns(st, table)
	}
	create := st.Definitions.Node.GetCreateStmt()
	at := st.At(st.Definitions.Offset)
	var n int
	for _, element := range create.GetTableElts() {
		def := element.GetColumnDef()
		if def == nil {
			continue // a constraint; keys are those upstream
		}
		if n >= len(table.Columns) || def.GetColname() != table.Columns[n].Name {
			return definitionsDiffer(table).At(at)
		}
		t, ok := definedType(def.GetTypeName().GetNames()[len(def.GetTypeName().GetNames())-1].GetString_().GetSval(), len(def.GetTypeName().GetArrayBounds()) > 0)
		if !ok || t != table.Columns[n].Type.OID {
			return definitionsDiffer(table).At(at)
		}
		n++
	}
	if n != len(table.Columns) {
		return definitionsDiffer(table).At(at)
	}
	return nil
}

// definedType is the type of a name as SHOW CREATE prints it.
func definedType(name string, array bool) (types.OID, bool) {
	info, ok := types.ByName(name)
	if !ok {
		return 0, false
	}
	if array {
		return info.Array, info.Array != 0
	}
	return info.OID, true
}

func definitionsDiffer(table *catalog.Object) *pgerr.Error {
	return pgerr.New(pgerr.DatatypeMismatch, "the column definitions of %q do not agree with what is upstream", table.Name).
		WithDetail("Upstream has (%s).", columnList(table)).
		WithHint("Leave the definitions out, or list names alone to rename columns.")
}

// renderTable writes the normalised statement into the table.
func renderTable(env *Env, st *ast.CreateTableFromSource, table *catalog.Object) {
	text := *st
	text.IfNotExists = false
	text.Name = env.qualify(table)
	var source catalog.ID
	switch def := table.Def.(type) {
	case *catalog.Subsource:
		source = def.Source
		database := env.Catalog.Object(source).Def.(*catalog.PostgresSource).Database
		reference := ast.Name{Parts: []string{database, def.Schema, def.Table}, Pos: ast.NoPos}
		text.Options = []ast.Option{{Name: optionReference, Value: ast.NameValue{Name: reference}, Pos: ast.NoPos}}
	case *catalog.KafkaTable:
		source = def.Source
		reference := ast.Name{Parts: []string{def.Topic}, Pos: ast.NoPos}
		text.Options = []ast.Option{{Name: optionReference, Value: ast.NameValue{Name: reference}, Pos: ast.NoPos}}
		text.Encoding = qualifyRegistries(env, st.Encoding, &def.KafkaRows)
	}
	text.From = env.qualify(env.Catalog.Object(source))
	table.CreateSQL, table.Redacted = text.String()+";", text.Redacted()+";"
}
