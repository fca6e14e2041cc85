// Package decode turns the bytes that upstreams send into the engine's columns:
// PostgreSQL's text formats (of COPY and of pgoutput) are parsed straight into
// column buffers, without a value in between.
package decode

import (
	"fmt"
	"slices"

	"culvert/engine"
	"culvert/sql/types"
)

// Column collects the values of one column. It is not safe for concurrent use.
type Column struct {
	engine.Column
	Len int
}

// Rows collects rows as columns. Every column gets one value per row, in any
// order; then EndRow. It is not safe for concurrent use.
type Rows struct {
	Cols  []Column
	Len   int
	batch engine.Batch
}

// NewRows makes an empty collection with columns of the given representations.
func NewRows(columns []types.Physical) *Rows {
	r := &Rows{Cols: make([]Column, len(columns))}
	for i, phys := range columns {
		r.Cols[i] = newColumn(phys)
	}
	return r
}

func newColumn(phys types.Physical) Column {
	c := Column{Column: engine.Column{Phys: phys}}
	if phys.Kind == types.KindList {
		child := newColumn(*phys.Elem)
		c.Child = &child.Column
	}
	return c
}

// Grow makes room for so many rows, whose texts and byte strings have so many
// bytes altogether.
func (r *Rows) Grow(rows, bytes int) {
	texts := 0
	for i := range r.Cols {
		if bufferOf(r.Cols[i].Phys) == inData {
			texts++
		}
	}
	for i := range r.Cols {
		r.Cols[i].grow(rows, bytes/max(texts, 1))
	}
}

func (c *Column) grow(rows, bytes int) {
	switch bufferOf(c.Phys) {
	case inI32:
		c.I32 = slices.Grow(c.I32, rows)
	case inI64:
		c.I64 = slices.Grow(c.I64, rows)
	case inF64:
		c.F64 = slices.Grow(c.F64, rows)
	case inData:
		c.Ends, c.Data = slices.Grow(c.Ends, rows), slices.Grow(c.Data, bytes)
	}
}

// EndRow completes a row.
func (r *Rows) EndRow() { r.Len++ }

// Reset forgets all rows and keeps the memory.
func (r *Rows) Reset() {
	for i := range r.Cols {
		r.Cols[i].reset()
	}
	r.Len = 0
}

// Batch gives the complete rows; it is valid until the next change of r.
func (r *Rows) Batch() *engine.Batch {
	r.batch.Len = r.Len
	r.batch.Cols = r.batch.Cols[:0]
	for i := range r.Cols {
		c := &r.Cols[i]
		if c.Len != r.Len {
			panic(fmt.Sprintf("decode: column %d has %d of %d values", i, c.Len, r.Len))
		}
		r.batch.Cols = append(r.batch.Cols, c.finish())
	}
	return &r.batch
}

// Size is the number of bytes of variable length that the rows hold, and an
// estimate for the others.
func (r *Rows) Size() int {
	n := 0
	for i := range r.Cols {
		n += len(r.Cols[i].Data) + 8*r.Cols[i].Len
	}
	return n
}

func (c *Column) reset() {
	c.Len = 0
	resetBuffers(&c.Column)
}

func resetBuffers(c *engine.Column) {
	c.Valid = c.Valid[:0]
	c.Bool, c.I16, c.I32, c.I64 = c.Bool[:0], c.I16[:0], c.I32[:0], c.I64[:0]
	c.I128, c.F32, c.F64, c.Iv = c.I128[:0], c.F32[:0], c.F64[:0], c.Iv[:0]
	c.Ends, c.Data = c.Ends[:0], c.Data[:0]
	if c.Child != nil {
		resetBuffers(c.Child)
	}
}

// finish gives the column with a validity mask of full length, or none.
func (c *Column) finish() engine.Column {
	out := c.Column
	out.Valid = fullMask(c.Valid, c.Len)
	if out.Child != nil {
		child := *out.Child
		child.Valid = fullMask(child.Valid, int(lastEnd(c.Ends)))
		out.Child = &child
	}
	return out
}

// fullMask extends a mask to n rows; the rows it lacks are valid.
func fullMask(mask []uint64, n int) []uint64 {
	if len(mask) == 0 {
		return nil
	}
	for len(mask) < (n+63)/64 {
		mask = append(mask, ^uint64(0))
	}
	return mask
}

// markNull clears bit i of a mask that lacks the words behind the last NULL.
func markNull(mask []uint64, i int) []uint64 {
	for len(mask) <= i>>6 {
		mask = append(mask, ^uint64(0))
	}
	mask[i>>6] &^= 1 << (i & 63)
	return mask
}

func lastEnd(ends []uint32) uint32 {
	if len(ends) == 0 {
		return 0
	}
	return ends[len(ends)-1]
}

// Null appends a NULL.
func (c *Column) Null() {
	c.Valid = markNull(c.Valid, c.Len)
	appendZero(&c.Column)
	c.Len++
}

// appendZero appends the place of a NULL.
func appendZero(c *engine.Column) {
	switch c.Phys.Kind {
	case types.KindBool:
		c.Bool = append(c.Bool, false)
	case types.KindInt16:
		c.I16 = append(c.I16, 0)
	case types.KindInt32, types.KindDate:
		c.I32 = append(c.I32, 0)
	case types.KindInt64, types.KindTime, types.KindTimestamp, types.KindTimestampTZ:
		c.I64 = append(c.I64, 0)
	case types.KindInt128, types.KindUUID:
		c.I128 = append(c.I128, engine.Int128{})
	case types.KindFloat32:
		c.F32 = append(c.F32, 0)
	case types.KindFloat64:
		c.F64 = append(c.F64, 0)
	case types.KindInterval:
		c.Iv = append(c.Iv, engine.Interval{})
	case types.KindDecimal:
		appendDecimal(c, engine.Int128{})
	default:
		c.Ends = append(c.Ends, lastEnd(c.Ends))
	}
}

func appendDecimal(c *engine.Column, v engine.Int128) {
	switch {
	case c.Phys.Width <= 4:
		c.I16 = append(c.I16, int16(v.Lo))
	case c.Phys.Width <= 9:
		c.I32 = append(c.I32, int32(v.Lo))
	case c.Phys.Width <= 18:
		c.I64 = append(c.I64, int64(v.Lo))
	default:
		c.I128 = append(c.I128, v)
	}
}

// Text appends a text or byte string.
func (c *Column) Text(s string) {
	c.Data = append(c.Data, s...)
	c.Ends = append(c.Ends, uint32(len(c.Data)))
	c.Len++
}

// Int64 appends a number to a column of KindInt64, KindTimestamp or
// KindTimestampTZ.
func (c *Column) Int64(v int64) {
	c.I64 = append(c.I64, v)
	c.Len++
}

// Int32 appends a number to a column of KindInt32.
func (c *Column) Int32(v int32) {
	c.I32 = append(c.I32, v)
	c.Len++
}

// Boolean appends a bool.
func (c *Column) Boolean(v bool) {
	c.Bool = append(c.Bool, v)
	c.Len++
}
