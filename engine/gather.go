package engine

import "culvert/sql/types"

// Gather makes a column of the given rows of c, in that order, that shares no
// memory with c.
func (c *Column) Gather(rows []uint32) Column {
	out := Column{
		Phys: c.Phys,
		Bool: pick(c.Bool, rows), I16: pick(c.I16, rows), I32: pick(c.I32, rows), I64: pick(c.I64, rows),
		I128: pick(c.I128, rows), F32: pick(c.F32, rows), F64: pick(c.F64, rows), Iv: pick(c.Iv, rows),
	}
	if c.Valid != nil {
		out.Valid = make([]uint64, (len(rows)+63)/64)
		for i, row := range rows {
			if !c.IsNull(int(row)) {
				out.Valid[i>>6] |= 1 << (i & 63)
			}
		}
	}
	switch c.Phys.Kind {
	case types.KindText, types.KindBytes:
		out.Ends = make([]uint32, len(rows))
		for i, row := range rows {
			if !c.IsNull(int(row)) {
				out.Data = append(out.Data, c.Bytes(int(row))...)
			}
			out.Ends[i] = uint32(len(out.Data))
		}
	case types.KindList:
		out.Ends = make([]uint32, len(rows))
		var elements []uint32
		for i, row := range rows {
			if !c.IsNull(int(row)) {
				from, to := c.Span(int(row))
				for k := from; k < to; k++ {
					elements = append(elements, k)
				}
			}
			out.Ends[i] = uint32(len(elements))
		}
		if c.Child != nil {
			child := c.Child.Gather(elements)
			out.Child = &child
		}
	}
	return out
}

func pick[T any](values []T, rows []uint32) []T {
	if values == nil {
		return nil
	}
	out := make([]T, len(rows))
	for i, row := range rows {
		out[i] = values[row]
	}
	return out
}

// Clone copies a batch, so that it may be kept.
func (b *Batch) Clone() *Batch {
	rows := make([]uint32, b.Len)
	for i := range rows {
		rows[i] = uint32(i)
	}
	out := &Batch{Len: b.Len, Cols: make([]Column, len(b.Cols))}
	for i := range b.Cols {
		out.Cols[i] = b.Cols[i].Gather(rows)
	}
	return out
}
