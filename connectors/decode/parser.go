package decode

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"unsafe"

	"culvert/engine"
	"culvert/sql/types"
)

// Parser appends one value, given in PostgreSQL's text format under DateStyle
// ISO, IntervalStyle postgres, bytea_output hex and TimeZone UTC. It does not
// keep text. After an error nothing has been appended that the column counts.
type Parser func(c *Column, text []byte) error

// ErrUnrepresentable is wrapped by the errors of values that PostgreSQL has and
// the representation of the column has not.
var ErrUnrepresentable = errors.New("value cannot be represented")

// parse appends a value to the buffers of a column, or of a list's elements.
type parse func(c *engine.Column, text []byte) error

// ForType gives the representation of a type and the parser of its text.
func ForType(t types.Type) (types.Physical, Parser, bool) {
	phys, ok := types.PhysicalOf(t)
	if !ok {
		return types.Physical{}, nil, false
	}
	p, ok := ForPhysical(phys)
	return phys, p, ok
}

// ForPhysical gives the parser for a representation.
func ForPhysical(phys types.Physical) (Parser, bool) {
	fn := parserFor(phys)
	if fn == nil {
		return nil, false
	}
	return func(c *Column, text []byte) error {
		if err := fn(&c.Column, text); err != nil {
			return err
		}
		c.Len++
		return nil
	}, true
}

func parserFor(phys types.Physical) parse {
	switch phys.Kind {
	case types.KindBool:
		return parseBool
	case types.KindInt16:
		return parseInt16
	case types.KindInt32:
		return parseInt32
	case types.KindInt64:
		return parseInt64
	case types.KindFloat32:
		return parseFloat32
	case types.KindFloat64:
		return parseFloat64
	case types.KindDecimal:
		return parseDecimal
	case types.KindText:
		return parseText
	case types.KindBytes:
		return parseBytes
	case types.KindUUID:
		return parseUUID
	case types.KindDate:
		return parseDate
	case types.KindTime:
		return parseTime
	case types.KindTimestamp, types.KindTimestampTZ:
		return parseTimestamp
	case types.KindInterval:
		return parseInterval
	case types.KindList:
		elem := parserFor(*phys.Elem)
		if elem == nil {
			return nil
		}
		return func(c *engine.Column, text []byte) error { return parseList(c, text, elem) }
	}
	return nil
}

func syntaxError(what string, text []byte) error {
	return fmt.Errorf("invalid text of a %s: %q", what, clip(text))
}

func unrepresentable(what string, text []byte) error {
	return fmt.Errorf("%w: %s %q", ErrUnrepresentable, what, clip(text))
}

// clip shortens a value for an error.
func clip(text []byte) string {
	const most = 60
	if len(text) > most {
		return string(text[:most]) + "…"
	}
	return string(text)
}

func parseText(c *engine.Column, text []byte) error {
	if len(c.Data)+len(text) > math.MaxUint32 {
		return errors.New("a batch holds more than 4 GiB of text")
	}
	c.Data = append(c.Data, text...)
	c.Ends = append(c.Ends, uint32(len(c.Data)))
	return nil
}

func parseBool(c *engine.Column, text []byte) error {
	if len(text) != 1 || text[0] != 't' && text[0] != 'f' {
		return syntaxError("boolean", text)
	}
	c.Bool = append(c.Bool, text[0] == 't')
	return nil
}

// integer reads a decimal number of at most 19 digits.
func integer(text []byte) (int64, bool) {
	digits := text
	negative := len(text) > 0 && text[0] == '-'
	if negative {
		digits = text[1:]
	}
	if len(digits) == 0 || len(digits) > 19 {
		return 0, false
	}
	n, ok := digitsOf(digits)
	switch {
	case !ok:
		return 0, false
	case negative && n <= 1<<63:
		return -int64(n), true
	case !negative && n < 1<<63:
		return int64(n), true
	}
	return 0, false
}

// digitsOf reads at most 19 digits.
func digitsOf(digits []byte) (uint64, bool) {
	var n uint64
	for _, d := range digits {
		d -= '0'
		if d > 9 {
			return 0, false
		}
		n = n*10 + uint64(d)
	}
	return n, true
}

func parseInt16(c *engine.Column, text []byte) error {
	n, ok := integer(text)
	if !ok || n < math.MinInt16 || n > math.MaxInt16 {
		return syntaxError("smallint", text)
	}
	c.I16 = append(c.I16, int16(n))
	return nil
}

func parseInt32(c *engine.Column, text []byte) error {
	n, ok := integer(text)
	if !ok || n < math.MinInt32 || n > math.MaxInt32 {
		return syntaxError("integer", text)
	}
	c.I32 = append(c.I32, int32(n))
	return nil
}

func parseInt64(c *engine.Column, text []byte) error {
	n, ok := integer(text)
	if !ok {
		return syntaxError("bigint", text)
	}
	c.I64 = append(c.I64, n)
	return nil
}

// parseFloat32 and parseFloat64 take what PostgreSQL prints with
// extra_float_digits 3: the shortest text that reads back the same, NaN,
// Infinity and -Infinity.
func parseFloat32(c *engine.Column, text []byte) error {
	f, err := strconv.ParseFloat(unsafe.String(unsafe.SliceData(text), len(text)), 32)
	if err != nil {
		return syntaxError("real", text)
	}
	c.F32 = append(c.F32, float32(f))
	return nil
}

func parseFloat64(c *engine.Column, text []byte) error {
	f, err := strconv.ParseFloat(unsafe.String(unsafe.SliceData(text), len(text)), 64)
	if err != nil {
		return syntaxError("double precision", text)
	}
	c.F64 = append(c.F64, f)
	return nil
}

// hexDigit has the value of a hexadecimal digit, or 255.
var hexDigit = func() (t [256]byte) {
	for i := range t {
		t[i] = 255
	}
	for i := range byte(10) {
		t['0'+i] = i
	}
	for i := range byte(6) {
		t['a'+i], t['A'+i] = 10+i, 10+i
	}
	return t
}()

func parseBytes(c *engine.Column, text []byte) error {
	if len(text) < 2 || text[0] != '\\' || text[1] != 'x' || len(text)%2 != 0 {
		return syntaxError("bytea", text)
	}
	start := len(c.Data)
	for i := 2; i < len(text); i += 2 {
		hi, lo := hexDigit[text[i]], hexDigit[text[i+1]]
		if hi|lo > 15 {
			c.Data = c.Data[:start]
			return syntaxError("bytea", text)
		}
		c.Data = append(c.Data, hi<<4|lo)
	}
	c.Ends = append(c.Ends, uint32(len(c.Data)))
	return nil
}

func parseUUID(c *engine.Column, text []byte) error {
	if len(text) != 36 {
		return syntaxError("uuid", text)
	}
	var half [2]uint64
	n := 0
	for i, ch := range text {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if ch != '-' {
				return syntaxError("uuid", text)
			}
			continue
		}
		d := hexDigit[ch]
		if d > 15 {
			return syntaxError("uuid", text)
		}
		half[n>>4] = half[n>>4]<<4 | uint64(d)
		n++
	}
	c.I128 = append(c.I128, engine.Int128{Hi: int64(half[0]), Lo: half[1]})
	return nil
}
