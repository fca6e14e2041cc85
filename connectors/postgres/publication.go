package postgres

import (
	"slices"

	"culvert/connectors/decode"
	"culvert/sql/types"
)

// Identity is the replica identity of a table upstream.
type Identity byte

// The identities, as in pg_class.relreplident.
const (
	IdentityDefault Identity = 'd' // the primary key, if there is one
	IdentityNothing Identity = 'n'
	IdentityFull    Identity = 'f'
	IdentityIndex   Identity = 'i'
)

// Publication is what a publication offers.
type Publication struct {
	Name     string
	Database string
	SystemID string // of the cluster, as IDENTIFY_SYSTEM gives it
	ViaRoot  bool   // publish_via_partition_root
	Tables   []PublishedTable
}

// PublishedTable is a table of a publication.
type PublishedTable struct {
	OID      uint32
	Schema   string
	Name     string
	Columns  []PublishedColumn // in attribute order; generated ones and those that the publication leaves out are not here
	Identity Identity          // of a partitioned table: what its partitions have in common
	// PrimaryKey and IdentityKey have attribute numbers. IdentityKey is what
	// the old row of a change carries: the identity index, or the primary key
	// under the default identity. Both are empty when their index is
	// deferrable, invalid or partial.
	PrimaryKey  []int16
	IdentityKey []int16
	Partitioned bool   // a partitioned table, sent under its own name (publish_via_partition_root)
	RowFilter   string // WHERE of the publication; "": every row
	Rows        int64  // pg_class.reltuples; -1: unknown
	MayUse      bool   // USAGE on the schema
	MaySelect   bool   // SELECT on the table
	RowSecurity bool   // row-level security would hide rows from the user
}

// PublishedColumn is a column of a published table.
type PublishedColumn struct {
	Attnum   int16
	Name     string
	Type     types.Type
	TypeName string // format_type
	NotNull  bool
}

// Key gives the attribute numbers that tell rows apart when the columns named
// in excluded are not ingested, and whether the table may be ingested at all:
// it needs FULL identity, or a key whose columns are all ingested.
func (t *PublishedTable) Key(excluded map[int16]bool) (key []int16, ok bool) {
	candidate := t.IdentityKey
	if t.Identity == IdentityFull {
		candidate = t.PrimaryKey
	}
	for _, attnum := range candidate {
		if excluded[attnum] {
			candidate = nil
			break
		}
	}
	return candidate, len(candidate) > 0 || t.Identity == IdentityFull
}

// scalars are the types that are ingested as they are; so are arrays of them.
var scalars = []types.OID{
	types.BoolOID, types.BpcharOID, types.ByteaOID, types.CharOID, types.VarcharOID, types.TextOID, types.NameOID,
	types.DateOID, types.TimeOID, types.TimetzOID, types.TimestampOID, types.TimestamptzOID, types.IntervalOID,
	types.Int2OID, types.Int4OID, types.Int8OID, types.OidOID, types.Float4OID, types.Float8OID, types.NumericOID,
	types.JSONOID, types.JSONBOID, types.UUIDOID, types.Int2vectorOID,
	types.Int4rangeOID, types.Int8rangeOID, types.NumrangeOID, types.DaterangeOID, types.TsrangeOID, types.TstzrangeOID,
}

// Supported tells whether a column of type t can be ingested without TEXT
// COLUMNS.
func Supported(t types.Type) bool {
	if !slices.Contains(scalars, t.OID) && !(types.IsArray(t.OID) && slices.Contains(scalars, types.ElemOf(t.OID))) {
		return false
	}
	_, _, ok := decode.ForType(t)
	return ok
}
