package query

import "culvert/sql/types"

// Expr is an expression with its PostgreSQL type.
type Expr interface{ Type() types.Type }

// Const is a literal in PostgreSQL's canonical text form (types.Canonical).
type Const struct {
	T    types.Type
	Null bool
	Text string
}

// Param refers to a parameter: the client's first (from 0), then those that
// Analyzed.Hidden lists.
type Param struct {
	T     types.Type
	Index int
}

// Var is a column of a range entry, of this query or one around it.
type Var struct {
	T     types.Type
	Entry *RangeEntry
	Col   int // index into Entry.Columns
}

// OutputRef is an output column of the same query (in ORDER BY of a set
// operation or VALUES).
type OutputRef struct {
	T   types.Type
	Col int
}

// Func calls a function of pg_proc. Set-returning functions may stand in the
// select list and in FuncScan.
type Func struct {
	T    types.Type
	OID  types.OID // pg_proc.oid
	Name string    // pg_proc.proname
	Args []Expr
	// Variadic: the last argument is an array that was given with VARIADIC.
	Variadic bool
	Set      bool // returns a set
	// Outs has the columns that a function with OUT parameters or a column
	// definition list returns; nil for one unnamed value.
	Outs []Column
}

// Operator is an operator of pg_operator with its resolved types.
type Operator struct {
	OID    types.OID // pg_operator.oid
	Name   string
	Func   types.OID  // pg_operator.oprcode
	Left   types.Type // OID 0 for a prefix operator
	Right  types.Type
	Result types.Type
}

// Op applies an operator; Left is nil for a prefix operator.
type Op struct {
	T        types.Type
	Operator Operator
	Left     Expr
	Right    Expr
}

// CastMethod is how a cast works (pg_cast.castmethod, and what PostgreSQL's
// coerce_type does besides).
type CastMethod uint8

// The cast methods.
const (
	CastFunc    CastMethod = iota // by the function Cast.Func
	CastBinary                    // same representation: a relabel
	CastIO                        // through the text form
	CastLength                    // to the same type with a typmod: char(n), numeric(p,s), …
	CastArray                     // element by element, by ElemMethod
	CastUnknown                   // record or unknown to a row type
)

// Cast converts an expression.
type Cast struct {
	T        types.Type
	Arg      Expr
	Method   CastMethod
	Func     types.OID // pg_proc.oid for CastFunc and CastLength
	Explicit bool      // written by the user, so that char(n) truncates in silence
	// Elem is the method for the elements under CastArray.
	Elem *Cast
}

// BoolKind is AND, OR or NOT.
type BoolKind uint8

// The boolean connectives.
const (
	And BoolKind = iota
	Or
	Not
)

// BoolExpr is AND, OR (two or more arguments) or NOT (one).
type BoolExpr struct {
	Kind BoolKind
	Args []Expr
}

// NullTest is IS NULL, or IS NOT NULL. On a row it tests all the fields.
type NullTest struct {
	Arg Expr
	Not bool
}

// TruthKind is what a BoolTest asks.
type TruthKind uint8

// The truth tests.
const (
	IsTrue TruthKind = iota
	IsNotTrue
	IsFalse
	IsNotFalse
	IsUnknown
	IsNotUnknown
)

// BoolTest is IS TRUE and its like.
type BoolTest struct {
	Arg  Expr
	Kind TruthKind
}

// DistinctExpr is IS DISTINCT FROM (Not: IS NOT DISTINCT FROM), by an
// equality operator.
type DistinctExpr struct {
	Operator    Operator
	Left, Right Expr
	Not         bool
}

// NullIf is NULLIF, by an equality operator.
type NullIf struct {
	T           types.Type
	Operator    Operator
	Left, Right Expr
}

// Case is CASE. With Arg, the conditions refer to it as CaseTest.
type Case struct {
	T     types.Type
	Arg   Expr
	Whens []When
	Else  Expr // nil: NULL
}

// When is a branch of CASE.
type When struct{ Cond, Result Expr }

// CaseTest stands for the value of Case.Arg in the conditions.
type CaseTest struct{ T types.Type }

// Coalesce is COALESCE, its arguments cast to T.
type Coalesce struct {
	T    types.Type
	Args []Expr
}

// MinMax is GREATEST or LEAST, its arguments cast to T; NULLs are ignored.
type MinMax struct {
	T     types.Type
	Least bool
	Args  []Expr
}

// Array is ARRAY[…], its elements cast to the element type; of arrays, with
// Multi, for a multidimensional one.
type Array struct {
	T     types.Type // the array type
	Elem  types.Type
	Elems []Expr
	Multi bool
}

// Subscript is a[i] or, with Slice, a[i:j]; Upper and Lower may be nil in a
// slice. Container may be an array or jsonb (then Indexes are text or int4).
type Subscript struct {
	T         types.Type
	Container Expr
	Indexes   []SubscriptIndex
	Slice     bool
}

// SubscriptIndex is one dimension of a subscript.
type SubscriptIndex struct{ Lower, Upper Expr }

// Row is ROW(…) or a whole-row reference; Names are the fields'.
type Row struct {
	T      types.Type
	Fields []Expr
	Names  []string
}

// RowCompare compares rows of equal length, by one operator per field. Name is
// the operator as written: = <> < <= > >=.
type RowCompare struct {
	Name        string
	Operators   []Operator
	Left, Right []Expr
}

// FieldSelect is (row).field.
type FieldSelect struct {
	T     types.Type
	Arg   Expr
	Field int
	Name  string
}

// ArrayOp is x op ANY (array), or with All x op ALL (array). IN with a list
// is one over an Array.
type ArrayOp struct {
	Operator Operator
	All      bool
	Left     Expr
	Right    Expr
}

// SubKind is the kind of a subquery in an expression.
type SubKind uint8

// The kinds of subqueries.
const (
	SubExists SubKind = iota
	SubScalar         // one column, at most one row
	SubArray          // ARRAY(SELECT …)
	SubAny            // x op ANY (SELECT …), x IN (SELECT …)
	SubAll            // x op ALL (SELECT …)
	SubRow            // (a, b) = (SELECT …): at most one row
)

// SubLink is a subquery in an expression. For SubAny, SubAll and SubRow, Left
// is compared field by field with the columns of Query through Operators, in
// the sense of Name (as written: = < …).
type SubLink struct {
	T         types.Type
	Kind      SubKind
	Query     *Query
	Left      []Expr
	Operators []Operator
	Name      string
}

// Agg is an aggregate call.
type Agg struct {
	T        types.Type
	OID      types.OID
	Name     string
	Args     []Expr
	Direct   []Expr // direct arguments of an ordered-set aggregate
	OrderBy  []SortKey
	Distinct bool
	Star     bool // count(*)
	Filter   Expr
	// Ordered: WITHIN GROUP; OrderBy has its keys and Args is empty.
	Ordered bool
}

// WindowFunc is a window function or an aggregate used as one.
type WindowFunc struct {
	T           types.Type
	OID         types.OID
	Name        string
	Args        []Expr
	Star        bool
	Filter      Expr
	Window      *Window
	IsAgg       bool
	IgnoreNulls bool
}

// Grouping is GROUPING(…): indexes into Query.GroupBy.
type Grouping struct{ GroupBy []int }

// Collate is an expression with COLLATE "C" or "default", which are the same
// here.
type Collate struct{ Arg Expr }

// Type gives the expression's type.
func (e *Const) Type() types.Type { return e.T }

// Type gives the expression's type.
func (e *Param) Type() types.Type { return e.T }

// Type gives the expression's type.
func (e *Var) Type() types.Type { return e.T }

// Type gives the expression's type.
func (e *OutputRef) Type() types.Type { return e.T }

// Type gives the expression's type.
func (e *Func) Type() types.Type { return e.T }

// Type gives the expression's type.
func (e *Op) Type() types.Type { return e.T }

// Type gives the expression's type.
func (e *Cast) Type() types.Type { return e.T }

// Type is boolean.
func (e *BoolExpr) Type() types.Type { return types.T(types.BoolOID) }

// Type is boolean.
func (e *NullTest) Type() types.Type { return types.T(types.BoolOID) }

// Type is boolean.
func (e *BoolTest) Type() types.Type { return types.T(types.BoolOID) }

// Type is boolean.
func (e *DistinctExpr) Type() types.Type { return types.T(types.BoolOID) }

// Type gives the expression's type.
func (e *NullIf) Type() types.Type { return e.T }

// Type gives the expression's type.
func (e *Case) Type() types.Type { return e.T }

// Type gives the expression's type.
func (e *CaseTest) Type() types.Type { return e.T }

// Type gives the expression's type.
func (e *Coalesce) Type() types.Type { return e.T }

// Type gives the expression's type.
func (e *MinMax) Type() types.Type { return e.T }

// Type gives the expression's type.
func (e *Array) Type() types.Type { return e.T }

// Type gives the expression's type.
func (e *Subscript) Type() types.Type { return e.T }

// Type gives the expression's type.
func (e *Row) Type() types.Type { return e.T }

// Type is boolean.
func (e *RowCompare) Type() types.Type { return types.T(types.BoolOID) }

// Type gives the expression's type.
func (e *FieldSelect) Type() types.Type { return e.T }

// Type is boolean.
func (e *ArrayOp) Type() types.Type { return types.T(types.BoolOID) }

// Type gives the expression's type.
func (e *SubLink) Type() types.Type { return e.T }

// Type gives the expression's type.
func (e *Agg) Type() types.Type { return e.T }

// Type gives the expression's type.
func (e *WindowFunc) Type() types.Type { return e.T }

// Type is integer.
func (e *Grouping) Type() types.Type { return types.T(types.Int4OID) }

// Type gives the argument's type.
func (e *Collate) Type() types.Type { return e.Arg.Type() }
