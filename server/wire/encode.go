package wire

import (
	"encoding/binary"

	"culvert/engine"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// maxRow bounds the DataRow message that culvert sends; PostgreSQL's own
// bound of a value is 1 GB.
const maxRow = 1 << 30

// appendFunc appends the value of row i, which is not NULL.
type appendFunc func(dst []byte, c *engine.Column, i int) []byte

// Encoder appends rows of batches as DataRow messages. How each column is
// written is decided once, from its type, its representation, the format and
// the session's settings. It is not safe for concurrent use.
type Encoder struct {
	fields []appendFunc
	err    error // of a value; set by fields that can fail
}

// NewEncoder makes an encoder for batches like sample, whose columns are cols.
// formats are as in Bind.
func NewEncoder(cols []Column, sample *engine.Batch, formats []int16, settings Settings) (*Encoder, error) {
	if len(cols) != len(sample.Cols) && len(cols) > 0 { // a query without columns has one of the engine's own
		return nil, pgerr.New(pgerr.InternalError, "result has %d columns, expected %d", len(sample.Cols), len(cols))
	}
	e := &Encoder{fields: make([]appendFunc, len(cols))}
	for i := range cols {
		phys := sample.Cols[i].Phys
		switch format := FormatOf(formats, i); format {
		case 0:
			e.fields[i] = textField(cols[i].Type, phys, settings)
			continue
		case 1:
		default:
			return nil, pgerr.New(pgerr.InvalidParameterValue, "unsupported format code: %d", format)
		}
		if !types.HasBinary(cols[i].Type.OID) {
			return nil, pgerr.New(pgerr.UndefinedFunction, "no binary output function available for type %s", cols[i].Type.OID.Name())
		}
		e.fields[i] = e.binaryField(cols[i].Type, phys, settings)
	}
	return e, nil
}

// Append appends rows [from, to) of a batch, but stops when dst has become
// longer than limit bytes. It tells the first row that it has not appended.
func (e *Encoder) Append(dst []byte, batch *engine.Batch, from, to, limit int) (out []byte, next int, err error) {
	cols := batch.Cols
	if len(cols) > len(e.fields) {
		cols = cols[:len(e.fields)]
	}
	n := len(e.fields)
	for i := from; i < to; i++ {
		start := len(dst)
		dst = append(dst, 'D', 0, 0, 0, 0, byte(n>>8), byte(n))
		for j := range cols {
			c := &cols[j]
			if c.IsNull(i) {
				dst = append(dst, 0xff, 0xff, 0xff, 0xff)
				continue
			}
			at := len(dst)
			dst = e.fields[j](append(dst, 0, 0, 0, 0), c, i)
			binary.BigEndian.PutUint32(dst[at:], uint32(len(dst)-at-4))
		}
		size := len(dst) - start - 1
		if size > maxRow {
			return dst[:start], i, pgerr.New(pgerr.ProgramLimitExceeded, "row of %d bytes exceeds the limit of %d bytes", size, maxRow)
		}
		if e.err != nil {
			return dst[:start], i, e.err
		}
		binary.BigEndian.PutUint32(dst[start+1:], uint32(size))
		if len(dst) > limit {
			return dst, i + 1, nil
		}
	}
	return dst, to, nil
}

// intAt is the integer of row i, whatever its width.
func intAt(c *engine.Column, i int) int64 {
	switch c.Phys.Kind {
	case types.KindInt16:
		return int64(c.I16[i])
	case types.KindInt32, types.KindDate:
		return int64(c.I32[i])
	case types.KindBool:
		if c.Bool[i] {
			return 1
		}
		return 0
	case types.KindDecimal:
		_, lo := decimalAt(c, i)
		return int64(lo)
	case types.KindInt128:
		return int64(c.I128[i].Lo)
	}
	return c.I64[i]
}

// decimalAt is the unscaled value of row i, whatever its width.
func decimalAt(c *engine.Column, i int) (hi int64, lo uint64) {
	var n int64
	switch {
	case c.Phys.Width <= 4:
		n = int64(c.I16[i])
	case c.Phys.Width <= 9:
		n = int64(c.I32[i])
	case c.Phys.Width <= 18:
		n = c.I64[i]
	default:
		return c.I128[i].Hi, c.I128[i].Lo
	}
	return n >> 63, uint64(n)
}

// floatAt is the float of row i, whatever its width.
func floatAt(c *engine.Column, i int) float64 {
	if c.Phys.Kind == types.KindFloat32 {
		return float64(c.F32[i])
	}
	return c.F64[i]
}

func uuidAt(c *engine.Column, i int) (raw [16]byte) {
	binary.BigEndian.PutUint64(raw[:8], uint64(c.I128[i].Hi))
	binary.BigEndian.PutUint64(raw[8:], c.I128[i].Lo)
	return raw
}

// trims tells whether a decimal is printed without zeros at its end: when the
// type does not say how many digits it has.
func trims(t types.Type, phys types.Physical) bool {
	_, scale, constrained := types.NumericMod(t.Mod)
	return !constrained || max(scale, 0) != int(phys.Scale)
}

func isFloat(k types.Kind) bool { return k == types.KindFloat32 || k == types.KindFloat64 }

func isInt(k types.Kind) bool {
	return k == types.KindInt16 || k == types.KindInt32 || k == types.KindInt64
}

// floatBits gives the binary format of a float of size bytes.
func floatBits(dst []byte, f float64, size int) []byte {
	if size == 4 {
		return binary.BigEndian.AppendUint32(dst, types.Float32Bits(float32(f)))
	}
	return binary.BigEndian.AppendUint64(dst, types.Float64Bits(f))
}
