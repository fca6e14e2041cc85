package types

import (
	"encoding/binary"
	"math"
	"strconv"

	"culvert/sql/pgerr"
)

// Moments of the binary formats count from 2000-01-01; infinities are the
// extremes of their integers.
const pgEpochMicros = pgEpochDay * microsPerDay

// AppendDateBinary appends a date in PostgreSQL's binary format.
func AppendDateBinary(dst []byte, days int32) []byte {
	switch days {
	case DateInfinity:
	case DateMinusInfinity:
		days = math.MinInt32
	default:
		days -= pgEpochDay
	}
	return binary.BigEndian.AppendUint32(dst, uint32(days))
}

// AppendTimestampBinary appends a timestamp, with time zone or without, in
// PostgreSQL's binary format.
func AppendTimestampBinary(dst []byte, micros int64) []byte {
	switch micros {
	case TimestampInfinity:
	case TimestampMinusInfinity:
		micros = math.MinInt64
	default:
		micros -= pgEpochMicros
	}
	return binary.BigEndian.AppendUint64(dst, uint64(micros))
}

// AppendIntervalBinary appends an interval in PostgreSQL's binary format.
func AppendIntervalBinary(dst []byte, months, days int32, micros int64) []byte {
	dst = binary.BigEndian.AppendUint64(dst, uint64(micros))
	dst = binary.BigEndian.AppendUint32(dst, uint32(days))
	return binary.BigEndian.AppendUint32(dst, uint32(months))
}

// Float64Bits is the binary format of float8, with the one NaN that PostgreSQL
// sends.
func Float64Bits(f float64) uint64 {
	if f != f {
		return 0x7ff8 << 48
	}
	return math.Float64bits(f)
}

// Float32Bits is the binary format of float4, as Float64Bits.
func Float32Bits(f float32) uint32 {
	if f != f {
		return 0x7fc0 << 16
	}
	return math.Float32bits(f)
}

// Signs of numeric's binary format (numeric.c).
const (
	numericNegative = 0x4000
	numericNaN      = 0xC000
	numericPosInf   = 0xD000
	numericNegInf   = 0xF000
)

// AppendNumericBinary appends a numeric, given as PostgreSQL prints it, in
// PostgreSQL's binary format.
func AppendNumericBinary(dst, text []byte) []byte {
	special := uint16(0)
	switch string(text) {
	case "NaN":
		special = numericNaN
	case "Infinity":
		special = numericPosInf
	case "-Infinity":
		special = numericNegInf
	}
	if special != 0 {
		scale := byte(0)
		if special != numericNaN {
			scale = 0x20 // what PostgreSQL sends
		}
		return append(dst, 0, 0, 0, 0, byte(special>>8), 0, 0, scale)
	}
	sign := uint16(0)
	if len(text) > 0 && text[0] == '-' {
		sign, text = numericNegative, text[1:]
	}
	whole, scale := len(text), 0
	for i, c := range text {
		if c == '.' {
			whole, scale = i, len(text)-i-1
			break
		}
	}
	digit := func(i int) int { // i counts from the first digit of the whole part
		switch {
		case i < 0:
			return 0
		case i >= whole:
			i++ // the point
		}
		if i >= len(text) {
			return 0
		}
		return int(text[i] - '0')
	}
	start := len(dst)
	dst = append(dst, 0, 0, 0, 0, byte(sign>>8), byte(sign), byte(scale>>8), byte(scale))
	groups := (whole + 3) / 4
	weight := groups - 1
	last := len(dst)
	for at := whole - 4*groups; at < whole+scale; at += 4 {
		g := ((digit(at)*10+digit(at+1))*10+digit(at+2))*10 + digit(at+3)
		if g == 0 && len(dst) == start+8 {
			weight--
			continue
		}
		dst = append(dst, byte(g>>8), byte(g))
		if g != 0 {
			last = len(dst)
		}
	}
	dst = dst[:last]
	n := (last - start - 8) / 2
	if n == 0 {
		weight = 0
	}
	binary.BigEndian.PutUint16(dst[start:], uint16(n))
	binary.BigEndian.PutUint16(dst[start+2:], uint16(weight))
	return dst
}

// numericFromBinary gives the text of a numeric in binary format.
func numericFromBinary(data []byte) (string, error) {
	if len(data) < 8 {
		return "", errBinary("numeric")
	}
	n, weight := int(binary.BigEndian.Uint16(data)), int(int16(binary.BigEndian.Uint16(data[2:])))
	sign, scale := binary.BigEndian.Uint16(data[4:]), int(binary.BigEndian.Uint16(data[6:]))
	if len(data) != 8+2*n || scale > numericMaxScale {
		return "", errBinary("numeric")
	}
	switch sign {
	case numericNaN:
		return "NaN", nil
	case numericPosInf:
		return "Infinity", nil
	case numericNegInf:
		return "-Infinity", nil
	case 0, numericNegative:
	default:
		return "", pgerr.New(pgerr.InvalidBinaryRepresentation, "invalid sign in external \"numeric\" value")
	}
	group := func(i int) (g int) {
		if i >= 0 && i < n {
			g = int(binary.BigEndian.Uint16(data[8+2*i:]))
		}
		return g
	}
	num := numeric{neg: sign != 0, scale: scale}
	for i := range n {
		if group(i) > 9999 {
			return "", pgerr.New(pgerr.InvalidBinaryRepresentation, "invalid digit in external \"numeric\" value")
		}
	}
	fracGroups := (scale + 3) / 4
	for w := max(weight, 0); w >= -fracGroups; w-- {
		g := group(weight - w)
		num.digits = append(num.digits, byte('0'+g/1000), byte('0'+g/100%10), byte('0'+g/10%10), byte('0'+g%10))
	}
	num.digits = num.digits[:len(num.digits)-(4*fracGroups-scale)]
	for len(num.digits) > 0 && num.digits[0] == '0' {
		num.digits = num.digits[1:]
	}
	num.neg = num.neg && len(num.digits) > 0
	if len(num.digits)-scale > numericMaxWhole {
		return "", errNumericFormat()
	}
	return string(num.append(nil)), nil
}

func errBinary(name string) error {
	return pgerr.New(pgerr.InvalidBinaryRepresentation, "incorrect binary data format").WithDetail("The value is not a %s in binary format.", name)
}

// HasBinary tells whether values of a type have a binary format here.
func HasBinary(oid OID) bool {
	if elem := ElemOf(oid); elem != 0 {
		return HasBinary(elem)
	}
	if _, ok := rangeElems[oid]; ok {
		return true
	}
	if _, ok := scalarReaders[oid]; ok {
		return true
	}
	switch oid {
	case TextOID, UnknownOID, CstringOID, VoidOID, XMLOID, RefcursorOID:
		return true
	}
	return IsReg(oid)
}

// AppendBinary appends a value, given in canonical text, in PostgreSQL's
// binary format. It is for the types that columns hold as text, and for
// whatever is not in a hurry; env's zone is the one that the text was printed in.
func AppendBinary(dst []byte, t Type, text string, env Env) ([]byte, error) {
	if elem := ElemOf(t.OID); elem != 0 {
		return appendArrayBinary(dst, t.OID, elem, text, env)
	}
	if elem, ok := rangeElems[t.OID]; ok {
		return appendRangeBinary(dst, elem, text, env)
	}
	if IsReg(t.OID) {
		n, err := canonicalReg(t.OID, text, env)
		if err != nil {
			return dst, err
		}
		return appendInt(dst, n, 4)
	}
	switch t.OID {
	case BoolOID:
		b, err := ParseBool(text)
		if b {
			return append(dst, 1), err
		}
		return append(dst, 0), err
	case Int2OID:
		return appendInt(dst, text, 2)
	case Int4OID, OidOID, XidOID, CidOID:
		return appendInt(dst, text, 4)
	case Int8OID:
		return appendInt(dst, text, 8)
	case Float4OID:
		f, err := ParseFloat(text, 32)
		return binary.BigEndian.AppendUint32(dst, Float32Bits(float32(f))), err
	case Float8OID:
		f, err := ParseFloat(text, 64)
		return binary.BigEndian.AppendUint64(dst, Float64Bits(f)), err
	case NumericOID:
		return AppendNumericBinary(dst, []byte(text)), nil
	case CharOID:
		return append(dst, CharByte([]byte(text))), nil
	case ByteaOID:
		return ParseBytea(dst, text)
	case JSONBOID:
		return append(append(dst, 1), text...), nil
	case UUIDOID:
		raw, err := parseUUID(text)
		return append(dst, raw[:]...), err
	}
	return appendTimeBinary(dst, t.OID, text, env)
}

func appendInt(dst []byte, text string, size int) ([]byte, error) {
	n, err := ParseInt64([]byte(text))
	switch size {
	case 2:
		return binary.BigEndian.AppendUint16(dst, uint16(n)), err
	case 4:
		return binary.BigEndian.AppendUint32(dst, uint32(n)), err
	}
	return binary.BigEndian.AppendUint64(dst, uint64(n)), err
}

func appendTimeBinary(dst []byte, oid OID, text string, env Env) ([]byte, error) {
	switch oid {
	case DateOID:
		days, err := DateFromText(text, env)
		return AppendDateBinary(dst, days), err
	case TimeOID:
		micros, err := TimeFromText(text, -1, env)
		return binary.BigEndian.AppendUint64(dst, uint64(micros)), err
	case TimetzOID:
		micros, offset, err := timeFromText(text, -1, env, "time with time zone")
		return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint64(dst, uint64(micros)), uint32(-offset)), err
	case TimestampOID, TimestamptzOID:
		micros, err := timestampFromText(text, -1, env, oid == TimestamptzOID)
		return AppendTimestampBinary(dst, micros), err
	case IntervalOID:
		months, days, micros, err := parseInterval(text, -1)
		return AppendIntervalBinary(dst, months, days, micros), err
	}
	return append(dst, text...), nil
}

// FromBinary gives the canonical text of a value in PostgreSQL's binary
// format. Malformed data is 22P03.
func FromBinary(t Type, data []byte, env Env) (string, error) {
	if !HasBinary(t.OID) {
		return "", pgerr.New(pgerr.UndefinedFunction, "no binary input function available for type %s", t.OID.Name())
	}
	if elem := ElemOf(t.OID); elem != 0 {
		return arrayFromBinary(Type{OID: elem, Mod: t.Mod}, data, env)
	}
	if elem, ok := rangeElems[t.OID]; ok {
		return rangeFromBinary(t.OID, elem, data, env)
	}
	if size := fixedSize(t.OID); size != 0 && len(data) != size {
		return "", errBinary(t.OID.Name())
	}
	text, err := scalarFromBinary(t.OID, data, env)
	if err != nil {
		return "", err
	}
	if t.Mod >= 0 {
		return Canonical(t, text, env)
	}
	return text, nil
}

// fixedSize is the length of a type's binary format; 0: it varies.
func fixedSize(oid OID) int {
	switch {
	case IsReg(oid):
		return 4
	case oid == TimetzOID:
		return 12
	case oid == NameOID, oid == CstringOID, oid == UnknownOID:
		return 0
	}
	if info, ok := Lookup(oid); ok && info.Len > 0 {
		return int(info.Len)
	}
	return 0
}

func scalarFromBinary(oid OID, data []byte, env Env) (string, error) {
	switch oid {
	case BoolOID:
		if data[0] != 0 {
			return "t", nil
		}
		return "f", nil
	case Int2OID:
		return strconv.Itoa(int(int16(binary.BigEndian.Uint16(data)))), nil
	case Int4OID:
		return strconv.Itoa(int(int32(binary.BigEndian.Uint32(data)))), nil
	case Int8OID:
		return strconv.FormatInt(int64(binary.BigEndian.Uint64(data)), 10), nil
	case Float4OID:
		return string(AppendFloat4(nil, math.Float32frombits(binary.BigEndian.Uint32(data)), 1)), nil
	case Float8OID:
		return string(AppendFloat8(nil, math.Float64frombits(binary.BigEndian.Uint64(data)), 1)), nil
	case NumericOID:
		return numericFromBinary(data)
	case CharOID:
		return charText(data[0]), nil
	case ByteaOID:
		return string(AppendBytea(nil, data)), nil
	case UUIDOID:
		return string(AppendUUID(nil, [16]byte(data))), nil
	case JSONBOID:
		if len(data) == 0 || data[0] != 1 {
			return "", pgerr.New(pgerr.InvalidBinaryRepresentation, "unsupported jsonb version number")
		}
		data = data[1:]
	case DateOID, TimeOID, TimetzOID, TimestampOID, TimestamptzOID, IntervalOID:
		return timeFromBinary(oid, data, env)
	}
	if IsReg(oid) || oid == OidOID || oid == XidOID || oid == CidOID {
		return strconv.FormatUint(uint64(binary.BigEndian.Uint32(data)), 10), nil
	}
	if err := CheckText(data); err != nil {
		return "", err
	}
	return Canonical(T(oid), string(data), env)
}

func timeFromBinary(oid OID, data []byte, env Env) (string, error) {
	if oid == DateOID {
		days := int64(int32(binary.BigEndian.Uint32(data)))
		switch days {
		case math.MaxInt32:
		case math.MinInt32:
			days = DateMinusInfinity
		default:
			if days += pgEpochDay; days < minDay || days > maxDay {
				return "", pgerr.New(pgerr.DatetimeFieldOverflow, "date out of range")
			}
		}
		return string(AppendDate(nil, int32(days))), nil
	}
	micros := int64(binary.BigEndian.Uint64(data))
	switch oid {
	case IntervalOID:
		return string(AppendInterval(nil, int32(binary.BigEndian.Uint32(data[12:])), int32(binary.BigEndian.Uint32(data[8:])), micros)), nil
	case TimeOID, TimetzOID:
		if micros < 0 || micros > microsPerDay {
			return "", pgerr.New(pgerr.DatetimeFieldOverflow, "time out of range")
		}
		text := AppendTime(nil, micros)
		if oid == TimetzOID {
			west := int32(binary.BigEndian.Uint32(data[8:]))
			if west <= -16*3600 || west >= 16*3600 {
				return "", pgerr.New("22009", "time zone displacement out of range")
			}
			text = appendOffset(text, int(-west))
		}
		return string(text), nil
	}
	switch micros {
	case math.MaxInt64:
	case math.MinInt64:
		micros = TimestampMinusInfinity
	default:
		if micros < minTimestamp-pgEpochMicros || micros > maxTimestamp-pgEpochMicros {
			return "", pgerr.New(pgerr.DatetimeFieldOverflow, "timestamp out of range")
		}
		micros += pgEpochMicros
	}
	if oid == TimestampOID {
		return string(AppendTimestamp(nil, micros)), nil
	}
	return string(AppendTimestamptz(nil, micros, env.loc())), nil
}
