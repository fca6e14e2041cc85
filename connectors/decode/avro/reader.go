package avro

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"culvert/connectors/decode/jsonvalue"
)

const (
	// maxDepth bounds records, arrays and maps within each other.
	maxDepth = 500
	// maxEmptyItems bounds the items of an array or map beyond one per byte of
	// the message: items may have no bytes (null, empty records).
	maxEmptyItems = 10000
)

var errShort = errors.New("the message ends within a value")

// reader reads Avro's binary encoding and holds the memory of a decoder.
type reader struct {
	b     []byte
	pos   int
	depth int
	json  jsonvalue.Builder
	norm  jsonvalue.Normaliser
}

func (r *reader) start(payload []byte) {
	r.b, r.pos, r.depth = payload, 0, 0
	r.json.Reset()
}

// varint reads an int or a long: zigzag, 7 bits a byte.
func (r *reader) varint() (int64, error) {
	if r.pos < len(r.b) && r.b[r.pos] < 0x80 {
		v := r.b[r.pos]
		r.pos++
		return int64(v>>1) ^ -int64(v&1), nil
	}
	v, n := binary.Uvarint(r.b[r.pos:])
	switch {
	case n == 0:
		return 0, errShort
	case n < 0:
		return 0, errors.New("a number has more than 64 bits")
	}
	r.pos += n
	return int64(v>>1) ^ -int64(v&1), nil
}

// take gives the next n bytes.
func (r *reader) take(n int64) ([]byte, error) {
	switch {
	case n < 0:
		return nil, fmt.Errorf("a length is negative: %d", n)
	case n > int64(len(r.b)-r.pos):
		return nil, errShort
	}
	b := r.b[r.pos : r.pos+int(n) : r.pos+int(n)]
	r.pos += int(n)
	return b, nil
}

// bytes reads a string, bytes, or a fixed of the given size.
func (r *reader) bytes(size int) ([]byte, error) {
	n := int64(size)
	if size < 0 {
		var err error
		if n, err = r.varint(); err != nil {
			return nil, err
		}
	}
	return r.take(n)
}

func (r *reader) boolean() (bool, error) {
	b, err := r.take(1)
	if err != nil {
		return false, err
	}
	if b[0] > 1 {
		return false, fmt.Errorf("a boolean is %d", b[0])
	}
	return b[0] == 1, nil
}

func (r *reader) float() (float32, error) {
	b, err := r.take(4)
	if err != nil {
		return 0, err
	}
	return math.Float32frombits(binary.LittleEndian.Uint32(b)), nil
}

func (r *reader) double() (float64, error) {
	b, err := r.take(8)
	if err != nil {
		return 0, err
	}
	return math.Float64frombits(binary.LittleEndian.Uint64(b)), nil
}

// index reads the position of a branch or symbol among n.
func (r *reader) index(n int, what string) (int, error) {
	i, err := r.varint()
	if err != nil {
		return 0, err
	}
	if i < 0 || i >= int64(n) {
		return 0, fmt.Errorf("%s %d of %d", what, i, n)
	}
	return int(i), nil
}

// items is the way through the blocks of an array or map.
type items struct{ left, count int64 }

// next tells whether there is another item.
func (r *reader) next(it *items) (bool, error) {
	if it.left == 0 {
		n, _, err := r.block()
		if err != nil || n == 0 {
			return false, err
		}
		it.left = n
	}
	it.left--
	it.count++
	if it.count > int64(len(r.b))+maxEmptyItems {
		return false, fmt.Errorf("an array or map has more than %d items", it.count)
	}
	return true, nil
}

// block reads the head of a block: how many items follow (0: none, and no more
// blocks), and their size in bytes, or -1.
func (r *reader) block() (count, size int64, err error) {
	if count, err = r.varint(); err != nil || count >= 0 {
		return count, -1, err
	}
	if count == math.MinInt64 {
		return 0, 0, errors.New("a block has too many items")
	}
	size, err = r.varint()
	return -count, size, err
}

func (r *reader) enter() error {
	if r.depth++; r.depth > maxDepth {
		return fmt.Errorf("the value is nested more than %d levels", maxDepth)
	}
	return nil
}

func (r *reader) leave() { r.depth-- }
