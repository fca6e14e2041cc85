package native

import (
	"math"
	"math/big"

	"culvert/sql/pgerr"
)

func sqrtDec(d dec) (dec, error) {
	switch {
	case d.special == nan, d.special == posInf:
		return d, nil
	case d.sign() < 0:
		return d, pgerr.New("2201F", "cannot take square root of a negative number")
	}
	w, _ := d.weight4()
	sweight := (w+1)*4/2 - 1 // as numeric_sqrt estimates it
	scale := min(max(minSigDigits-sweight, d.scale, 0), maxDisplayScale)
	return sqrtAt(d, scale), nil
}

// sqrtAt is the square root rounded half away from zero at a scale.
func sqrtAt(d dec, scale int) dec {
	wide := d
	target := 2 * (scale + 1)
	if target < d.scale {
		target = d.scale + d.scale%2
	}
	coef := new(big.Int).Sqrt(wide.at(target))
	return dec{coef: coef, scale: target / 2}.round(scale)
}

// precision in bits for a result of so many digits.
func bitsFor(digits int) uint { return uint(float64(digits)*3.33) + 64 }

func (d dec) float(prec uint) *big.Float {
	num := new(big.Float).SetPrec(prec).SetInt(d.coef)
	if d.scale == 0 {
		return num
	}
	return num.Quo(num, new(big.Float).SetPrec(prec).SetInt(pow10(d.scale)))
}

func fromBig(f *big.Float, scale int) dec {
	prec := f.Prec() + 64
	x := new(big.Float).SetPrec(prec).Mul(f, new(big.Float).SetPrec(prec).SetInt(pow10(scale+2)))
	i, _ := x.Int(nil)
	return dec{coef: i, scale: scale + 2}.round(scale)
}

func approx(d dec) float64 {
	f, _ := d.float(64).Float64()
	return f
}

func lnDec(d dec) (dec, error) {
	switch {
	case d.special == nan, d.special == posInf:
		return d, nil
	case d.isZero():
		return d, pgerr.New("2201E", "cannot take logarithm of zero")
	case d.sign() < 0:
		return d, pgerr.New("2201E", "cannot take logarithm of a negative number")
	}
	weight := lnWeight(d)
	scale := min(max(minSigDigits-weight, d.scale, 0), maxDisplayScale)
	prec := bitsFor(scale + 40)
	return fromBig(bigLn(d.float(prec), prec), scale), nil
}

// lnWeight estimates the decimal weight of ln(d), as estimate_ln_dweight.
func lnWeight(d dec) int {
	f := approx(d)
	if f >= 0.9 && f <= 1.1 {
		one := dec{coef: big.NewInt(1)}
		diff, _ := subDec(d, one)
		if diff.coef.Sign() == 0 {
			return 0
		}
		return diff.digitsBefore() - 1
	}
	digits := d.coef.Text(10)
	ln10 := 2.302585092994046
	lead := digits
	if len(lead) > 15 {
		lead = lead[:15]
	}
	mant, _ := smallInt(lead)
	ln := math.Log(float64(mant)) + float64(len(digits)-len(lead)-d.scale)*ln10
	return int(math.Log10(math.Abs(ln)))
}

func log10Dec(d dec) (dec, error) { return logDec(dec{coef: big.NewInt(10)}, d) }

func logDec(base, d dec) (dec, error) {
	for _, x := range []dec{base, d} {
		switch {
		case x.special == nan:
			return x, nil
		case x.isZero():
			return x, pgerr.New("2201E", "cannot take logarithm of zero")
		case x.sign() < 0:
			return x, pgerr.New("2201E", "cannot take logarithm of a negative number")
		case x.special != finite:
			return x, pgerr.New(pgerr.FeatureNotSupported, "logarithm of infinity is not supported")
		}
	}
	lb, ln := lnWeight(base), lnWeight(d)
	scale := min(max(minSigDigits-(ln-lb), base.scale, d.scale, 0), maxDisplayScale)
	prec := bitsFor(scale + 60)
	den := bigLn(base.float(prec), prec)
	if den.Sign() == 0 {
		return d, errDivision
	}
	return fromBig(new(big.Float).SetPrec(prec).Quo(bigLn(d.float(prec), prec), den), scale), nil
}

func expDec(d dec) (dec, error) {
	switch d.special {
	case nan, posInf:
		return d, nil
	case negInf:
		return dec{coef: new(big.Int)}, nil
	}
	val := math.Max(math.Min(approx(d)*0.434294481903252, 1e6), -1e6)
	if val > 131072 {
		return d, errNumeric
	}
	scale := min(max(minSigDigits-int(val), d.scale, 0), maxDisplayScale)
	if val < -float64(maxDisplayScale)-2 {
		return dec{coef: new(big.Int), scale: scale}, nil
	}
	prec := bitsFor(scale + int(math.Abs(val)) + 40)
	return fromBig(bigExp(d.float(prec), prec), scale), nil
}

// powerDec follows power_var: whole exponents by multiplication, others by
// exp(b ln a).
func powerDec(a, b dec) (dec, error) {
	negative := a.special == negInf || a.special == finite && a.sign() < 0
	switch {
	case a.special == finite && a.isZero() && (b.special == negInf || b.special == finite && b.sign() < 0):
		return a, pgerr.New("2201F", "zero raised to a negative power is undefined")
	case negative && b.special == finite && b.norm().scale > 0:
		return a, pgerr.New("2201F", "a negative number raised to a non-integer power yields a complex result")
	case a.special != finite || b.special != finite:
		f := math.Pow(specialFloat(a), specialFloat(b))
		return floatSpecial(f)
	}
	whole := b.norm()
	if whole.scale == 0 && whole.coef.IsInt64() {
		if n := whole.coef.Int64(); n >= math.MinInt32 && n <= math.MaxInt32 {
			return powerInt(a, int(n), max(a.scale, b.scale))
		}
	}
	if a.isZero() {
		return dec{coef: new(big.Int), scale: minSigDigits}, nil
	}
	val := approx(b) * math.Log10(math.Abs(approx(a)))
	if val > 131072 {
		return a, errNumeric
	}
	scale := min(max(minSigDigits-int(val), a.scale, b.scale, 0), maxDisplayScale)
	prec := bitsFor(scale + int(math.Abs(val)) + 60)
	l := bigLn(absDec(a).float(prec), prec)
	out := fromBig(bigExp(l.Mul(l, b.float(prec)), prec), scale)
	return out, nil
}

func specialFloat(d dec) float64 {
	switch d.special {
	case nan:
		return math.NaN()
	case posInf:
		return math.Inf(1)
	case negInf:
		return math.Inf(-1)
	}
	return approx(d)
}

func floatSpecial(f float64) (dec, error) {
	switch {
	case math.IsNaN(f):
		return dec{special: nan}, nil
	case math.IsInf(f, 1):
		return dec{special: posInf}, nil
	case math.IsInf(f, -1):
		return dec{special: negInf}, nil
	}
	return dec{coef: big.NewInt(int64(f))}, nil
}

// powerInt is power_var_int: its scale is at least 16.
func powerInt(a dec, n, dscale int) (dec, error) {
	if a.isZero() {
		if n == 0 {
			return dec{coef: pow10(minSigDigits), scale: minSigDigits}, nil
		}
		return dec{coef: new(big.Int), scale: minSigDigits}, nil
	}
	val := float64(n) * math.Log10(math.Abs(approx(a)))
	if val > 131072 {
		return a, errNumeric
	}
	scale := min(max(minSigDigits, dscale), maxDisplayScale)
	if n >= 0 {
		if a.scale*n <= 20000 {
			p := dec{coef: new(big.Int).Exp(a.coef, big.NewInt(int64(n)), nil), scale: a.scale * n}
			return p.round(scale), nil
		}
	} else if a.scale*-n <= 20000 && float64(-n)*float64(len(a.coef.Text(10))) < 40000 {
		p := dec{coef: new(big.Int).Exp(a.coef, big.NewInt(int64(-n)), nil), scale: a.scale * -n}
		return divAt(dec{coef: big.NewInt(1)}, p, scale), nil
	}
	prec := bitsFor(scale + int(math.Abs(val)) + 60)
	l := bigLn(absDec(a).float(prec), prec)
	out := fromBig(bigExp(l.Mul(l, new(big.Float).SetInt64(int64(n))), prec), scale)
	if a.sign() < 0 && n%2 != 0 {
		out = out.neg()
	}
	return out, nil
}

// bigExp is e^x: x is halved until it is small, the series summed, the result
// squared back.
func bigExp(x *big.Float, prec uint) *big.Float {
	prec += 64
	y := new(big.Float).SetPrec(prec).Set(x)
	halvings := 0
	if e := y.MantExp(nil); e > -8 {
		halvings = e + 8
		y.SetMantExp(y, -halvings)
	}
	sum := new(big.Float).SetPrec(prec).SetInt64(1)
	term := new(big.Float).SetPrec(prec).SetInt64(1)
	for i := int64(1); i < 100000; i++ {
		term.Mul(term, y)
		term.Quo(term, new(big.Float).SetPrec(prec).SetInt64(i))
		if term.Sign() == 0 || term.MantExp(nil) < sum.MantExp(nil)-int(prec) {
			break
		}
		sum.Add(sum, term)
	}
	for range halvings {
		sum.Mul(sum, sum)
	}
	return sum
}

// bigLn is the natural logarithm: the argument is brought near 1 by square
// roots, then the series of artanh is summed.
func bigLn(x *big.Float, prec uint) *big.Float {
	prec += 64
	y := new(big.Float).SetPrec(prec).Set(x)
	// x = m * 2^e with m in [0.5, 1): ln x = ln m + e ln 2.
	m := new(big.Float).SetPrec(prec)
	e := y.MantExp(m)
	out := lnSeries(m, prec)
	if e != 0 {
		two := lnSeries(new(big.Float).SetPrec(prec).SetFloat64(0.5), prec)
		two.Mul(two, new(big.Float).SetPrec(prec).SetInt64(int64(-e)))
		out.Add(out, two)
	}
	return out
}

func lnSeries(m *big.Float, prec uint) *big.Float {
	y := new(big.Float).SetPrec(prec).Set(m)
	roots := 0
	for range 6 {
		y.Sqrt(y)
		roots++
	}
	one := new(big.Float).SetPrec(prec).SetInt64(1)
	z := new(big.Float).SetPrec(prec).Quo(new(big.Float).SetPrec(prec).Sub(y, one), new(big.Float).SetPrec(prec).Add(y, one))
	square := new(big.Float).SetPrec(prec).Mul(z, z)
	sum, power := new(big.Float).SetPrec(prec).Set(z), new(big.Float).SetPrec(prec).Set(z)
	for i := int64(3); i < 200000 && power.Sign() != 0; i += 2 {
		power.Mul(power, square)
		term := new(big.Float).SetPrec(prec).Quo(power, new(big.Float).SetPrec(prec).SetInt64(i))
		if sum.Sign() != 0 && term.MantExp(nil) < sum.MantExp(nil)-int(prec) {
			break
		}
		sum.Add(sum, term)
	}
	return sum.SetMantExp(sum, roots+1)
}
