package plan

import (
	"fmt"
	"slices"

	pg_query "github.com/pganalyze/pg_query_go/v6"

	"culvert/catalog"
	"culvert/sql/analyze"
	"culvert/sql/ast"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// CreateTable makes a table that users write, with the sequences that its columns
// own.
type CreateTable struct {
	Table     *catalog.Object
	Sequences []*catalog.Object
}

func (*CreateTable) plan() {}

// maxColumns is MaxHeapAttributeNumber.
const maxColumns = 1600

// createTable is DefineRelation with what transformCreateStmt does before.
func createTable(st *ast.Utility, env *Env) (Plan, error) {
	node := st.Tree.Node.GetCreateStmt()
	if err := checkTableForm(st, node); err != nil {
		return nil, err
	}
	name := rangeName(&st.Postgres, node.Relation)
	schema, err := env.createRelation(st, name, node.IfNotExists)
	if schema == nil || err != nil {
		return &Nothing{}, err
	}
	b := newTable(env, &st.Postgres, schema, name.Item)
	if err := b.elements(node.TableElts); err != nil {
		return nil, err
	}
	return b.created()
}

// newTable begins a table.
func newTable(env *Env, st *ast.Postgres, schema *catalog.Schema, name string) *tableBuilder {
	own := &catalog.OwnTable{}
	table := &catalog.Object{
		ID: env.NextID(), Kind: catalog.KindTable, SchemaID: schema.ID, Name: name, OwnerID: catalog.RoleID, Def: own,
	}
	own.Physical = fmt.Sprintf("t%d_1", table.ID.Number())
	return &tableBuilder{env: env, st: st, table: table, own: own}
}

// created completes a new table.
func (b *tableBuilder) created() (Plan, error) {
	b.findUses()
	if err := renderOwnTable(b.catalog(), b.table); err != nil {
		return nil, err
	}
	return &CreateTable{Table: b.table, Sequences: b.sequences}, nil
}

// checkTableForm refuses what a table cannot be here.
func checkTableForm(st *ast.Utility, node *pg_query.CreateStmt) error {
	refused := func(what string) error {
		return pgerr.New(pgerr.FeatureNotSupported, "%s is not supported", what).At(st.At(st.Span().Start))
	}
	switch {
	case node.Relation.Relpersistence == "t":
		return refused("CREATE TEMPORARY TABLE")
	case node.Partbound != nil:
		return refused("CREATE TABLE ... PARTITION OF")
	case node.Partspec != nil:
		return refused("CREATE TABLE ... PARTITION BY")
	case len(node.InhRelations) > 0:
		return refused("CREATE TABLE ... INHERITS")
	case node.OfTypename != nil:
		return refused("CREATE TABLE ... OF")
	case node.Tablespacename != "":
		return refused("CREATE TABLE ... TABLESPACE")
	case node.AccessMethod != "" && node.AccessMethod != "heap":
		return pgerr.New(pgerr.UndefinedObject, "access method %q does not exist", node.AccessMethod)
	}
	return nil
}

// rangeName is the name of a relation in one of libpg_query's trees.
func rangeName(st *ast.Postgres, rv *pg_query.RangeVar) ast.ObjectName {
	return ast.ObjectName{Database: rv.Catalogname, Schema: rv.Schemaname, Item: rv.Relname, Pos: st.Tree.Pos(rv.Location)}
}

// createRelation checks that a new relation may have a name, in PostgreSQL's
// words, and gives its schema; nil: IF NOT EXISTS was written of one that exists.
func (env *Env) createRelation(st ast.Statement, name ast.ObjectName, ifNotExists bool) (*catalog.Schema, error) {
	if slices.Contains(SystemSchemas, name.Schema) {
		return env.create(st, name, false)
	}
	schema, err := env.schemaOf(st, name)
	switch {
	case err != nil && name.Schema != "" && pgerr.Is(err, pgerr.InvalidSchemaName):
		return nil, pgerr.New(pgerr.InvalidSchemaName, "schema \"%s\" does not exist", name.Schema).At(st.At(name.Pos))
	case err != nil:
		return nil, err
	case !relationNamed(env.Catalog, schema.ID, name.Item):
		return schema, nil
	case ifNotExists:
		n := pgerr.Notice("relation \"%s\" already exists, skipping", name.Item)
		n.Code = pgerr.DuplicateTable
		env.Notice(n)
		return nil, nil
	}
	return nil, pgerr.New(pgerr.DuplicateTable, "relation \"%s\" already exists", name.Item)
}

// relationNamed tells whether an object, or an index of a constraint, has a name.
func relationNamed(c *catalog.Catalog, schema catalog.ID, name string) bool {
	if c.Lookup(schema, name) != nil {
		return true
	}
	for _, o := range c.Objects() {
		if _, ok := o.Own(); ok && o.SchemaID == schema {
			if slices.ContainsFunc(o.Keys, func(k catalog.Key) bool { return k.Name == name }) {
				return true
			}
		}
	}
	return false
}

// tableBuilder makes or changes the definition of a user's table.
type tableBuilder struct {
	env       *Env
	st        *ast.Postgres
	table     *catalog.Object
	own       *catalog.OwnTable
	sequences []*catalog.Object // new ones
	changed   []*catalog.Object // sequences that are to be otherwise
	later     []*pg_query.Constraint
}

// catalog is the catalog with the table as it is to be.
func (b *tableBuilder) catalog() *catalog.Catalog {
	draft := catalog.NewDraft(b.env.Catalog)
	for _, o := range b.sequences {
		draft.Put(o)
	}
	draft.Put(b.table)
	return draft.Catalog()
}

func (b *tableBuilder) at(location int32) int { return b.st.At(b.st.Tree.Pos(location)) }

// elements reads columns, then constraints: one may name any column.
func (b *tableBuilder) elements(list []*pg_query.Node) error {
	var constraints []*pg_query.Constraint
	for _, n := range list {
		switch e := n.Node.(type) {
		case *pg_query.Node_ColumnDef:
			if err := b.addColumn(e.ColumnDef); err != nil {
				return err
			}
		case *pg_query.Node_Constraint:
			constraints = append(constraints, e.Constraint)
		case *pg_query.Node_TableLikeClause:
			if err := b.like(e.TableLikeClause); err != nil {
				return err
			}
		}
	}
	return b.constraints(append(b.later, constraints...))
}

// like adds the columns of another relation (transformTableLikeClause).
func (b *tableBuilder) like(clause *pg_query.TableLikeClause) error {
	if clause.Options != 0 {
		return pgerr.New(pgerr.FeatureNotSupported, "LIKE ... INCLUDING is not supported")
	}
	from, err := b.env.relationOf(b.st, rangeName(b.st, clause.Relation))
	if err != nil {
		return err
	}
	for _, c := range from.Columns {
		if err := b.newColumn(catalog.Column{Name: c.Name, Type: c.Type, NotNull: c.NotNull}, -1); err != nil {
			return err
		}
	}
	return nil
}

// relationOf finds a relation by name, in PostgreSQL's words.
func (env *Env) relationOf(st *ast.Postgres, name ast.ObjectName) (*catalog.Object, error) {
	o, err := env.lookup(st, name)
	if err != nil {
		return nil, err
	}
	if o == nil || !o.IsRelation() && o.Kind != catalog.KindSequence {
		return nil, pgerr.New(pgerr.UndefinedTable, "relation \"%s\" does not exist", nameText(name))
	}
	return o, nil
}

// newColumn adds a column.
func (b *tableBuilder) newColumn(c catalog.Column, location int32) error {
	if b.columnNamed(c.Name) >= 0 {
		return pgerr.New(pgerr.DuplicateColumn, "column \"%s\" specified more than once", c.Name)
	}
	if len(b.own.Columns) >= maxColumns {
		return pgerr.New(pgerr.TooManyColumns, "tables can have at most %d columns", maxColumns)
	}
	if slices.Contains(systemColumns, c.Name) {
		return pgerr.New(pgerr.DuplicateColumn, "column name \"%s\" conflicts with a system column name", c.Name)
	}
	if _, ok := types.PhysicalOf(c.Type); !ok {
		return pgerr.New(pgerr.FeatureNotSupported, "columns of type %s are not supported", types.FormatType(c.Type)).At(b.at(location))
	}
	if isPseudoType(c.Type) {
		return pgerr.New(pgerr.InvalidTableDefinition, "column \"%s\" has pseudo-type %s", c.Name, types.FormatType(c.Type))
	}
	b.own.Attnums++
	b.table.Columns = append(b.table.Columns, c)
	b.own.Columns = append(b.own.Columns, catalog.OwnColumn{Attnum: b.own.Attnums})
	return nil
}

// systemColumns are the names that PostgreSQL keeps for itself.
var systemColumns = []string{"ctid", "xmin", "cmin", "xmax", "cmax", "tableoid"}

func (b *tableBuilder) columnNamed(name string) int {
	return slices.IndexFunc(b.table.Columns, func(c catalog.Column) bool { return c.Name == name })
}

// addColumn adds the column of a definition (transformColumnDefinition).
func (b *tableBuilder) addColumn(def *pg_query.ColumnDef) error {
	serial, typeName := serialType(def.TypeName)
	if def.CollClause != nil && !plainCollation(def.CollClause) {
		return pgerr.New(pgerr.FeatureNotSupported, "columns with a collation of their own are not supported").At(b.at(def.CollClause.Location))
	}
	if def.Compression != "" || def.StorageName != "" {
		return pgerr.New(pgerr.FeatureNotSupported, "STORAGE and COMPRESSION are not supported").At(b.at(def.Location))
	}
	t, err := b.env.TypeNamed(b.st, typeName)
	if err != nil {
		return err
	}
	if err := b.newColumn(catalog.Column{Name: def.Colname, Type: t, NotNull: def.IsNotNull}, def.TypeName.Location); err != nil {
		return err
	}
	i := len(b.table.Columns) - 1
	if serial {
		if err := b.serial(i); err != nil {
			return err
		}
	}
	c := columnDefiner{tableBuilder: b, i: i, hasDefault: serial}
	for _, n := range def.Constraints {
		if err := c.constraint(n.GetConstraint()); err != nil {
			return err
		}
	}
	return nil
}

func plainCollation(c *pg_query.CollateClause) bool {
	name := c.Collname[len(c.Collname)-1].GetString_().GetSval()
	return name == "C" || name == "default" || name == "POSIX" || name == "ucs_basic"
}

// serialTypes are the integers that serial columns are.
var serialTypes = map[string]string{
	"smallserial": "int2", "serial2": "int2", "serial": "int4", "serial4": "int4", "bigserial": "int8", "serial8": "int8",
}

// serialType tells whether a type is one of PostgreSQL's serial pseudo types.
func serialType(tn *pg_query.TypeName) (bool, *pg_query.TypeName) {
	if len(tn.Names) != 1 || len(tn.ArrayBounds) > 0 {
		return false, tn
	}
	name, ok := serialTypes[tn.Names[0].GetString_().GetSval()]
	if !ok {
		return false, tn
	}
	node := &pg_query.Node{Node: &pg_query.Node_String_{String_: &pg_query.String{Sval: name}}}
	return true, &pg_query.TypeName{Names: []*pg_query.Node{node}, Typemod: -1, Location: tn.Location}
}

// columnDefiner reads the constraints of one column.
type columnDefiner struct {
	*tableBuilder
	i           int
	nullSeen    bool
	hasDefault  bool
	hasIdentity bool
}

func (c *columnDefiner) constraint(n *pg_query.Constraint) error {
	column := &c.table.Columns[c.i]
	fail := func(text string) error {
		return pgerr.New(pgerr.SyntaxError, text, column.Name, c.table.Name).At(c.at(n.Location))
	}
	switch n.Contype {
	case pg_query.ConstrType_CONSTR_NULL:
		if column.NotNull {
			return fail("conflicting NULL/NOT NULL declarations for column \"%s\" of table \"%s\"")
		}
		c.nullSeen = true
	case pg_query.ConstrType_CONSTR_NOTNULL:
		if c.nullSeen {
			return fail("conflicting NULL/NOT NULL declarations for column \"%s\" of table \"%s\"")
		}
		column.NotNull = true
	case pg_query.ConstrType_CONSTR_DEFAULT:
		if c.hasIdentity {
			return fail("both default and identity specified for column \"%s\" of table \"%s\"")
		}
		if c.hasDefault {
			return fail("multiple default values specified for column \"%s\" of table \"%s\"")
		}
		c.hasDefault = true
		return c.setDefault(c.i, n.RawExpr)
	case pg_query.ConstrType_CONSTR_IDENTITY:
		if c.hasIdentity {
			return fail("multiple identity specifications for column \"%s\" of table \"%s\"")
		}
		if c.hasDefault {
			return fail("both default and identity specified for column \"%s\" of table \"%s\"")
		}
		c.hasIdentity, c.hasDefault = true, true
		return c.identity(c.i, n)
	case pg_query.ConstrType_CONSTR_GENERATED:
		if c.hasDefault {
			return fail("both default and generation expression specified for column \"%s\" of table \"%s\"")
		}
		c.hasDefault = true
		c.own.Columns[c.i].Generated = "NULL" // so that no expression may name it
		c.later = append(c.later, ofColumn(n, column.Name))
	case pg_query.ConstrType_CONSTR_ATTR_DEFERRABLE, pg_query.ConstrType_CONSTR_ATTR_DEFERRED:
		c.noticeDeferred()
	case pg_query.ConstrType_CONSTR_ATTR_NOT_DEFERRABLE, pg_query.ConstrType_CONSTR_ATTR_IMMEDIATE:
	default:
		c.later = append(c.later, ofColumn(n, column.Name))
	}
	return nil
}

// noticeDeferred tells that a constraint is stricter here.
func (b *tableBuilder) noticeDeferred() {
	b.env.Notice(pgerr.Notice("deferrable constraints are checked at the end of each statement here"))
}

// setDefault sets the default of a column.
func (b *tableBuilder) setDefault(i int, expr *pg_query.Node) error {
	found, err := b.env.Expr(b.st, expr, analyze.DefaultExpr, b.table, i)
	if err != nil {
		return err
	}
	b.own.Columns[i].Default = found.Text
	if found.Text == "NULL" {
		b.own.Columns[i].Default = ""
	}
	return nil
}
