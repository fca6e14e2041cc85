package types

import (
	"math"
	"math/bits"
	"strconv"
	"strings"

	"culvert/sql/pgerr"
)

const spaces = " \t\n\v\f\r"

// parseInt reads PostgreSQL's integer input: spaces, a sign, digits, spaces.
func parseInt(input string, bitSize int, name string) (int64, error) {
	text := strings.Trim(input, spaces)
	digits := strings.TrimPrefix(text, "+")
	if digits != text && strings.HasPrefix(digits, "-") {
		return 0, errSyntax(name, input)
	}
	n, err := ParseInt64([]byte(digits))
	if err != nil {
		if pgerr.Is(err, pgerr.NumericValueOutOfRange) {
			return 0, errRange(name, input)
		}
		return 0, errSyntax(name, input)
	}
	if shift := 64 - bitSize; n<<shift>>shift != n {
		return 0, errRange(name, input)
	}
	return n, nil
}

// parseOID reads an oid: 32 bits, where a negative number counts from above.
func parseOID(input, name string) (int64, error) {
	n, err := parseInt(input, 64, name)
	if err != nil {
		return 0, err
	}
	if n > math.MaxUint32 || n < math.MinInt32 {
		return 0, errRange(name, input)
	}
	return int64(uint32(n)), nil
}

// ParseInt64 reads an optional minus sign and digits: the text of int2, int4,
// int8 and oid as PostgreSQL prints them.
func ParseInt64(b []byte) (int64, error) {
	digits := b
	neg := len(b) > 0 && b[0] == '-'
	if neg {
		digits = b[1:]
	}
	if len(digits) == 0 {
		return 0, errSyntax("bigint", string(b))
	}
	var n uint64
	for _, c := range digits {
		c -= '0'
		if c > 9 {
			return 0, errSyntax("bigint", string(b))
		}
		if n > (1<<63)/10 {
			n = math.MaxUint64
			continue
		}
		n = n*10 + uint64(c)
	}
	if neg {
		if n > 1<<63 {
			return 0, errRange("bigint", string(b))
		}
		return -int64(n), nil
	}
	if n > math.MaxInt64 {
		return 0, errRange("bigint", string(b))
	}
	return int64(n), nil
}

// ParseFloat reads float4 (bitSize 32) or float8 (64), PostgreSQL's spellings
// of infinity and NaN included.
func ParseFloat(input string, bitSize int) (float64, error) {
	name := "double precision"
	if bitSize == 32 {
		name = "real"
	}
	text := strings.Trim(input, spaces)
	if text == "" || strings.ContainsRune(text, '_') {
		return 0, errSyntax(name, input)
	}
	f, err := strconv.ParseFloat(text, bitSize)
	switch {
	case err == nil && f == 0 && strings.ContainsAny(mantissa(text), "123456789"), err != nil && math.IsInf(f, 0):
		return 0, pgerr.New(pgerr.NumericValueOutOfRange, "\"%s\" is out of range for type %s", text, name)
	case err != nil:
		return 0, errSyntax(name, input)
	}
	return f, nil
}

func mantissa(text string) string {
	if i := strings.IndexAny(text, "eEpP"); i >= 0 && !strings.ContainsAny(text, "xX") {
		return text[:i]
	}
	return text
}

// AppendFloat8 appends a float8 as PostgreSQL prints it. extraDigits is the
// setting extra_float_digits; above 0 it means the shortest exact text.
func AppendFloat8(dst []byte, f float64, extraDigits int) []byte {
	if i := int64(f); float64(i) == f && i > -1e15 && i < 1e15 && (i != 0 || !math.Signbit(f)) && extraDigits > 0 {
		return strconv.AppendInt(dst, i, 10)
	}
	return appendFloat(dst, f, 64, 15, extraDigits)
}

// AppendFloat4 appends a float4, as AppendFloat8.
func AppendFloat4(dst []byte, f float32, extraDigits int) []byte {
	return appendFloat(dst, float64(f), 32, 6, extraDigits)
}

func appendFloat(dst []byte, f float64, bitSize, digits, extraDigits int) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, "NaN"...)
	case math.IsInf(f, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(f, -1):
		return append(dst, "-Infinity"...)
	case extraDigits <= 0:
		return strconv.AppendFloat(dst, f, 'g', max(1, digits+extraDigits), bitSize)
	}
	var buf [32]byte
	text := strconv.AppendFloat(buf[:0], f, 'e', -1, bitSize)
	exp := 0
	for i := len(text) - 1; ; i-- {
		if text[i] == 'e' {
			exp, _ = strconv.Atoi(string(text[i+1:]))
			break
		}
	}
	if exp < -4 || exp >= digits {
		return append(dst, text...)
	}
	return strconv.AppendFloat(dst, f, 'f', -1, bitSize)
}

var pow10 = [...]uint64{
	1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000, 100000000000, 1000000000000, 10000000000000,
	100000000000000, 1000000000000000, 10000000000000000, 100000000000000000, 1000000000000000000, 10000000000000000000,
}

// AppendDecimal appends a decimal whose unscaled value is the two's complement
// hi:lo with scale digits behind the point. With trim, zeros at the end of the
// fraction are left out, and the point with them.
func AppendDecimal(dst []byte, hi int64, lo uint64, scale int, trim bool) []byte {
	if hi < 0 {
		dst = append(dst, '-')
		var borrow uint64
		lo, borrow = bits.Sub64(0, lo, 0)
		hi = -hi - int64(borrow)
	}
	var buf [40]byte
	digits := appendUint128(buf[:0], uint64(hi), lo)
	if pad := scale + 1 - len(digits); pad > 0 {
		n := len(digits)
		digits = digits[:n+pad]
		copy(digits[pad:], digits[:n])
		for i := range pad {
			digits[i] = '0'
		}
	}
	whole := len(digits) - scale
	frac := digits[whole:]
	if trim {
		for len(frac) > 0 && frac[len(frac)-1] == '0' {
			frac = frac[:len(frac)-1]
		}
	}
	dst = append(dst, digits[:whole]...)
	if len(frac) > 0 {
		dst = append(dst, '.')
		dst = append(dst, frac...)
	}
	return dst
}

func appendUint128(dst []byte, hi, lo uint64) []byte {
	if hi == 0 {
		return strconv.AppendUint(dst, lo, 10)
	}
	const chunk = 1e19
	high, low := bits.Div64(hi, lo, chunk) // hi <= 2^63 < chunk
	dst = strconv.AppendUint(dst, high, 10)
	for p := 18; p > 0 && low < pow10[p]; p-- {
		dst = append(dst, '0')
	}
	return strconv.AppendUint(dst, low, 10)
}

// ParseDecimal reads PostgreSQL's text of a finite numeric into an unscaled
// value with scale digits behind the point. It refuses (22003) what has more
// digits than width or a nonzero digit behind scale, and NaN and infinities.
func ParseDecimal(b []byte, width, scale int) (hi int64, lo uint64, err error) {
	i := 0
	neg := len(b) > 0 && b[0] == '-'
	if neg {
		i = 1
	}
	digits, frac, seenPoint := 0, 0, false
	var h, l uint64
	for ; i < len(b); i++ {
		c := b[i]
		if c == '.' && !seenPoint {
			seenPoint = true
			continue
		}
		if c -= '0'; c > 9 {
			if b[len(b)-1]|0x20 == 'n' || b[len(b)-1]|0x20 == 'y' { // NaN, Infinity
				return 0, 0, errDecimal(b, width, scale)
			}
			return 0, 0, errSyntax("numeric", string(b))
		}
		if seenPoint && frac == scale {
			if c != 0 {
				return 0, 0, errDecimal(b, width, scale)
			}
			continue
		}
		if seenPoint {
			frac++
		}
		if digits > 0 || c != 0 {
			digits++
		}
		if digits > MaxDecimalWidth {
			return 0, 0, errDecimal(b, width, scale)
		}
		h, l = mulAdd(h, l, 10, uint64(c))
	}
	if len(b) == 0 || !isDigit(b[len(b)-1]) && (len(b) == 1 || !isDigit(b[len(b)-2])) {
		return 0, 0, errSyntax("numeric", string(b))
	}
	if digits > 0 {
		if digits+scale-frac > min(width, MaxDecimalWidth) {
			return 0, 0, errDecimal(b, width, scale)
		}
		for ; frac < scale; frac++ {
			h, l = mulAdd(h, l, 10, 0)
		}
	}
	if neg {
		var borrow uint64
		l, borrow = bits.Sub64(0, l, 0)
		h, _ = bits.Sub64(0, h, borrow)
	}
	return int64(h), l, nil
}

func mulAdd(hi, lo, m, add uint64) (uint64, uint64) {
	carry, low := bits.Mul64(lo, m)
	low, c := bits.Add64(low, add, 0)
	return hi*m + carry + c, low
}

func errDecimal(b []byte, width, scale int) error {
	return pgerr.New(pgerr.NumericValueOutOfRange, "numeric field overflow").
		WithDetail("The value %s does not fit numeric(%d,%d).", clip(string(b)), width, scale)
}

func clip(s string) string {
	if len(s) > 100 {
		return s[:100] + "..."
	}
	return s
}
