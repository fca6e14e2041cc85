package engine

import (
	"context"
	"fmt"

	"culvert/sql/types"
)

// BatchOf makes a batch of single rows, for the few rows of catalogs and
// statuses; hot paths fill columns themselves. A value is nil (NULL) or of the
// Go type that its kind holds: bool, int16, int32, int64, Int128, float32,
// float64, string, []byte, or for a list []string, []int16 or []int64. Dates are int32,
// times and timestamps int64, in the units of types.Kind.
func BatchOf(columns []ColumnDef, rows ...[]any) *Batch {
	b := &Batch{Len: len(rows), Cols: make([]Column, len(columns))}
	for i, def := range columns {
		c := &b.Cols[i]
		c.Phys = def.Phys
		for r, row := range rows {
			c.put(r, row[i])
		}
	}
	return b
}

// put appends a value as row r, which is the number of rows put before.
func (c *Column) put(r int, v any) {
	if r&63 == 0 {
		c.Valid = append(c.Valid, 0)
	}
	if v != nil {
		c.Valid[r>>6] |= 1 << (r & 63)
	}
	switch c.Phys.Kind {
	case types.KindBool:
		c.Bool = appendValue(c.Bool, v)
	case types.KindInt16:
		c.I16 = appendValue(c.I16, v)
	case types.KindInt32, types.KindDate:
		c.I32 = appendValue(c.I32, v)
	case types.KindInt64, types.KindTime, types.KindTimestamp, types.KindTimestampTZ:
		c.I64 = appendValue(c.I64, v)
	case types.KindInt128, types.KindUUID:
		c.I128 = appendValue(c.I128, v)
	case types.KindFloat32:
		c.F32 = appendValue(c.F32, v)
	case types.KindFloat64:
		c.F64 = appendValue(c.F64, v)
	case types.KindInterval:
		c.Iv = appendValue(c.Iv, v)
	case types.KindText, types.KindBytes:
		switch v := v.(type) {
		case string:
			c.Data = append(c.Data, v...)
		case []byte:
			c.Data = append(c.Data, v...)
		}
		c.Ends = append(c.Ends, uint32(len(c.Data)))
	case types.KindList:
		c.putList(v)
	default:
		panic(fmt.Sprintf("engine: BatchOf does not take kind %d", c.Phys.Kind))
	}
}

func (c *Column) putList(v any) {
	if c.Child == nil {
		c.Child = &Column{Phys: *c.Phys.Elem}
	}
	n := 0
	if len(c.Ends) > 0 {
		n = int(c.Ends[len(c.Ends)-1])
	}
	switch v := v.(type) {
	case []string:
		n = putAll(c.Child, n, v)
	case []int16:
		n = putAll(c.Child, n, v)
	case []int64:
		n = putAll(c.Child, n, v)
	}
	c.Ends = append(c.Ends, uint32(n))
}

func putAll[T any](child *Column, n int, values []T) int {
	for _, v := range values {
		child.put(n, v)
		n++
	}
	return n
}

// appendValue appends v, or the zero value for NULL. A value of another type
// than T is a mistake of the caller.
func appendValue[T any](s []T, v any) []T {
	if v == nil {
		var zero T
		return append(s, zero)
	}
	return append(s, v.(T))
}

// Value gives row i as the Go type that BatchOf takes (byte strings and texts
// are copied), or nil for NULL.
func (c *Column) Value(i int) any {
	if c.IsNull(i) {
		return nil
	}
	switch c.Phys.Kind {
	case types.KindBool:
		return c.Bool[i]
	case types.KindInt16:
		return c.I16[i]
	case types.KindInt32, types.KindDate:
		return c.I32[i]
	case types.KindInt64, types.KindTime, types.KindTimestamp, types.KindTimestampTZ:
		return c.I64[i]
	case types.KindInt128, types.KindUUID:
		return c.I128[i]
	case types.KindFloat32:
		return c.F32[i]
	case types.KindFloat64:
		return c.F64[i]
	case types.KindInterval:
		return c.Iv[i]
	case types.KindText:
		return string(c.Bytes(i))
	case types.KindBytes:
		return append([]byte(nil), c.Bytes(i)...)
	case types.KindList:
		from, to := c.Span(i)
		list := make([]any, 0, to-from)
		for j := from; j < to; j++ {
			list = append(list, c.Child.Value(int(j)))
		}
		return list
	}
	panic(fmt.Sprintf("engine: Value does not take kind %d", c.Phys.Kind))
}

// Collect reads all rows as values (see Column.Value) and closes rows. It is
// for small results of culvert's own tables.
func Collect(ctx context.Context, rows Rows, err error) ([][]any, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all [][]any
	for {
		batch, err := rows.Next(ctx)
		if err != nil {
			return nil, err
		}
		if batch == nil {
			return all, rows.Close()
		}
		for i := range batch.Len {
			row := make([]any, len(batch.Cols))
			for j := range batch.Cols {
				row[j] = batch.Cols[j].Value(i)
			}
			all = append(all, row)
		}
	}
}
