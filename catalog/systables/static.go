package systables

import (
	"fmt"
	"strconv"
	"strings"

	"culvert/engine"
	"culvert/sql/analyze/pgcatalog"
	"culvert/sql/types"
)

// fixed is a relation with fixed rows: values as engine.BatchOf takes them.
type fixed struct {
	name    string
	columns []Column
	rows    [][]any
}

func (f *fixed) static() Static {
	defs := columnDefs(f.columns)
	return Static{Name: f.name, Columns: defs, Rows: engine.BatchOf(defs, f.rows...)}
}

func (f *fixed) relation() *Relation { return engineRelation("static", f.name, f.columns) }

// postgresStatics are PostgreSQL's own catalogs of types, functions and the
// like: the relations of pg_catalog that are not views.
func postgresStatics(relations []*Relation) []*fixed {
	var all []*fixed
	for _, r := range relations {
		if r.Engine == "" {
			continue
		}
		t, _ := pgcatalog.Lookup(r.Name)
		f := &fixed{name: r.Name, columns: r.Columns}
		for _, cells := range t.Rows {
			row := make([]any, len(cells))
			for i, cell := range cells {
				row[i] = cellValue(cell, physical(f.columns[i].Type))
			}
			f.rows = append(f.rows, row)
		}
		all = append(all, f)
	}
	return all
}

// cellValue reads a value in PostgreSQL's text form.
func cellValue(cell string, phys types.Physical) any {
	if cell == pgcatalog.Null {
		return nil
	}
	switch phys.Kind {
	case types.KindBool:
		return cell == "t"
	case types.KindInt16:
		return int16(mustInt(cell))
	case types.KindInt32:
		return int32(mustInt(cell))
	case types.KindInt64:
		return mustInt(cell)
	case types.KindFloat32:
		f, err := strconv.ParseFloat(cell, 32)
		if err != nil {
			panic(fmt.Sprintf("systables: %v", err))
		}
		return float32(f)
	case types.KindText:
		return cell
	case types.KindList:
		return listValue(cell, phys.Elem.Kind)
	}
	panic(fmt.Sprintf("systables: no values of kind %d", phys.Kind))
}

// listValue reads an array of numbers or of texts without commas and quotes.
func listValue(cell string, elem types.Kind) any {
	items := strings.FieldsFunc(strings.Trim(cell, "{}"), func(r rune) bool { return r == ',' })
	if elem == types.KindText {
		for i, item := range items {
			items[i] = strings.Trim(item, `"`)
		}
		return items
	}
	numbers := make([]int64, len(items))
	for i, item := range items {
		numbers[i] = mustInt(item)
	}
	return numbers
}

// shownIn is the schema in which pg_class has the relations of a schema. Those
// of culvert have ordinary names, which would be taken for users' relations.
func shownIn(schema string) string {
	if schema == SchemaMzCatalog || schema == SchemaMzInternal {
		return SchemaPgCatalog
	}
	return schema
}

// ownStatics describe the system relations to the system relations.
func ownStatics(public []*Relation) []*fixed {
	schemas := &fixed{name: "system_schemas", columns: parseColumns("id text, oid oid, name text, comment text")}
	bySchema := map[string]Schema{}
	for _, s := range Schemas() {
		bySchema[s.Name] = s
		schemas.rows = append(schemas.rows, []any{s.ID, int64(s.OID), s.Name, s.Comment})
	}
	relations := &fixed{name: "system_relations", columns: parseColumns(
		`id text, oid oid, schema_id text, schema_name text, namespace oid, name text, relkind "char", natts smallint, comment text, query text`)}
	columns := &fixed{name: "system_columns", columns: parseColumns(
		`relation_id text, relation_oid oid, relkind "char", attnum smallint, name text, type_oid oid, type_mod integer, not_null boolean, comment text`)}
	for _, r := range public {
		var query any
		if r.Kind == 'v' {
			query = r.SQL
		}
		relations.rows = append(relations.rows, []any{
			r.ID, int64(r.OID), bySchema[r.Schema].ID, r.Schema, int64(bySchema[shownIn(r.Schema)].OID), r.Name,
			string(rune(r.Kind)), int16(len(r.Columns)), orNull(r.Comment), query,
		})
		for i, c := range r.Columns {
			columns.rows = append(columns.rows, []any{
				r.ID, int64(r.OID), string(rune(r.Kind)), int16(i + 1), c.Name, int64(c.Type.OID), c.Type.Mod, c.NotNull, orNull(c.Comment),
			})
		}
	}
	names := &fixed{name: "type_names", columns: parseColumns("oid oid, name text, display text")}
	for _, t := range types.All() {
		names.rows = append(names.rows, []any{int64(t.OID), t.Name, types.FormatType(types.T(t.OID))})
	}
	return []*fixed{schemas, relations, columns, names, functionTexts()}
}

// functionTexts are the arguments and results of functions as psql shows them.
func functionTexts() *fixed {
	f := &fixed{name: "function_texts", columns: parseColumns("oid oid, result text, arguments text, identity_arguments text")}
	for line := range strings.Lines(functionsFile) {
		row := make([]any, len(f.columns))
		for i, cell := range strings.Split(strings.TrimSuffix(line, "\n"), "\t") {
			row[i] = cellValue(cell, physical(f.columns[i].Type))
		}
		f.rows = append(f.rows, row)
	}
	return f
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}
