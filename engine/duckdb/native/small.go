package native

import (
	"math/bits"
	"strconv"
)

// small is a numeric of at most 18 digits: most values are, and are computed
// without big integers.
type small struct {
	coef  int64
	scale int
}

var powers = func() (p [19]int64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = p[i-1] * 10
	}
	return p
}()

// parseSmall reads a canonical numeric; ok is false when it is not small.
func parseSmall(s string) (v small, ok bool) {
	neg := len(s) > 0 && s[0] == '-'
	if neg {
		s = s[1:]
	}
	if len(s) == 0 || len(s) > 19 {
		return v, false
	}
	point := -1
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			v.coef = v.coef*10 + int64(c-'0')
		case c == '.' && point < 0:
			point = i
		default:
			return v, false
		}
	}
	if point >= 0 {
		v.scale = len(s) - point - 1
	} else if len(s) > 18 {
		return v, false
	}
	if neg {
		v.coef = -v.coef
	}
	return v, true
}

// appendSmall prints coef / 10^scale with all its digits.
func appendSmall(buf []byte, coef int64, scale int) []byte {
	if coef < 0 {
		buf = append(buf, '-')
	}
	return appendUnsigned(buf, uint64(max(coef, -coef)), scale)
}

func appendUnsigned(buf []byte, u uint64, scale int) []byte {
	if scale == 0 {
		return strconv.AppendUint(buf, u, 10)
	}
	var digits [40]byte
	text := strconv.AppendUint(digits[:0], u, 10)
	for n := scale - len(text); n >= 0; n-- {
		buf = append(buf, '0')
		if n == scale-len(text) {
			buf = append(buf, '.')
		}
	}
	if len(text) <= scale {
		return append(buf, text...)
	}
	buf = append(buf, text[:len(text)-scale]...)
	buf = append(buf, '.')
	return append(buf, text[len(text)-scale:]...)
}

// align brings two to one scale, while both stay below 10^18.
func align(a, b small) (x, y int64, scale int, ok bool) {
	scale = max(a.scale, b.scale)
	x, ok = raise10(a.coef, scale-a.scale)
	if !ok {
		return 0, 0, 0, false
	}
	y, ok = raise10(b.coef, scale-b.scale)
	return x, y, scale, ok
}

func raise10(v int64, n int) (int64, bool) {
	if n > 18 {
		return 0, false
	}
	limit := powers[18] / powers[n]
	return v * powers[n], v <= limit && v >= -limit
}

// smallOp computes an operator on small operands into buf; ok is false when
// the general way has to be taken.
type smallOp func(buf []byte, a, b small) ([]byte, bool)

func smallAdd(buf []byte, a, b small) ([]byte, bool) {
	x, y, scale, ok := align(a, b)
	if !ok {
		return buf, false
	}
	return appendSmall(buf, x+y, scale), true
}

func smallSub(buf []byte, a, b small) ([]byte, bool) {
	b.coef = -b.coef
	return smallAdd(buf, a, b)
}

func smallMul(buf []byte, a, b small) ([]byte, bool) {
	hi, lo := bits.Mul64(uint64(max(a.coef, -a.coef)), uint64(max(b.coef, -b.coef)))
	if hi != 0 {
		return buf, false
	}
	if (a.coef < 0) != (b.coef < 0) && lo != 0 {
		buf = append(buf, '-')
	}
	return appendUnsigned(buf, lo, a.scale+b.scale), true
}

// smallDiv divides with PostgreSQL's scale and rounds half away from zero.
func smallDiv(buf []byte, a, b small) ([]byte, bool) {
	if b.coef == 0 || a.coef == 0 {
		return buf, false
	}
	scale := a.divScale(b)
	shift := scale + b.scale - a.scale
	if shift < 0 || shift > 18 {
		return buf, false
	}
	den := uint64(max(b.coef, -b.coef))
	hi, lo := bits.Mul64(uint64(max(a.coef, -a.coef)), uint64(powers[shift]))
	if hi >= den {
		return buf, false
	}
	q, rest := bits.Div64(hi, lo, den)
	if rest >= den-rest {
		q++
	}
	if (a.coef < 0) != (b.coef < 0) && q != 0 {
		buf = append(buf, '-')
	}
	return appendUnsigned(buf, q, scale), true
}

func (a small) divScale(b small) int {
	w1, f1 := a.weight4()
	w2, f2 := b.weight4()
	q := w1 - w2
	if f1 <= f2 {
		q--
	}
	return min(max(minSigDigits-q*4, a.scale, b.scale, 0), maxDisplayScale)
}

// weight4 is dec.weight4 for a coefficient that is not 0.
func (a small) weight4() (weight int, first int) {
	u := max(a.coef, -a.coef)
	digits := 1
	for digits < 19 && u >= powers[digits] {
		digits++
	}
	before := digits - a.scale
	weight = floorDiv(before-1, 4)
	n := before - weight*4
	if digits >= n {
		return weight, int(u / powers[digits-n])
	}
	return weight, int(u * powers[n-digits])
}

// normText drops trailing zeros behind the point from a canonical numeric.
func normText(s string) string {
	for i := range len(s) {
		if s[i] != '.' {
			continue
		}
		for s[len(s)-1] == '0' {
			s = s[:len(s)-1]
		}
		if s[len(s)-1] == '.' {
			s = s[:len(s)-1]
		}
		if s == "-0" {
			return "0"
		}
		return s
	}
	return s
}
