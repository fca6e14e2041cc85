package decode

import (
	"math/bits"

	"culvert/engine"
)

// powersOf10 has 10^0 to 10^19, the largest that uint64 holds.
var powersOf10 = func() (p [20]uint64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = p[i-1] * 10
	}
	return p
}()

// parseDecimal takes numeric(p,s) as PostgreSQL prints it: at most p digits,
// with s of them behind the point (fewer digits are filled with zeros).
func parseDecimal(c *engine.Column, text []byte) error {
	negative := len(text) > 0 && text[0] == '-'
	digits := text
	if negative {
		digits = text[1:]
	}
	var v engine.Int128
	count, fraction, point := 0, 0, false
	for i, d := range digits {
		if d == '.' && !point {
			point = true
			continue
		}
		d -= '0'
		if d > 9 {
			if i == 0 {
				return unrepresentable("numeric", text) // NaN, Infinity
			}
			return syntaxError("numeric", text)
		}
		if v.Lo != 0 || v.Hi != 0 || d != 0 {
			count++
		}
		if count > 38 {
			return unrepresentable("numeric", text)
		}
		v = mulAdd(v, 10, uint64(d))
		if point {
			fraction++
		}
	}
	missing := int(c.Phys.Scale) - fraction
	if len(digits) == 0 || point && len(digits) == 1 || missing < 0 {
		return syntaxError("numeric", text)
	}
	if count > 0 && count+missing > int(c.Phys.Width) {
		return unrepresentable("numeric", text)
	}
	for missing > 0 {
		step := min(missing, 19)
		v = mulAdd(v, powersOf10[step], 0)
		missing -= step
	}
	if negative {
		lo, borrow := bits.Sub64(0, v.Lo, 0)
		hi, _ := bits.Sub64(0, uint64(v.Hi), borrow)
		v = engine.Int128{Lo: lo, Hi: int64(hi)}
	}
	appendDecimal(c, v)
	return nil
}

// mulAdd is v*factor+add for values that stay below 2^127.
func mulAdd(v engine.Int128, factor, add uint64) engine.Int128 {
	hi, lo := bits.Mul64(v.Lo, factor)
	lo, carry := bits.Add64(lo, add, 0)
	hi += uint64(v.Hi)*factor + carry
	return engine.Int128{Lo: lo, Hi: int64(hi)}
}
