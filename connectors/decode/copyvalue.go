package decode

import (
	"encoding/binary"
	"math"

	"culvert/engine"
	"culvert/sql/types"
)

// Copy appends value i of another column of the same representation.
func (c *Column) Copy(from *engine.Column, i int) {
	if from.IsNull(i) {
		c.Null()
		return
	}
	copyValue(&c.Column, from, i)
	c.Len++
}

func copyValue(c, from *engine.Column, i int) {
	switch {
	case from.Bool != nil:
		c.Bool = append(c.Bool, from.Bool[i])
	case from.I16 != nil:
		c.I16 = append(c.I16, from.I16[i])
	case from.I32 != nil:
		c.I32 = append(c.I32, from.I32[i])
	case from.I64 != nil:
		c.I64 = append(c.I64, from.I64[i])
	case from.I128 != nil:
		c.I128 = append(c.I128, from.I128[i])
	case from.F32 != nil:
		c.F32 = append(c.F32, from.F32[i])
	case from.F64 != nil:
		c.F64 = append(c.F64, from.F64[i])
	case from.Iv != nil:
		c.Iv = append(c.Iv, from.Iv[i])
	case c.Phys.Kind == types.KindList:
		copyList(c, from, i)
	default:
		c.Data = append(c.Data, from.Bytes(i)...)
		c.Ends = append(c.Ends, uint32(len(c.Data)))
	}
}

func copyList(c, from *engine.Column, i int) {
	start, end := from.Span(i)
	count := lastEnd(c.Ends)
	for k := start; k < end; k++ {
		if from.Child.IsNull(int(k)) {
			c.Child.Valid = markNull(c.Child.Valid, int(count))
			appendZero(c.Child)
		} else {
			copyValue(c.Child, from.Child, int(k))
		}
		count++
	}
	c.Ends = append(c.Ends, count)
}

// AppendKey appends value i of a column in a form that is equal for equal values
// of one representation and unequal for others. NULL has a form of its own.
func AppendKey(dst []byte, c *engine.Column, i int) []byte {
	if c.IsNull(i) {
		return append(dst, 0)
	}
	dst = append(dst, 1)
	switch {
	case c.Bool != nil:
		if c.Bool[i] {
			return append(dst, 1)
		}
		return append(dst, 0)
	case c.I16 != nil:
		return binary.BigEndian.AppendUint16(dst, uint16(c.I16[i]))
	case c.I32 != nil:
		return binary.BigEndian.AppendUint32(dst, uint32(c.I32[i]))
	case c.I64 != nil:
		return binary.BigEndian.AppendUint64(dst, uint64(c.I64[i]))
	case c.I128 != nil:
		return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(dst, uint64(c.I128[i].Hi)), c.I128[i].Lo)
	case c.F32 != nil:
		return binary.BigEndian.AppendUint32(dst, math.Float32bits(c.F32[i]+0))
	case c.F64 != nil:
		return binary.BigEndian.AppendUint64(dst, math.Float64bits(c.F64[i]+0))
	case c.Iv != nil:
		iv := c.Iv[i]
		dst = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(dst, uint32(iv.Months)), uint32(iv.Days))
		return binary.BigEndian.AppendUint64(dst, uint64(iv.Micros))
	case c.Phys.Kind == types.KindList:
		start, end := c.Span(i)
		dst = binary.BigEndian.AppendUint32(dst, end-start)
		for k := start; k < end; k++ {
			dst = AppendKey(dst, c.Child, int(k))
		}
		return dst
	}
	text := c.Bytes(i)
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(text)))
	return append(dst, text...)
}
