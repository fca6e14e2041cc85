package engine

import "culvert/sql/types"

// Int128 is a 128-bit value in two halves: two's complement for numbers, the
// 16 bytes in big-endian order for UUIDs.
type Int128 struct {
	Lo uint64
	Hi int64
}

// Interval is PostgreSQL's interval: months, days and microseconds.
type Interval struct {
	Months, Days int32
	Micros       int64
}

// Column holds the values of one column of a batch, by rows. Exactly the
// slices that types.Kind names for Phys.Kind are used. A column made by an
// engine is valid until the next call on its Rows; a column given to an
// engine may be reused once the call returns.
type Column struct {
	Phys types.Physical
	// Valid has bit i%64 of word i/64 set when row i is not NULL; nil means
	// that no row is NULL. The value of a NULL row is unspecified.
	Valid []uint64

	Bool []bool
	I16  []int16
	I32  []int32
	I64  []int64
	I128 []Int128
	F32  []float32
	F64  []float64
	Iv   []Interval

	// Ends and Data hold texts and byte strings: value i is
	// Data[Ends[i-1]:Ends[i]], with Ends[-1] taken as 0. For lists Ends counts
	// elements of Child. NULL rows repeat the end before them.
	Ends  []uint32
	Data  []byte
	Child *Column
}

// Batch is some rows as columns of equal length.
type Batch struct {
	Len  int
	Cols []Column
}

// IsNull tells whether row i is NULL.
func (c *Column) IsNull(i int) bool {
	return c.Valid != nil && c.Valid[i>>6]&(1<<(i&63)) == 0
}

// Bytes gives value i of a text or byte string column. It aliases Data.
func (c *Column) Bytes(i int) []byte {
	from, to := c.Span(i)
	return c.Data[from:to]
}

// Span gives the range of Data or Child that belongs to row i.
func (c *Column) Span(i int) (from, to uint32) {
	if i > 0 {
		from = c.Ends[i-1]
	}
	return from, c.Ends[i]
}
