package wire

import (
	"time"

	"culvert/sql/types"
)

// Parameter is a setting as ParameterStatus reports it.
type Parameter struct{ Name, Value string }

// Settings are the session's settings that shape values. DateStyle is ISO and
// IntervalStyle postgres always.
type Settings struct {
	TimeZone         *time.Location // nil: UTC
	ExtraFloatDigits int            // above 0: shortest exact (PostgreSQL's default is 1)
	ByteaEscape      bool           // bytea_output = escape
	// Reg appends the name of the object oid of a reg* type; nil: the number.
	Reg func(dst []byte, typ types.OID, oid uint32) []byte
}

// Column is a column of a result as RowDescription describes it.
type Column struct {
	Name  string
	Type  types.Type
	Table types.OID // of the table that the column comes from; 0: none
	Attr  int16     // its number there; 0: none
}
