package server

import (
	"context"
	"net"

	"culvert/engine"
	"culvert/server/auth"
	"culvert/server/wire"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// Backend opens sessions. It is safe for concurrent use.
type Backend interface {
	// Open begins a session for a client that has logged in. An error ends the
	// connection as FATAL (3D000 for an unknown database, 22023 for a startup
	// parameter that is wrong).
	Open(ctx context.Context, info SessionInfo, client Client) (Session, error)
}

// SessionInfo is what is known of a client when its session opens.
type SessionInfo struct {
	Role     auth.Role
	Database string
	// Settings are the startup packet's other parameters by name, those of its
	// options parameter (-c name=value) included: application_name, TimeZone …
	Settings map[string]string
	PID      uint32 // unique among the sessions that are open
	Remote   net.Addr
}

// Client is what a session may tell its client while one of the session's
// methods runs, from the goroutine that runs it.
type Client interface {
	// Notice sends a NoticeResponse at once.
	Notice(notice *pgerr.Error)
	// Parameter tells that a reported setting has a new value: a
	// ParameterStatus before the next ReadyForQuery.
	Parameter(name, value string)
}

// Session runs statements for one client. It gives messages their meaning; the
// server has none. It is not safe for concurrent use.
//
// Contexts end with a cause that is a *pgerr.Error: 57014 when the client
// cancels or is gone, 57P01 at shutdown. The methods then return soon, with
// any error; the server reports the cause.
//
// The context given to Execute lives until its Result is closed; Next gets the
// same.
//
// Transactions: Execute opens an implicit transaction where none is open. The
// server calls Sync at the end of each simple Query message and at each Sync
// message: an implicit transaction is committed, one that BEGIN opened is left.
// After any error, its own included, the server calls Abort once: an implicit
// transaction is rolled back at once, an explicit one goes into state E.
type Session interface {
	// Parse reads the text of a whole Query or Parse message into statements;
	// nothing runs. Text without a statement gives none. Whether it succeeds
	// does not depend on the transaction's state.
	Parse(text string) ([]Statement, error)

	// Prepare analyzes a statement. paramTypes has the types that the client
	// gave; 0 and those left out are inferred. A nil paramTypes is a Query
	// message's: the statement may have no parameters (42P02). It refuses with
	// 25P02 in state E what is not allowed there.
	Prepare(ctx context.Context, st Statement, paramTypes []types.OID) (Prepared, error)

	// SaveStatement keeps p under a name, shared with SQL's PREPARE: 42P05
	// when it is taken, but "" is replaced; 53400 above a limit. SavedStatement
	// finds it (nil: there is none), DropStatement forgets it if it is there.
	SaveStatement(name string, p Prepared) error
	SavedStatement(name string) Prepared
	DropStatement(name string)

	// Execute starts a prepared statement with its arguments, one per Params.
	// A statement without rows has had its effect when Execute returns. One
	// with rows streams them: its Result is closed before the next Execute,
	// Abort or Prepare (but that of a statement which is AllowedInFailed), and
	// before a Sync outside of a transaction block.
	Execute(ctx context.Context, p Prepared, args []engine.Param) (Result, error)

	// Sync ends an implicit transaction; an error is that of its commit. In a
	// transaction block a Result may be open, and stays so.
	Sync(ctx context.Context) error
	// Abort is told that a message failed.
	Abort()
	// TxStatus is 'I' (idle), 'T' (in a transaction block) or 'E' (in a failed
	// one), as ReadyForQuery reports it; an implicit transaction is 'I'.
	TxStatus() byte

	// Reported are the settings that ParameterStatus reports at the start.
	Reported() []wire.Parameter
	// Output are the settings that shape values now.
	Output() wire.Settings
	// Env are the settings that shape the reading of parameters now.
	Env() types.Env

	// Close rolls back what is open and gives everything back.
	Close()
}

// Statement is a parsed statement. The server hands it back as it is.
type Statement interface {
	// AllowedInFailed tells whether the statement may run in state E: COMMIT,
	// ROLLBACK, ROLLBACK TO.
	AllowedInFailed() bool
}

// Prepared is an analyzed statement. It is immutable.
type Prepared interface {
	Statement
	// Params are the types of the parameters $1 … in order.
	Params() []types.Type
	// Columns are those of the result; nil: the statement returns no rows.
	Columns() []wire.Column
}

// Result is a statement that runs. Its rows are read by Next until it gives nil.
type Result interface {
	// Columns are those of the result; nil: no rows. They equal the prepared
	// statement's.
	Columns() []wire.Column
	// Next gives the next batch, or nil at the end; valid until the next call.
	Next(ctx context.Context) (*engine.Batch, error)
	// Tag is the CommandComplete tag, rows being the number sent to the client
	// by this Execute message: "SELECT 25", "INSERT 0 5", "CREATE SECRET".
	Tag(rows int64) string
	// Close ends the statement, whether or not its rows were read.
	Close() error
}
