package plan

import (
	"slices"
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v6"
	"google.golang.org/protobuf/proto"

	"culvert/catalog"
	"culvert/sql/analyze"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// ofColumn makes a constraint of a column one of the table.
func ofColumn(n *pg_query.Constraint, column string) *pg_query.Constraint {
	out := proto.Clone(n).(*pg_query.Constraint)
	name := []*pg_query.Node{{Node: &pg_query.Node_String_{String_: &pg_query.String{Sval: column}}}}
	switch n.Contype {
	case pg_query.ConstrType_CONSTR_FOREIGN:
		out.FkAttrs = name
	case pg_query.ConstrType_CONSTR_PRIMARY, pg_query.ConstrType_CONSTR_UNIQUE, pg_query.ConstrType_CONSTR_GENERATED:
		out.Keys = name
	}
	return out
}

// constraints adds constraints in PostgreSQL's order: keys first, then checks,
// then foreign keys.
func (b *tableBuilder) constraints(list []*pg_query.Constraint) error {
	rank := func(c *pg_query.Constraint) int {
		switch c.Contype {
		case pg_query.ConstrType_CONSTR_GENERATED:
			return 0
		case pg_query.ConstrType_CONSTR_PRIMARY:
			return 1
		case pg_query.ConstrType_CONSTR_UNIQUE:
			return 2
		case pg_query.ConstrType_CONSTR_CHECK:
			return 3
		}
		return 4
	}
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(x, y *pg_query.Constraint) int { return rank(x) - rank(y) })
	for _, c := range list {
		if err := b.constraint(c); err != nil {
			return err
		}
	}
	return nil
}

func (b *tableBuilder) constraint(c *pg_query.Constraint) error {
	if c.Conname != "" && b.constraintNamed(c.Conname) {
		return pgerr.New(pgerr.DuplicateObject, "constraint \"%s\" for relation \"%s\" already exists", c.Conname, b.table.Name)
	}
	if c.Deferrable {
		b.noticeDeferred()
	}
	switch c.Contype {
	case pg_query.ConstrType_CONSTR_PRIMARY, pg_query.ConstrType_CONSTR_UNIQUE:
		return b.addKey(c)
	case pg_query.ConstrType_CONSTR_CHECK:
		return b.addCheck(c)
	case pg_query.ConstrType_CONSTR_FOREIGN:
		return b.addForeignKey(c)
	case pg_query.ConstrType_CONSTR_GENERATED:
		return b.generated(c)
	case pg_query.ConstrType_CONSTR_EXCLUSION:
		return pgerr.New(pgerr.FeatureNotSupported, "EXCLUDE constraints are not supported").At(b.at(c.Location))
	}
	return pgerr.New(pgerr.FeatureNotSupported, "this constraint is not supported").At(b.at(c.Location))
}

// generated sets the expression of a generated column.
func (b *tableBuilder) generated(c *pg_query.Constraint) error {
	i := b.columnNamed(c.Keys[0].GetString_().GetSval())
	found, err := b.env.Expr(b.st, c.RawExpr, analyze.GeneratedExpr, b.table, i)
	if err != nil {
		return err
	}
	b.own.Columns[i].Generated = found.Text
	return nil
}

// names gives the texts of String nodes.
func names(list []*pg_query.Node) []string {
	out := make([]string, len(list))
	for i, n := range list {
		out[i] = n.GetString_().GetSval()
	}
	return out
}

// addKey adds PRIMARY KEY or UNIQUE (transformIndexConstraint).
func (b *tableBuilder) addKey(c *pg_query.Constraint) error {
	at := b.at(c.Location)
	key := catalog.Key{Name: c.Conname, Primary: c.Contype == pg_query.ConstrType_CONSTR_PRIMARY}
	what := map[bool]string{true: "primary key", false: "unique"}[key.Primary]
	switch {
	case c.Indexname != "":
		return pgerr.New(pgerr.FeatureNotSupported, "constraints USING INDEX are not supported").At(at)
	case len(c.Including) > 0:
		return pgerr.New(pgerr.FeatureNotSupported, "INCLUDE in a constraint is not supported").At(at)
	case c.NullsNotDistinct:
		return pgerr.New(pgerr.FeatureNotSupported, "NULLS NOT DISTINCT is not supported").At(at)
	case key.Primary && slices.ContainsFunc(b.table.Keys, func(k catalog.Key) bool { return k.Primary }):
		return pgerr.New(pgerr.InvalidTableDefinition, "multiple primary keys for table \"%s\" are not allowed", b.table.Name).At(at)
	}
	for _, name := range names(c.Keys) {
		i := b.columnNamed(name)
		if i < 0 {
			return pgerr.New(pgerr.UndefinedColumn, "column \"%s\" named in key does not exist", name).At(at)
		}
		if slices.Contains(key.Columns, i) {
			return pgerr.New(pgerr.DuplicateColumn, "column \"%s\" appears twice in %s constraint", name, what).At(at)
		}
		if err := indexable(b.table.Columns[i].Type); err != nil {
			return err
		}
		key.Columns = append(key.Columns, i)
	}
	if !key.Primary && slices.ContainsFunc(b.table.Keys, func(k catalog.Key) bool {
		return k.Name == c.Conname || slices.Equal(k.Columns, key.Columns) && c.Conname == ""
	}) {
		return nil // PostgreSQL merges equal constraints, too
	}
	return b.putKey(key)
}

// putKey names a key and adds it; a primary key comes first.
func (b *tableBuilder) putKey(key catalog.Key) error {
	switch {
	case key.Name != "":
		if relationNamed(b.env.Catalog, b.table.SchemaID, key.Name) || key.Name == b.table.Name {
			return pgerr.New(pgerr.DuplicateTable, "relation \"%s\" already exists", key.Name)
		}
	case key.Primary:
		key.Name = b.freeName("", "pkey")
	default:
		key.Name = b.freeName(b.columnNames(key.Columns), "key")
	}
	if !key.Primary {
		b.table.Keys = append(b.table.Keys, key)
		return nil
	}
	b.table.Keys = append([]catalog.Key{key}, b.table.Keys...)
	for _, i := range key.Columns {
		b.table.Columns[i].NotNull = true
	}
	return nil
}

// indexable refuses types that PostgreSQL has no btree for.
func indexable(t types.Type) error {
	switch t.OID {
	case types.JSONOID:
		return pgerr.New(pgerr.UndefinedObject, "data type %s has no default operator class for access method \"btree\"", types.FormatType(t)).
			WithHint("You must specify an operator class for the index or define a default operator class for the data type.")
	}
	return nil
}

func (b *tableBuilder) columnNames(columns []int) string {
	list := make([]string, len(columns))
	for i, c := range columns {
		list[i] = b.table.Columns[c].Name
	}
	return strings.Join(list, "_")
}

// addCheck adds a CHECK constraint.
func (b *tableBuilder) addCheck(c *pg_query.Constraint) error {
	found, err := b.env.Expr(b.st, c.RawExpr, analyze.CheckExpr, b.table, -1)
	if err != nil {
		return err
	}
	name := c.Conname
	if name == "" {
		column := ""
		if len(found.Columns) == 1 {
			column = b.table.Columns[b.own.ColumnByAttnum(found.Columns[0])].Name
		}
		name = b.freeName(column, "check")
	}
	b.own.Checks = append(b.own.Checks, catalog.Check{Name: name, Expr: found.Text, Columns: found.Columns})
	return nil
}

// constraintNamed tells whether the table has a constraint of a name.
func (b *tableBuilder) constraintNamed(name string) bool { return hasConstraint(b.table, b.own, name) }

func hasConstraint(table *catalog.Object, own *catalog.OwnTable, name string) bool {
	return slices.ContainsFunc(table.Keys, func(k catalog.Key) bool { return k.Name == name }) ||
		slices.ContainsFunc(own.Checks, func(c catalog.Check) bool { return c.Name == name }) ||
		slices.ContainsFunc(own.ForeignKeys, func(k catalog.ForeignKey) bool { return k.Name == name })
}

// freeName is ChooseRelationName and ChooseConstraintName: table_columns_label,
// with a number where that is taken.
func (b *tableBuilder) freeName(columns, label string) string {
	taken := func(name string) bool {
		return name == b.table.Name || b.constraintNamed(name) || relationNamed(b.env.Catalog, b.table.SchemaID, name) ||
			slices.ContainsFunc(b.sequences, func(o *catalog.Object) bool { return o.Name == name })
	}
	return freeName(b.table.Name, columns, label, taken)
}
