package decode

import (
	"culvert/engine"
	"culvert/sql/types"
)

// Field is a column that a message format gives.
type Field struct {
	Name     string
	Type     types.Type
	Nullable bool
}

// Decoder decodes messages of one format. It is not safe for concurrent use.
type Decoder interface {
	// Decode appends exactly one value to each column of dst, which are those
	// of the format and equally long; or it gives an error and leaves the
	// columns as they were. It does not keep payload.
	Decode(payload []byte, dst []*Column) error
}

// RowsOf makes an empty collection for the fields; ok is false when one has a
// type that no column can hold.
func RowsOf(fields []Field) (r *Rows, ok bool) {
	physical := make([]types.Physical, len(fields))
	for i, f := range fields {
		if physical[i], ok = types.PhysicalOf(f.Type); !ok {
			return nil, false
		}
	}
	return NewRows(physical), true
}

// Pointers gives the columns as decoders take them.
func (r *Rows) Pointers() []*Column {
	out := make([]*Column, len(r.Cols))
	for i := range r.Cols {
		out[i] = &r.Cols[i]
	}
	return out
}

// Undo takes back what was appended to columns behind their first n values,
// incomplete values included.
func Undo(columns []*Column, n int) {
	for _, c := range columns {
		c.Len = min(c.Len, n)
		cut(&c.Column, n)
	}
}

func cut(c *engine.Column, n int) {
	c.Valid = cutMask(c.Valid, n)
	c.Bool, c.I16, c.I32, c.I64 = first(c.Bool, n), first(c.I16, n), first(c.I32, n), first(c.I64, n)
	c.I128, c.F32, c.F64, c.Iv = first(c.I128, n), first(c.F32, n), first(c.F64, n), first(c.Iv, n)
	c.Ends = first(c.Ends, n)
	end := int(lastEnd(c.Ends))
	if c.Child != nil {
		cut(c.Child, end)
	} else {
		c.Data = first(c.Data, end)
	}
}

func first[T any](s []T, n int) []T { return s[:min(n, len(s))] }

// cutMask makes every row from n on valid.
func cutMask(mask []uint64, n int) []uint64 {
	mask = first(mask, (n+63)/64)
	if n&63 != 0 && len(mask) > n>>6 {
		mask[n>>6] |= ^uint64(0) << (n & 63)
	}
	return mask
}

// AppendNull appends a NULL as value i of a column or of a list's elements.
func AppendNull(c *engine.Column, i int) {
	c.Valid = markNull(c.Valid, i)
	appendZero(c)
}

// AppendDecimal appends an unscaled value to a column of KindDecimal, which
// must have the digits for it.
func AppendDecimal(c *engine.Column, v engine.Int128) { appendDecimal(c, v) }

// AppendBytes appends a value to a column of KindText, where it must be UTF-8
// without NUL, or KindBytes.
func AppendBytes(c *engine.Column, b []byte) {
	c.Data = append(c.Data, b...)
	c.Ends = append(c.Ends, uint32(len(c.Data)))
}

// AppendList ends a value of a list to whose elements count were appended.
func AppendList(c *engine.Column, count int) { c.Ends = append(c.Ends, lastEnd(c.Ends)+uint32(count)) }

// ListLen is the number of elements that complete values of a list have.
func ListLen(c *engine.Column) int { return int(lastEnd(c.Ends)) }

// Change is what a message of Debezium says about a row: Op is c (created), r
// (read in a snapshot), u (updated), d (deleted), or another of Debezium's
// letters, which say nothing of a row.
type Change struct {
	Op        byte
	HasBefore bool
	HasAfter  bool
}
