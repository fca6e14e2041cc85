package wire

import (
	"strconv"

	"culvert/engine"
	"culvert/sql/types"
)

// textField chooses how a column is written as text.
func textField(t types.Type, phys types.Physical, s Settings) appendFunc {
	if types.IsReg(t.OID) && s.Reg != nil && isInt(phys.Kind) {
		return func(dst []byte, c *engine.Column, i int) []byte { return s.Reg(dst, t.OID, uint32(intAt(c, i))) }
	}
	switch phys.Kind {
	case types.KindBool:
		return textBool
	case types.KindInt16:
		return func(dst []byte, c *engine.Column, i int) []byte { return strconv.AppendInt(dst, int64(c.I16[i]), 10) }
	case types.KindInt32:
		return func(dst []byte, c *engine.Column, i int) []byte { return strconv.AppendInt(dst, int64(c.I32[i]), 10) }
	case types.KindInt64:
		return func(dst []byte, c *engine.Column, i int) []byte { return strconv.AppendInt(dst, c.I64[i], 10) }
	case types.KindInt128:
		return func(dst []byte, c *engine.Column, i int) []byte {
			return types.AppendDecimal(dst, c.I128[i].Hi, c.I128[i].Lo, 0, false)
		}
	case types.KindFloat32:
		return func(dst []byte, c *engine.Column, i int) []byte {
			return types.AppendFloat4(dst, c.F32[i], s.ExtraFloatDigits)
		}
	case types.KindFloat64:
		return func(dst []byte, c *engine.Column, i int) []byte {
			return types.AppendFloat8(dst, c.F64[i], s.ExtraFloatDigits)
		}
	case types.KindDecimal:
		return textDecimal(int(phys.Scale), trims(t, phys))
	case types.KindBytes:
		if s.ByteaEscape {
			return func(dst []byte, c *engine.Column, i int) []byte { return types.AppendByteaEscape(dst, c.Bytes(i)) }
		}
		return func(dst []byte, c *engine.Column, i int) []byte { return types.AppendBytea(dst, c.Bytes(i)) }
	case types.KindDate, types.KindTime, types.KindTimestamp, types.KindTimestampTZ, types.KindInterval:
		return textTime(phys.Kind, s)
	case types.KindUUID:
		return func(dst []byte, c *engine.Column, i int) []byte { return types.AppendUUID(dst, uuidAt(c, i)) }
	case types.KindList:
		return textList(t, phys, s)
	}
	return textText
}

func textText(dst []byte, c *engine.Column, i int) []byte { return append(dst, c.Bytes(i)...) }

func textBool(dst []byte, c *engine.Column, i int) []byte {
	if c.Bool[i] {
		return append(dst, 't')
	}
	return append(dst, 'f')
}

func textDecimal(scale int, trim bool) appendFunc {
	return func(dst []byte, c *engine.Column, i int) []byte {
		hi, lo := decimalAt(c, i)
		return types.AppendDecimal(dst, hi, lo, scale, trim)
	}
}

func textTime(kind types.Kind, s Settings) appendFunc {
	switch kind {
	case types.KindDate:
		return func(dst []byte, c *engine.Column, i int) []byte { return types.AppendDate(dst, c.I32[i]) }
	case types.KindTime:
		return func(dst []byte, c *engine.Column, i int) []byte { return types.AppendTime(dst, c.I64[i]) }
	case types.KindTimestamp:
		return func(dst []byte, c *engine.Column, i int) []byte { return types.AppendTimestamp(dst, c.I64[i]) }
	case types.KindTimestampTZ:
		return func(dst []byte, c *engine.Column, i int) []byte {
			return types.AppendTimestamptz(dst, c.I64[i], s.TimeZone)
		}
	}
	return func(dst []byte, c *engine.Column, i int) []byte {
		return types.AppendInterval(dst, c.Iv[i].Months, c.Iv[i].Days, c.Iv[i].Micros)
	}
}

// textList writes {…} with PostgreSQL's quotes.
func textList(t types.Type, phys types.Physical, s Settings) appendFunc {
	elem := textField(types.Type{OID: types.ElemOf(t.OID), Mod: t.Mod}, elemOf(phys), s)
	return func(dst []byte, c *engine.Column, i int) []byte {
		dst = append(dst, '{')
		from, to := c.Span(i)
		for k := from; k < to; k++ {
			if k > from {
				dst = append(dst, ',')
			}
			if c.Child.IsNull(int(k)) {
				dst = append(dst, "NULL"...)
				continue
			}
			start := len(dst)
			dst = elem(dst, c.Child, int(k))
			if phys.Elem == nil || phys.Elem.Kind != types.KindList { // a list in a list is a dimension, not a text
				dst = types.QuoteArrayElement(dst, start, ',')
			}
		}
		return append(dst, '}')
	}
}

func elemOf(phys types.Physical) types.Physical {
	if phys.Elem == nil {
		return types.Physical{Kind: types.KindText}
	}
	return *phys.Elem
}
