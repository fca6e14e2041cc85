package catalog

import "culvert/engine"

// What the system tables show of users' tables beyond columns and keys.
var (
	tableOwnColumns = define(engine.SchemaCatalog, "own_columns",
		column("object_id", text), column("attnum", smallint), column("default_text", text), column("generated_text", text),
		column("identity", text), column("sequence_id", text))
	tableConstraints = define(engine.SchemaCatalog, "constraints",
		column("object_id", text), column("number", bigint), column("name", text), column("type", text), column("attnums", smallints),
		column("ref_id", text), column("ref_attnums", smallints), column("on_update", text), column("on_delete", text),
		column("match", text), column("expr", text))
)

func ownColumnRows(o *Object) (rows [][]any) {
	own, ok := o.Own()
	if !ok {
		return nil
	}
	for _, c := range own.Columns {
		identity := ""
		if c.Identity != 0 {
			identity = string(rune(c.Identity))
		}
		rows = append(rows, []any{
			string(o.ID), c.Attnum, orNull(c.DefaultText), orNull(c.GeneratedText), identity, orNull(string(c.Sequence)),
		})
	}
	return rows
}

// constraintRows are checks, then foreign keys, numbered from 1, and then, as type i,
// the keys that are no constraints: keys are rows of c.keys.
func constraintRows(o *Object) (rows [][]any) {
	own, ok := o.Own()
	if !ok {
		return nil
	}
	number := int64(0)
	for _, c := range own.Checks {
		number++
		rows = append(rows, []any{string(o.ID), number, c.Name, "c", c.Columns, nil, []int16{}, " ", " ", " ", c.Text})
	}
	for _, k := range own.ForeignKeys {
		number++
		rows = append(rows, []any{
			string(o.ID), number, k.Name, "f", k.Columns, string(k.Ref), k.RefColumns, string(rune(k.OnUpdate)), string(rune(k.OnDelete)),
			string(rune(k.Match)), orNull(k.Text),
		})
	}
	for _, k := range o.Keys {
		if k.Index {
			number++
			rows = append(rows, []any{string(o.ID), number, k.Name, "i", []int16{}, nil, []int16{}, " ", " ", " ", nil})
		}
	}
	return rows
}
