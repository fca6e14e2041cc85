package native

import (
	"encoding/binary"
	"strings"

	"culvert/sql/types"
)

// Order keys are byte strings that compare as PostgreSQL's btree operators
// compare the values, and are equal for equal ones. Each ends itself, so that
// keys can stand one behind the other.
var orderKeyFunctions = []function{
	{name: "jsonb_key", shape: "x:v", row: withJSON(func(r *row, v jsonValue) error { r.buf = v.orderKey(r.buf, true); return nil })},
	{name: "jsonb_norm", shape: "v:v", row: withJSON(func(r *row, v jsonValue) error { r.buf = v.key().append(r.buf, true); return nil })},
	{name: "timetz_key", shape: "x:v", row: timetzKey},
	{name: "range_key", shape: "x:iv", row: rangeKey},
	{name: "range_norm", shape: "v:v", row: rangeNorm},
}

// The order of jsonb's types (compareJsonbContainers, src/backend/utils/adt/jsonb_util.c).
const (
	jsonNullKey = 1 + iota
	jsonStringKey
	jsonNumberKey
	jsonBoolKey
	jsonArrayKey
	jsonObjectKey
)

// orderKey appends the key of a value in jsonb's order. Arrays and objects
// compare by their length before their items. A scalar at the top is an array
// of one, which is below a true one of that length: so an empty array is below
// all scalars.
func (v jsonValue) orderKey(buf []byte, top bool) []byte {
	switch v.kind {
	case 'a':
		buf = binary.BigEndian.AppendUint32(append(buf, jsonArrayKey), uint32(len(v.items)))
		buf = append(buf, 1)
	case 'o':
		buf = binary.BigEndian.AppendUint32(append(buf, jsonObjectKey), uint32(len(v.items)))
	default:
		if top {
			buf = append(buf, jsonArrayKey, 0, 0, 0, 1, 0)
		}
		return v.scalarKey(buf)
	}
	for i, item := range v.items {
		if v.kind == 'o' {
			buf = appendTextKey(append(buf, jsonStringKey), v.keys[i])
		}
		buf = item.orderKey(buf, false)
	}
	return buf
}

func (v jsonValue) scalarKey(buf []byte) []byte {
	switch v.kind {
	case 's':
		return appendTextKey(append(buf, jsonStringKey), v.text)
	case '0':
		d, err := parseDec(jsonNumeric(v.text))
		if err != nil {
			return appendTextKey(append(buf, jsonNumberKey), v.text)
		}
		return keyDec(append(buf, jsonNumberKey), d)
	case 'b':
		if v.text == "true" {
			return append(buf, jsonBoolKey, 1)
		}
		return append(buf, jsonBoolKey, 0)
	}
	return append(buf, jsonNullKey)
}

// appendTextKey needs no escape: PostgreSQL's texts hold no zero byte.
func appendTextKey(buf []byte, text string) []byte { return append(append(buf, text...), 0) }

func appendIntKey(buf []byte, v int64) []byte {
	return binary.BigEndian.AppendUint64(buf, uint64(v)^1<<63)
}

// timetzKey orders by the instant, then by the zone from east to west.
func timetzKey(r *row) error {
	text := r.text(0)
	micros, offset, err := splitTimetz(text)
	if err != nil {
		return err
	}
	r.buf = appendIntKey(appendIntKey(r.buf, micros-offset*1e6), -offset)
	return nil
}

// splitTimetz gives the time of day and the seconds east of UTC.
func splitTimetz(text string) (micros, offset int64, err error) {
	at := strings.LastIndexAny(text, "+-")
	if micros, err = types.ParseTime([]byte(text[:at])); err != nil {
		return 0, 0, err
	}
	unit := int64(3600)
	for part := range strings.SplitSeq(text[at+1:], ":") {
		n, err := types.ParseInt64([]byte(part))
		if err != nil {
			return 0, 0, err
		}
		offset += n * unit
		unit /= 60
	}
	if text[at] == '-' {
		offset = -offset
	}
	return micros, offset, nil
}

func rangeKey(r *row) error {
	v, err := newRangeValue(types.OID(r.i32(0)), r.text(1))
	if err != nil {
		return err
	}
	r.buf = v.orderKey(r.buf)
	return nil
}

// rangeNorm gives equal ranges of numerics one text.
func rangeNorm(r *row) error {
	v, err := types.ParseRange(r.text(0))
	if err != nil {
		return err
	}
	for _, bound := range []*string{v.Lower, v.Upper} {
		if bound != nil {
			*bound = normText(*bound)
		}
	}
	r.buf = v.Append(r.buf)
	return nil
}
