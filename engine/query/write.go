package query

// WriteKind is INSERT, UPDATE or DELETE.
type WriteKind uint8

// The kinds of writes.
const (
	Insert WriteKind = iota
	Update
	Delete
)

// StageObject is the Table.Object of the rows of a Write once they are staged,
// and ProposedObject that of the rows that an INSERT … ON CONFLICT proposes.
const (
	StageObject    = "stage"
	ProposedObject = "proposed"
)

// RowID is the name of the pseudo column that tells the rows of a physical
// table apart within a transaction.
const RowID = "rowid"

// Write is an INSERT, UPDATE or DELETE. Its rows are computed first, as a whole,
// then checked, and only then written: nothing of a statement sees its effect.
type Write struct {
	Kind WriteKind
	// Target is the catalog ID of the table, Columns its columns.
	Target  string
	Columns []Column
	// Rows gives the rows to be written, each row of the target at most once: one
	// value per column (the new one; of DELETE the old one), then the rowid of the
	// row that is replaced or deleted (int8; NULL for a new one), then what only
	// Returning needs.
	Rows *Query
	// Set has the indexes of the columns that UPDATE, or DO UPDATE, assigns to.
	Set []int
	// Conflict is ON CONFLICT; nil: none.
	Conflict *Conflict
	// Returning gives the rows that the client gets, from StageObject, whose
	// columns are those of Rows, named c1 to cn; nil: no RETURNING.
	Returning *Query
}

// Conflict is ON CONFLICT. Rows of the write then gives the rows proposed.
type Conflict struct {
	// Keys are the arbiters, by index into the table's keys; nil: all of them.
	Keys []int
	// Update gives, for DO UPDATE, the rows to be written in the form of
	// Write.Rows, from ProposedObject and the table: proposed rows that conflict
	// with none of the table, and what becomes of those that do. It is nil for
	// DO NOTHING.
	Update *Query
}

// WithWrite is a data-modifying item of WITH.
type WithWrite struct {
	Write *Write
	// Object is the Table.Object by which queries read what its RETURNING gives.
	Object string
}
