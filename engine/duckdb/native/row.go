package native

import (
	"strings"
	"unsafe"

	"culvert/engine"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// column is an argument: its values and which of them are not NULL.
type column struct {
	data  unsafe.Pointer
	valid *uint64 // nil: all
	child *column // of a list
}

func newColumn(v bindings.Vector, list bool) column {
	c := column{data: bindings.VectorGetData(v), valid: (*uint64)(bindings.VectorGetValidity(v))}
	if list {
		child := newColumn(bindings.ListVectorGetChild(v), false)
		c.child = &child
	}
	return c
}

func (c *column) null(i int) bool {
	if c.valid == nil {
		return false
	}
	word := *(*uint64)(unsafe.Add(unsafe.Pointer(c.valid), i>>6<<3))
	return word&(1<<(i&63)) == 0
}

// stringValue is duckdb_string_t: up to 12 bytes lie inside it.
type stringValue struct {
	length uint32
	prefix [4]byte
	ptr    unsafe.Pointer
}

func (c *column) text(i int) string {
	s := (*stringValue)(unsafe.Add(c.data, i*16))
	if s.length <= 12 {
		return unsafe.String(&s.prefix[0], s.length)
	}
	return unsafe.String((*byte)(s.ptr), s.length)
}

// row is one row of a call: its arguments and where its result goes. Texts of
// arguments are valid until the call ends.
type row struct {
	f    *function
	cols []column
	i, n int
	out  bindings.Vector
	data unsafe.Pointer
	// The result of a text, bytes or list.
	buf        []byte
	ends       []uint32
	childNulls []int
	valid      *uint64
	ret        byte
	// What was last made of a text, such as a format: it seldom changes.
	memoKey   string
	memoValue any
}

// memo gives what make makes of a text, once for equal texts in a row.
func memo[T any](r *row, text string, make func(string) (T, error)) (T, error) {
	if r.memoValue != nil && r.memoKey == text {
		return r.memoValue.(T), nil
	}
	v, err := make(strings.Clone(text))
	if err == nil {
		r.memoKey, r.memoValue = strings.Clone(text), v
	}
	return v, err
}

type listEntry struct{ offset, length uint64 }

func newRow(f *function, input bindings.DataChunk, output bindings.Vector) *row {
	r := &row{f: f, out: output, n: int(bindings.DataChunkGetSize(input)), ret: f.shape[0]}
	for i := range f.shape[2:] {
		v := bindings.DataChunkGetVector(input, bindings.IdxT(i))
		r.cols = append(r.cols, newColumn(v, f.shape[2+i] == shapeList))
	}
	r.data = bindings.VectorGetData(output)
	return r
}

func (r *row) anyNull() bool {
	for k := range r.cols {
		if r.cols[k].null(r.i) {
			return true
		}
	}
	return false
}

func (r *row) null(k int) bool { return r.cols[k].null(r.i) }

func (r *row) text(k int) string { return r.cols[k].text(r.i) }

func value[T any](r *row, k int) T {
	var v T
	return *(*T)(unsafe.Add(r.cols[k].data, r.i*int(unsafe.Sizeof(v))))
}

func (r *row) bool(k int) bool { return value[bool](r, k) }

func (r *row) i32(k int) int32 { return value[int32](r, k) }

func (r *row) i64(k int) int64 { return value[int64](r, k) }

func (r *row) f64(k int) float64 { return value[float64](r, k) }

func (r *row) f32(k int) float32 { return value[float32](r, k) }

func (r *row) interval(k int) engine.Interval { return value[engine.Interval](r, k) }

// list gives a list's texts; a nil one is NULL.
func (r *row) list(k int) []*string {
	c := &r.cols[k]
	e := *(*listEntry)(unsafe.Add(c.data, r.i*16))
	out := make([]*string, e.length)
	for j := range out {
		if at := int(e.offset) + j; !c.child.null(at) {
			text := c.child.text(at)
			out[j] = &text
		}
	}
	return out
}

func set[T any](r *row, v T) {
	*(*T)(unsafe.Add(r.data, r.i*int(unsafe.Sizeof(v)))) = v
}

func (r *row) setText(s string) { r.buf = append(r.buf, s...) }

func (r *row) setBytes(b []byte) { r.buf = append(r.buf, b...) }

func (r *row) setNull() {
	if r.valid == nil {
		bindings.VectorEnsureValidityWritable(r.out)
		r.valid = (*uint64)(bindings.VectorGetValidity(r.out))
	}
	word := (*uint64)(unsafe.Add(unsafe.Pointer(r.valid), r.i>>6<<3))
	*word &^= 1 << (r.i & 63)
	if r.ret == shapeList {
		set(r, listEntry{offset: uint64(len(r.ends))})
	}
}

// setList gives the result of a row; nil texts are NULL.
func (r *row) setList(items []*string) {
	set(r, listEntry{offset: uint64(len(r.ends)), length: uint64(len(items))})
	for _, item := range items {
		if item == nil {
			r.childNulls = append(r.childNulls, len(r.ends))
		} else {
			r.buf = append(r.buf, *item...)
		}
		r.ends = append(r.ends, uint32(len(r.buf)))
	}
}

func (r *row) setTexts(items []string) {
	list := make([]*string, len(items))
	for i := range items {
		list[i] = &items[i]
	}
	r.setList(list)
}

func (r *row) endRow() {
	if r.ret == 'v' || r.ret == 'x' {
		r.ends = append(r.ends, uint32(len(r.buf)))
	}
}

// finish moves the texts of all rows into the result.
func (r *row) finish() {
	switch r.ret {
	case 'v', 'x':
		assign(r.out, r.buf, r.ends)
	case shapeList:
		n := bindings.IdxT(len(r.ends))
		bindings.ListVectorReserve(r.out, n)
		bindings.ListVectorSetSize(r.out, n)
		child := bindings.ListVectorGetChild(r.out)
		assign(child, r.buf, r.ends)
		if len(r.childNulls) > 0 {
			bindings.VectorEnsureValidityWritable(child)
			valid := bindings.VectorGetValidity(child)
			for _, i := range r.childNulls {
				word := (*uint64)(unsafe.Add(valid, i>>6<<3))
				*word &^= 1 << (i & 63)
			}
		}
	}
}
