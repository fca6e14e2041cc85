package catalog

import (
	"context"
	"fmt"

	"culvert/engine"
	"culvert/sql/types"
)

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

// SequenceState is how far a sequence has come, or may have: numbers up to Last
// are not given again. It is not of a transaction.
type SequenceState struct {
	ID         ID
	Generation int
	Last       int64
	Called     bool
}

var (
	// tableSequenceStates is of schema s: it does not move the catalog.
	tableSequenceStates = define(engine.SchemaState, "sequences",
		column("id", text), column("generation", integer), column("last", bigint), column("called", boolean))
	tableSequences = define(engine.SchemaCatalog, "sequences",
		column("id", text), column("type_oid", bigint), column("start", bigint), column("increment", bigint), column("min", bigint),
		column("max", bigint), column("cache", bigint), column("cycle", boolean), column("owned_by", text), column("owned_attnum", smallint),
		column("identity", boolean))
)

func sequenceRows(o *Object) [][]any {
	d, ok := o.Def.(*Sequence)
	if !ok {
		return nil
	}
	return [][]any{{string(o.ID), int64(d.Type), d.Start, d.Increment, d.Min, d.Max, d.Cache, d.Cycle, orNull(string(d.OwnedBy)), d.Attnum, d.Identity}}
}

// ReadSequences reads the states of all sequences.
func ReadSequences(ctx context.Context, conn engine.Conn) ([]SequenceState, error) {
	rows, err := conn.Scan(ctx, tableSequenceStates.Name, nil)
	values, err := engine.Collect(ctx, rows, err)
	if err != nil {
		return nil, fmt.Errorf("reading the sequences: %w", err)
	}
	states := make([]SequenceState, len(values))
	for i, v := range values {
		states[i] = SequenceState{ID(v[0].(string)), int(v[1].(int32)), v[2].(int64), v[3].(bool)}
	}
	return states, nil
}

// WriteSequences replaces the states of sequences.
func WriteSequences(ctx context.Context, conn engine.Conn, states []SequenceState) error {
	ids, rows := make([]ID, len(states)), make([][]any, len(states))
	for i, s := range states {
		ids[i], rows[i] = s.ID, []any{string(s.ID), int32(s.Generation), s.Last, s.Called}
	}
	if err := deleteIDs(ctx, conn, tableSequenceStates, ids); err != nil {
		return err
	}
	return appendRows(ctx, conn, tableSequenceStates, rows)
}
