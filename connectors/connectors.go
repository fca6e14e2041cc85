// Package connectors says what a source is, and keeps sources running: the
// supervisor starts, watches, retries, stops and drops them, keeps their states
// and those of their tables, and stores what must outlive the process in the
// engine's schema s.
//
// A connector (connectors/postgres, …) implements Connector. It reaches its
// upstream through a DialFunc and knows nothing of tunnels.
package connectors

import (
	"context"
	"net"
	"slices"

	"culvert/engine"
	"culvert/sql/types"
)

// DialFunc opens a connection to addr ("host:port"), directly or through a
// bastion. Names are resolved where the connection leaves. Errors may carry
// the leg that failed, see Legged.
type DialFunc func(ctx context.Context, network, addr string) (net.Conn, error)

// SourceSpec is a source as the committed catalog has it.
type SourceSpec struct {
	ID   string // catalog id, e.g. u12
	Name string // for logs
	// Fingerprint changes whenever Connector does: a running source restarts
	// when it sees another one. Tables are compared by themselves.
	Fingerprint string
	Tables      []Table
	Connector   Connector
	Way         Way // nil: the source goes directly
}

// Way tells why the way to a source's upstream does not work at this moment: by
// the error of its tunnels, nil while they work. mended, where there is one, is
// closed when a new try is worthwhile. It waits for nothing and is safe for
// concurrent use.
type Way func() (mended <-chan struct{}, broken error)

// isTable tells whether the source is a table itself: then there is one status
// for both, the table's.
func (s SourceSpec) isTable() bool {
	return slices.ContainsFunc(s.Tables, func(t Table) bool { return t.Object == s.ID })
}

// Table is a table that a source fills.
type Table struct {
	Object  string // catalog id, e.g. u13; the source's own when that is the table
	Name    string // for messages: schema and name upstream
	Columns []Column
}

// Column is a column of a table that a source fills, in the order of the
// physical table.
type Column struct {
	Name     string // of the column upstream, for messages
	Physical string // of the physical column, e.g. c3
	Type     types.Type
}

// Connector fills the tables of one source. It is made anew when the
// configuration changes.
type Connector interface {
	// Leg names the protocol in front of its errors: postgres, kafka.
	Leg() string
	// Run ingests until ctx ends or something fails. It reports states and
	// progress through rt, returns when everything that it started has ended,
	// and may be called again afterwards. Errors are classified by Class.
	Run(ctx context.Context, rt *Runtime) error
}

// Resumer is a Connector that goes on with first snapshots where a crash ended
// them: it commits rows of unready tables together with the positions that they
// reach, and so the boot leaves its unready tables alone.
type Resumer interface {
	ResumesSnapshots() bool
}

// Publisher makes changes of the physical map visible: it takes the lock that
// sessions take for their snapshots, commits the engine transaction open on
// conn, and swaps the map in memory. After an error nothing is committed.
type Publisher interface {
	Commit(ctx context.Context, conn engine.Conn, change PhysicalChange) error
}

// PhysicalChange is what one engine transaction changes about which physical
// tables hold the rows of which objects.
type PhysicalChange struct {
	Ready   map[string]engine.TableName // objects that may be read from now on
	Dropped []string                    // objects whose physical table is gone
}

// Allocator gives names to physical tables. It is safe for concurrent use.
type Allocator interface {
	NextPhysical() engine.TableName
}

// Cleaner does the work upstream that a dropped source leaves behind (a
// replication slot). It is retried until it reports nil.
type Cleaner func(ctx context.Context, c Cleanup) error
