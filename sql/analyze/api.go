// Package analyze makes a resolved query of what libpg_query parsed, as
// PostgreSQL 15's parse analysis does: it resolves names to relations and
// columns, functions and operators to entries of pg_proc and pg_operator, gives
// literals and parameters their types, and makes every implicit cast explicit.
// Errors carry PostgreSQL's codes, texts, hints and positions.
package analyze

import (
	"sync"

	pg_query "github.com/pganalyze/pg_query_go/v6"

	"culvert/engine/query"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// Catalog answers for the relations that a session sees. It is used by one
// analysis at a time.
type Catalog interface {
	// Relation finds a relation; schema "" searches the session's path with
	// mz_catalog and pg_catalog implicit in front. ok is false when there is none.
	Relation(schema, name string) (rel *Relation, ok bool)
	// SchemaExists tells whether a schema exists, for the error of a missing
	// relation and for regnamespace.
	SchemaExists(name string) bool
}

// SchemaOIDs is what a Catalog may also be, so that 'public'::regnamespace works.
type SchemaOIDs interface {
	SchemaOID(name string) (oid uint32, ok bool)
}

// RoleOIDs is what a Catalog may also be, so that 'materialize'::regrole works.
type RoleOIDs interface {
	RoleOID(name string) (oid uint32, ok bool)
}

// OtherObjects is what a Catalog may also be: it refuses names of objects that are
// no relations better than by saying that they do not exist.
type OtherObjects interface {
	// NoRelation is nil where no object has the name.
	NoRelation(schema, name string) *pgerr.Error
}

// RelationsByOID is what a Catalog may also be; it serves nothing but names in
// messages.
type RelationsByOID interface {
	RelationByOID(oid uint32) (rel *Relation, ok bool)
}

// Relation is something that FROM can name. Exactly one of Table and View is
// set for what has rows.
type Relation struct {
	ID      string // of the catalog: u12, s7
	OID     uint32
	Schema  string
	Name    string
	Kind    byte // pg_class.relkind: r table, v view, i index, …
	Columns []RelColumn
	Table   *query.Table
	View    *View
	// PrimaryKey has indexes into Columns; nil: none that is known.
	PrimaryKey []int
	// Own is set for tables that users write.
	Own *Own
}

// RelColumn is a column of a relation, in the order of SELECT *.
type RelColumn struct {
	Name    string
	Type    types.Type
	NotNull bool
	Attnum  int16
}

// View is the query of a view. Its parse is kept; its analysis is made anew
// for each use, since range entries are told apart by their address. It is
// safe for concurrent use, and must not be copied.
type View struct {
	SQL     string
	Catalog Catalog // resolves the names inside

	once sync.Once
	stmt *pg_query.Node
	err  error
}

// Input is a query to analyze.
type Input struct {
	Stmt *pg_query.Node // SelectStmt
	// Text is the client's text; Offset is where in it, in bytes, the text
	// that Stmt's locations count from begins.
	Text   string
	Offset int
	// Database is the name of the session's database, which a name may begin
	// with; "" lets any pass.
	Database string
	// ParamTypes declares parameters from $1 on; 0 or unknown: infer. With
	// NoParams there are none, and $1 is 42P02 (a simple Query message).
	ParamTypes []types.OID
	NoParams   bool
	// Writes: items of WITH may be data-modifying.
	Writes bool
	// Reading is what the reading of literals depends on; its Reg is not used.
	Reading types.Env
}

// Analyzed is the result.
type Analyzed struct {
	Query *query.Query
	Write *query.Write // of Write; Query is then that of RETURNING, or empty
	// With are the data-modifying items of WITH, in order.
	With []*query.WithWrite
	// Params has the types of the client's parameters, in order.
	Params []types.Type
	// Hidden are the parameters after those.
	Hidden  []SessionValue
	Columns []ResultColumn
	// Objects are the IDs of the tables with query.Table.Object, which must
	// have their first snapshot before the query runs; those inside views count.
	Objects []string
	// Relations are the IDs of all relations that the query itself names, for
	// dependencies: a view counts, what is inside it does not.
	Relations []string
	// ReadsClock: a literal such as 'now' or 'today' was read as a time, so that
	// the result holds for the transaction at hand only. It must not be cached.
	ReadsClock bool
}

// ResultColumn describes an output column as RowDescription does. Table and
// Attnum are 0 for what is not a plain column of a relation.
type ResultColumn struct {
	Name   string
	Type   types.Type
	Table  uint32
	Attnum int16
}

// SessionKind is what a SessionValue asks of the session.
type SessionKind uint8

// The session values. The comment has the type of the parameter.
const (
	CurrentUser          SessionKind = iota // name
	SessionUser                             // name
	CurrentDatabase                         // name
	CurrentSchema                           // name; NULL when the path is empty
	CurrentSchemas                          // name[]; Bool: with the implicit ones
	TransactionTimestamp                    // timestamptz; also now() and current_timestamp
	StatementTimestamp                      // timestamptz
	ClockTimestamp                          // timestamptz, taken once per statement
	CurrentSetting                          // text; Name, and Bool: NULL when it is missing
	BackendPID                              // int4
	Version                                 // text
	InetClientAddr                          // inet; NULL on a Unix socket
	InetClientPort                          // int4
	InetServerAddr                          // inet
	InetServerPort                          // int4
	PostmasterStartTime                     // timestamptz
	ConfLoadTime                            // timestamptz
	SequenceHandle                          // int8; what engine.OpenSequences gives
)

// SessionValue is a hidden parameter: a value that only the session knows.
// Two of one kind and the same arguments share a parameter.
type SessionValue struct {
	Kind SessionKind
	Type types.Type
	Name string
	Bool bool
}

// Query analyzes a SELECT, VALUES, TABLE or set operation.
func Query(in Input, cat Catalog) (*Analyzed, error) {
	return analyzeStatement(in, cat, nil)
}
