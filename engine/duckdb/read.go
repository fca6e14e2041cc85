package duckdb

import (
	"unsafe"

	"culvert/engine"
	"culvert/sql/pgerr"
	"culvert/sql/types"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// reader turns the vectors of one result column into an engine.Column. Values
// of fixed width alias the vector; texts, lists, UUIDs and integer types that
// PostgreSQL lacks are copied into buffers that the next chunk reuses.
type reader struct {
	phys types.Physical
	id   bindings.Type
	elem *reader

	i16  []int16
	i32  []int32
	i64  []int64
	i128 []engine.Int128
	ends []uint32
	data []byte
	// child is the column of the elements of a list, and picks are the elements
	// to gather where the entries do not follow each other.
	child engine.Column
	picks []uint32
}

// stringT is duckdb_string_t: up to twelve bytes inline, or a prefix of four
// and a pointer.
type stringT struct {
	length uint32
	prefix [4]byte
	ptr    uintptr // typed so that writing it has no barrier that reads the memory's old bits
}

// pointer is where the bytes of a long string are.
func (s *stringT) pointer() *byte { return *(**byte)(unsafe.Pointer(&s.ptr)) }

const inlineLength = 12

// listEntry is duckdb_list_entry.
type listEntry struct{ offset, length uint64 }

// newReader makes the reader for a type of DuckDB.
func newReader(t bindings.LogicalType) (*reader, error) {
	if t.Ptr == nil {
		return nil, nullPointer("type")
	}
	r := &reader{id: bindings.GetTypeId(t)}
	switch r.id {
	case bindings.TypeDecimal:
		r.phys = types.Physical{Kind: types.KindDecimal, Width: bindings.DecimalWidth(t), Scale: bindings.DecimalScale(t)}
	case bindings.TypeList:
		elem := bindings.ListTypeChildType(t)
		defer bindings.DestroyLogicalType(&elem)
		child, err := newReader(elem)
		if err != nil {
			return nil, err
		}
		r.elem = child
		r.phys = types.Physical{Kind: types.KindList, Elem: &child.phys}
	case bindings.TypeTinyInt, bindings.TypeUTinyInt:
		r.phys.Kind = types.KindInt16
	case bindings.TypeUSmallInt, bindings.TypeSQLNull:
		r.phys.Kind = types.KindInt32
	case bindings.TypeUInteger:
		r.phys.Kind = types.KindInt64
	case bindings.TypeUBigInt:
		r.phys.Kind = types.KindInt128
	default:
		for kind, id := range typeIDs {
			if id == r.id {
				r.phys.Kind = kind
			}
		}
	}
	if r.phys.Kind == types.KindInvalid {
		return nil, pgerr.New(pgerr.InternalError, "engine returned a column of type %d", r.id)
	}
	return r, nil
}

// read converts the first n values of a vector.
func (r *reader) read(v bindings.Vector, n int, out *engine.Column) error {
	*out = engine.Column{Phys: r.phys}
	if n == 0 {
		return nil
	}
	if bindings.VectorGetData(v) == nil {
		return nullPointer("vector data")
	}
	out.Valid = vectorValidity(v, n)
	if r.widen(v, n, out) {
		return nil
	}
	switch r.phys.Kind {
	case types.KindBool:
		out.Bool = vectorData[bool](v, n)
	case types.KindInt16:
		out.I16 = vectorData[int16](v, n)
	case types.KindInt32, types.KindDate:
		out.I32 = vectorData[int32](v, n)
	case types.KindInt64, types.KindTime, types.KindTimestamp, types.KindTimestampTZ:
		out.I64 = vectorData[int64](v, n)
	case types.KindInt128:
		out.I128 = vectorData[engine.Int128](v, n)
	case types.KindFloat32:
		out.F32 = vectorData[float32](v, n)
	case types.KindFloat64:
		out.F64 = vectorData[float64](v, n)
	case types.KindInterval:
		out.Iv = vectorData[engine.Interval](v, n)
	case types.KindDecimal:
		readDecimal(v, n, out)
	case types.KindUUID:
		r.i128 = append(r.i128[:0], vectorData[engine.Int128](v, n)...)
		flipUUIDs(r.i128)
		out.I128 = r.i128
	case types.KindText, types.KindBytes:
		return r.readStrings(v, n, out)
	case types.KindList:
		return r.readList(v, n, out)
	}
	return nil
}

// readDecimal aliases the values of a decimal by the width that holds them.
func readDecimal(v bindings.Vector, n int, out *engine.Column) {
	switch width := out.Phys.Width; {
	case width <= 4:
		out.I16 = vectorData[int16](v, n)
	case width <= 9:
		out.I32 = vectorData[int32](v, n)
	case width <= 18:
		out.I64 = vectorData[int64](v, n)
	default:
		out.I128 = vectorData[engine.Int128](v, n)
	}
}

// flipUUIDs converts between a UUID's bytes and DuckDB's form of it, which has
// the first bit inverted so that signed comparison orders it.
func flipUUIDs(values []engine.Int128) {
	for i := range values {
		values[i].Hi ^= -1 << 63
	}
}

// widen reads the integer types that PostgreSQL lacks.
func (r *reader) widen(v bindings.Vector, n int, out *engine.Column) bool {
	switch r.id {
	case bindings.TypeTinyInt:
		r.i16 = widenInto(r.i16, vectorData[int8](v, n))
		out.I16 = r.i16
	case bindings.TypeUTinyInt:
		r.i16 = widenInto(r.i16, vectorData[uint8](v, n))
		out.I16 = r.i16
	case bindings.TypeUSmallInt:
		r.i32 = widenInto(r.i32, vectorData[uint16](v, n))
		out.I32 = r.i32
	case bindings.TypeUInteger:
		r.i64 = widenInto(r.i64, vectorData[uint32](v, n))
		out.I64 = r.i64
	case bindings.TypeUBigInt:
		r.i128 = r.i128[:0]
		for _, x := range vectorData[uint64](v, n) {
			r.i128 = append(r.i128, engine.Int128{Lo: x})
		}
		out.I128 = r.i128
	default:
		return false
	}
	return true
}

func widenInto[W int16 | int32 | int64, N int8 | uint8 | uint16 | uint32](dst []W, src []N) []W {
	dst = dst[:0]
	for _, x := range src {
		dst = append(dst, W(x))
	}
	return dst
}

// readStrings copies texts or byte strings behind each other.
func (r *reader) readStrings(v bindings.Vector, n int, out *engine.Column) error {
	values := vectorData[stringT](v, n)
	if cap(r.ends) < n {
		r.ends = make([]uint32, n)
	}
	ends, data := r.ends[:n], r.data[:0]
	for i := range values {
		if out.Valid == nil || out.Valid[i>>6]&(1<<(i&63)) != 0 {
			s := &values[i]
			if s.length <= inlineLength {
				data = append(data, unsafe.Slice(&s.prefix[0], s.length)...)
			} else {
				data = append(data, unsafe.Slice(s.pointer(), s.length)...)
			}
		}
		ends[i] = uint32(len(data))
	}
	r.ends, r.data = ends, data
	out.Ends, out.Data = ends, data
	if uint64(len(data)) > 1<<32-1 {
		return pgerr.New(pgerr.ProgramLimitExceeded, "more than 4 GB of text in one batch")
	}
	return nil
}

// readList converts the elements, and gathers them where the lists do not
// follow each other in the child vector.
func (r *reader) readList(v bindings.Vector, n int, out *engine.Column) error {
	entries := vectorData[listEntry](v, n)
	elements := int(bindings.ListVectorGetSize(v))
	child := bindings.ListVectorGetChild(v)
	if child.Ptr == nil {
		return nullPointer("list elements")
	}
	if err := r.elem.read(child, elements, &r.child); err != nil {
		return err
	}
	r.ends, r.picks = r.ends[:0], r.picks[:0]
	inOrder := true
	for i, e := range entries {
		if out.IsNull(i) {
			e = listEntry{}
		}
		if e.offset+e.length > uint64(elements) {
			return pgerr.New(pgerr.InternalError, "engine returned a list beyond its elements")
		}
		inOrder = inOrder && (e.length == 0 || e.offset == uint64(len(r.picks)))
		for k := range e.length {
			r.picks = append(r.picks, uint32(e.offset+k))
		}
		r.ends = append(r.ends, uint32(len(r.picks)))
	}
	out.Ends = r.ends
	if inOrder {
		out.Child = &r.child
	} else {
		gathered := r.child.Gather(r.picks)
		out.Child = &gathered
	}
	return nil
}
