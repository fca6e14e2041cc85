package catalog

import "culvert/sql/types"

// Sequence gives numbers. How far it has come is not of the catalog: it moves
// without transactions, as PostgreSQL's sequences do.
type Sequence struct {
	Type      types.OID // smallint, integer or bigint
	Start     int64
	Increment int64
	Min, Max  int64
	Cache     int64
	Cycle     bool `json:",omitempty"`
	// Generation counts restarts that a transaction makes: the numbers of each
	// begin at Restart, and those of a transaction that fails are never seen.
	Generation int   `json:",omitempty"`
	Restart    int64 // where the present generation begins
	// OwnedBy and Attnum are the column that owns the sequence; empty: none. The
	// sequence goes with it.
	OwnedBy ID    `json:",omitempty"`
	Attnum  int16 `json:",omitempty"`
	// Identity: the column is GENERATED … AS IDENTITY, which cannot be without.
	Identity bool `json:",omitempty"`
}

func (*Sequence) definition() string { return "sequence" }
