package wire

import (
	"encoding/binary"

	"culvert/engine"
	"culvert/sql/types"
)

// binaryField chooses how a column is written in binary. The type says the
// format, the representation only where the value is. A pair that has no way
// of its own goes through text.
func (e *Encoder) binaryField(t types.Type, phys types.Physical, s Settings) appendFunc {
	if f := binaryNumber(t, phys); f != nil {
		return f
	}
	if f := binaryTime(t.OID, phys.Kind); f != nil {
		return f
	}
	text := phys.Kind == types.KindText
	switch t.OID {
	case types.BoolOID:
		if phys.Kind == types.KindBool {
			return func(dst []byte, c *engine.Column, i int) []byte { return append(dst, byte(intAt(c, i))) }
		}
	case types.TextOID, types.VarcharOID, types.BpcharOID, types.NameOID, types.JSONOID, types.UnknownOID:
		if text {
			return textText
		}
	case types.CharOID:
		if text {
			return func(dst []byte, c *engine.Column, i int) []byte { return append(dst, types.CharByte(c.Bytes(i))) }
		}
	case types.JSONBOID:
		if text {
			return func(dst []byte, c *engine.Column, i int) []byte { return append(append(dst, 1), c.Bytes(i)...) }
		}
	case types.ByteaOID:
		if phys.Kind == types.KindBytes {
			return textText
		}
	case types.UUIDOID:
		if phys.Kind == types.KindUUID {
			return func(dst []byte, c *engine.Column, i int) []byte {
				raw := uuidAt(c, i)
				return append(dst, raw[:]...)
			}
		}
	}
	if phys.Kind == types.KindList && elemOf(phys).Kind != types.KindList && types.IsArray(t.OID) {
		return e.binaryList(t, phys, s)
	}
	return e.binaryByText(t, phys, s)
}

func binaryNumber(t types.Type, phys types.Physical) appendFunc {
	switch t.OID {
	case types.NumericOID:
		return binaryNumeric(t, phys)
	case types.Float4OID, types.Float8OID:
		size := 8
		if t.OID == types.Float4OID {
			size = 4
		}
		if isFloat(phys.Kind) {
			return func(dst []byte, c *engine.Column, i int) []byte { return floatBits(dst, floatAt(c, i), size) }
		}
		return nil
	}
	if !isInt(phys.Kind) {
		return nil
	}
	switch {
	case t.OID == types.Int2OID:
		return func(dst []byte, c *engine.Column, i int) []byte {
			return binary.BigEndian.AppendUint16(dst, uint16(intAt(c, i)))
		}
	case t.OID == types.Int8OID:
		return func(dst []byte, c *engine.Column, i int) []byte {
			return binary.BigEndian.AppendUint64(dst, uint64(intAt(c, i)))
		}
	case t.OID == types.Int4OID, t.OID == types.OidOID, t.OID == types.XidOID, t.OID == types.CidOID, types.IsReg(t.OID):
		return func(dst []byte, c *engine.Column, i int) []byte {
			return binary.BigEndian.AppendUint32(dst, uint32(intAt(c, i)))
		}
	}
	return nil
}

func binaryNumeric(t types.Type, phys types.Physical) appendFunc {
	if phys.Kind == types.KindText {
		return func(dst []byte, c *engine.Column, i int) []byte { return types.AppendNumericBinary(dst, c.Bytes(i)) }
	}
	if isFloat(phys.Kind) { // its text may have an exponent
		return nil
	}
	text := textField(t, phys, Settings{})
	return func(dst []byte, c *engine.Column, i int) []byte {
		var buf [48]byte
		return types.AppendNumericBinary(dst, text(buf[:0], c, i))
	}
}

func binaryTime(oid types.OID, kind types.Kind) appendFunc {
	switch {
	case oid == types.DateOID && kind == types.KindDate:
		return func(dst []byte, c *engine.Column, i int) []byte { return types.AppendDateBinary(dst, c.I32[i]) }
	case oid == types.TimeOID && kind == types.KindTime:
		return func(dst []byte, c *engine.Column, i int) []byte {
			return binary.BigEndian.AppendUint64(dst, uint64(c.I64[i]))
		}
	case (oid == types.TimestampOID || oid == types.TimestamptzOID) && (kind == types.KindTimestamp || kind == types.KindTimestampTZ):
		return func(dst []byte, c *engine.Column, i int) []byte { return types.AppendTimestampBinary(dst, c.I64[i]) }
	case oid == types.IntervalOID && kind == types.KindInterval:
		return func(dst []byte, c *engine.Column, i int) []byte {
			return types.AppendIntervalBinary(dst, c.Iv[i].Months, c.Iv[i].Days, c.Iv[i].Micros)
		}
	}
	return nil
}

func (e *Encoder) binaryList(t types.Type, phys types.Physical, s Settings) appendFunc {
	elemType := types.Type{OID: types.ElemOf(t.OID), Mod: t.Mod}
	elem := e.binaryField(elemType, elemOf(phys), s)
	return func(dst []byte, c *engine.Column, i int) []byte {
		from, to := c.Span(i)
		hasNull := false
		for k := from; k < to; k++ {
			hasNull = hasNull || c.Child.IsNull(int(k))
		}
		dst = types.AppendArrayHeader(dst, elemType.OID, int(to-from), hasNull)
		for k := from; k < to; k++ {
			if c.Child.IsNull(int(k)) {
				dst = append(dst, 0xff, 0xff, 0xff, 0xff)
				continue
			}
			at := len(dst)
			dst = elem(append(dst, 0, 0, 0, 0), c.Child, int(k))
			binary.BigEndian.PutUint32(dst[at:], uint32(len(dst)-at-4))
		}
		return dst
	}
}

// binaryByText prints the value and reads the text as the type.
func (e *Encoder) binaryByText(t types.Type, phys types.Physical, s Settings) appendFunc {
	s.ExtraFloatDigits, s.ByteaEscape, s.Reg = 1, false, nil
	text := textField(t, phys, s)
	return func(dst []byte, c *engine.Column, i int) []byte {
		out, err := types.AppendBinary(dst, t, string(text(nil, c, i)), types.Env{TimeZone: s.TimeZone})
		if err != nil {
			e.err = err
			return dst
		}
		return out
	}
}
