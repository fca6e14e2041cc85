package plan

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	pg_query "github.com/pganalyze/pg_query_go/v6"

	"culvert/catalog"
	"culvert/sql/analyze"
	"culvert/sql/ast"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// CreateSequence makes a sequence.
type CreateSequence struct{ Sequence *catalog.Object }

func (*CreateSequence) plan() {}

// createSequence is DefineSequence.
func createSequence(st *ast.Utility, env *Env, node *pg_query.CreateSeqStmt) (Plan, error) {
	if node.Sequence.Relpersistence == "t" {
		return nil, pgerr.New(pgerr.FeatureNotSupported, "CREATE TEMPORARY SEQUENCE is not supported").At(st.At(st.Span().Start))
	}
	name := rangeName(&st.Postgres, node.Sequence)
	schema, err := env.createRelation(st, name, node.IfNotExists)
	if schema == nil || err != nil {
		return &Nothing{}, err
	}
	def := newSequence(types.Int8OID)
	if err := sequenceOptions(env, &st.Postgres, def, node.Options, true); err != nil {
		return nil, err
	}
	o := env.sequence(schema.ID, name.Item, def)
	return &CreateSequence{Sequence: o}, nil
}

// sequence makes the object of a sequence.
func (env *Env) sequence(schema catalog.ID, name string, def *catalog.Sequence) *catalog.Object {
	o := &catalog.Object{ID: env.NextID(), Kind: catalog.KindSequence, SchemaID: schema, Name: name, OwnerID: catalog.RoleID, Def: def}
	if def.OwnedBy != "" {
		o.Uses = []catalog.ID{}
	}
	renderSequence(env.Catalog, o)
	return o
}

// newSequence is a sequence with the defaults of its type, which sequenceOptions
// completes.
func newSequence(t types.OID) *catalog.Sequence {
	def := &catalog.Sequence{Type: t, Increment: 1, Cache: 1, Min: 1, Max: maxOf(t)}
	def.Start, def.Restart = 1, 1
	return def
}

func maxOf(t types.OID) int64 {
	switch t {
	case types.Int2OID:
		return math.MaxInt16
	case types.Int4OID:
		return math.MaxInt32
	}
	return math.MaxInt64
}

// sequenceOptions is init_params: the options of a new sequence, or of one that
// is changed.
func sequenceOptions(env *Env, st *ast.Postgres, def *catalog.Sequence, list []*pg_query.Node, isNew bool) error {
	o := seqOptions{env: env, st: st, given: map[string]*pg_query.DefElem{}}
	if err := o.read(list); err != nil {
		return err
	}
	old := *def
	if o.given["as"] != nil {
		t, err := env.TypeNamed(st, o.given["as"].Arg.GetTypeName())
		if err != nil {
			return err
		}
		if t.OID != types.Int2OID && t.OID != types.Int4OID && t.OID != types.Int8OID {
			return pgerr.New(pgerr.InvalidParameterValue, "sequence type must be smallint, integer, or bigint")
		}
		def.Type = t.OID
	}
	def.Increment = o.number("increment", def.Increment)
	if def.Increment == 0 {
		return pgerr.New(pgerr.InvalidParameterValue, "INCREMENT must not be zero")
	}
	def.Cycle = o.flag("cycle", def.Cycle)
	o.bounds(def, &old, isNew)
	if isNew {
		def.Start = def.Min
		if def.Increment < 0 {
			def.Start = def.Max
		}
	}
	def.Start = o.number("start", def.Start)
	if isNew {
		def.Restart = def.Start
	}
	def.Cache = o.number("cache", def.Cache)
	if o.err != nil {
		return o.err
	}
	if err := checkSequence(def); err != nil {
		return err
	}
	if r := o.given["restart"]; r != nil {
		def.Generation = int(env.NextID().Number()) // of no transaction that failed
		def.Restart = def.Start
		if r.Arg != nil {
			def.Restart = o.number("restart", def.Start)
		}
	}
	switch {
	case def.Restart < def.Min:
		return pgerr.New(pgerr.InvalidParameterValue, "RESTART value (%d) cannot be less than MINVALUE (%d)", def.Restart, def.Min)
	case def.Restart > def.Max:
		return pgerr.New(pgerr.InvalidParameterValue, "RESTART value (%d) cannot be greater than MAXVALUE (%d)", def.Restart, def.Max)
	}
	return o.owner(def)
}

func checkSequence(def *catalog.Sequence) error {
	fail := func(format string, args ...any) error { return pgerr.New(pgerr.InvalidParameterValue, format, args...) }
	low := -maxOf(def.Type) - 1
	switch {
	case def.Max > maxOf(def.Type) || def.Max < low:
		return fail("MAXVALUE (%d) is out of range for sequence data type %s", def.Max, types.FormatType(types.T(def.Type)))
	case def.Min < low || def.Min > maxOf(def.Type):
		return fail("MINVALUE (%d) is out of range for sequence data type %s", def.Min, types.FormatType(types.T(def.Type)))
	case def.Min >= def.Max:
		return fail("MINVALUE (%d) must be less than MAXVALUE (%d)", def.Min, def.Max)
	case def.Start < def.Min:
		return fail("START value (%d) cannot be less than MINVALUE (%d)", def.Start, def.Min)
	case def.Start > def.Max:
		return fail("START value (%d) cannot be greater than MAXVALUE (%d)", def.Start, def.Max)
	case def.Cache <= 0:
		return fail("CACHE (%d) must be greater than zero", def.Cache)
	}
	return nil
}

// seqOptions are the options of CREATE and ALTER SEQUENCE.
type seqOptions struct {
	env   *Env
	st    *ast.Postgres
	given map[string]*pg_query.DefElem
	err   error
}

func (o *seqOptions) read(list []*pg_query.Node) error {
	for _, n := range list {
		e := n.GetDefElem()
		if o.given[e.Defname] != nil {
			return pgerr.New(pgerr.SyntaxError, "conflicting or redundant options").At(o.st.At(o.st.Tree.Pos(e.Location)))
		}
		o.given[e.Defname] = e
	}
	return nil
}

// number gives the value of an option, or what holds without it.
func (o *seqOptions) number(name string, otherwise int64) int64 {
	e := o.given[name]
	if e == nil || e.Arg == nil {
		return otherwise
	}
	if i := e.Arg.GetInteger(); i != nil {
		return int64(i.Ival)
	}
	if f := e.Arg.GetFloat(); f != nil {
		n, err := strconv.ParseInt(f.Fval, 10, 64)
		if err == nil {
			return n
		}
		o.err = pgerr.New(pgerr.NumericValueOutOfRange, "value \"%s\" is out of range for type bigint", f.Fval)
		return otherwise
	}
	o.err = pgerr.New(pgerr.SyntaxError, "%s requires a numeric value", name)
	return otherwise
}

func (o *seqOptions) flag(name string, otherwise bool) bool {
	if e := o.given[name]; e != nil {
		return e.Arg.GetBoolean().GetBoolval()
	}
	return otherwise
}

// bounds sets MINVALUE and MAXVALUE: those given, else of a new sequence, or where
// the type is another, the defaults.
func (o *seqOptions) bounds(def, old *catalog.Sequence, isNew bool) {
	low := -maxOf(def.Type) - 1
	min := func() int64 {
		if def.Increment > 0 {
			return 1
		}
		return low
	}
	max := func() int64 {
		if def.Increment > 0 {
			return maxOf(def.Type)
		}
		return -1
	}
	retyped := def.Type != old.Type
	if e := o.given["minvalue"]; e != nil && e.Arg == nil || e == nil && (isNew || retyped && old.Min == -maxOf(old.Type)-1) {
		def.Min = min()
	}
	if e := o.given["maxvalue"]; e != nil && e.Arg == nil || e == nil && (isNew || retyped && old.Max == maxOf(old.Type)) {
		def.Max = max()
	}
	def.Min, def.Max = o.number("minvalue", def.Min), o.number("maxvalue", def.Max)
}

// owner reads OWNED BY.
func (o *seqOptions) owner(def *catalog.Sequence) error {
	e := o.given["owned_by"]
	if e == nil {
		return nil
	}
	parts := names(e.Arg.GetList().GetItems())
	if len(parts) == 1 {
		if parts[0] != "none" {
			return pgerr.New(pgerr.SyntaxError, "invalid OWNED BY option").WithHint("Specify OWNED BY table.column or OWNED BY NONE.")
		}
		def.OwnedBy, def.Attnum = "", 0
		return nil
	}
	name := ast.ObjectName{Item: parts[len(parts)-2], Pos: ast.NoPos}
	if len(parts) > 2 {
		name.Schema = parts[len(parts)-3]
	}
	table, err := o.env.relationOf(o.st, name)
	if err != nil {
		return err
	}
	own, ok := table.Own()
	if !ok {
		return pgerr.New(pgerr.WrongObjectType, "sequence cannot be owned by relation \"%s\"", table.Name)
	}
	column := parts[len(parts)-1]
	i := slices.IndexFunc(table.Columns, func(c catalog.Column) bool { return c.Name == column })
	if i < 0 {
		return pgerr.New(pgerr.UndefinedColumn, "column \"%s\" of relation \"%s\" does not exist", column, table.Name)
	}
	def.OwnedBy, def.Attnum = table.ID, own.Columns[i].Attnum
	return nil
}

// ownSequence makes the sequence of a serial or identity column.
func (b *tableBuilder) ownSequence(i int, name string, options []*pg_query.Node) error {
	c := &b.table.Columns[i]
	def := newSequence(c.Type.OID)
	def.OwnedBy, def.Attnum = b.table.ID, b.own.Columns[i].Attnum
	if err := sequenceOptions(b.env, b.st, def, options, true); err != nil {
		return err
	}
	if name == "" {
		name = b.freeName(c.Name, "seq")
	}
	o := b.env.sequence(b.table.SchemaID, name, def)
	b.sequences = append(b.sequences, o)
	b.own.Columns[i].Sequence = o.ID
	b.own.Columns[i].Default = fmt.Sprintf("nextval('%s.%s'::regclass)", quotedIDSchema, o.ID)
	c.NotNull = true
	return nil
}

// quotedIDSchema stands before the ID of a relation in a literal of regclass.
const quotedIDSchema = `"` + analyze.IDSchema + `"`

// serial makes the sequence of a serial column.
func (b *tableBuilder) serial(i int) error { return b.ownSequence(i, "", nil) }

// identity makes the sequence of an identity column.
func (b *tableBuilder) identity(i int, n *pg_query.Constraint) error {
	switch b.table.Columns[i].Type.OID {
	case types.Int2OID, types.Int4OID, types.Int8OID:
	default:
		return pgerr.New(pgerr.InvalidParameterValue, "identity column type must be smallint, integer, or bigint")
	}
	if err := b.ownSequence(i, "", n.Options); err != nil {
		return err
	}
	b.own.Columns[i].Identity = n.GeneratedWhen[0]
	b.sequences[len(b.sequences)-1].Def.(*catalog.Sequence).Identity = true
	return nil
}

// renderSequence writes the statement that makes a sequence.
func renderSequence(c *catalog.Catalog, o *catalog.Object) {
	d := o.Def.(*catalog.Sequence)
	cycle := "NO CYCLE"
	if d.Cycle {
		cycle = "CYCLE"
	}
	text := fmt.Sprintf("CREATE SEQUENCE %s AS %s START WITH %d INCREMENT BY %d MINVALUE %d MAXVALUE %d CACHE %d %s;",
		fullName(c, o), types.FormatType(types.T(d.Type)), d.Start, d.Increment, d.Min, d.Max, d.Cache, cycle)
	o.CreateSQL, o.Redacted = text, text
}

// alterSequence is AlterSequence.
func alterSequence(st *ast.Utility, env *Env, node *pg_query.AlterSeqStmt) (Plan, error) {
	o, err := env.relationOf(&st.Postgres, rangeName(&st.Postgres, node.Sequence))
	if err != nil {
		if node.MissingOk && pgerr.Is(err, pgerr.UndefinedTable) {
			env.Notice(pgerr.Notice("relation \"%s\" does not exist, skipping", node.Sequence.Relname))
			return &Nothing{}, nil
		}
		return nil, err
	}
	old, ok := o.Def.(*catalog.Sequence)
	if !ok {
		return nil, pgerr.New(pgerr.WrongObjectType, "\"%s\" is not a sequence", o.Name)
	}
	def, changed := *old, *o
	if err := sequenceOptions(env, &st.Postgres, &def, node.Options, false); err != nil {
		return nil, err
	}
	changed.Def = &def
	renderSequence(env.Catalog, &changed)
	return &CreateSequence{Sequence: &changed}, nil
}
