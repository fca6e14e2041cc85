package avro

import (
	"encoding/binary"
	"fmt"
	"math"
	"reflect"
	"slices"

	"github.com/hamba/avro/v2"
)

// appendDefault encodes a default, as the parser of schemas gives it, with its
// schema, so that it is read like a value of a message.
func appendDefault(dst []byte, s avro.Schema, def any) ([]byte, error) {
	s = deref(s)
	switch s := s.(type) {
	case *avro.NullSchema:
		return dst, nil
	case *avro.UnionSchema: // a default is of the first branch
		return appendDefault(binary.AppendVarint(dst, 0), s.Types()[0], def)
	case *avro.EnumSchema:
		if symbol, ok := def.(string); ok {
			return binary.AppendVarint(dst, int64(slices.Index(s.Symbols(), symbol))), nil
		}
	case *avro.ArraySchema:
		if list, ok := def.([]any); ok {
			return appendDefaultItems(dst, s.Items(), list)
		}
	case *avro.MapSchema:
		if m, ok := def.(map[string]any); ok {
			return appendDefaultMap(dst, s.Values(), m)
		}
	case *avro.RecordSchema:
		m, ok := def.(map[string]any)
		if !ok {
			break
		}
		var err error
		for _, f := range s.Fields() {
			v, ok := m[f.Name()]
			if !ok {
				v = f.Default()
			}
			if dst, err = appendDefault(dst, f.Type(), v); err != nil {
				return nil, err
			}
		}
		return dst, nil
	default:
		if out, ok := appendDefaultScalar(dst, s.Type(), def); ok {
			return out, nil
		}
	}
	return nil, fmt.Errorf("the default is no %s", s.Type())
}

func appendDefaultItems(dst []byte, item avro.Schema, list []any) ([]byte, error) {
	var err error
	if len(list) > 0 {
		dst = binary.AppendVarint(dst, int64(len(list)))
	}
	for _, v := range list {
		if dst, err = appendDefault(dst, item, v); err != nil {
			return nil, err
		}
	}
	return append(dst, 0), nil
}

func appendDefaultMap(dst []byte, value avro.Schema, m map[string]any) ([]byte, error) {
	var err error
	if len(m) > 0 {
		dst = binary.AppendVarint(dst, int64(len(m)))
	}
	for key, v := range m {
		dst = append(binary.AppendVarint(dst, int64(len(key))), key...)
		if dst, err = appendDefault(dst, value, v); err != nil {
			return nil, err
		}
	}
	return append(dst, 0), nil
}

func appendDefaultScalar(dst []byte, t avro.Type, def any) ([]byte, bool) {
	v := reflect.ValueOf(def)
	switch t {
	case avro.Boolean:
		if v.Kind() == reflect.Bool {
			if v.Bool() {
				return append(dst, 1), true
			}
			return append(dst, 0), true
		}
	case avro.Int, avro.Long:
		if v.CanInt() {
			return binary.AppendVarint(dst, v.Int()), true
		}
	case avro.Float:
		if v.CanFloat() {
			return binary.LittleEndian.AppendUint32(dst, math.Float32bits(float32(v.Float()))), true
		}
	case avro.Double:
		if v.CanFloat() {
			return binary.LittleEndian.AppendUint64(dst, math.Float64bits(v.Float())), true
		}
	case avro.String:
		if v.Kind() == reflect.String {
			return append(binary.AppendVarint(dst, int64(v.Len())), v.String()...), true
		}
	case avro.Bytes:
		if b, ok := def.([]byte); ok {
			return append(binary.AppendVarint(dst, int64(len(b))), b...), true
		}
	case avro.Fixed: // the parser makes an array of bytes
		if v.Kind() == reflect.Array {
			for i := range v.Len() {
				dst = append(dst, byte(v.Index(i).Uint()))
			}
			return dst, true
		}
	}
	return nil, false
}
