package native

import (
	"math/big"
	"strconv"

	"culvert/sql/pgerr"
)

var errDivision = pgerr.New(pgerr.DivisionByZero, "division by zero")

func addDec(a, b dec) (dec, error) {
	if a.special != finite || b.special != finite {
		return addSpecial(a, b), nil
	}
	scale := max(a.scale, b.scale)
	return dec{coef: new(big.Int).Add(a.at(scale), b.at(scale)), scale: scale}, nil
}

func addSpecial(a, b dec) dec {
	switch {
	case a.special == nan || b.special == nan:
		return dec{special: nan}
	case a.special != finite && b.special != finite && a.special != b.special:
		return dec{special: nan}
	case a.special != finite:
		return a
	}
	return b
}

func subDec(a, b dec) (dec, error) { return addDec(a, b.neg()) }

func mulDec(a, b dec) (dec, error) {
	if a.special != finite || b.special != finite {
		return infinity(a, b, a.sign()*b.sign()), nil
	}
	d := dec{coef: new(big.Int).Mul(a.coef, b.coef), scale: a.scale + b.scale}
	if d.scale > maxScale {
		d = d.round(maxScale)
	}
	return d, nil
}

// infinity is the result of a product or quotient with a special value.
func infinity(a, b dec, sign int) dec {
	switch {
	case a.special == nan || b.special == nan || sign == 0:
		return dec{special: nan}
	case sign > 0:
		return dec{special: posInf}
	}
	return dec{special: negInf}
}

// divScale is select_div_scale of PostgreSQL's numeric.c.
func divScale(a, b dec) int {
	w1, f1 := a.weight4()
	w2, f2 := b.weight4()
	q := w1 - w2
	if f1 <= f2 {
		q--
	}
	scale := minSigDigits - q*4
	scale = max(scale, a.scale, b.scale, 0)
	return min(scale, maxDisplayScale)
}

func divDec(a, b dec) (dec, error) {
	switch {
	case a.special == nan || b.special == nan:
		return dec{special: nan}, nil
	case b.isZero():
		return dec{}, errDivision
	case a.special != finite && b.special != finite:
		return dec{special: nan}, nil
	case a.special != finite:
		return infinity(a, b, a.sign()*b.sign()), nil
	case b.special != finite:
		return dec{coef: new(big.Int)}, nil
	}
	return divAt(a, b, divScale(a, b)), nil
}

// divAt divides and rounds half away from zero at a scale.
func divAt(a, b dec, scale int) dec {
	// a.coef/10^as / (b.coef/10^bs) = q/10^scale
	num := new(big.Int).Set(a.coef)
	den := new(big.Int).Set(b.coef)
	if shift := scale + b.scale - a.scale; shift >= 0 {
		num.Mul(num, pow10(shift))
	} else {
		den.Mul(den, pow10(-shift))
	}
	sign := num.Sign() * den.Sign()
	q, r := new(big.Int).QuoRem(num, den, new(big.Int))
	if r.Abs(r).Lsh(r, 1).CmpAbs(den) >= 0 {
		q.Add(q, big.NewInt(int64(sign)))
	}
	return dec{coef: q, scale: scale}
}

// idivDec is div(): the quotient truncated to an integer.
func idivDec(a, b dec) (dec, error) {
	if a.special != finite || b.special != finite || b.isZero() {
		return divDec(a, b)
	}
	scale := max(a.scale, b.scale)
	return dec{coef: new(big.Int).Quo(a.at(scale), b.at(scale))}, nil
}

func modDec(a, b dec) (dec, error) {
	switch {
	case a.special == nan || b.special == nan:
		return dec{special: nan}, nil
	case b.isZero():
		return dec{}, errDivision
	case a.special != finite:
		return dec{special: nan}, nil
	case b.special != finite:
		return a, nil
	}
	scale := max(a.scale, b.scale)
	return dec{coef: new(big.Int).Rem(a.at(scale), b.at(scale)), scale: scale}, nil
}

func ceilDec(d dec) dec {
	if d.special != finite {
		return d
	}
	t := d.trunc(0)
	if d.coef.Sign() > 0 && t.at(d.scale).Cmp(d.coef) != 0 {
		t.coef.Add(t.coef, big.NewInt(1))
	}
	return t
}

func floorDec(d dec) dec { return ceilDec(d.neg()).neg() }

func absDec(d dec) dec {
	if d.sign() < 0 {
		return d.neg()
	}
	return d
}

// castDec applies numeric(p,s).
func castDec(d dec, p, s int) (dec, error) {
	overflow := pgerr.New(pgerr.NumericValueOutOfRange, "numeric field overflow").WithDetail("A field with precision %d, scale %d must round to an absolute value less than 10^%d.", p, s, p-s)
	if d.special == nan {
		return d, nil
	}
	if d.special != finite {
		return d, overflow
	}
	r := d.round(s)
	limit := dec{coef: pow10(max(p, 0)), scale: max(s, 0)}
	if s < 0 {
		limit.coef = pow10(p - s)
	}
	if r.coef.CmpAbs(limit.coef) >= 0 {
		return d, overflow
	}
	return r, nil
}

// intDec rounds to a bigint.
func intDec(d dec) (int64, error) {
	switch d.special {
	case nan:
		return 0, pgerr.New(pgerr.FeatureNotSupported, "cannot convert NaN to bigint")
	case posInf, negInf:
		return 0, pgerr.New(pgerr.FeatureNotSupported, "cannot convert infinity to bigint")
	}
	r := d.round(0)
	if !r.coef.IsInt64() {
		return 0, pgerr.New(pgerr.NumericValueOutOfRange, "bigint out of range")
	}
	return r.coef.Int64(), nil
}

// keyDec is a byte string that orders as the value does and is equal for equal
// values: a class byte, the exponent, the digits two to a byte.
func keyDec(buf []byte, d dec) []byte {
	switch d.special {
	case negInf:
		return append(buf, 0)
	case posInf:
		return append(buf, 4)
	case nan:
		return append(buf, 5)
	}
	if d.coef.Sign() == 0 {
		return append(buf, 2)
	}
	return keyDigits(buf, d.coef.Append(nil, 10), d.scale)
}

func keySmall(buf []byte, v small) []byte {
	if v.coef == 0 {
		return append(buf, 2)
	}
	var digits [20]byte
	return keyDigits(buf, strconv.AppendInt(digits[:0], v.coef, 10), v.scale)
}

// keyDigits is the key of a number with a sign and digits, not all 0.
func keyDigits(buf, text []byte, scale int) []byte {
	start, negative := len(buf), text[0] == '-'
	buf = append(buf, 3)
	if negative {
		text = text[1:]
	}
	exp := len(text) - scale + 1<<20
	buf = append(buf, byte(exp>>16), byte(exp>>8), byte(exp))
	end := len(text)
	for end > 1 && text[end-1] == '0' {
		end--
	}
	for i := 0; i < end; i += 2 {
		pair := (text[i] - '0') * 10
		if i+1 < end {
			pair += text[i+1] - '0'
		}
		buf = append(buf, pair+1)
	}
	buf = append(buf, 0)
	if negative {
		for i := start; i < len(buf); i++ {
			buf[i] = ^buf[i]
		}
		buf[start] = 1
	}
	return buf
}
