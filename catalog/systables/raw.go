package systables

import (
	"fmt"
	"strings"

	"culvert/catalog"
	"culvert/engine"
	"culvert/sql/types"
)

// rawRelations are the engine's tables and the live relations as system views
// see them.
func rawRelations() []*Relation {
	var all []*Relation
	for _, def := range catalog.Tables() {
		all = append(all, storedRelation(def))
	}
	for _, t := range sourceTables {
		all = append(all, engineRelation(engine.SchemaState, t.name, t.columns()))
	}
	for _, l := range liveRelations {
		all = append(all, engineRelation("live", l.name, l.columns()))
	}
	return all
}

// storedRelation makes the relation over a table of the catalog. Its columns
// have the plainest type of their form, but for OIDs.
func storedRelation(def engine.TableDef) *Relation {
	columns := make([]Column, len(def.Columns))
	for i, c := range def.Columns {
		t := plainType(c.Phys)
		if c.Name == "oid" || c.Name == "type_oid" {
			t = types.T(types.OidOID)
		}
		columns[i] = Column{Name: c.Name, Type: t}
	}
	return engineRelation(def.Name.Schema, def.Name.Name, columns)
}

func plainType(phys types.Physical) types.Type {
	switch phys.Kind {
	case types.KindText:
		return types.T(types.TextOID)
	case types.KindBytes:
		return types.T(types.ByteaOID)
	case types.KindBool:
		return types.T(types.BoolOID)
	case types.KindInt16:
		return types.T(types.Int2OID)
	case types.KindInt32:
		return types.T(types.Int4OID)
	case types.KindInt64:
		return types.T(types.Int8OID)
	case types.KindTimestampTZ:
		return types.T(types.TimestamptzOID)
	case types.KindList:
		if info, ok := types.Lookup(plainType(*phys.Elem).OID); ok {
			return types.T(info.Array)
		}
	}
	panic(fmt.Sprintf("systables: no type for columns of kind %d", phys.Kind))
}

// described is a relation of the engine with its columns as text: names and
// types, separated by commas.
type described struct{ name, shape string }

func (d described) columns() []Column { return parseColumns(d.shape) }

func parseColumns(shape string) []Column {
	var columns []Column
	for _, item := range strings.Split(shape, ",") {
		columns = append(columns, parseColumn(strings.TrimSpace(item)))
	}
	return columns
}

// sourceTables are the tables of package connectors in schema s that system
// views read, with the columns that they read.
var sourceTables = []described{
	{"progress", "source text, part integer, position bigint"},
	{"status_history", "object text, source text, occurred_at timestamptz, state text, error text, hint text"},
	{"source_errors", "object text, part integer, position bigint, occurred_at timestamptz, error text, key bytea, value bytea, kept boolean"},
}

// liveRelations are the relations that the server makes rows for. An error,
// hint, text or time that is not there is NULL.
var liveRelations = []described{
	// The --egress-ip flags, else the host's own addresses.
	{"egress_ips", "egress_ip text, prefix_length integer, cidr text"},
	// A row per source and per table that a source fills; rows are of the first
	// snapshot (rows_known is NULL before the estimate).
	{"source_statuses", "object text, source text, state text, error text, hint text, since timestamptz, next_try timestamptz," +
		"ready boolean, rows_known bigint, rows_done bigint"},
	// A row per source. Offsets are NULL before they are known.
	{"source_statistics", "source text, messages_received bigint, bytes_received bigint, updates_staged bigint, updates_committed bigint," +
		"snapshot_known bigint, snapshot_staged bigint, snapshot_done boolean, offset_known bigint, offset_committed bigint"},
	{"tunnels", `connection_id text, host text, port integer, "user" text, private boolean, state text, since timestamptz,` +
		"host_key text, users integer, bytes_in bigint, bytes_out bigint, reconnects integer, last_error text, hint text, next_try timestamptz"},
	{"cleanups", "source_id text, kind text, target text, since timestamptz, attempts integer, last_error text, next_try timestamptz"},
	// A row per client; query is redacted. The wait columns of PostgreSQL are not kept.
	{"activity", "pid integer, session_id text, usename text, application_name text, client_addr text, client_port integer," +
		"backend_start timestamptz, xact_start timestamptz, query_start timestamptz, state_change timestamptz, state text, query text," +
		"ssl boolean"},
	// How far each sequence has come.
	{"sequences", "oid bigint, last_value bigint, is_called boolean"},
	// The variables as the reading session has them.
	{"settings", "name text, setting text, unit text, category text, short_desc text, context text, vartype text, source text," +
		"min_val text, max_val text, enumvals text[], boot_val text, reset_val text"},
}
