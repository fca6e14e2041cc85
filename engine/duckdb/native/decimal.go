package native

import (
	"math/big"
	"strings"

	"culvert/sql/pgerr"
)

// dec is a numeric of PostgreSQL: coef / 10^scale, shown with scale digits
// behind the point; or one of the special values.
type dec struct {
	coef    *big.Int
	scale   int
	special special
}

type special uint8

const (
	finite special = iota
	nan
	posInf
	negInf
)

// maxScale is PostgreSQL's NUMERIC_MAX_DISPLAY_SCALE; maxResultScale the most
// that arithmetic gives.
const (
	maxDisplayScale = 1000
	minSigDigits    = 16 // NUMERIC_MIN_SIG_DIGITS
	maxScale        = 16383
	maxWeightDigits = 131072
)

var errNumeric = pgerr.New(pgerr.NumericValueOutOfRange, "value overflows numeric format")

func parseDec(s string) (dec, error) {
	switch s {
	case "NaN":
		return dec{special: nan}, nil
	case "Infinity":
		return dec{special: posInf}, nil
	case "-Infinity":
		return dec{special: negInf}, nil
	}
	digits, scale := s, 0
	if dot := strings.IndexByte(s, '.'); dot >= 0 {
		scale = len(s) - dot - 1
		digits = s[:dot] + s[dot+1:]
	}
	if v, ok := smallInt(digits); ok {
		return dec{coef: big.NewInt(v), scale: scale}, nil
	}
	coef, ok := new(big.Int).SetString(digits, 10)
	if !ok {
		return dec{}, pgerr.New(pgerr.InvalidTextRepresentation, "invalid input syntax for type numeric: \"%s\"", s)
	}
	return dec{coef: coef, scale: scale}, nil
}

// smallInt reads up to 18 digits with a sign.
func smallInt(s string) (int64, bool) {
	neg := false
	if len(s) > 0 && (s[0] == '-' || s[0] == '+') {
		neg, s = s[0] == '-', s[1:]
	}
	if len(s) == 0 || len(s) > 18 {
		return 0, false
	}
	var v int64
	for i := range len(s) {
		c := s[i]
		if c < '0' || c > '9' {
			return 0, false
		}
		v = v*10 + int64(c-'0')
	}
	if neg {
		v = -v
	}
	return v, true
}

func (d dec) String() string {
	switch d.special {
	case nan:
		return "NaN"
	case posInf:
		return "Infinity"
	case negInf:
		return "-Infinity"
	}
	s := d.coef.String()
	if d.scale <= 0 {
		return s
	}
	neg := s[0] == '-'
	if neg {
		s = s[1:]
	}
	if len(s) <= d.scale {
		s = strings.Repeat("0", d.scale-len(s)+1) + s
	}
	s = s[:len(s)-d.scale] + "." + s[len(s)-d.scale:]
	if neg {
		s = "-" + s
	}
	return s
}

func pow10(n int) *big.Int {
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
}

// at gives the coefficient at a larger scale.
func (d dec) at(scale int) *big.Int {
	if scale == d.scale {
		return d.coef
	}
	return new(big.Int).Mul(d.coef, pow10(scale-d.scale))
}

// round rounds to a scale, half away from zero; a negative one rounds before
// the point.
func (d dec) round(scale int) dec {
	if d.special != finite {
		return d
	}
	if scale >= d.scale {
		return dec{coef: d.at(scale), scale: scale}
	}
	unit := pow10(d.scale - scale)
	q, r := new(big.Int).QuoRem(d.coef, unit, new(big.Int))
	if r.Abs(r).Lsh(r, 1).Cmp(unit) >= 0 {
		q.Add(q, big.NewInt(int64(d.coef.Sign())))
	}
	return dec{coef: q, scale: scale}.positiveScale()
}

func (d dec) trunc(scale int) dec {
	if d.special != finite {
		return d
	}
	if scale >= d.scale {
		return dec{coef: d.at(scale), scale: scale}
	}
	return dec{coef: new(big.Int).Quo(d.coef, pow10(d.scale-scale)), scale: scale}.positiveScale()
}

func (d dec) positiveScale() dec {
	if d.scale >= 0 {
		return d
	}
	return dec{coef: new(big.Int).Mul(d.coef, pow10(-d.scale))}
}

// norm drops trailing zeros behind the point.
func (d dec) norm() dec {
	if d.special != finite || d.scale == 0 {
		return d
	}
	if d.coef.Sign() == 0 {
		return dec{coef: d.coef}
	}
	ten, coef, scale := big.NewInt(10), d.coef, d.scale
	for scale > 0 {
		q, r := new(big.Int).QuoRem(coef, ten, new(big.Int))
		if r.Sign() != 0 {
			break
		}
		coef, scale = q, scale-1
	}
	return dec{coef: coef, scale: scale}
}

func (d dec) isZero() bool { return d.special == finite && d.coef.Sign() == 0 }

func (d dec) sign() int {
	switch d.special {
	case posInf:
		return 1
	case negInf:
		return -1
	case nan:
		return 0
	}
	return d.coef.Sign()
}

func (d dec) neg() dec {
	switch d.special {
	case posInf:
		return dec{special: negInf}
	case negInf:
		return dec{special: posInf}
	case nan:
		return d
	}
	return dec{coef: new(big.Int).Neg(d.coef), scale: d.scale}
}

// weight is the decimal exponent of the first digit that is not zero, and
// groups it as PostgreSQL's base 10000 does: weight4 counts such groups.
func (d dec) digitsBefore() int {
	s := d.coef.Text(10)
	n := len(s)
	if s[0] == '-' {
		n--
	}
	return n - d.scale
}

// weight4 is NumericVar.weight: the weight of the first base 10000 digit, and
// first that digit's value.
func (d dec) weight4() (weight int, first int) {
	if d.coef.Sign() == 0 {
		return 0, 0
	}
	before := d.digitsBefore() // digits left of the point; <= 0 when below one tenth
	weight = floorDiv(before-1, 4)
	s := strings.TrimPrefix(d.coef.Text(10), "-")
	n := before - weight*4 // digits of the first group
	for i := range n {
		first *= 10
		if i < len(s) {
			first += int(s[i] - '0')
		}
	}
	return weight, first
}

func floorDiv(a, b int) int {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}
