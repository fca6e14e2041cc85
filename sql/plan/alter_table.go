package plan

import (
	"slices"

	pg_query "github.com/pganalyze/pg_query_go/v6"

	"culvert/catalog"
	"culvert/sql/analyze"
	"culvert/sql/ast"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// AlterTable puts another definition in the place of a user's table.
type AlterTable struct {
	Old, Table *catalog.Object
	// Before are sequences that the table needs, After what has its names.
	Before, After []*catalog.Object
	Drop          []*catalog.Object
	// Rewrite: the rows are to be written anew. Values are the expressions, over
	// the old columns, of the new columns by attribute number; a column without
	// one gets its default.
	Rewrite bool
	Values  map[int16]string
	// What the rows have to be checked for.
	NotNull     []int16
	Checks      []catalog.Check
	Keys        []catalog.Key
	ForeignKeys []catalog.ForeignKey
	moved       []int // columns that went, by index at that time
}

func (*AlterTable) plan() {}

// alterer makes an AlterTable.
type alterer struct {
	*tableBuilder
	plan    *AlterTable
	cascade bool
}

// alteredTable finds the table that a statement alters; nil: IF EXISTS, and it does
// not exist.
func alteredTable(env *Env, st *ast.Postgres, rv *pg_query.RangeVar, missingOK bool) (*catalog.Object, error) {
	name := rangeName(st, rv)
	o, err := env.relationOf(st, name)
	if err != nil {
		if missingOK && pgerr.Is(err, pgerr.UndefinedTable) {
			env.Notice(pgerr.Notice("relation \"%s\" does not exist, skipping", name.Item))
			return nil, nil
		}
		return nil, err
	}
	if _, ok := o.Own(); !ok {
		if o.Kind == catalog.KindTable {
			return nil, pgerr.New(pgerr.FeatureNotSupported, "a table that a source fills cannot be altered").
				WithHint("Alter the table upstream, and add it to the source anew.")
		}
		return nil, pgerr.New(pgerr.WrongObjectType, "\"%s\" is not a table", o.Name)
	}
	return o, nil
}

// alterTable is ALTER TABLE with a list of commands (ATController).
func alterTable(st *ast.Utility, env *Env, node *pg_query.AlterTableStmt) (Plan, error) {
	if node.Objtype != pg_query.ObjectType_OBJECT_TABLE {
		return nil, Unsupported(st)
	}
	old, err := alteredTable(env, &st.Postgres, node.Relation, node.MissingOk)
	if old == nil || err != nil {
		return &Nothing{}, err
	}
	a := &alterer{tableBuilder: changeTable(env, &st.Postgres, old), plan: &AlterTable{Old: old, Values: map[int16]string{}}}
	for _, n := range node.Cmds {
		cmd := n.GetAlterTableCmd()
		a.cascade = cmd.Behavior == pg_query.DropBehavior_DROP_CASCADE
		if err := a.command(cmd); err != nil {
			return nil, err
		}
	}
	return a.finish()
}

// finish completes the plan.
func (a *alterer) finish() (Plan, error) {
	a.findUses()
	p := a.plan
	if p.Rewrite {
		a.own.Physical = nextPhysical(p.Old)
		for _, c := range a.own.Columns {
			oldOwn, _ := p.Old.Own()
			if p.Values[c.Attnum] == "" && oldOwn.ColumnByAttnum(c.Attnum) >= 0 && c.Generated == "" {
				p.Values[c.Attnum] = c.ColumnName()
			}
		}
	}
	p.Before, p.Table = append(a.sequences, a.changed...), a.table
	draft := catalog.NewDraft(a.env.Catalog)
	for _, o := range append(slices.Clone(p.Before), p.Table) {
		draft.Put(o)
	}
	if err := renderOwnTable(draft.Catalog(), a.table); err != nil {
		return nil, err
	}
	for _, o := range mentioning(draft.Catalog(), a.table) {
		if slices.ContainsFunc(p.Drop, func(gone *catalog.Object) bool { return gone.ID == o.ID }) {
			continue
		}
		changed := *o
		if err := renderAgain(&changed, draft.Catalog()); err != nil {
			return nil, err
		}
		if changed.CreateSQL != o.CreateSQL || a.indexesMoved(&changed) {
			p.After = append(p.After, &changed)
		}
	}
	return p, nil
}

// command carries out one command of ALTER TABLE.
func (a *alterer) command(cmd *pg_query.AlterTableCmd) error {
	switch cmd.Subtype {
	case pg_query.AlterTableType_AT_AddColumn:
		return a.addColumnCommand(cmd)
	case pg_query.AlterTableType_AT_DropColumn:
		return a.dropColumn(cmd)
	case pg_query.AlterTableType_AT_AddConstraint:
		return a.addConstraint(cmd.Def.GetConstraint())
	case pg_query.AlterTableType_AT_DropConstraint:
		return a.dropConstraint(cmd)
	case pg_query.AlterTableType_AT_ValidateConstraint:
		return nil // none is without
	case pg_query.AlterTableType_AT_AlterColumnType:
		return a.alterType(cmd)
	case pg_query.AlterTableType_AT_ColumnDefault, pg_query.AlterTableType_AT_SetNotNull, pg_query.AlterTableType_AT_DropNotNull:
		return a.alterColumn(cmd)
	case pg_query.AlterTableType_AT_ChangeOwner, pg_query.AlterTableType_AT_ReplicaIdentity, pg_query.AlterTableType_AT_SetRelOptions,
		pg_query.AlterTableType_AT_SetStatistics, pg_query.AlterTableType_AT_ClusterOn:
		return nil
	}
	return pgerr.New(pgerr.FeatureNotSupported, "this form of ALTER TABLE is not supported").At(a.st.At(a.st.Span().Start)).
		WithDetail("The command is %s.", cmd.Subtype.String()[len("AT_"):])
}

// column finds a column that a command names.
func (a *alterer) column(name string) (int, error) {
	i := a.columnNamed(name)
	if i < 0 {
		return 0, pgerr.New(pgerr.UndefinedColumn, "column \"%s\" of relation \"%s\" does not exist", name, a.table.Name)
	}
	return i, nil
}

func (a *alterer) addColumnCommand(cmd *pg_query.AlterTableCmd) error {
	def := cmd.Def.GetColumnDef()
	if a.columnNamed(def.Colname) >= 0 {
		if cmd.MissingOk {
			n := pgerr.Notice("column \"%s\" of relation \"%s\" already exists, skipping", def.Colname, a.table.Name)
			n.Code = pgerr.DuplicateColumn
			a.env.Notice(n)
			return nil
		}
		return pgerr.New(pgerr.DuplicateColumn, "column \"%s\" of relation \"%s\" already exists", def.Colname, a.table.Name)
	}
	a.plan.Rewrite = true
	a.later = nil
	if err := a.addColumn(def); err != nil {
		return err
	}
	before := a.counts()
	if err := a.constraints(a.later); err != nil {
		return err
	}
	i := a.columnNamed(def.Colname)
	if a.table.Columns[i].NotNull {
		a.plan.NotNull = append(a.plan.NotNull, a.own.Columns[i].Attnum)
	}
	a.noteNew(before)
	return nil
}

// counts are how many checks and foreign keys there are, and the names of the keys.
type counts struct {
	keys                []string
	checks, foreignKeys int
}

func (a *alterer) counts() counts {
	c := counts{checks: len(a.own.Checks), foreignKeys: len(a.own.ForeignKeys)}
	for _, k := range a.table.Keys {
		c.keys = append(c.keys, k.Name)
	}
	return c
}

// noteNew notes what the rows have to be checked for.
func (a *alterer) noteNew(before counts) {
	for _, k := range a.table.Keys {
		if slices.Contains(before.keys, k.Name) {
			continue
		}
		a.plan.Keys = append(a.plan.Keys, k)
		for _, i := range k.Columns {
			if k.Primary {
				a.plan.NotNull = append(a.plan.NotNull, a.own.Columns[i].Attnum)
			}
		}
	}
	a.plan.Checks = append(a.plan.Checks, a.own.Checks[before.checks:]...)
	a.plan.ForeignKeys = append(a.plan.ForeignKeys, a.own.ForeignKeys[before.foreignKeys:]...)
}

func (a *alterer) addConstraint(c *pg_query.Constraint) error {
	before := a.counts()
	if err := a.constraint(c); err != nil {
		return err
	}
	a.noteNew(before)
	return nil
}

// alterColumn sets and drops a default or NOT NULL.
func (a *alterer) alterColumn(cmd *pg_query.AlterTableCmd) error {
	i, err := a.column(cmd.Name)
	if err != nil {
		return err
	}
	c, own := &a.table.Columns[i], &a.own.Columns[i]
	switch cmd.Subtype {
	case pg_query.AlterTableType_AT_SetNotNull:
		if !c.NotNull {
			c.NotNull = true
			a.plan.NotNull = append(a.plan.NotNull, own.Attnum)
		}
		return nil
	case pg_query.AlterTableType_AT_DropNotNull:
		if own.Identity != 0 {
			return pgerr.New(pgerr.SyntaxError, "column \"%s\" of relation \"%s\" is an identity column", c.Name, a.table.Name)
		}
		if slices.ContainsFunc(a.table.Keys, func(k catalog.Key) bool { return k.Primary && slices.Contains(k.Columns, i) }) {
			return pgerr.New(pgerr.InvalidTableDefinition, "column \"%s\" is in a primary key", c.Name)
		}
		c.NotNull = false
		return nil
	}
	switch {
	case own.Identity != 0:
		return pgerr.New(pgerr.SyntaxError, "column \"%s\" of relation \"%s\" is an identity column", c.Name, a.table.Name)
	case own.Generated != "":
		return pgerr.New(pgerr.SyntaxError, "column \"%s\" of relation \"%s\" is a generated column", c.Name, a.table.Name)
	case cmd.Def == nil:
		own.Default = ""
		return nil
	}
	return a.setDefault(i, cmd.Def)
}

// alterType changes the type of a column: all rows are written anew, and all that
// the table demands of them is checked.
func (a *alterer) alterType(cmd *pg_query.AlterTableCmd) error {
	i, err := a.column(cmd.Name)
	if err != nil {
		return err
	}
	def := cmd.Def.GetColumnDef()
	t, err := a.env.TypeNamed(a.st, def.TypeName)
	if err != nil {
		return err
	}
	attnum := a.own.Columns[i].Attnum
	switch {
	case a.own.Columns[i].Generated != "":
		return pgerr.New(pgerr.FeatureNotSupported, "changing the type of a generated column is not supported")
	case a.generatedFrom(attnum) != "":
		return pgerr.New(pgerr.FeatureNotSupported, "cannot alter type of a column used by a generated column").
			WithDetail("Column \"%s\" is used by generated column \"%s\".", cmd.Name, a.generatedFrom(attnum))
	}
	if view := a.view(); view != nil {
		return pgerr.New(pgerr.FeatureNotSupported, "cannot alter type of a column used by a view or rule").
			WithDetail("The table is read by view %s.", view.Name)
	}
	if _, ok := types.PhysicalOf(t); !ok || isPseudoType(t) {
		return pgerr.New(pgerr.FeatureNotSupported, "columns of type %s are not supported", types.FormatType(t))
	}
	retyped := a.table.Columns[i]
	retyped.Type = t
	target := changeTable(a.env, a.st, a.table)
	target.table.Columns = append(target.table.Columns, catalog.Column{Name: "?", Type: t})
	target.own.Columns = append(target.own.Columns, catalog.OwnColumn{})
	expr := def.RawDefault
	if expr == nil {
		expr = columnRef(cmd.Name)
	}
	found, err := a.env.Expr(a.st, expr, analyze.UsingExpr, target.table, len(target.table.Columns)-1)
	if err != nil {
		if def.RawDefault == nil && pgerr.Is(err, pgerr.DatatypeMismatch) {
			return pgerr.New(pgerr.DatatypeMismatch, "column \"%s\" cannot be cast automatically to type %s", cmd.Name, types.FormatType(t)).
				WithHint("You might need to specify \"USING %s::%s\".", ast.QuoteIdent(cmd.Name), types.FormatType(t))
		}
		return err
	}
	if a.own.Columns[i].Default != "" && a.own.Columns[i].Sequence == "" {
		if err := a.castDefault(i, retyped); err != nil {
			return err
		}
	}
	a.table.Columns[i] = retyped
	a.plan.Rewrite, a.plan.Values[attnum] = true, found.Text
	a.plan.Checks, a.plan.ForeignKeys, a.plan.Keys = a.own.Checks, a.own.ForeignKeys, a.table.Keys
	return nil
}

// castDefault refuses a default that the new type of its column does not take.
func (a *alterer) castDefault(i int, retyped catalog.Column) error {
	tree, err := pg_query.Parse("SELECT " + a.own.Columns[i].Default)
	if err != nil {
		return err
	}
	target := changeTable(a.env, a.st, a.table)
	target.table.Columns[i] = retyped
	expr := tree.Stmts[0].Stmt.GetSelectStmt().TargetList[0].GetResTarget().Val
	if _, err := a.env.Expr(a.st, expr, analyze.DefaultExpr, target.table, i); err != nil {
		return pgerr.New(pgerr.DatatypeMismatch, "default for column \"%s\" cannot be cast automatically to type %s", retyped.Name, types.FormatType(retyped.Type))
	}
	return nil
}

func columnRef(name string) *pg_query.Node {
	fields := []*pg_query.Node{{Node: &pg_query.Node_String_{String_: &pg_query.String{Sval: name}}}}
	return &pg_query.Node{Node: &pg_query.Node_ColumnRef{ColumnRef: &pg_query.ColumnRef{Fields: fields}}}
}

// view is a view that reads the table, or nil.
func (a *alterer) view() *catalog.Object {
	for _, o := range a.env.Catalog.Users(a.table.ID) {
		if o.Kind == catalog.KindView || o.Kind == catalog.KindMaterializedView {
			return o
		}
	}
	return nil
}
