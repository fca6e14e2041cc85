package avro

import (
	"fmt"

	"github.com/hamba/avro/v2"
)

// skipper passes over a value that no column takes.
type skipper func(r *reader) error

// skippers makes skippers of writers' schemas; records are kept by name, since
// they may hold themselves.
type skippers map[string]*skipper

func (k skippers) of(s avro.Schema) skipper {
	switch s := deref(s).(type) {
	case *avro.RecordSchema:
		return k.record(s)
	case *avro.ArraySchema:
		return skipBlocks(k.of(s.Items()))
	case *avro.MapSchema:
		value := k.of(s.Values())
		return skipBlocks(func(r *reader) error {
			if _, err := r.bytes(-1); err != nil {
				return err
			}
			return value(r)
		})
	case *avro.UnionSchema:
		branches := make([]skipper, len(s.Types()))
		for i, b := range s.Types() {
			branches[i] = k.of(b)
		}
		return func(r *reader) error {
			i, err := r.index(len(branches), "union branch")
			if err != nil {
				return err
			}
			return branches[i](r)
		}
	case *avro.FixedSchema:
		return func(r *reader) error { _, err := r.take(int64(s.Size())); return err }
	default:
		return skipPrimitive(s.Type())
	}
}

func skipPrimitive(t avro.Type) skipper {
	switch t {
	case avro.Null:
		return func(*reader) error { return nil }
	case avro.Boolean:
		return func(r *reader) error { _, err := r.take(1); return err }
	case avro.Float:
		return func(r *reader) error { _, err := r.take(4); return err }
	case avro.Double:
		return func(r *reader) error { _, err := r.take(8); return err }
	case avro.String, avro.Bytes:
		return func(r *reader) error { _, err := r.bytes(-1); return err }
	case avro.Int, avro.Long, avro.Enum:
		return func(r *reader) error { _, err := r.varint(); return err }
	}
	return func(*reader) error { return fmt.Errorf("unknown Avro type %s", t) }
}

func (k skippers) record(s *avro.RecordSchema) skipper {
	if known, ok := k[s.FullName()]; ok {
		return func(r *reader) error { return (*known)(r) }
	}
	self := new(skipper)
	k[s.FullName()] = self
	fields := make([]skipper, len(s.Fields()))
	for i, f := range s.Fields() {
		fields[i] = k.of(f.Type())
	}
	*self = func(r *reader) error {
		if err := r.enter(); err != nil {
			return err
		}
		for _, skip := range fields {
			if err := skip(r); err != nil {
				return err
			}
		}
		r.leave()
		return nil
	}
	return *self
}

func skipBlocks(item skipper) skipper {
	return func(r *reader) error {
		if err := r.enter(); err != nil {
			return err
		}
		var it items
		for {
			more, err := r.next(&it)
			if err != nil {
				return err
			}
			if !more {
				r.leave()
				return nil
			}
			if err := item(r); err != nil {
				return err
			}
		}
	}
}
