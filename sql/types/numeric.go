package types

import (
	"strconv"
	"strings"

	"culvert/sql/pgerr"
)

// PostgreSQL's limits of numeric (numeric.h): digits before and behind the point.
const (
	numericMaxWhole = 131072
	numericMaxScale = 16383
)

// numeric is a number in decimal: digits without leading zeros, the last scale
// of them behind the point. special is "NaN", "Infinity" or "-Infinity".
type numeric struct {
	neg     bool
	digits  []byte // '0' … '9'; empty: zero
	scale   int    // display scale, never negative
	special string
}

// parseNumeric reads PostgreSQL's numeric input (set_var_from_str).
func parseNumeric(input string) (numeric, error) {
	text := strings.Trim(input, spaces)
	if special, ok := numericSpecial(text); ok {
		return numeric{special: special}, nil
	}
	var n numeric
	i := 0
	if i < len(text) && (text[i] == '+' || text[i] == '-') {
		n.neg = text[i] == '-'
		i++
	}
	mant := text[i:]
	end := strings.IndexAny(mant, "eE")
	exp := 0
	if end >= 0 {
		digits := strings.TrimPrefix(strings.TrimPrefix(mant[end+1:], "-"), "+")
		if digits == "" || !allDigits(digits) || len(mant)-end-1-len(digits) > 1 {
			return n, errSyntax("numeric", input)
		}
		e, err := strconv.Atoi(mant[end+1:])
		if err != nil || e > 1<<30 || e < -1<<30 {
			return n, errNumericFormat()
		}
		exp, mant = e, mant[:end]
	}
	whole, frac, _ := strings.Cut(mant, ".")
	if whole == "" && frac == "" || !allDigits(whole) || !allDigits(frac) {
		return n, errSyntax("numeric", input)
	}
	digits := strings.TrimLeft(whole+frac, "0")
	n.scale = len(frac) - exp
	if digits == "" {
		n.scale = max(0, n.scale)
		if n.scale > numericMaxScale {
			return n, errNumericFormat()
		}
		n.neg = false
		return n, nil
	}
	if n.scale > numericMaxScale || len(digits)-n.scale > numericMaxWhole {
		return n, errNumericFormat()
	}
	n.digits = []byte(digits)
	for ; n.scale < 0; n.scale++ {
		n.digits = append(n.digits, '0')
	}
	return n, nil
}

func errNumericFormat() error {
	return pgerr.New(pgerr.NumericValueOutOfRange, "value overflows numeric format")
}

func numericSpecial(text string) (string, bool) {
	switch strings.ToLower(text) {
	case "nan":
		return "NaN", true
	case "infinity", "+infinity", "inf", "+inf":
		return "Infinity", true
	case "-infinity", "-inf":
		return "-Infinity", true
	}
	return "", false
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i]-'0' > 9 {
			return false
		}
	}
	return true
}

// constrain rounds to the modifier's scale, half away from zero, and checks
// the precision (apply_typmod).
func (n *numeric) constrain(mod int32) error {
	precision, scale, ok := NumericMod(mod)
	if !ok || n.special == "NaN" {
		return nil
	}
	if n.special != "" {
		return pgerr.New(pgerr.NumericValueOutOfRange, "numeric field overflow").
			WithDetail("A field with precision %d, scale %d cannot hold an infinite value.", precision, scale)
	}
	n.round(scale)
	if len(n.digits)-n.scale > precision-scale && len(n.digits) > 0 {
		bound := "1"
		if precision != scale {
			bound = "10^" + strconv.Itoa(precision-scale)
		}
		return pgerr.New(pgerr.NumericValueOutOfRange, "numeric field overflow").
			WithDetail("A field with precision %d, scale %d must round to an absolute value less than %s.", precision, scale, bound)
	}
	return nil
}

// round gives n exactly scale digits behind the point (none for a negative
// scale, which rounds digits before it).
func (n *numeric) round(scale int) {
	for ; n.scale < scale; n.scale++ {
		if len(n.digits) > 0 {
			n.digits = append(n.digits, '0')
		}
	}
	cut := n.scale - scale
	if cut > 0 {
		keep := len(n.digits) - cut
		up := keep >= 0 && len(n.digits) > 0 && n.digits[keep] >= '5'
		n.digits = n.digits[:max(keep, 0)]
		if up {
			n.increment()
		}
		n.scale = scale
	}
	for ; n.scale < 0; n.scale++ {
		if len(n.digits) > 0 {
			n.digits = append(n.digits, '0')
		}
	}
	if len(n.digits) == 0 {
		n.neg = false
	}
}

func (n *numeric) increment() {
	for i := len(n.digits) - 1; i >= 0; i-- {
		if n.digits[i] < '9' {
			n.digits[i]++
			return
		}
		n.digits[i] = '0'
	}
	n.digits = append([]byte{'1'}, n.digits...)
}

func (n *numeric) append(dst []byte) []byte {
	if n.special != "" {
		return append(dst, n.special...)
	}
	if n.neg {
		dst = append(dst, '-')
	}
	whole := len(n.digits) - n.scale
	if whole <= 0 {
		dst = append(dst, '0')
	} else {
		dst = append(dst, n.digits[:whole]...)
	}
	if n.scale == 0 {
		return dst
	}
	dst = append(dst, '.')
	for ; whole < 0; whole++ {
		dst = append(dst, '0')
	}
	return append(dst, n.digits[max(0, len(n.digits)-n.scale):]...)
}

func canonicalNumeric(input string, mod int32) (string, error) {
	n, err := parseNumeric(input)
	if err != nil {
		return "", err
	}
	if err := n.constrain(mod); err != nil {
		return "", err
	}
	return string(n.append(nil)), nil
}
