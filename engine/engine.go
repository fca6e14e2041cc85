// Package engine is the contract between culvert and the engine that stores
// and queries its data: connections, statements, batches of columns, and
// relations whose rows culvert makes while a statement runs.
//
// An engine runs PostgreSQL's semantics: it receives queries resolved to
// PostgreSQL's types, functions and operators (engine/query) and answers with
// PostgreSQL's values, NULL order and error codes. Every implementation passes
// engine/enginetest.
package engine

import (
	"context"

	"culvert/engine/query"
	"culvert/sql/types"
)

// TableName names a physical table: a schema of the data file and a table.
// The schemas are SchemaData, SchemaCatalog and SchemaState.
type TableName struct {
	Schema string
	Name   string
}

// The schemas of the data file.
const (
	SchemaData    = "d" // physical tables of sources and users: p<N>
	SchemaCatalog = "c" // the catalog's tables: what moves the catalog version
	SchemaState   = "s" // progress, readiness, statuses, host keys: what does not
	// SchemaStage is not of the data file: the rows that a connection has staged.
	SchemaStage = "stage"
)

// ColumnDef is a column of a physical table.
type ColumnDef struct {
	Name string
	Phys types.Physical
}

// TableDef is a physical table. Tables have no keys, indexes or constraints.
type TableDef struct {
	Name    TableName
	Columns []ColumnDef
}

// Param is a value for a parameter in PostgreSQL's canonical text form (what
// types.Canonical gives), or NULL when Text is nil.
type Param struct {
	Type types.Type
	Text *string
}

// Statement is a resolved query with what it needs to run.
type Statement struct {
	Query *query.Query
	// Tables maps the object IDs of query.Table entries to the physical tables
	// that hold their rows now. Entries with a Name of their own need none.
	Tables map[string]TableName
	// Params has the client's parameters first, then Query.Hidden's.
	Params []Param
	// TimeZone is the session's time zone as the engine's time zone database
	// names it; "" is UTC.
	TimeZone string
	// Key identifies the translation for the engine's cache; "" is never
	// cached. Equal keys promise equal Query and Tables.
	Key string
}

// Engine is one open data directory. It is safe for concurrent use.
type Engine interface {
	// Connect opens a connection. The caller closes it.
	Connect(ctx context.Context) (Conn, error)
	// RegisterLive adds a relation whose rows fn makes, fixed per statement.
	// fn copies its state, takes no lock that is held across engine calls and
	// never calls the engine. Registering a name twice is an error.
	RegisterLive(rel LiveRelation) error
	// RegisterStatic adds a relation in memory with fixed rows, for the
	// system catalogs. Called at boot only.
	RegisterStatic(name string, columns []ColumnDef, rows *Batch) error
	// Load tells that so many connections are about to append in bulk; done
	// tells that they have ended. It is a hint about speed only.
	Load(writers int) (done func())
	// Checkpoint moves the log into the data file. It runs beside readers and
	// writers, and reports engine.ErrBusy when it has to be tried again, and
	// 53100, without trying, when the disk is nearly full.
	Checkpoint(ctx context.Context) error
	// LogSize is the number of bytes that a restart would replay.
	LogSize() (int64, error)
	// Fatal is closed when the engine has failed for good; Err then tells why.
	// The process must exit and start anew.
	Fatal() <-chan struct{}
	Err() error
	// Close waits for nothing: connections must be closed before, else it is
	// an error and nothing is closed. With quick, it leaves the log for the
	// next start to replay.
	Close(quick bool) error
}

// LiveRelation is a relation whose rows are made when a statement reads it.
type LiveRelation struct {
	Name    string // unique in the engine, e.g. culvert_tunnels
	Columns []ColumnDef
	// Rows makes the rows, once for each statement, however often it names the
	// relation. The batch must not change afterwards. An error or a panic fails
	// the statement, with the error's own code.
	Rows func(ctx context.Context) (*Batch, error)
}

// Conn is one session with the engine. It is not safe for concurrent use, but
// for Interrupt. Outside Begin and Commit each call is its own transaction.
type Conn interface {
	// Begin opens a transaction and takes its snapshot now. After any error
	// within it only Rollback is of use: other calls give 25P02.
	Begin(ctx context.Context) error
	// Commit reports nil only when everything since Begin is durable. After an
	// error nothing is, and no transaction is open.
	Commit(ctx context.Context) error
	// Rollback ends the transaction; without one it does nothing.
	Rollback() error

	// Query runs a query and streams its rows. Rows must be closed before the
	// next call on the connection.
	Query(ctx context.Context, st Statement) (Rows, error)
	// Explain gives the engine's plan of a query, a line each.
	Explain(ctx context.Context, st Statement) ([]string, error)

	// CreateTable makes a physical table; DropTable drops it if it exists.
	CreateTable(ctx context.Context, def TableDef) error
	DropTable(ctx context.Context, name TableName) error
	// ListTables names the physical tables of a schema.
	ListTables(ctx context.Context, schema string) ([]TableDef, error)

	// Append adds rows; batch columns are the table's, in order and of its
	// types, and texts valid UTF-8. Within a transaction an error may come as
	// late as the next call or Commit.
	Append(ctx context.Context, table TableName, rows *Batch) error
	// Scan reads all rows of a table that equal match in the given columns
	// (by position; a nil match reads all).
	Scan(ctx context.Context, table TableName, match *Match) (Rows, error)
	// DeleteKeys deletes every row whose columns cols equal one of the rows
	// of keys (NULL equals NULL), and tells how many.
	DeleteKeys(ctx context.Context, table TableName, cols []int, keys *Batch) (int64, error)
	// DeleteCopies deletes, for each row i of rows (whole rows, distinct),
	// exactly counts[i] of the rows equal to it (NULL equals NULL), and tells
	// how many it found.
	DeleteCopies(ctx context.Context, table TableName, rows *Batch, counts []int64) (int64, error)
	// Truncate deletes all rows.
	Truncate(ctx context.Context, table TableName) error
	// FetchByKeys reads whole rows whose columns cols equal one of the rows of
	// keys, in any order: the old values that an unchanged TOAST column needs.
	FetchByKeys(ctx context.Context, table TableName, cols []int, keys *Batch) (Rows, error)

	// Stage puts the rows of a query into a temporary table of the connection,
	// held as types.PhysicalOf says of their types, and tells how many they are.
	// Later statements read it through Statement.Tables as name in SchemaStage;
	// its columns are c1 to cn and rowid, an int8 that counts the rows in their
	// order. It needs an open transaction, which it does not outlive.
	Stage(ctx context.Context, st Statement, name string) (int64, error)
	// Unstage drops what was staged under a name, if anything.
	Unstage(ctx context.Context, name string) error
	// InsertQuery adds the rows of a query to a table, as values of the columns
	// that are named; the others are NULL. It tells how many.
	InsertQuery(ctx context.Context, table TableName, columns []string, st Statement) (int64, error)
	// DeleteQuery deletes the rows whose rowid a query of one int8 column gives,
	// and tells how many. NULLs of it are of no effect.
	DeleteQuery(ctx context.Context, table TableName, st Statement) (int64, error)

	// Interrupt makes the running call, or the next Next of open Rows, fail
	// with 57014. Safe from any goroutine; without either it does nothing. The
	// end of a call's context does the same. Commit cannot be interrupted.
	Interrupt()
	Close() error
}

// Match picks rows by equality of columns.
type Match struct {
	Cols []int
	Key  *Batch // one row
}

// Rows streams the result of a query. The columns' Phys tells how the engine
// holds each; it may differ from the type's own (an unconstrained numeric may
// be KindText as stored or KindDecimal as computed), and stays the same for
// all batches.
type Rows interface {
	// Next gives the next batch, or nil at the end. The batch is valid until
	// the next call.
	Next(ctx context.Context) (*Batch, error)
	Close() error
}
