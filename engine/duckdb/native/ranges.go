package native

import (
	"bytes"
	"strings"

	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// Functions over ranges take the OID of the bounds' type first, then the
// canonical texts of ranges and bounds.
var rangeFunctions = []function{
	{name: "range_make", shape: "v:ivvv", nulls: true, row: rangeMake},
	{name: "range_part", shape: "v:vv", row: rangePart},
	{name: "range_flag", shape: "b:vv", row: rangeFlag},
	{name: "range_holds", shape: "b:ivv", row: func(r *row) error {
		v, err := newRangeValue(types.OID(r.i32(0)), r.text(1))
		if err != nil {
			return err
		}
		key, err := v.boundKey(r.text(2))
		set(r, err == nil && v.holds(key))
		return err
	}},
	{name: "range_utc", shape: "v:v", row: func(r *row) error { // of timestamptz: with bounds in UTC
		text, err := types.Canonical(types.T(types.TstzrangeOID), r.text(0), types.Env{})
		r.setText(text)
		return err
	}},
	{name: "range_show", shape: "v:vvv", nulls: true, row: rangeShow},
	{name: "range_compare", shape: "b:ivvv", row: rangeCompare},
	{name: "range_combine", shape: "v:ivvv", row: rangeCombine},
}

// rangeValue is a range with keys that order its bounds.
type rangeValue struct {
	types.Range
	elem         types.OID
	lower, upper []byte // as orderKey has them
}

// Marks of bounds in keys: an infinite lower bound is below all, an infinite
// upper one above.
const (
	boundLowest = iota
	boundFinite
	boundHighest
)

// Marks behind a finite bound's value: where the range begins or ends.
const (
	beforeValue = iota
	afterValue
)

func newRangeValue(elem types.OID, text string) (rangeValue, error) {
	v := rangeValue{elem: elem}
	var err error
	if v.Range, err = types.ParseRange(strings.Clone(text)); err != nil || v.Empty {
		return v, err
	}
	return v, v.setKeys()
}

func (v *rangeValue) setKeys() error {
	v.lower, v.upper = []byte{boundLowest}, []byte{boundHighest}
	if v.Lower != nil {
		key, err := v.boundKey(*v.Lower)
		if err != nil {
			return err
		}
		mark := byte(beforeValue)
		if !v.LowerInc {
			mark = afterValue
		}
		v.lower = append(key, mark)
	}
	if v.Upper != nil {
		key, err := v.boundKey(*v.Upper)
		if err != nil {
			return err
		}
		mark := byte(beforeValue)
		if v.UpperInc {
			mark = afterValue
		}
		v.upper = append(key, mark)
	}
	return nil
}

// boundKey is the key of a finite bound or an element.
func (v rangeValue) boundKey(text string) ([]byte, error) {
	buf := []byte{boundFinite}
	var n int64
	var err error
	switch v.elem {
	case types.NumericOID:
		d, err := parseDec(text)
		return keyDec(buf, d), err
	case types.DateOID:
		var days int32
		days, err = types.DateFromText(text, types.Env{})
		n = int64(days)
	case types.TimestampOID:
		n, err = types.TimestampFromText(text, -1, types.Env{})
	case types.TimestamptzOID:
		n, err = types.TimestamptzFromText(text, -1, types.Env{})
	default:
		n, err = types.ParseInt64([]byte(text))
	}
	return appendIntKey(buf, n), err
}

// orderKey puts the empty range first, then orders by lower and upper bound.
func (v rangeValue) orderKey(buf []byte) []byte {
	if v.Empty {
		return append(buf, 0)
	}
	return append(append(append(buf, 1), v.lower...), v.upper...)
}

// holds tells whether an element lies in the range; its key has no mark.
func (v rangeValue) holds(key []byte) bool {
	if v.Empty {
		return false
	}
	return bytes.Compare(v.lower, append(key[:len(key):len(key)], beforeValue)) <= 0 && bytes.Compare(append(key[:len(key):len(key)], afterValue), v.upper) <= 0
}

// contains tells whether every element of w is in v.
func (v rangeValue) contains(w rangeValue) bool {
	return w.Empty || !v.Empty && bytes.Compare(v.lower, w.lower) <= 0 && bytes.Compare(w.upper, v.upper) <= 0
}

func (v rangeValue) overlaps(w rangeValue) bool {
	return !v.Empty && !w.Empty && bytes.Compare(v.lower, w.upper) < 0 && bytes.Compare(w.lower, v.upper) < 0
}

// before tells whether v ends where w begins, or earlier.
func (v rangeValue) before(w rangeValue) bool {
	return !v.Empty && !w.Empty && bytes.Compare(v.upper, w.lower) <= 0
}

// meets tells whether nothing lies between v and w, which do not overlap.
func (v rangeValue) meets(w rangeValue) bool {
	return !v.Empty && !w.Empty && (bytes.Equal(v.upper, w.lower) || bytes.Equal(w.upper, v.lower))
}

func rangeCompare(r *row) error {
	v, w, err := rangeArgs(r)
	if err != nil {
		return err
	}
	some := !v.Empty && !w.Empty
	switch op := r.text(1); op {
	case "@>":
		set(r, v.contains(w))
	case "<@":
		set(r, w.contains(v))
	case "&&":
		set(r, v.overlaps(w))
	case "<<":
		set(r, v.before(w))
	case ">>":
		set(r, w.before(v))
	case "&<":
		set(r, some && bytes.Compare(v.upper, w.upper) <= 0)
	case "&>":
		set(r, some && bytes.Compare(v.lower, w.lower) >= 0)
	case "-|-":
		set(r, v.meets(w))
	default:
		return pgerr.New(pgerr.InternalError, "no comparison of ranges is named %s", op)
	}
	return nil
}

func rangeArgs(r *row) (v, w rangeValue, err error) {
	elem := types.OID(r.i32(0))
	if v, err = newRangeValue(elem, r.text(2)); err != nil {
		return v, w, err
	}
	w, err = newRangeValue(elem, r.text(3))
	return v, w, err
}

// rangeCombine is + * - and range_merge.
func rangeCombine(r *row) error {
	v, w, err := rangeArgs(r)
	if err != nil {
		return err
	}
	out := v
	switch r.text(1) {
	case "*":
		out = v.intersect(w)
	case "-":
		out, err = v.minus(w)
	case "+":
		if !v.Empty && !w.Empty && !v.overlaps(w) && !v.meets(w) {
			return pgerr.New(pgerr.DataException, "result of range union would not be contiguous")
		}
		out = v.merge(w)
	default:
		out = v.merge(w)
	}
	if err != nil {
		return err
	}
	if err := out.Normalize(out.elem, types.Env{}); err != nil {
		return err
	}
	r.buf = out.Append(r.buf)
	return nil
}

func (v rangeValue) withLower(w rangeValue) rangeValue {
	v.Lower, v.LowerInc, v.lower = w.Lower, w.LowerInc, w.lower
	return v
}

func (v rangeValue) withUpper(w rangeValue) rangeValue {
	v.Upper, v.UpperInc, v.upper = w.Upper, w.UpperInc, w.upper
	return v
}

func (v rangeValue) intersect(w rangeValue) rangeValue {
	if !v.overlaps(w) {
		v.Range = types.Range{Empty: true}
		return v
	}
	if bytes.Compare(v.lower, w.lower) < 0 {
		v = v.withLower(w)
	}
	if bytes.Compare(v.upper, w.upper) > 0 {
		v = v.withUpper(w)
	}
	return v
}

func (v rangeValue) merge(w rangeValue) rangeValue {
	switch {
	case v.Empty:
		return w
	case w.Empty:
		return v
	}
	if bytes.Compare(v.lower, w.lower) > 0 {
		v = v.withLower(w)
	}
	if bytes.Compare(v.upper, w.upper) < 0 {
		v = v.withUpper(w)
	}
	return v
}

// minus takes w away from v: what is left must be one range.
func (v rangeValue) minus(w rangeValue) (rangeValue, error) {
	if !v.overlaps(w) {
		return v, nil
	}
	below, above := bytes.Compare(v.lower, w.lower) < 0, bytes.Compare(v.upper, w.upper) > 0
	switch {
	case below && above:
		return v, pgerr.New(pgerr.DataException, "result of range difference would not be contiguous")
	case below:
		v.Upper, v.UpperInc = w.Lower, !w.LowerInc
	case above:
		v.Lower, v.LowerInc = w.Upper, !w.UpperInc
	default:
		v.Range = types.Range{Empty: true}
	}
	return v, nil
}

// rangeMake is the constructor of a range type: bounds may be NULL, which is
// infinite; the last argument says which are included.
func rangeMake(r *row) error {
	if r.null(3) {
		return pgerr.New(pgerr.DataException, "range constructor flags argument must not be null")
	}
	flags := r.text(3)
	if len(flags) != 2 || !strings.Contains("[(", flags[:1]) || !strings.Contains("])", flags[1:]) {
		return pgerr.New(pgerr.SyntaxError, "invalid range bound flags")
	}
	var v types.Range
	if !r.null(1) {
		text := strings.Clone(r.text(1))
		v.Lower, v.LowerInc = &text, flags[0] == '['
	}
	if !r.null(2) {
		text := strings.Clone(r.text(2))
		v.Upper, v.UpperInc = &text, flags[1] == ']'
	}
	if err := v.Normalize(types.OID(r.i32(0)), types.Env{}); err != nil {
		return err
	}
	r.buf = v.Append(r.buf)
	return nil
}

// rangePart gives a bound; an infinite one is NULL.
func rangePart(r *row) error {
	v, err := types.ParseRange(r.text(1))
	if err != nil {
		return err
	}
	bound := v.Lower
	if r.text(0) == "upper" {
		bound = v.Upper
	}
	if bound == nil {
		r.setNull()
		return nil
	}
	r.setText(*bound)
	return nil
}

func rangeFlag(r *row) error {
	v, err := types.ParseRange(r.text(1))
	if err != nil {
		return err
	}
	switch name := r.text(0); name {
	case "isempty":
		set(r, v.Empty)
	case "lower_inc":
		set(r, v.LowerInc)
	case "upper_inc":
		set(r, v.UpperInc)
	case "lower_inf":
		set(r, !v.Empty && v.Lower == nil)
	case "upper_inf":
		set(r, !v.Empty && v.Upper == nil)
	default:
		return pgerr.New(pgerr.InternalError, "no test of a range is named %s", name)
	}
	return nil
}

// rangeShow puts other texts of its bounds into a range.
func rangeShow(r *row) error {
	if r.null(0) {
		r.setNull()
		return nil
	}
	v, err := types.ParseRange(r.text(0))
	if err != nil {
		return err
	}
	for i, bound := range []*string{v.Lower, v.Upper} {
		if bound != nil && !r.null(i+1) {
			*bound = r.text(i + 1)
		}
	}
	r.buf = v.Append(r.buf)
	return nil
}
