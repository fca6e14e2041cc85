package native

import (
	"math"
	"strconv"

	"culvert/sql/pgerr"
)

var mathFunctions = []function{
	{name: "int_div", shape: "l:ll", row: func(r *row) error {
		a, b := r.i64(0), r.i64(1)
		if b == 0 {
			return errDivision
		}
		if b == -1 && a == math.MinInt64 {
			return pgerr.New(pgerr.NumericValueOutOfRange, "bigint out of range")
		}
		set(r, a/b)
		return nil
	}},
	{name: "int_mod", shape: "l:ll", row: func(r *row) error {
		a, b := r.i64(0), r.i64(1)
		if b == 0 {
			return errDivision
		}
		if b == -1 {
			a = 0
		}
		set(r, a%b)
		return nil
	}},
	{name: "int_shl", shape: "l:lii", row: func(r *row) error {
		a, n, bits := r.i64(0), uint(r.i32(1)), uint(r.i32(2))
		switch bits {
		case 16:
			set(r, int64(int16(int32(a)<<(n&31))))
		case 32:
			set(r, int64(int32(a)<<(n&31)))
		default:
			set(r, a<<(n&63))
		}
		return nil
	}},
	{name: "int_shr", shape: "l:lii", row: func(r *row) error {
		a, n, bits := r.i64(0), uint(r.i32(1)), uint(r.i32(2))
		if bits < 64 {
			set(r, int64(int32(a)>>(n&31)))
		} else {
			set(r, a>>(n&63))
		}
		return nil
	}},
	{name: "int_hex", shape: "v:li", row: func(r *row) error {
		v := uint64(r.i64(0))
		if r.i32(1) == 32 {
			v = uint64(uint32(v))
		}
		r.setText(strconv.FormatUint(v, 16))
		return nil
	}},
	float2("float8_add", func(a, b float64) (float64, error) { return checked(a+b, math.IsInf(a, 0) || math.IsInf(b, 0), true) }),
	float2("float8_sub", func(a, b float64) (float64, error) { return checked(a-b, math.IsInf(a, 0) || math.IsInf(b, 0), true) }),
	float2("float8_mul", func(a, b float64) (float64, error) {
		return checked(a*b, math.IsInf(a, 0) || math.IsInf(b, 0), a == 0 || b == 0)
	}),
	float2("float8_div", func(a, b float64) (float64, error) {
		if b == 0 && !math.IsNaN(a) {
			return 0, errDivision
		}
		return checked(a/b, math.IsInf(a, 0) || math.IsInf(b, 0), a == 0 || math.IsInf(b, 0))
	}),
	float2("float8_pow", power),
	float1("float8_sqrt", func(a float64) (float64, error) {
		if a < 0 {
			return 0, pgerr.New("2201F", "cannot take square root of a negative number")
		}
		return math.Sqrt(a), nil
	}),
	float1("float8_exp", func(a float64) (float64, error) { return checked(math.Exp(a), math.IsInf(a, 0), math.IsInf(a, -1)) }),
	float1("float8_ln", logarithm(math.Log)), float1("float8_log10", logarithm(math.Log10)),
	{name: "float8_int", shape: "l:dv", row: func(r *row) error {
		f := math.RoundToEven(r.f64(0))
		limit := map[string]float64{"smallint": 1 << 15, "integer": 1 << 31, "bigint": 1 << 63}[r.text(1)]
		if math.IsNaN(f) || f < -limit || f >= limit {
			return pgerr.New(pgerr.NumericValueOutOfRange, "%s out of range", r.text(1))
		}
		set(r, int64(f))
		return nil
	}},
	{name: "float8_out", shape: "v:d", row: func(r *row) error { r.buf = appendFloat(r.buf, r.f64(0), 64); return nil }},
	{name: "float4_out", shape: "v:f", row: func(r *row) error { r.buf = appendFloat(r.buf, float64(r.f32(0)), 32); return nil }},
	{name: "float8_bucket", shape: "i:dddi", row: bucket},
}

func float1(name string, f func(float64) (float64, error)) function {
	return function{name: name, shape: "d:d", row: func(r *row) error {
		v, err := f(r.f64(0))
		set(r, v)
		return err
	}}
}

func float2(name string, f func(a, b float64) (float64, error)) function {
	return function{name: name, shape: "d:dd", row: func(r *row) error {
		v, err := f(r.f64(0), r.f64(1))
		set(r, v)
		return err
	}}
}

// checked refuses an infinite or zero result that the arguments do not explain.
func checked(v float64, infOK, zeroOK bool) (float64, error) {
	if math.IsInf(v, 0) && !infOK {
		return v, pgerr.New(pgerr.NumericValueOutOfRange, "value out of range: overflow")
	}
	if v == 0 && !zeroOK {
		return v, pgerr.New(pgerr.NumericValueOutOfRange, "value out of range: underflow")
	}
	return v, nil
}

func power(a, b float64) (float64, error) {
	switch {
	case a == 0 && b < 0:
		return 0, pgerr.New("2201F", "zero raised to a negative power is undefined")
	case a < 0 && !math.IsInf(b, 0) && !math.IsNaN(b) && math.Floor(b) != b:
		return 0, pgerr.New("2201F", "a negative number raised to a non-integer power yields a complex result")
	}
	inf := math.IsInf(a, 0) || math.IsInf(b, 0)
	return checked(math.Pow(a, b), inf, inf || a == 0)
}

func logarithm(f func(float64) float64) func(float64) (float64, error) {
	return func(a float64) (float64, error) {
		if a == 0 {
			return 0, pgerr.New("2201E", "cannot take logarithm of zero")
		}
		if a < 0 {
			return 0, pgerr.New("2201E", "cannot take logarithm of a negative number")
		}
		return f(a), nil
	}
}

// appendFloat prints the shortest text that reads back, in the layout of
// PostgreSQL: an exponent below 1e-4 and from 1e15 (float4: 1e6) on.
func appendFloat(buf []byte, f float64, bits int) []byte {
	switch {
	case math.IsNaN(f):
		return append(buf, "NaN"...)
	case math.IsInf(f, 1):
		return append(buf, "Infinity"...)
	case math.IsInf(f, -1):
		return append(buf, "-Infinity"...)
	}
	abs, limit := math.Abs(f), 1e15
	if bits == 32 {
		limit = 1e6
	}
	if abs != 0 && (abs < 1e-4 || abs >= limit) {
		return strconv.AppendFloat(buf, f, 'e', -1, bits)
	}
	return strconv.AppendFloat(buf, f, 'f', -1, bits)
}

func bucket(r *row) error {
	v, low, high, n := r.f64(0), r.f64(1), r.f64(2), r.i32(3)
	switch {
	case n <= 0:
		return pgerr.New("2201G", "count must be greater than zero")
	case math.IsNaN(v) || math.IsNaN(low) || math.IsNaN(high):
		return pgerr.New("2201G", "operand, lower bound, and upper bound cannot be NaN")
	case low == high:
		return pgerr.New("2201G", "lower bound cannot equal upper bound")
	}
	if low > high {
		v, low, high = -v, -low, -high
	}
	switch {
	case v < low:
		set(r, int32(0))
	case v >= high:
		set(r, n+1)
	default:
		set(r, int32(float64(n)*(v-low)/(high-low))+1)
	}
	return nil
}
