package duckdb

import (
	"runtime"
	"unsafe"

	"culvert/engine"
	"culvert/sql/pgerr"
	"culvert/sql/types"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// writeColumn puts rows [from, from+n) of a column into a vector of its type.
// Texts are not copied: the vector points into the column, which pins keeps in
// place. The caller makes sure that texts are valid UTF-8.
func writeColumn(v bindings.Vector, c *engine.Column, from, n int, pins *runtime.Pinner) error {
	if n == 0 {
		return nil
	}
	if bindings.VectorGetData(v) == nil {
		return nullPointer("vector data")
	}
	if c.Valid != nil {
		bindings.VectorEnsureValidityWritable(v)
		copyBits(vectorValidity(v, n), c.Valid, from, n)
	}
	switch c.Phys.Kind {
	case types.KindText, types.KindBytes:
		writeStrings(vectorData[stringT](v, n), c, from, pins)
	case types.KindList:
		return writeList(v, c, from, n, pins)
	case types.KindUUID:
		dst := vectorData[engine.Int128](v, n)
		copy(dst, c.I128[from:])
		flipUUIDs(dst)
	case types.KindBool:
		copy(vectorData[bool](v, n), c.Bool[from:])
	case types.KindFloat32:
		copy(vectorData[float32](v, n), c.F32[from:])
	case types.KindFloat64:
		copy(vectorData[float64](v, n), c.F64[from:])
	case types.KindInterval:
		copy(vectorData[engine.Interval](v, n), c.Iv[from:])
	default:
		writeInts(v, c, from, n)
	}
	return nil
}

// writeInts copies the slice that a kind held as integers uses.
func writeInts(v bindings.Vector, c *engine.Column, from, n int) {
	switch intWidth(c.Phys) {
	case 2:
		copy(vectorData[int16](v, n), c.I16[from:])
	case 4:
		copy(vectorData[int32](v, n), c.I32[from:])
	case 8:
		copy(vectorData[int64](v, n), c.I64[from:])
	case 16:
		copy(vectorData[engine.Int128](v, n), c.I128[from:])
	}
}

// intWidth is the number of bytes of a kind that is held as an integer, and 0
// for the others.
func intWidth(p types.Physical) int {
	switch p.Kind {
	case types.KindInt16:
		return 2
	case types.KindInt32, types.KindDate:
		return 4
	case types.KindInt64, types.KindTime, types.KindTimestamp, types.KindTimestampTZ:
		return 8
	case types.KindInt128, types.KindUUID:
		return 16
	case types.KindDecimal:
		switch {
		case p.Width <= 4:
			return 2
		case p.Width <= 9:
			return 4
		case p.Width <= 18:
			return 8
		}
		return 16
	}
	return 0
}

// writeStrings makes the string headers of texts or byte strings.
func writeStrings(dst []stringT, c *engine.Column, from int, pins *runtime.Pinner) {
	if len(c.Data) > 0 {
		pins.Pin(&c.Data[0])
	}
	start := uint32(0)
	if from > 0 {
		start = c.Ends[from-1]
	}
	for i := range dst {
		end := c.Ends[from+i]
		value := c.Data[start:end]
		start = end
		s := &dst[i]
		*s = stringT{length: uint32(len(value))}
		if len(value) <= inlineLength {
			copy((*[inlineLength]byte)(unsafe.Pointer(&s.prefix))[:], value)
			continue
		}
		copy(s.prefix[:], value)
		s.ptr = uintptr(unsafe.Pointer(&value[0]))
	}
}

// writeList puts lists and their elements into a vector.
func writeList(v bindings.Vector, c *engine.Column, from, n int, pins *runtime.Pinner) error {
	first, _ := c.Span(from)
	last := c.Ends[from+n-1]
	elements := bindings.IdxT(last - first)
	if bindings.ListVectorReserve(v, elements) != bindings.StateSuccess ||
		bindings.ListVectorSetSize(v, elements) != bindings.StateSuccess {
		return pgerr.New(pgerr.OutOfMemory, "out of memory").WithDetail("Failed on a list of %d elements.", elements)
	}
	entries := vectorData[listEntry](v, n)
	for i := range entries {
		begin, end := c.Span(from + i)
		entries[i] = listEntry{offset: uint64(begin - first), length: uint64(end - begin)}
	}
	if elements == 0 {
		return nil
	}
	child := bindings.ListVectorGetChild(v)
	if child.Ptr == nil {
		return nullPointer("list elements")
	}
	return writeColumn(child, c.Child, int(first), int(elements), pins)
}

// copyBits copies bits [from, from+n) of src to the beginning of dst.
func copyBits(dst, src []uint64, from, n int) {
	word, shift := from>>6, from&63
	for i := range (n + 63) / 64 {
		bits := src[word+i] >> shift
		if shift > 0 && word+i+1 < len(src) {
			bits |= src[word+i+1] << (64 - shift)
		}
		dst[i] = bits
	}
}

// checkBatch refuses a batch whose slices are too short, which would crash.
func checkBatch(b *engine.Batch) error {
	for i := range b.Cols {
		if !longEnough(&b.Cols[i], b.Len) {
			return pgerr.New(pgerr.InternalError, "column %d of a batch of %d rows is too short", i+1, b.Len)
		}
	}
	return nil
}

func longEnough(c *engine.Column, n int) bool {
	if c.Valid != nil && len(c.Valid) < (n+63)/64 {
		return false
	}
	switch c.Phys.Kind {
	case types.KindBool:
		return len(c.Bool) >= n
	case types.KindFloat32:
		return len(c.F32) >= n
	case types.KindFloat64:
		return len(c.F64) >= n
	case types.KindInterval:
		return len(c.Iv) >= n
	case types.KindText, types.KindBytes:
		return len(c.Ends) >= n && (n == 0 || int(c.Ends[n-1]) <= len(c.Data))
	case types.KindList:
		if len(c.Ends) < n || n == 0 || c.Ends[n-1] == 0 {
			return len(c.Ends) >= n
		}
		return c.Child != nil && longEnough(c.Child, int(c.Ends[n-1]))
	}
	switch intWidth(c.Phys) {
	case 2:
		return len(c.I16) >= n
	case 4:
		return len(c.I32) >= n
	case 8:
		return len(c.I64) >= n
	}
	return len(c.I128) >= n
}

// physicals are the types of the columns of a batch.
func physicals(cols []engine.Column) []types.Physical {
	out := make([]types.Physical, len(cols))
	for i := range cols {
		out[i] = cols[i].Phys
	}
	return out
}
