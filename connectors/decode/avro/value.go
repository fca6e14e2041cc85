package avro

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"unicode/utf8"

	"culvert/connectors/decode"
	"culvert/connectors/decode/jsonvalue"
	"culvert/engine"
	"culvert/sql/types"
)

// raw is a scalar as it was read: numbers and times (in microseconds, days for
// dates) in i, floats in f, everything else in b, which is the message's.
type raw struct {
	i int64
	f float64
	b []byte
}

// What PostgreSQL's and the engine's dates and times can hold, in days and
// microseconds since 1970-01-01.
const (
	microsPerDay = int64(86_400_000_000)
	minDay       = -2_440_588 // 4714-11-24 BC
	maxDay       = 2_145_031_948
	minTimestamp = minDay * microsPerDay
	maxTimestamp = math.MaxInt64 - microsPerDay // in the year 294246
)

// check refuses what the type of the column does not have.
func (s scalar) check(v raw) error {
	switch s.kind {
	case kindInt:
		if v.i != int64(int32(v.i)) {
			return fmt.Errorf("the int %d has more than 32 bits", v.i)
		}
	case kindDate:
		if v.i < minDay || v.i > maxDay {
			return fmt.Errorf("the date of day %d is out of range", v.i)
		}
	case kindTime:
		if v.i < 0 || v.i > microsPerDay {
			return fmt.Errorf("the time of %d microseconds is out of range", v.i)
		}
	case kindTimestamp:
		if v.i < minTimestamp || v.i > maxTimestamp {
			return fmt.Errorf("the timestamp of %d microseconds is out of range", v.i)
		}
	case kindText:
		return checkText(v.b)
	}
	return nil
}

func checkText(b []byte) error {
	ascii := true
	for _, c := range b {
		if c == 0 {
			return types.CheckText(b)
		}
		ascii = ascii && c < utf8.RuneSelf
	}
	if ascii || utf8.Valid(b) {
		return nil
	}
	return types.CheckText(b)
}

// micros converts a time of some unit into microseconds.
func toMicros(i, unit int64) (int64, error) {
	if unit < 0 {
		q := i / -unit
		if i%-unit < 0 {
			q--
		}
		return q, nil
	}
	if i > math.MaxInt64/unit || i < math.MinInt64/unit {
		return 0, errors.New("a timestamp is out of range")
	}
	return i * unit, nil
}

// put appends a value to a column.
func (s scalar) put(r *reader, c *engine.Column, v raw) (err error) {
	switch s.kind {
	case kindBool:
		c.Bool = append(c.Bool, v.i != 0)
	case kindInt, kindDate:
		c.I32 = append(c.I32, int32(v.i))
	case kindLong, kindTime, kindTimestamp:
		c.I64 = append(c.I64, v.i)
	case kindFloat:
		c.F32 = append(c.F32, float32(v.f))
	case kindDouble:
		c.F64 = append(c.F64, v.f)
	case kindBytes, kindText, kindEnum:
		decode.AppendBytes(c, v.b)
	case kindDecimal:
		return s.putDecimal(c, v.b)
	case kindTimestampTZ:
		var micros int64
		if micros, err = types.TimestamptzFromText(string(v.b), -1, types.Env{}); err == nil {
			c.I64 = append(c.I64, micros)
		}
	case kindUUID, kindUUIDBytes:
		var id engine.Int128
		if id, err = s.uuid(v.b); err == nil {
			c.I128 = append(c.I128, id)
		}
	case kindInterval:
		var iv engine.Interval
		if iv, err = interval(v.b); err == nil {
			c.Iv = append(c.Iv, iv)
		}
	case kindJSON:
		if c.Data, err = r.norm.Append(c.Data, v.b); err == nil {
			c.Ends = append(c.Ends, uint32(len(c.Data)))
		}
	}
	return err
}

// json appends a value as to_jsonb writes it.
func (s scalar) json(r *reader, dst []byte, v raw) ([]byte, error) {
	switch s.kind {
	case kindBool:
		if v.i != 0 {
			return append(dst, "true"...), nil
		}
		return append(dst, "false"...), nil
	case kindInt, kindLong:
		return appendInt(dst, v.i), nil
	case kindFloat:
		return jsonvalue.AppendFloat(dst, v.f, 32), nil
	case kindDouble:
		return jsonvalue.AppendFloat(dst, v.f, 64), nil
	case kindBytes:
		return jsonvalue.AppendBytes(dst, v.b), nil
	case kindText, kindEnum:
		return jsonvalue.AppendString(dst, v.b), nil
	case kindDecimal:
		return s.decimalText(dst, v.b)
	case kindTimestamp:
		return jsonvalue.AppendTimestamp(dst, v.i), nil
	case kindJSON:
		return r.norm.Append(dst, v.b)
	}
	return s.quoted(dst, v)
}

// quoted appends what to_jsonb writes as the type's own text.
func (s scalar) quoted(dst []byte, v raw) ([]byte, error) {
	dst = append(dst, '"')
	switch s.kind {
	case kindDate:
		dst = types.AppendDate(dst, int32(v.i))
	case kindTime:
		dst = types.AppendTime(dst, v.i)
	case kindTimestampTZ:
		micros, err := types.TimestamptzFromText(string(v.b), -1, types.Env{})
		if err != nil {
			return dst, err
		}
		quoted := jsonvalue.AppendTimestamp(nil, micros)
		dst = append(append(dst, quoted[1:len(quoted)-1]...), "+00:00"...)
	case kindUUID, kindUUIDBytes:
		id, err := s.uuid(v.b)
		if err != nil {
			return dst, err
		}
		dst = appendUUID(dst, id)
	case kindInterval:
		iv, err := interval(v.b)
		if err != nil {
			return dst, err
		}
		dst = types.AppendInterval(dst, iv.Months, iv.Days, iv.Micros)
	}
	return append(dst, '"'), nil
}

// uuid reads 16 bytes, or a text in any of the forms that PostgreSQL takes.
func (s scalar) uuid(b []byte) (engine.Int128, error) {
	if s.kind == kindUUID {
		text, err := types.Canonical(types.T(types.UUIDOID), string(b), types.Env{})
		if err != nil {
			return engine.Int128{}, err
		}
		var id [16]byte
		n := 0
		for _, c := range []byte(text) {
			switch {
			case c == '-':
				continue
			case c >= 'a':
				c -= 'a' - 10
			default:
				c -= '0'
			}
			id[n>>1] = id[n>>1]<<4 | c
			n++
		}
		b = id[:]
	}
	return engine.Int128{Hi: int64(binary.BigEndian.Uint64(b)), Lo: binary.BigEndian.Uint64(b[8:])}, nil
}

func appendUUID(dst []byte, id engine.Int128) []byte {
	const digits = "0123456789abcdef"
	for i := range 32 {
		if i == 8 || i == 12 || i == 16 || i == 20 {
			dst = append(dst, '-')
		}
		half := uint64(id.Hi)
		if i >= 16 {
			half = id.Lo
		}
		dst = append(dst, digits[half>>(60-4*(i&15))&15])
	}
	return dst
}

// interval reads a duration: months, days and milliseconds, unsigned, little
// endian (Avro 1.11 specification, "Duration").
func interval(b []byte) (engine.Interval, error) {
	months, days, ms := binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[4:]), binary.LittleEndian.Uint32(b[8:])
	if months > math.MaxInt32 || days > math.MaxInt32 {
		return engine.Interval{}, errors.New("a duration is out of range")
	}
	return engine.Interval{Months: int32(months), Days: int32(days), Micros: int64(ms) * millis}, nil
}
