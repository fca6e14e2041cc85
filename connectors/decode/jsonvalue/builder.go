// Package jsonvalue writes JSON as PostgreSQL prints jsonb, and brings JSON
// texts into that form: keys by length, then bytes; of equal keys the last; a
// space after commas and colons; numbers as numeric prints them.
package jsonvalue

import (
	"bytes"
	"math"
	"slices"
	"strconv"

	"culvert/sql/types"
)

// maxInsertion is the number of members up to which sorting by insertion is faster.
const maxInsertion = 24

// Builder writes one value at the end of Out. Scalars and brackets of arrays
// are appended to Out by the caller; objects go through Object, Key and End. It
// is not safe for concurrent use.
type Builder struct {
	Out     []byte
	members []member
	keys    []byte
	scratch []byte
}

// member is `"key": value` in Out, and its key without escapes in keys.
type member struct{ start, end, keyFrom, keyTo int }

// Object is an object that is being written. Objects nest: the inner one ends
// before the outer one goes on.
type Object struct {
	start, members, keys int
	unordered            bool
}

// Object begins an object.
func (b *Builder) Object() Object {
	o := Object{start: len(b.Out), members: len(b.members), keys: len(b.keys)}
	b.Out = append(b.Out, '{')
	return o
}

// Key begins a member; its value follows. key has no escapes.
func (b *Builder) Key(o *Object, key []byte) {
	if n := len(b.members); n > o.members {
		last := &b.members[n-1]
		last.end = len(b.Out)
		if compareKeys(b.keys[last.keyFrom:last.keyTo], key) >= 0 {
			o.unordered = true
		}
		b.Out = append(b.Out, ", "...)
	}
	from := len(b.keys)
	b.keys = append(b.keys, key...)
	b.members = append(b.members, member{start: len(b.Out), keyFrom: from, keyTo: len(b.keys)})
	b.Out = append(AppendString(b.Out, key), ": "...)
}

// End ends the object.
func (b *Builder) End(o *Object) {
	if n := len(b.members); n > o.members {
		b.members[n-1].end = len(b.Out)
	}
	if o.unordered {
		b.reorder(o)
	}
	b.Out = append(b.Out, '}')
	b.members = b.members[:o.members]
	b.keys = b.keys[:o.keys]
}

// Reset forgets the objects of a value that was given up.
func (b *Builder) Reset() { b.members, b.keys = b.members[:0], b.keys[:0] }

func (b *Builder) reorder(o *Object) {
	members := b.members[o.members:]
	key := func(m member) []byte { return b.keys[m.keyFrom:m.keyTo] }
	if len(members) > maxInsertion {
		slices.SortStableFunc(members, func(x, y member) int { return compareKeys(key(x), key(y)) })
	}
	for i := 1; i < len(members); i++ { // what is sorted passes at once
		m := members[i]
		k := i
		for ; k > 0 && compareKeys(key(members[k-1]), key(m)) > 0; k-- {
			members[k] = members[k-1]
		}
		members[k] = m
	}
	out := b.scratch[:0]
	for i, m := range members {
		if i+1 < len(members) && bytes.Equal(key(members[i+1]), key(m)) {
			continue
		}
		if len(out) > 0 {
			out = append(out, ", "...)
		}
		out = append(out, b.Out[m.start:m.end]...)
	}
	b.scratch = out
	b.Out = append(b.Out[:o.start+1], out...)
}

// compareKeys orders keys as jsonb does.
func compareKeys(x, y []byte) int {
	if len(x) != len(y) {
		return len(x) - len(y)
	}
	return bytes.Compare(x, y)
}

// plain tells which bytes stand for themselves in a JSON string.
var plain = func() (t [256]bool) {
	for i := range t {
		t[i] = i >= 0x20 && i != '"' && i != '\\'
	}
	return t
}()

// AppendString appends a quoted string; text is UTF-8 without NUL.
func AppendString(dst, text []byte) []byte {
	for _, c := range text {
		if !plain[c] {
			return types.AppendJSONString(dst, string(text))
		}
	}
	dst = append(dst, '"')
	dst = append(dst, text...)
	return append(dst, '"')
}

// AppendFloat appends a floating point number of 32 or 64 bits with the fewest
// digits that tell it from its neighbours; JSON has no NaN and no infinities,
// which become strings.
func AppendFloat(dst []byte, f float64, bits int) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, `"NaN"`...)
	case math.IsInf(f, 1):
		return append(dst, `"Infinity"`...)
	case math.IsInf(f, -1):
		return append(dst, `"-Infinity"`...)
	case f == 0:
		return append(dst, '0') // numeric has no negative zero
	}
	return strconv.AppendFloat(dst, f, 'f', -1, bits)
}

// AppendBytes appends a byte string as to_jsonb does: "\\x" and hexadecimal.
func AppendBytes(dst, b []byte) []byte {
	const digits = "0123456789abcdef"
	dst = append(dst, `"\\x`...)
	for _, c := range b {
		dst = append(dst, digits[c>>4], digits[c&15])
	}
	return append(dst, '"')
}

// AppendTimestamp appends microseconds since 1970 as to_jsonb writes a timestamp.
func AppendTimestamp(dst []byte, micros int64) []byte {
	start := len(dst)
	dst = types.AppendTimestamp(append(dst, '"'), micros)
	if i := bytes.IndexByte(dst[start:], ' '); i >= 0 {
		dst[start+i] = 'T'
	}
	return append(dst, '"')
}
