package native

import (
	"math/big"
	"math/bits"
	"strconv"
	"strings"

	"culvert/sql/pgerr"
	"culvert/sql/types"
)

var numericFunctions = []function{
	numeric2("num_add", addDec, smallAdd), numeric2("num_sub", subDec, smallSub), numeric2("num_mul", mulDec, smallMul), numeric2("num_div", divDec, smallDiv),
	numeric2("num_idiv", idivDec, nil), numeric2("num_mod", modDec, nil), numeric2("num_power", powerDec, nil), numeric2("num_log", func(a, b dec) (dec, error) {
		if a.special == nan || b.special == nan {
			return dec{special: nan}, nil
		}
		return logDec(a, b)
	}, nil),
	numeric1("num_neg", func(d dec) (dec, error) { return d.neg(), nil }),
	numeric1("num_abs", func(d dec) (dec, error) { return absDec(d), nil }),
	{name: "num_norm", shape: "v:v", row: func(r *row) error { r.setText(normText(r.text(0))); return nil }},
	numeric1("num_ceil", func(d dec) (dec, error) { return ceilDec(d), nil }),
	numeric1("num_floor", func(d dec) (dec, error) { return floorDec(d), nil }),
	numeric1("num_sign", func(d dec) (dec, error) {
		if d.special == nan {
			return d, nil
		}
		return dec{coef: big.NewInt(int64(d.sign()))}, nil
	}),
	numeric1("num_sqrt", sqrtDec), numeric1("num_exp", expDec), numeric1("num_ln", lnDec), numeric1("num_log10", log10Dec),
	{name: "num_round", shape: "v:vi", row: scaled(dec.round)},
	{name: "num_trunc", shape: "v:vi", row: scaled(dec.trunc)},
	{name: "num_cast", shape: "v:vii", row: func(r *row) error {
		return withDec(r, func(d dec) (dec, error) { return castDec(d, int(r.i32(1)), int(r.i32(2))) })
	}},
	{name: "num_key", shape: "x:v", row: func(r *row) error {
		if v, ok := parseSmall(r.text(0)); ok {
			r.buf = keySmall(r.buf, v)
			return nil
		}
		d, err := parseDec(r.text(0))
		if err == nil {
			r.buf = keyDec(r.buf, d)
		}
		return err
	}},
	{name: "num_d18", shape: "D:v", row: numD18},
	{name: "num_sum_list", shape: "v:V", row: func(r *row) error {
		var sum *dec
		for _, text := range r.list(0) {
			if text == nil {
				continue
			}
			d, err := parseDec(*text)
			if err == nil && sum != nil {
				d, err = addDec(*sum, d)
			}
			if err != nil {
				return err
			}
			sum = &d
		}
		if sum == nil {
			r.setNull()
			return nil
		}
		r.setText(sum.String())
		return nil
	}},
	{name: "num_high", shape: "D:v", row: numHigh},
	{name: "num_low", shape: "l:v", row: numLow},
	{name: "num_special", shape: "i:v", row: func(r *row) error { set(r, specialBit(r.text(0))); return nil }},
	{name: "num_scale", shape: "i:v", row: func(r *row) error {
		text := r.text(0)
		if c := text[len(text)-1]; c < '0' || c > '9' { // NaN and infinity have none
			r.setNull()
			return nil
		}
		dot := strings.IndexByte(text, '.')
		if dot < 0 {
			dot = len(text) - 1
		}
		set(r, int32(len(text)-dot-1))
		return nil
	}},
	{name: "num_int", shape: "l:v", row: func(r *row) error {
		d, err := parseDec(r.text(0))
		if err != nil {
			return err
		}
		v, err := intDec(d)
		set(r, v)
		return err
	}},
	{name: "num_float8", shape: "v:d", row: func(r *row) error { return fromFloat(r, r.f64(0), 15) }},
	{name: "num_float4", shape: "v:f", row: func(r *row) error { return fromFloat(r, float64(r.f32(0)), 6) }},
	{name: "num_sum", shape: "v:Dvii", row: numSum},
	{name: "num_avg", shape: "v:vl", row: numAvg},
	{name: "num_spread", shape: "v:Vbb", row: numSpread},
	{name: "num_series", shape: "V:vvv", row: numSeries},
	{name: "num_bucket", shape: "i:vvvi", row: numBucket},
	{name: "num_factorial", shape: "v:l", row: func(r *row) error {
		n := r.i64(0)
		if n < 0 {
			return pgerr.New(pgerr.NumericValueOutOfRange, "factorial of a negative number is undefined")
		}
		if n > 32177 {
			return errNumeric
		}
		r.setText(new(big.Int).MulRange(1, n).String())
		return nil
	}},
}

func numeric1(name string, f func(dec) (dec, error)) function {
	return function{name: name, shape: "v:v", row: func(r *row) error { return withDec(r, f) }}
}

func withDec(r *row, f func(dec) (dec, error)) error {
	d, err := parseDec(r.text(0))
	if err != nil {
		return err
	}
	if d, err = f(d); err != nil {
		return err
	}
	r.setText(d.String())
	return nil
}

// numeric2 makes a function of two numerics; quick, when not nil, is tried on
// small ones first.
func numeric2(name string, f func(a, b dec) (dec, error), quick smallOp) function {
	return function{name: name, shape: "v:vv", row: func(r *row) error {
		if quick != nil {
			a, ok := parseSmall(r.text(0))
			if b, okToo := parseSmall(r.text(1)); ok && okToo {
				if buf, done := quick(r.buf, a, b); done {
					r.buf = buf
					return nil
				}
			}
		}
		b, err := parseDec(r.text(1))
		if err != nil {
			return err
		}
		return withDec(r, func(a dec) (dec, error) { return f(a, b) })
	}}
}

func scaled(f func(d dec, scale int) dec) func(r *row) error {
	return func(r *row) error {
		scale := int(max(min(r.i32(1), maxScale), -maxWeightDigits))
		return withDec(r, func(d dec) (dec, error) { return f(d, scale), nil })
	}
}

// numD18 makes a DECIMAL(38,18), for the engine's own aggregates.
func numD18(r *row) error {
	text := r.text(0)
	if v, ok := parseSmall(text); ok && v.scale <= 18 {
		hi, lo := bits.Mul64(uint64(max(v.coef, -v.coef)), uint64(powers[18-v.scale]))
		h := hugeint{lo, int64(hi)}
		if v.coef < 0 {
			var borrow uint64
			h.lo, borrow = bits.Sub64(0, lo, 0)
			hi, _ = bits.Sub64(0, hi, borrow)
			h.hi = int64(hi)
		}
		set(r, h)
		return nil
	}
	d, err := parseDec(text)
	if err != nil {
		return err
	}
	if d.special != finite {
		return pgerr.New(pgerr.NumericValueOutOfRange, "numeric value %s cannot be computed with here", text)
	}
	if d.scale > 18 {
		if d = d.norm(); d.scale > 18 {
			return pgerr.New(pgerr.NumericValueOutOfRange, "numeric value has more than 18 digits behind the point")
		}
	}
	coef := d.at(18)
	if coef.CmpAbs(limit38) >= 0 {
		return pgerr.New(pgerr.NumericValueOutOfRange, "numeric value has more than 20 digits before the point")
	}
	setHuge(r, coef)
	return nil
}

var limit38 = pow10(38)

// numHigh gives a numeric with 18 digits behind the point, and numLow the 18
// after those as an integer: sums add both. What is no number counts as 0.
func numHigh(r *row) error {
	text := r.text(0)
	if specialBit(text) != 0 {
		set(r, hugeint{})
		return nil
	}
	if len(text) <= 18 { // short enough to have nothing behind 18 digits
		return numD18(r)
	}
	d, err := parseDec(text)
	if err != nil {
		return err
	}
	coef := d.trunc(18).at(18)
	if coef.CmpAbs(limit38) >= 0 {
		return pgerr.New(pgerr.NumericValueOutOfRange, "numeric value has more than 20 digits before the point")
	}
	setHuge(r, coef)
	return nil
}

func numLow(r *row) error {
	text := r.text(0)
	point := strings.IndexByte(text, '.')
	if point < 0 || len(text)-point-1 <= 18 || specialBit(text) != 0 {
		set(r, int64(0))
		return nil
	}
	digits := strings.TrimRight(text[point+19:], "0")
	if len(digits) > 18 {
		return pgerr.New(pgerr.NumericValueOutOfRange, "numeric value has more than 36 digits behind the point")
	}
	v, err := types.ParseInt64([]byte(digits + strings.Repeat("0", 18-len(digits))))
	if text[0] == '-' {
		v = -v
	}
	set(r, v)
	return err
}

type hugeint struct {
	lo uint64
	hi int64
}

func setHuge(r *row, v *big.Int) {
	abs := new(big.Int).Abs(v)
	lo := new(big.Int).And(abs, new(big.Int).SetUint64(^uint64(0))).Uint64()
	hi := int64(new(big.Int).Rsh(abs, 64).Uint64())
	if v.Sign() < 0 {
		lo, hi = -lo, ^hi
		if lo == 0 {
			hi++
		}
	}
	set(r, hugeint{lo, hi})
}

func (r *row) huge(k int) *big.Int {
	h := value[hugeint](r, k)
	v := new(big.Int).Lsh(big.NewInt(h.hi), 64)
	return v.Add(v, new(big.Int).SetUint64(h.lo))
}

// numSum shows a sum of DECIMAL(38,18) with the largest scale of its addends.
// Bits for the values that are no numbers.
const (
	sawInfinity = 1 << iota
	sawMinusInfinity
	sawNaN
)

func specialBit(text string) int32 {
	switch text[len(text)-1] {
	case 'y':
		if text[0] == '-' {
			return sawMinusInfinity
		}
		return sawInfinity
	case 'N':
		return sawNaN
	}
	return 0
}

// numSum shows a sum of high and low parts at a scale; the last argument tells
// what was not a number.
func numSum(r *row) error {
	switch r.i32(3) {
	case 0:
	case sawInfinity:
		r.setText("Infinity")
		return nil
	case sawMinusInfinity:
		r.setText("-Infinity")
		return nil
	default:
		r.setText("NaN")
		return nil
	}
	d := dec{coef: r.huge(0), scale: 18}
	if low := r.text(1); low != "0" {
		v, ok := new(big.Int).SetString(low, 10)
		if !ok {
			return pgerr.New(pgerr.InternalError, "the low part of a sum is %q", low)
		}
		d, _ = addDec(d, dec{coef: v, scale: 36})
	}
	r.setText(d.round(int(r.i32(2))).String())
	return nil
}

func numAvg(r *row) error {
	n := r.i64(1)
	if n == 0 {
		r.setNull()
		return nil
	}
	return withDec(r, func(d dec) (dec, error) { return divDec(d, dec{coef: big.NewInt(n)}) })
}

func fromFloat(r *row, f float64, digits int) error {
	switch {
	case f != f:
		r.setText("NaN")
		return nil
	case f > maxFloat:
		r.setText("Infinity")
		return nil
	case f < -maxFloat:
		r.setText("-Infinity")
		return nil
	}
	text := strconv.FormatFloat(f, 'g', digits, 64)
	rat, ok := new(big.Rat).SetString(text)
	if !ok {
		return errNumeric
	}
	scale := 0
	for den := new(big.Int).Set(rat.Denom()); den.Cmp(big.NewInt(1)) > 0 && scale < 2000; scale++ {
		g := new(big.Int).GCD(nil, nil, den, big.NewInt(10))
		den.Quo(den, g)
	}
	r.setText(rat.FloatString(scale))
	return nil
}

const maxFloat = 1.79769313486231570814527423731704356798070e+308

// numSpread is variance and stddev over the texts of the values, as
// numeric_stddev_internal computes them.
func numSpread(r *row) error {
	sample, root := r.bool(1), r.bool(2)
	sum, squares := dec{coef: new(big.Int)}, dec{coef: new(big.Int)}
	n, odd := int64(0), false
	for _, text := range r.list(0) {
		if text == nil {
			continue
		}
		d, err := parseDec(*text)
		if err != nil {
			return err
		}
		n++
		if d.special != finite {
			odd = true
			continue
		}
		sq, _ := mulDec(d, d)
		sum, _ = addDec(sum, d)
		squares, _ = addDec(squares, sq)
	}
	if n == 0 || sample && n == 1 {
		r.setNull()
		return nil
	}
	if odd {
		r.setText("NaN")
		return nil
	}
	count := dec{coef: big.NewInt(n)}
	left, _ := mulDec(squares, count)
	right, _ := mulDec(sum, sum)
	num, _ := subDec(left, right)
	if num.coef.Sign() <= 0 {
		r.setText("0")
		return nil
	}
	den := big.NewInt(n)
	if sample {
		den.Mul(den, big.NewInt(n-1))
	} else {
		den.Mul(den, big.NewInt(n))
	}
	v := dec{coef: den}
	out := divAt(num, v, divScale(num, v))
	if root {
		out = sqrtAt(out, out.scale)
	}
	r.setText(out.String())
	return nil
}

func numSeries(r *row) error {
	var v [3]dec
	for k := range v {
		d, err := parseDec(r.text(k))
		if err != nil {
			return err
		}
		if d.special != finite {
			return pgerr.New(pgerr.InvalidParameterValue, "start, stop and step values must be finite")
		}
		v[k] = d
	}
	if v[2].isZero() {
		return pgerr.New(pgerr.InvalidParameterValue, "step size cannot equal zero")
	}
	scale := max(v[0].scale, v[2].scale)
	cmpScale := max(scale, v[1].scale)
	at, step, stop := dec{coef: v[0].at(scale), scale: scale}, v[2], v[1].at(cmpScale)
	var out []string
	for at.at(cmpScale).Cmp(stop)*step.sign() <= 0 {
		if len(out) >= 10_000_000 {
			return pgerr.New(pgerr.ProgramLimitExceeded, "series is too long")
		}
		out = append(out, at.String())
		at, _ = addDec(at, step)
	}
	r.setTexts(out)
	return nil
}

// numBucket is width_bucket over numerics.
func numBucket(r *row) error {
	var v [3]dec
	for k := range v {
		d, err := parseDec(r.text(k))
		if err != nil {
			return err
		}
		if d.special != finite {
			return pgerr.New("2201G", "operand, lower bound, and upper bound cannot be NaN")
		}
		v[k] = d
	}
	n := r.i32(3)
	scale := max(v[0].scale, v[1].scale, v[2].scale)
	x, low, high := v[0].at(scale), v[1].at(scale), v[2].at(scale)
	order := low.Cmp(high)
	switch {
	case n <= 0:
		return pgerr.New("2201G", "count must be greater than zero")
	case order == 0:
		return pgerr.New("2201G", "lower bound cannot equal upper bound")
	case order > 0:
		x, low, high = new(big.Int).Neg(x), new(big.Int).Neg(low), new(big.Int).Neg(high)
	}
	switch {
	case x.Cmp(low) < 0:
		set(r, int32(0))
	case x.Cmp(high) >= 0:
		set(r, n+1)
	default:
		part := new(big.Int).Sub(x, low)
		part.Mul(part, big.NewInt(int64(n)))
		set(r, int32(part.Quo(part, new(big.Int).Sub(high, low)).Int64())+1)
	}
	return nil
}
