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

// buffer names the slice of a column that holds its values.
type buffer uint8

const (
	inBool buffer = iota
	inI16
	inI32
	inI64
	inI128
	inF32
	inF64
	inIv
	inData
	inChild
)

func bufferOf(phys types.Physical) buffer {
	switch phys.Kind {
	case types.KindBool:
		return inBool
	case types.KindInt16:
		return inI16
	case types.KindInt32, types.KindDate:
		return inI32
	case types.KindInt64, types.KindTime, types.KindTimestamp, types.KindTimestampTZ:
		return inI64
	case types.KindInt128, types.KindUUID:
		return inI128
	case types.KindFloat32:
		return inF32
	case types.KindFloat64:
		return inF64
	case types.KindInterval:
		return inIv
	case types.KindList:
		return inChild
	case types.KindDecimal:
		switch {
		case phys.Width <= 4:
			return inI16
		case phys.Width <= 9:
			return inI32
		case phys.Width <= 18:
			return inI64
		}
		return inI128
	}
	return inData
}

func copyValue(c, from *engine.Column, i int) {
	switch bufferOf(c.Phys) {
	case inBool:
		c.Bool = append(c.Bool, from.Bool[i])
	case inI16:
		c.I16 = append(c.I16, from.I16[i])
	case inI32:
		c.I32 = append(c.I32, from.I32[i])
	case inI64:
		c.I64 = append(c.I64, from.I64[i])
	case inI128:
		c.I128 = append(c.I128, from.I128[i])
	case inF32:
		c.F32 = append(c.F32, from.F32[i])
	case inF64:
		c.F64 = append(c.F64, from.F64[i])
	case inIv:
		c.Iv = append(c.Iv, from.Iv[i])
	case inChild:
		copyList(c, from, i)
	case inData:
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
	switch bufferOf(c.Phys) {
	case inBool:
		if c.Bool[i] {
			return append(dst, 1)
		}
		return append(dst, 0)
	case inI16:
		return binary.BigEndian.AppendUint16(dst, uint16(c.I16[i]))
	case inI32:
		return binary.BigEndian.AppendUint32(dst, uint32(c.I32[i]))
	case inI64:
		return binary.BigEndian.AppendUint64(dst, uint64(c.I64[i]))
	case inI128:
		return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(dst, uint64(c.I128[i].Hi)), c.I128[i].Lo)
	case inF32:
		return binary.BigEndian.AppendUint32(dst, math.Float32bits(c.F32[i]+0)) // -0 becomes 0
	case inF64:
		return binary.BigEndian.AppendUint64(dst, math.Float64bits(c.F64[i]+0))
	case inIv:
		iv := c.Iv[i]
		dst = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(dst, uint32(iv.Months)), uint32(iv.Days))
		return binary.BigEndian.AppendUint64(dst, uint64(iv.Micros))
	case inChild:
		start, end := c.Span(i)
		dst = binary.BigEndian.AppendUint32(dst, end-start)
		for k := start; k < end; k++ {
			dst = AppendKey(dst, c.Child, int(k))
		}
		return dst
	case inData:
	}
	text := c.Bytes(i)
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(text)))
	return append(dst, text...)
}
