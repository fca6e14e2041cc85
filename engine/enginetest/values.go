package enginetest

import (
	"fmt"
	"math"
	"strings"

	"culvert/engine"
	"culvert/sql/types"
)

// The physical types that the tests use.
var (
	Int16       = types.Physical{Kind: types.KindInt16}
	Int32       = types.Physical{Kind: types.KindInt32}
	Int64       = types.Physical{Kind: types.KindInt64}
	Text        = types.Physical{Kind: types.KindText}
	Bytea       = types.Physical{Kind: types.KindBytes}
	UUID        = types.Physical{Kind: types.KindUUID}
	Date        = types.Physical{Kind: types.KindDate}
	Timestamp   = types.Physical{Kind: types.KindTimestamp}
	TimestampTZ = types.Physical{Kind: types.KindTimestampTZ}
)

// List is a list of elements.
func List(elem types.Physical) types.Physical {
	return types.Physical{Kind: types.KindList, Elem: &elem}
}

// Decimal is a decimal of the given width and scale.
func Decimal(width, scale uint8) types.Physical {
	return types.Physical{Kind: types.KindDecimal, Width: width, Scale: scale}
}

// EveryType lists a physical type of each kind and width.
func EveryType() []types.Physical {
	all := []types.Physical{
		{Kind: types.KindBool}, Int16, Int32, Int64, {Kind: types.KindInt128}, {Kind: types.KindFloat32},
		{Kind: types.KindFloat64}, Decimal(4, 2), Decimal(9, 3), Decimal(18, 0), Decimal(38, 10), Text, Bytea, Date,
		{Kind: types.KindTime}, Timestamp, TimestampTZ, {Kind: types.KindInterval}, UUID,
	}
	for _, p := range all {
		all = append(all, List(p))
	}
	return all
}

// Values makes a column of n values of any type, which depend on seed only.
// Every nulls-th row is NULL; with nulls 0 none is.
func Values(p types.Physical, n, seed, nulls int) engine.Column {
	c := engine.Column{Phys: p}
	if nulls > 0 {
		c.Valid = make([]uint64, (n+63)/64)
		for i := range n {
			if (i+seed)%nulls != 0 {
				c.Valid[i>>6] |= 1 << (i & 63)
			}
		}
	}
	for i := range n {
		addValue(&c, i, seed)
	}
	if p.Kind == types.KindList {
		elements := 0
		if n > 0 {
			elements = int(c.Ends[n-1])
		}
		child := Values(*p.Elem, elements, seed+1, 5)
		c.Child = &child
	}
	return c
}

// addValue appends value i to the slice of the column's kind.
func addValue(c *engine.Column, i, seed int) {
	x := int64(i+1)*2654435761 + int64(seed)*40503
	switch c.Phys.Kind {
	case types.KindBool:
		c.Bool = append(c.Bool, x&4 == 0)
	case types.KindFloat32:
		c.F32 = append(c.F32, float32(x)/7)
	case types.KindFloat64:
		c.F64 = append(c.F64, float64(x)/7)
	case types.KindInterval:
		c.Iv = append(c.Iv, engine.Interval{Months: int32(x % 1000), Days: int32(-x % 500), Micros: x})
	case types.KindText, types.KindBytes:
		if !c.IsNull(i) {
			c.Data = append(c.Data, text(c.Phys.Kind, i, x)...)
		}
		c.Ends = append(c.Ends, uint32(len(c.Data)))
	case types.KindList:
		end := uint32(0)
		if i > 0 {
			end = c.Ends[i-1]
		}
		if !c.IsNull(i) {
			end += uint32(x % 4)
		}
		c.Ends = append(c.Ends, end)
	case types.KindTime:
		c.I64 = append(c.I64, x%86400000000)
	case types.KindDecimal:
		addDecimal(c, x)
	case types.KindInt16:
		c.I16 = append(c.I16, int16(x))
	case types.KindInt32, types.KindDate:
		c.I32 = append(c.I32, int32(x%2000000)-1000000)
	case types.KindInt128, types.KindUUID:
		c.I128 = append(c.I128, engine.Int128{Lo: uint64(x) * 3, Hi: x * 2862933555777941757})
	default:
		c.I64 = append(c.I64, x-math.MaxInt32)
	}
}

func addDecimal(c *engine.Column, x int64) {
	switch width := c.Phys.Width; {
	case width <= 4:
		c.I16 = append(c.I16, int16(x%9999))
	case width <= 9:
		c.I32 = append(c.I32, int32(x%999999999)*-1)
	case width <= 18:
		c.I64 = append(c.I64, x)
	default:
		c.I128 = append(c.I128, engine.Int128{Lo: uint64(x), Hi: x & 0xffff})
	}
}

// text makes values around the length that DuckDB holds inline.
func text(kind types.Kind, i int, x int64) string {
	switch i % 4 {
	case 0:
		return ""
	case 1:
		return fmt.Sprintf("é%d", x)[:2+int(x%10)]
	case 2:
		if kind == types.KindBytes {
			return "\x00\xff" + fmt.Sprint(x)
		}
		return "exactly12byt"
	}
	return strings.Repeat("ü", 8) + fmt.Sprint(x)
}

// Line prints row i of a batch: values between bars, NULL as ∅.
func Line(b *engine.Batch, i int) string {
	values := make([]string, len(b.Cols))
	for k := range b.Cols {
		values[k] = Show(&b.Cols[k], i)
	}
	return strings.Join(values, "|")
}

// Show prints value i of a column as it is held.
func Show(c *engine.Column, i int) string {
	if c.IsNull(i) {
		return "∅"
	}
	switch c.Phys.Kind {
	case types.KindText:
		return string(c.Bytes(i))
	case types.KindBytes:
		return fmt.Sprintf("%x", c.Bytes(i))
	case types.KindUUID:
		return fmt.Sprintf("%016x%016x", uint64(c.I128[i].Hi), c.I128[i].Lo)
	case types.KindList:
		from, to := c.Span(i)
		var elems []string
		for k := from; k < to; k++ {
			elems = append(elems, Show(c.Child, int(k)))
		}
		return "[" + strings.Join(elems, " ") + "]"
	}
	switch {
	case c.Bool != nil:
		return fmt.Sprint(c.Bool[i])
	case c.I16 != nil:
		return fmt.Sprint(c.I16[i])
	case c.I32 != nil:
		return fmt.Sprint(c.I32[i])
	case c.I64 != nil:
		return fmt.Sprint(c.I64[i])
	case c.F32 != nil:
		return fmt.Sprint(c.F32[i])
	case c.F64 != nil:
		return fmt.Sprint(c.F64[i])
	case c.Iv != nil:
		return fmt.Sprint(c.Iv[i])
	}
	return fmt.Sprintf("%d:%d", c.I128[i].Hi, c.I128[i].Lo)
}

// ints makes an int4 column; a nil is NULL.
func ints(values ...any) engine.Column {
	c := engine.Column{Phys: Int32, Valid: make([]uint64, (len(values)+63)/64)}
	for i, v := range values {
		n, ok := v.(int)
		if ok {
			c.Valid[i>>6] |= 1 << (i & 63)
		}
		c.I32 = append(c.I32, int32(n))
	}
	return c
}

// texts makes a text column; a nil is NULL.
func texts(values ...any) engine.Column {
	c := engine.Column{Phys: Text, Valid: make([]uint64, (len(values)+63)/64)}
	for i, v := range values {
		s, ok := v.(string)
		if ok {
			c.Valid[i>>6] |= 1 << (i & 63)
		}
		c.Data = append(c.Data, s...)
		c.Ends = append(c.Ends, uint32(len(c.Data)))
	}
	return c
}

// series makes an int4 column of from to to.
func series(from, to int) engine.Column {
	c := engine.Column{Phys: Int32}
	for i := from; i <= to; i++ {
		c.I32 = append(c.I32, int32(i))
	}
	return c
}

// batch makes a batch of columns.
func batch(n int, cols ...engine.Column) *engine.Batch { return &engine.Batch{Len: n, Cols: cols} }
