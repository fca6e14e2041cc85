package types

import (
	"encoding/binary"
	"strings"
	"unicode/utf8"

	"culvert/sql/pgerr"
)

// CheckText refuses (22021) what no PostgreSQL text has: invalid UTF-8 and NUL.
func CheckText(data []byte) error {
	for i := 0; i < len(data); {
		c := data[i]
		if c != 0 && c < utf8.RuneSelf {
			i++
			continue
		}
		_, size := utf8.DecodeRune(data[i:])
		if c == 0 || size == 1 {
			var bytes strings.Builder
			for _, b := range data[i:min(len(data), i+sequenceLen(c))] {
				bytes.WriteString(" 0x")
				bytes.WriteByte(hexDigits[b>>4])
				bytes.WriteByte(hexDigits[b&15])
			}
			return pgerr.New(pgerr.CharacterNotInRepertoire, "invalid byte sequence for encoding \"UTF8\":%s", bytes.String())
		}
		i += size
	}
	return nil
}

// sequenceLen is the length that a first byte of UTF-8 announces (pg_utf_mblen).
func sequenceLen(c byte) int {
	switch {
	case c&0xe0 == 0xc0:
		return 2
	case c&0xf0 == 0xe0:
		return 3
	case c&0xf8 == 0xf0:
		return 4
	}
	return 1
}

// AppendArrayHeader appends what is in front of the elements in the binary
// format of an array of one dimension; without elements that is all.
func AppendArrayHeader(dst []byte, elem OID, n int, hasNull bool) []byte {
	be := binary.BigEndian
	dims, flags := uint32(1), uint32(0)
	if n == 0 {
		dims = 0
	}
	if hasNull {
		flags = 1
	}
	dst = be.AppendUint32(be.AppendUint32(be.AppendUint32(dst, dims), flags), uint32(elem))
	if n == 0 {
		return dst
	}
	return be.AppendUint32(be.AppendUint32(dst, uint32(n)), 1)
}

func appendArrayBinary(dst []byte, array, elem OID, text string, env Env) ([]byte, error) {
	be := binary.BigEndian
	a, err := vectorOrArray(array, elem, text)
	if err != nil {
		return dst, err
	}
	flags := uint32(0)
	for _, e := range a.Elements {
		if e == nil {
			flags = 1
		}
	}
	dst = be.AppendUint32(be.AppendUint32(be.AppendUint32(dst, uint32(len(a.Dims))), flags), uint32(elem))
	for i, n := range a.Dims {
		dst = be.AppendUint32(be.AppendUint32(dst, uint32(n)), uint32(a.Lower[i]))
	}
	for _, e := range a.Elements {
		if dst, err = appendSized(dst, T(elem), e, env); err != nil {
			return nil, err
		}
	}
	return dst, nil
}

// vectorOrArray takes an array apart, or an int2vector or oidvector, which
// are written with spaces and count from 0.
func vectorOrArray(array, elem OID, text string) (ArrayText, error) {
	if array != Int2vectorOID && array != OidvectorOID {
		return ParseArray(text, arrayDelim(elem))
	}
	var a ArrayText
	for f := range strings.FieldsSeq(text) {
		a.Elements = append(a.Elements, &f)
	}
	a.Dims, a.Lower = []int{len(a.Elements)}, []int{0}
	return a, nil
}

// appendSized appends a value behind its length; nil is NULL.
func appendSized(dst []byte, t Type, text *string, env Env) ([]byte, error) {
	start := len(dst)
	dst = append(dst, 0xff, 0xff, 0xff, 0xff)
	if text == nil {
		return dst, nil
	}
	dst, err := AppendBinary(dst, t, *text, env)
	if err != nil {
		return nil, err
	}
	binary.BigEndian.PutUint32(dst[start:], uint32(len(dst)-start-4))
	return dst, err
}

// binaryReader takes fields off the front of a message; short data leaves ok
// false.
type binaryReader struct {
	data []byte
	ok   bool
}

func (r *binaryReader) int32() int32 {
	if len(r.data) < 4 {
		r.ok, r.data = false, nil
		return 0
	}
	n := int32(binary.BigEndian.Uint32(r.data))
	r.data = r.data[4:]
	return n
}

// sized reads a length and as many bytes; NULL is nil.
func (r *binaryReader) sized() []byte {
	n := r.int32()
	if !r.ok || n < 0 {
		r.ok = r.ok && n == -1
		return nil
	}
	if int(n) > len(r.data) {
		r.ok, r.data = false, nil
		return nil
	}
	data := r.data[:n:n]
	r.data = r.data[n:]
	return data
}

// maxArrayElements is PostgreSQL's MaxArraySize for the smallest elements.
const maxArrayElements = 1 << 27

func arrayFromBinary(elem Type, data []byte, env Env) (string, error) {
	r := binaryReader{data: data, ok: true}
	dims, _, got := r.int32(), r.int32(), OID(r.int32())
	if !r.ok || dims < 0 || dims > maxArrayDims {
		return "", errBinary(elem.OID.Name() + "[]")
	}
	if got != elem.OID {
		return "", pgerr.New(pgerr.DatatypeMismatch, "wrong element type")
	}
	a, total := ArrayText{}, 1
	for range dims {
		n, lower := int(r.int32()), int(r.int32())
		if n < 0 || n > maxArrayElements || total*max(n, 1) > maxArrayElements {
			return "", errBinary(elem.OID.Name() + "[]")
		}
		total *= n
		a.Dims, a.Lower = append(a.Dims, n), append(a.Lower, lower)
	}
	if dims == 0 || total == 0 {
		return "{}", nil
	}
	if total > len(r.data)/4 { // each element has a length at least
		return "", errBinary(elem.OID.Name() + "[]")
	}
	for range total {
		raw := r.sized()
		if !r.ok {
			return "", errBinary(elem.OID.Name() + "[]")
		}
		if raw == nil {
			a.Elements = append(a.Elements, nil)
			continue
		}
		text, err := FromBinary(elem, raw, env)
		if err != nil {
			return "", err
		}
		a.Elements = append(a.Elements, &text)
	}
	if len(r.data) != 0 {
		return "", errBinary(elem.OID.Name() + "[]")
	}
	return string(a.Append(nil, arrayDelim(elem.OID))), nil
}

// Flags of a range's binary format (rangetypes.h).
const (
	rangeEmpty    = 0x01
	rangeLowerInc = 0x02
	rangeUpperInc = 0x04
	rangeLowerInf = 0x08
	rangeUpperInf = 0x10
)

func appendRangeBinary(dst []byte, elem OID, text string, env Env) ([]byte, error) {
	r, err := ParseRange(text)
	if err != nil {
		return dst, err
	}
	if r.Empty {
		return append(dst, rangeEmpty), nil
	}
	at := len(dst)
	dst = append(dst, 0)
	for i, bound := range []*string{r.Lower, r.Upper} {
		inc, inf := []bool{r.LowerInc, r.UpperInc}[i], bound == nil
		if inc {
			dst[at] |= rangeLowerInc << i
		}
		if inf {
			dst[at] |= rangeLowerInf << i
			continue
		}
		if dst, err = appendSized(dst, T(elem), bound, env); err != nil {
			return dst, err
		}
	}
	return dst, nil
}

func rangeFromBinary(oid, elem OID, data []byte, env Env) (string, error) {
	if len(data) == 0 {
		return "", errBinary(oid.Name())
	}
	flags := data[0]
	r := binaryReader{data: data[1:], ok: true}
	if flags&rangeEmpty != 0 {
		return "empty", nil
	}
	out := Range{LowerInc: flags&rangeLowerInc != 0, UpperInc: flags&rangeUpperInc != 0}
	for i, to := range []**string{&out.Lower, &out.Upper} {
		if flags&(rangeLowerInf<<i) != 0 {
			continue
		}
		raw := r.sized()
		if !r.ok || raw == nil {
			return "", errBinary(oid.Name())
		}
		text, err := FromBinary(T(elem), raw, env)
		if err != nil {
			return "", err
		}
		*to = &text
	}
	if len(r.data) != 0 {
		return "", errBinary(oid.Name())
	}
	out.LowerInc, out.UpperInc = out.LowerInc && out.Lower != nil, out.UpperInc && out.Upper != nil
	if err := out.Normalize(elem, env); err != nil {
		return "", err
	}
	return string(out.Append(nil)), nil
}
