package postgres

import (
	"strconv"

	"culvert/connectors"
	"culvert/sql/types"
)

// Config is a PostgreSQL source as the catalog has it.
type Config struct {
	Params      Params
	Publication string
	// Slot is the replication slot, materialize_ and 32 hexadecimal digits. The
	// catalog stores it before the source first runs: NewSlotName.
	Slot string
	// SystemID is that of the cluster which the source was made on; "" is not
	// checked.
	SystemID string
	Tables   []Table
}

// Table is a table upstream that fills an object of the catalog. Several may
// name the same table upstream.
type Table struct {
	Object  string // catalog id
	OID     uint32 // pg_class.oid
	Schema  string
	Name    string
	Columns []Column // those that are ingested, by attribute number
	// Key has the attribute numbers that identify a row: the replica identity's
	// index, or the primary key. Empty under FULL identity without a key.
	Key []int16
}

// Column is a column upstream that is ingested.
type Column struct {
	Attnum   int16
	Name     string
	Upstream types.Type // as upstream declares it
	// Type is what culvert shows: Upstream, or text for TEXT COLUMNS.
	Type    types.Type
	NotNull bool
}

// SupervisorTables describes the tables to the supervisor. The physical column
// of the n-th ingested column is c<n>, counted from 1.
func (c Config) SupervisorTables() []connectors.Table {
	tables := make([]connectors.Table, len(c.Tables))
	for i, t := range c.Tables {
		columns := make([]connectors.Column, len(t.Columns))
		for k, col := range t.Columns {
			columns[k] = connectors.Column{Name: col.Name, Physical: "c" + strconv.Itoa(k+1), Type: col.Type}
		}
		tables[i] = connectors.Table{Object: t.Object, Name: t.Schema + "." + t.Name, Columns: columns}
	}
	return tables
}
