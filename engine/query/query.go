// Package query is the resolved query tree: what the analyzer makes of a
// SELECT and what an engine translates. It is close to PostgreSQL's own Query
// (src/include/nodes/parsenodes.h, primnodes.h): names are resolved to range
// entries, every implicit cast is explicit, and each column, function and
// operator carries its PostgreSQL types, so that a translator never guesses.
//
// A tree is immutable once made, and may be shared by concurrent readers.
package query

import "culvert/sql/types"

// Query is one SELECT, VALUES or set operation. Exactly one of Set, Values
// and Targets says where its rows come from.
type Query struct {
	CTEs []*CTE // in the order of WITH; a later one may refer to an earlier one

	// Columns are the output columns, in order.
	Columns []Column

	Set    *SetOp   // UNION, INTERSECT, EXCEPT
	Values [][]Expr // VALUES; each row has len(Columns) expressions
	// Targets computes the columns: first one per column, then the junk ones
	// that only ORDER BY, DISTINCT ON or GROUP BY refer to.
	Targets []Target

	From  []FromItem // joined by comma; empty: one row without columns
	Where Expr       // nil: all rows

	Grouped bool // has GROUP BY, HAVING or an aggregate: one row per group
	GroupBy []Expr
	// GroupingSets lists the sets as indexes into GroupBy; nil: plain GROUP BY.
	GroupingSets [][]int
	Having       Expr
	Windows      []*Window

	Distinct   bool
	DistinctOn []Expr
	OrderBy    []SortKey
	Limit      Expr // int8; nil: none
	Offset     Expr // int8; nil: none
	WithTies   bool // FETCH FIRST n ROWS WITH TIES
}

// Column is an output column of a query or a range entry.
type Column struct {
	Name string
	Type types.Type
}

// Target is an expression of the select list.
type Target struct {
	Expr Expr
	Junk bool
}

// SortKey is an item of ORDER BY. NullsFirst is resolved: PostgreSQL's default
// is NULLS LAST ascending and NULLS FIRST descending. In a Query with Set or
// Values, Expr is an *OutputRef; otherwise any expression.
type SortKey struct {
	Expr       Expr
	Desc       bool
	NullsFirst bool
}

// SetKind is the kind of a set operation.
type SetKind uint8

// The set operations.
const (
	Union SetKind = iota
	Intersect
	Except
)

// SetOp combines two queries whose columns have the same types: the analyzer
// has put the casts into the arms.
type SetOp struct {
	Kind  SetKind
	All   bool
	Left  *Query
	Right *Query
}

// CTE is an item of WITH.
type CTE struct {
	Name      string // as written; for display
	Columns   []Column
	Query     *Query
	Recursive bool // Query.Set's right arm refers to the CTE
	// Materialized is nil for the default, else what the query says.
	Materialized *bool
}

// FromItem is a *RangeEntry or a *Join.
type FromItem interface{ fromItem() }

// RangeEntry is something in FROM that has columns. Expressions refer to it by
// pointer. Exactly one of Table, Query, CTE and Func is set.
type RangeEntry struct {
	Alias   string // as users see it; not unique
	Columns []Column

	Table *Table
	Query *Query // subquery or view
	CTE   *CTE
	Func  *FuncScan
	// Lateral: Query or Func may refer to entries before it in FROM.
	Lateral bool
}

// Table is a stored relation.
type Table struct {
	// Object is the catalog ID (e.g. u12) for relations whose physical table
	// Statement.Tables tells, and empty where Relation is set.
	Object string
	// Relation names a relation of the engine itself: "c.objects" or
	// "s.statuses" for a system table, "live.x" for a LiveRelation, "static.x"
	// for a static one.
	Relation string
	// Physical has the name of each column in the engine, and how it is held.
	Physical []PhysicalColumn
}

// PhysicalColumn is a column as the engine holds it.
type PhysicalColumn struct {
	Name string
	Phys types.Physical
}

// FuncScan is a function in FROM, or several in ROWS FROM. The columns are
// those of the functions in order, then an int8 for WITH ORDINALITY.
type FuncScan struct {
	Funcs      []Expr // *Func, or any expression for a function that returns one row
	Ordinality bool
}

// JoinKind is the kind of a join.
type JoinKind uint8

// The joins.
const (
	InnerJoin JoinKind = iota
	LeftJoin
	RightJoin
	FullJoin
	CrossJoin
)

// Join joins two items. USING and NATURAL are resolved into On; the columns
// they merge are COALESCE expressions or plain Vars where they are used.
type Join struct {
	Kind        JoinKind
	Left, Right FromItem
	On          Expr // nil for CrossJoin
}

func (*RangeEntry) fromItem() {}
func (*Join) fromItem()       {}

// FrameMode is ROWS, RANGE or GROUPS.
type FrameMode uint8

// The frame modes.
const (
	FrameRange FrameMode = iota
	FrameRows
	FrameGroups
)

// BoundKind is one end of a window frame.
type BoundKind uint8

// The frame bounds.
const (
	UnboundedPreceding BoundKind = iota
	OffsetPreceding
	CurrentRow
	OffsetFollowing
	UnboundedFollowing
)

// ExcludeKind is the EXCLUDE clause of a window frame.
type ExcludeKind uint8

// The exclusions.
const (
	ExcludeNone ExcludeKind = iota
	ExcludeCurrentRow
	ExcludeGroup
	ExcludeTies
)

// Window is a window definition with its references resolved.
type Window struct {
	PartitionBy []Expr
	OrderBy     []SortKey
	Frame       *Frame // nil: the default frame
}

// Frame is the frame clause of a window.
type Frame struct {
	Mode       FrameMode
	Start, End BoundKind
	StartExpr  Expr // for OffsetPreceding and OffsetFollowing
	EndExpr    Expr
	Exclude    ExcludeKind
}
