package plan

import (
	"slices"

	pg_query "github.com/pganalyze/pg_query_go/v6"

	"culvert/catalog"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// addForeignKey adds a FOREIGN KEY constraint (ATAddForeignKeyConstraint).
func (b *tableBuilder) addForeignKey(c *pg_query.Constraint) error {
	parent := b.table
	if name := rangeName(b.st, c.Pktable); !b.isSelf(c.Pktable) {
		var err error
		if parent, err = b.env.relationOf(b.st, name); err != nil {
			return err
		}
	}
	own, ok := parent.Own()
	if !ok {
		if parent.Kind != catalog.KindTable && parent.Kind != catalog.KindSource {
			return pgerr.New(pgerr.WrongObjectType, "referenced relation \"%s\" is not a table", parent.Name)
		}
		return pgerr.New(pgerr.FeatureNotSupported, "foreign keys to tables that a source fills are not supported").At(b.at(c.Location))
	}
	key := catalog.ForeignKey{Name: c.Conname, Ref: parent.ID, OnDelete: action(c.FkDelAction), OnUpdate: action(c.FkUpdAction), Match: 's'}
	switch c.FkMatchtype {
	case "f":
		key.Match = 'f'
	case "p":
		return pgerr.New(pgerr.FeatureNotSupported, "MATCH PARTIAL not yet implemented").At(b.at(c.Location))
	}
	if len(c.FkDelSetCols) > 0 {
		return pgerr.New(pgerr.FeatureNotSupported, "ON DELETE SET with a list of columns is not supported").At(b.at(c.Location))
	}
	columns, err := b.keyColumns(b.table, names(c.FkAttrs))
	if err != nil {
		return err
	}
	refs, err := b.referenced(c, parent)
	if err != nil {
		return err
	}
	if len(refs) != len(columns) {
		return pgerr.New(pgerr.InvalidForeignKey, "number of referencing and referenced columns for foreign key disagree")
	}
	if key.Name == "" {
		key.Name = b.freeName(b.columnNames(columns), "fkey")
	}
	for i, column := range columns {
		from, to := b.table.Columns[column], parent.Columns[refs[i]]
		if !comparable(from.Type.OID, to.Type.OID) {
			return pgerr.New(pgerr.DatatypeMismatch, "foreign key constraint \"%s\" cannot be implemented", key.Name).
				WithDetail("Key columns \"%s\" and \"%s\" are of incompatible types: %s and %s.", from.Name, to.Name,
					types.FormatType(types.T(from.Type.OID)), types.FormatType(types.T(to.Type.OID)))
		}
		key.Columns = append(key.Columns, b.own.Columns[column].Attnum)
		key.RefColumns = append(key.RefColumns, own.Columns[refs[i]].Attnum)
	}
	b.own.ForeignKeys = append(b.own.ForeignKeys, key)
	return nil
}

// isSelf tells whether a name is that of the table itself.
func (b *tableBuilder) isSelf(rv *pg_query.RangeVar) bool {
	schema := b.env.Catalog.Schema(b.table.SchemaID)
	if rv.Relname != b.table.Name {
		return false
	}
	if rv.Schemaname != "" {
		return rv.Schemaname == schema.Name
	}
	found, _ := b.env.lookup(b.st, rangeName(b.st, rv))
	return found == nil || found.ID == b.table.ID
}

func (b *tableBuilder) keyColumns(o *catalog.Object, list []string) ([]int, error) {
	var out []int
	for _, name := range list {
		i := slices.IndexFunc(o.Columns, func(c catalog.Column) bool { return c.Name == name })
		if i < 0 {
			return nil, pgerr.New(pgerr.UndefinedColumn, "column \"%s\" referenced in foreign key constraint does not exist", name)
		}
		out = append(out, i)
	}
	return out, nil
}

// referenced gives the columns of the other table, which must be a key of it:
// those that are named, else its primary key.
func (b *tableBuilder) referenced(c *pg_query.Constraint, parent *catalog.Object) ([]int, error) {
	if len(c.PkAttrs) == 0 {
		for _, k := range parent.Keys {
			if k.Primary {
				return k.Columns, nil
			}
		}
		return nil, pgerr.New(pgerr.UndefinedObject, "there is no primary key for referenced table \"%s\"", parent.Name)
	}
	columns, err := b.keyColumns(parent, names(c.PkAttrs))
	if err != nil {
		return nil, err
	}
	sorted := slices.Sorted(slices.Values(columns))
	for i := range sorted {
		if i > 0 && sorted[i] == sorted[i-1] {
			return nil, pgerr.New(pgerr.InvalidForeignKey, "foreign key referenced-columns list must not contain duplicates")
		}
	}
	for _, k := range parent.Keys {
		if slices.Equal(slices.Sorted(slices.Values(k.Columns)), sorted) {
			return columns, nil
		}
	}
	return nil, pgerr.New(pgerr.InvalidForeignKey, "there is no unique constraint matching given keys for referenced table \"%s\"", parent.Name)
}

func action(text string) byte {
	if text == "" {
		return 'a'
	}
	return text[0]
}

// comparable tells whether PostgreSQL can compare values of two types by a key of
// the second.
func comparable(a, b types.OID) bool {
	return a == b || family(a) != 0 && family(a) == family(b)
}

// family groups types that share btree operators.
func family(t types.OID) int {
	switch t {
	case types.Int2OID, types.Int4OID, types.Int8OID, types.NumericOID:
		return 1
	case types.Float4OID, types.Float8OID:
		return 2
	case types.TextOID, types.VarcharOID, types.BpcharOID, types.NameOID:
		return 3
	case types.DateOID, types.TimestampOID, types.TimestamptzOID:
		return 4
	}
	return 0
}
