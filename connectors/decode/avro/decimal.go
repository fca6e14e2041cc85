package avro

import (
	"fmt"
	"math/big"
	"strings"

	"culvert/connectors/decode"
	"culvert/engine"
	"culvert/sql/types"
)

// maxDigits is the most digits that numeric holds in front of the point.
const maxDigits = 131072

// bounds has 10^0 to 10^38.
var bounds = func() (p [types.MaxDecimalWidth + 1]engine.Int128) {
	p[0] = engine.Int128{Lo: 1}
	ten := big.NewInt(10)
	n := big.NewInt(1)
	for i := 1; i < len(p); i++ {
		n.Mul(n, ten)
		lo := new(big.Int).And(n, new(big.Int).SetUint64(^uint64(0)))
		p[i] = engine.Int128{Lo: lo.Uint64(), Hi: int64(new(big.Int).Rsh(n, 64).Uint64())}
	}
	return p
}()

func less(a, b engine.Int128) bool { return a.Hi < b.Hi || a.Hi == b.Hi && a.Lo < b.Lo }

// int128 reads a big-endian two's complement number of any length; ok is false
// when it does not fit.
func int128(b []byte) (v engine.Int128, ok bool) {
	if len(b) == 0 {
		return v, true
	}
	sign := byte(int8(b[0]) >> 7)
	for len(b) > 16 {
		if b[0] != sign || b[1]>>7 != sign&1 {
			return v, false
		}
		b = b[1:]
	}
	v = engine.Int128{Lo: uint64(int64(int8(sign))), Hi: int64(int8(sign))}
	for _, c := range b {
		v.Hi = v.Hi<<8 | int64(v.Lo>>56)
		v.Lo = v.Lo<<8 | uint64(c)
	}
	return v, true
}

// putDecimal appends an unscaled number to a column of numeric(p,s), which is
// held as text when p is above 38.
func (s scalar) putDecimal(c *engine.Column, b []byte) error {
	if c.Phys.Kind != types.KindDecimal {
		text, err := s.decimalText(c.Data, b)
		if err == nil {
			c.Data = text
			c.Ends = append(c.Ends, uint32(len(text)))
		}
		return err
	}
	v, ok := int128(b)
	most := bounds[min(s.precision, types.MaxDecimalWidth)]
	least := engine.Int128{Lo: -most.Lo, Hi: ^most.Hi}
	if most.Lo == 0 {
		least.Hi = -most.Hi
	}
	if !ok || !less(v, most) || !less(least, v) {
		return s.tooLarge()
	}
	decode.AppendDecimal(c, v)
	return nil
}

func (s scalar) tooLarge() error {
	return fmt.Errorf("a decimal has more than the %d digits of its schema", s.precision)
}

// decimalText appends an unscaled number as numeric's text.
func (s scalar) decimalText(dst, b []byte) ([]byte, error) {
	if v, ok := int128(b); ok && s.precision <= types.MaxDecimalWidth {
		return types.AppendDecimal(dst, v.Hi, v.Lo, s.scale, false), nil
	}
	if 2*len(b) > min(s.precision, maxDigits)+2 { // a byte has more than two digits
		return dst, s.tooLarge()
	}
	n := new(big.Int).SetBytes(b)
	if len(b) > 0 && b[0] >= 0x80 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
	}
	digits := new(big.Int).Abs(n).String()
	if len(digits) > s.precision {
		return dst, s.tooLarge()
	}
	if n.Sign() < 0 {
		dst = append(dst, '-')
	}
	if missing := s.scale + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	whole := len(digits) - s.scale
	dst = append(dst, digits[:whole]...)
	if s.scale > 0 {
		dst = append(append(dst, '.'), digits[whole:]...)
	}
	return dst, nil
}
