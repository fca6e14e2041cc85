package protobuf

import (
	"strconv"

	"culvert/connectors/decode/jsonvalue"
	"culvert/sql/types"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// field writes the value of a field, a list or a map, too, as JSON.
func (d *Decoder) field(f protoreflect.FieldDescriptor, v protoreflect.Value) error {
	switch {
	case f.IsMap():
		return d.mapped(f, v.Map())
	case f.IsList():
		return d.list(f, v.List())
	}
	return d.value(f, v)
}

func (d *Decoder) list(f protoreflect.FieldDescriptor, list protoreflect.List) error {
	d.json.Out = append(d.json.Out, '[')
	for i := range list.Len() {
		if i > 0 {
			d.json.Out = append(d.json.Out, ", "...)
		}
		if err := d.value(f, list.Get(i)); err != nil {
			return err
		}
	}
	d.json.Out = append(d.json.Out, ']')
	return nil
}

func (d *Decoder) mapped(f protoreflect.FieldDescriptor, m protoreflect.Map) (err error) {
	o := d.json.Object()
	m.Range(func(key protoreflect.MapKey, v protoreflect.Value) bool {
		name := []byte(key.String()) // numbers and bools as they print
		if err = types.CheckText(name); err != nil {
			return false
		}
		d.json.Key(&o, name)
		err = d.value(f.MapValue(), v)
		return err == nil
	})
	d.json.End(&o)
	return err
}

// value writes one value as to_jsonb writes its type.
func (d *Decoder) value(f protoreflect.FieldDescriptor, v protoreflect.Value) error {
	out := d.json.Out
	switch f.Kind() {
	case protoreflect.MessageKind, protoreflect.GroupKind:
		return d.nested(v.Message())
	case protoreflect.BoolKind:
		out = strconv.AppendBool(out, v.Bool())
	case protoreflect.FloatKind:
		out = jsonvalue.AppendFloat(out, v.Float(), 32)
	case protoreflect.DoubleKind:
		out = jsonvalue.AppendFloat(out, v.Float(), 64)
	case protoreflect.StringKind:
		text := []byte(v.String())
		if err := types.CheckText(text); err != nil {
			return err
		}
		out = jsonvalue.AppendString(out, text)
	case protoreflect.BytesKind:
		out = jsonvalue.AppendBytes(out, v.Bytes())
	case protoreflect.EnumKind:
		out = jsonvalue.AppendString(out, []byte(enumName(f, v.Enum())))
	case protoreflect.Uint32Kind, protoreflect.Fixed32Kind, protoreflect.Uint64Kind, protoreflect.Fixed64Kind:
		out = strconv.AppendUint(out, v.Uint(), 10)
	default:
		out = strconv.AppendInt(out, v.Int(), 10)
	}
	d.json.Out = out
	return nil
}

func (d *Decoder) nested(m protoreflect.Message) error {
	switch wellKnown(m.Descriptor()) {
	case timestamp:
		micros, err := timestampMicros(m)
		if err != nil {
			return err
		}
		out := jsonvalue.AppendTimestamp(d.json.Out, micros)
		d.json.Out = append(out[:len(out)-1], `+00:00"`...)
		return nil
	case duration:
		iv, err := interval(m)
		if err != nil {
			return err
		}
		d.json.Out = append(types.AppendInterval(append(d.json.Out, '"'), iv.Months, iv.Days, iv.Micros), '"')
		return nil
	case wrapper:
		inner := m.Descriptor().Fields().ByNumber(1)
		return d.value(inner, m.Get(inner))
	case document:
		return d.document(m)
	}
	o := d.json.Object()
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		f := fields.Get(i)
		d.json.Key(&o, []byte(f.Name()))
		if nullable(f) && !m.Has(f) {
			d.json.Out = append(d.json.Out, "null"...)
			continue
		}
		if err := d.field(f, m.Get(f)); err != nil {
			return err
		}
	}
	d.json.End(&o)
	return nil
}

// document writes a Struct, Value or ListValue as the JSON that it stands for.
func (d *Decoder) document(m protoreflect.Message) error {
	fields := m.Descriptor().Fields()
	if m.Descriptor().Name() != "Value" {
		f := fields.ByNumber(1)
		return d.field(f, m.Get(f))
	}
	for n := protoreflect.FieldNumber(2); n <= 6; n++ {
		if f := fields.ByNumber(n); m.Has(f) {
			return d.field(f, m.Get(f))
		}
	}
	d.json.Out = append(d.json.Out, "null"...)
	return nil
}
