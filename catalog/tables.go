package catalog

import (
	"maps"
	"slices"

	"culvert/engine"
	"culvert/sql/types"
)

var (
	text      = types.Physical{Kind: types.KindText}
	boolean   = types.Physical{Kind: types.KindBool}
	smallint  = types.Physical{Kind: types.KindInt16}
	integer   = types.Physical{Kind: types.KindInt32}
	bigint    = types.Physical{Kind: types.KindInt64}
	blob      = types.Physical{Kind: types.KindBytes}
	instant   = types.Physical{Kind: types.KindTimestampTZ}
	smallints = types.Physical{Kind: types.KindList, Elem: &smallint}
	texts     = types.Physical{Kind: types.KindList, Elem: &text}
)

// table is a table of the catalog with the rows that an object has in it. The
// first column is the object's ID.
type table struct {
	def    engine.TableDef
	rows   func(o *Object) [][]any // nil: not written with objects
	format int                     // of the data file that first had it
}

func (t *table) name() engine.TableName { return t.def.Name }

func define(schema, name string, columns ...engine.ColumnDef) engine.TableDef {
	return engine.TableDef{Name: engine.TableName{Schema: schema, Name: name}, Columns: columns}
}

func column(name string, phys types.Physical) engine.ColumnDef {
	return engine.ColumnDef{Name: name, Phys: phys}
}

// The tables that are not written with objects.
var (
	tableMeta    = define(engine.SchemaCatalog, "meta", column("key", text), column("value", text))
	tableIDs     = define(engine.SchemaCatalog, "ids", column("used", bigint))
	tableSealed  = define(engine.SchemaCatalog, "sealed", column("id", text), column("sealed", blob))
	tableSchemas = define(engine.SchemaCatalog, "schemas",
		column("id", text), column("oid", bigint), column("name", text), column("owner_id", text), column("comment", text))
	tableHostKeys = define(engine.SchemaState, "host_keys",
		column("connection_id", text), column("host", text), column("port", integer),
		column("public_key", text), column("fingerprint", text), column("learnt_at", instant))
)

// objectTables are the tables that hold objects, c.objects first. The others
// repeat parts of the definition in columns, so that the system tables are
// plain views.
var objectTables = []*table{
	{define(engine.SchemaCatalog, "objects",
		column("id", text), column("oid", bigint), column("kind", text), column("type", text),
		column("schema_id", text), column("name", text), column("owner_id", text), column("comment", text),
		column("create_sql", text), column("redacted_create_sql", text), column("definition", text)), nil, 1},
	{define(engine.SchemaCatalog, "columns",
		column("object_id", text), column("attnum", smallint), column("name", text),
		column("type_oid", bigint), column("type_mod", integer), column("nullable", boolean), column("comment", text)),
		columnRows, 1},
	{define(engine.SchemaCatalog, "keys",
		column("object_id", text), column("name", text), column("is_primary", boolean), column("attnums", smallints)),
		keyRows, 1},
	{define(engine.SchemaCatalog, "uses", column("object_id", text), column("referenced_object_id", text)), useRows, 1},
	{define(engine.SchemaCatalog, "ssh_tunnels",
		column("id", text), column("public_key_1", text), column("public_key_2", text)), tunnelRows, 1},
	{define(engine.SchemaCatalog, "sources",
		column("id", text), column("connection_id", text), column("cluster_id", text), column("size", text),
		column("publication", text), column("slot", text)), sourceRows, 1},
	{define(engine.SchemaCatalog, "source_tables",
		column("id", text), column("source_id", text), column("upstream_schema", text), column("upstream_table", text),
		column("from_table", boolean)), sourceTableRows, 1},
	{define(engine.SchemaCatalog, "views", column("id", text), column("query", text)), viewRows, 1},
	{define(engine.SchemaCatalog, "kafka_connections",
		column("id", text), column("brokers", texts), column("progress_topic", text)), kafkaConnectionRows, 2},
	{define(engine.SchemaCatalog, "kafka_sources",
		column("id", text), column("topic", text), column("group_id_prefix", text)), kafkaSourceRows, 2},
	{define(engine.SchemaCatalog, "kafka_tables",
		column("id", text), column("topic", text), column("envelope", text), column("key_format", text), column("value_format", text)),
		kafkaTableRows, 2},
	{tableIndexes, indexRows, 4},
	{tableInClusters, clusterRows, 4},
	{tableSequences, sequenceRows, 5},
	{tableOwnColumns, ownColumnRows, 5},
	{tableConstraints, constraintRows, 5},
}

// since lists the tables of later formats that are not written with objects.
var since = map[int][]engine.TableDef{4: {tableClusters, tableReplicas, tableRoles}, 5: {tableSequenceStates}, 6: {tableLogins}}

// Tables are the tables that the catalog keeps in the data file.
func Tables() []engine.TableDef {
	defs := FirstTables()
	for _, t := range objectTables {
		if t.format > 1 {
			defs = append(defs, t.def)
		}
	}
	for _, format := range slices.Sorted(maps.Keys(since)) {
		defs = append(defs, since[format]...)
	}
	return defs
}

// FirstTables are the tables of a data file of format 1.
func FirstTables() []engine.TableDef {
	defs := []engine.TableDef{tableMeta, tableIDs, tableSealed, tableSchemas, tableHostKeys}
	return append(defs, TablesSince(1)...)
}

// TablesSince are the tables that format n of the data file added.
func TablesSince(n int) []engine.TableDef {
	defs := slices.Clone(since[n])
	for _, t := range objectTables {
		if t.format == n {
			defs = append(defs, t.def)
		}
	}
	return defs
}

func objectRow(o *Object) ([]any, error) {
	def, err := encodeObject(o)
	if err != nil {
		return nil, err
	}
	return []any{
		string(o.ID), int64(o.ID.OID()), string(o.Kind), orNull(o.Type()), string(o.SchemaID), o.Name, o.OwnerID,
		orNull(o.Comment), o.CreateSQL, o.Redacted, def,
	}, nil
}

func columnRows(o *Object) (rows [][]any) {
	for i, c := range o.Columns {
		rows = append(rows, []any{
			string(o.ID), o.attnum(i), c.Name, int64(c.Type.OID), c.Type.Mod, !c.NotNull, orNull(c.Comment),
		})
	}
	return rows
}

func keyRows(o *Object) (rows [][]any) {
	for _, k := range o.Keys {
		attnums := make([]int16, len(k.Columns))
		for i, c := range k.Columns {
			attnums[i] = o.attnum(c)
		}
		rows = append(rows, []any{string(o.ID), k.Name, k.Primary, attnums})
	}
	return rows
}

func useRows(o *Object) (rows [][]any) {
	for _, u := range o.Uses {
		rows = append(rows, []any{string(o.ID), string(u)})
	}
	return rows
}

func tunnelRows(o *Object) [][]any {
	if d, ok := o.Def.(*SSHTunnel); ok {
		return [][]any{{string(o.ID), d.PublicKey1, d.PublicKey2}}
	}
	return nil
}

func sourceRows(o *Object) [][]any {
	switch d := o.Def.(type) {
	case *PostgresSource:
		return [][]any{{string(o.ID), string(d.Connection), string(o.ClusterID), orNull(d.Size), d.Publication, d.Slot}}
	case *KafkaSource:
		return [][]any{{string(o.ID), string(d.Connection), string(o.ClusterID), orNull(d.Size), nil, nil}}
	}
	return nil
}

func sourceTableRows(o *Object) [][]any {
	switch d := o.Def.(type) {
	case *Subsource:
		return [][]any{{string(o.ID), string(d.Source), d.Schema, d.Table, d.FromTable}}
	case *KafkaTable:
		return [][]any{{string(o.ID), string(d.Source), nil, d.Topic, true}}
	case *Progress:
		return [][]any{{string(o.ID), string(d.Source), nil, nil, false}}
	}
	return nil
}

func viewRows(o *Object) [][]any {
	if d, ok := o.Def.(*View); ok {
		return [][]any{{string(o.ID), d.Text + ";"}} // PostgreSQL ends it so, too
	}
	return nil
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}
