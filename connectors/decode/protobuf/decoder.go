package protobuf

import (
	"fmt"
	"math"
	"strconv"

	"culvert/connectors/decode"
	"culvert/connectors/decode/jsonvalue"
	"culvert/engine"
	"culvert/sql/types"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"
)

// maxDepth bounds messages within each other.
const maxDepth = 500

// Decoder decodes the messages of one schema. It is not safe for concurrent use.
type Decoder struct {
	message protoreflect.MessageDescriptor
	fields  []field
	scanner *scanner
	empty   protoreflect.Message
	json    jsonvalue.Builder
	whole   bool // the message is one column of jsonb
}

type field struct {
	descriptor protoreflect.FieldDescriptor
	list       bool // of values with a type of their own
	document   bool
}

// NewDecoder makes a decoder.
func NewDecoder(s *Schema) *Decoder {
	d := &Decoder{message: s.message, scanner: newScanner(s.message), empty: dynamicpb.NewMessage(s.message)}
	for i := range s.message.Fields().Len() {
		f := s.message.Fields().Get(i)
		_, scalar := scalarType(f)
		document := f.IsMap() || !scalar
		d.fields = append(d.fields, field{descriptor: f, list: f.IsList() && !document, document: document})
	}
	return d
}

// NewDocumentDecoder makes a decoder that writes each message as one column of
// jsonb, as messages within others are written.
func NewDocumentDecoder(s *Schema) *Decoder {
	d := NewDecoder(s)
	d.whole = true
	return d
}

// Decode appends the fields of a message, or gives an error and leaves the
// columns as they were.
func (d *Decoder) Decode(payload []byte, dst []*decode.Column) error {
	if d.whole {
		return d.decodeWhole(payload, dst[0])
	}
	rest, err := d.read(payload)
	if err != nil {
		return fmt.Errorf("the message is no %s: %w", d.message.FullName(), err)
	}
	length := dst[0].Len
	for i := range d.fields {
		if err := d.column(i, rest, dst[i]); err != nil {
			decode.Undo(dst, length)
			d.json.Reset()
			return fmt.Errorf("field %q: %w", d.fields[i].descriptor.Name(), err)
		}
		dst[i].Len++
	}
	return nil
}

// decodeWhole appends a message as a document.
func (d *Decoder) decodeWhole(payload []byte, c *decode.Column) error {
	message := dynamicpb.NewMessage(d.message)
	err := d.scanner.scan(payload)
	if err == nil {
		err = proto.UnmarshalOptions{RecursionLimit: maxDepth}.Unmarshal(payload, message)
	}
	if err != nil {
		return fmt.Errorf("the message is no %s: %w", d.message.FullName(), err)
	}
	n := len(c.Data)
	d.json.Out = c.Data
	err = d.nested(message)
	c.Data, d.json.Out = d.json.Out, nil
	if err != nil {
		c.Data = c.Data[:n]
		d.json.Reset()
		return fmt.Errorf("message %s: %w", d.message.FullName(), err)
	}
	c.Ends = append(c.Ends, uint32(len(c.Data)))
	c.Len++
	return nil
}

// read scans the message, and gives one with the fields that are no scalars.
func (d *Decoder) read(payload []byte) (protoreflect.Message, error) {
	if err := d.scanner.scan(payload); err != nil {
		return nil, err
	}
	if len(d.scanner.rest) == 0 && d.message.RequiredNumbers().Len() == 0 {
		return d.empty, nil
	}
	message := dynamicpb.NewMessage(d.message)
	return message, proto.UnmarshalOptions{RecursionLimit: maxDepth}.Unmarshal(d.scanner.rest, message)
}

func (d *Decoder) column(i int, rest protoreflect.Message, c *decode.Column) error {
	f := &d.fields[i]
	if scanned := &d.scanner.fields[i]; scanned.scalar {
		return scanned.column(f.descriptor, &c.Column, c.Len)
	}
	if nullable(f.descriptor) && !rest.Has(f.descriptor) {
		decode.AppendNull(&c.Column, c.Len)
		return nil
	}
	v := rest.Get(f.descriptor)
	switch {
	case f.document:
		d.json.Out = c.Data
		err := d.field(f.descriptor, v)
		c.Data, d.json.Out = d.json.Out, nil
		if err == nil {
			c.Ends = append(c.Ends, uint32(len(c.Data)))
		}
		return err
	case f.list:
		list := v.List()
		for i := range list.Len() {
			if err := put(c.Child, f.descriptor, list.Get(i)); err != nil {
				return err
			}
		}
		decode.AppendList(&c.Column, list.Len())
		return nil
	}
	return put(&c.Column, f.descriptor, v)
}

// put appends one value that has a type of its own.
func put(c *engine.Column, f protoreflect.FieldDescriptor, v protoreflect.Value) error {
	switch wellKnown(f.Message()) {
	case timestamp:
		micros, err := timestampMicros(v.Message())
		c.I64 = append(c.I64, micros)
		return err
	case duration:
		iv, err := interval(v.Message())
		c.Iv = append(c.Iv, iv)
		return err
	case wrapper:
		inner := f.Message().Fields().ByNumber(1)
		return put(c, inner, v.Message().Get(inner))
	}
	switch f.Kind() {
	case protoreflect.BoolKind:
		c.Bool = append(c.Bool, v.Bool())
	case protoreflect.Int32Kind, protoreflect.Sint32Kind, protoreflect.Sfixed32Kind:
		c.I32 = append(c.I32, int32(v.Int()))
	case protoreflect.Int64Kind, protoreflect.Sint64Kind, protoreflect.Sfixed64Kind:
		c.I64 = append(c.I64, v.Int())
	case protoreflect.Uint32Kind, protoreflect.Fixed32Kind:
		c.I64 = append(c.I64, int64(v.Uint()))
	case protoreflect.Uint64Kind, protoreflect.Fixed64Kind:
		decode.AppendDecimal(c, engine.Int128{Lo: v.Uint()})
	case protoreflect.FloatKind:
		c.F32 = append(c.F32, float32(v.Float()))
	case protoreflect.DoubleKind:
		c.F64 = append(c.F64, v.Float())
	case protoreflect.StringKind:
		return putText(c, []byte(v.String()))
	case protoreflect.BytesKind:
		decode.AppendBytes(c, v.Bytes())
	case protoreflect.EnumKind:
		decode.AppendBytes(c, []byte(enumName(f, v.Enum())))
	}
	return nil
}

func putText(c *engine.Column, text []byte) error {
	if err := types.CheckText(text); err != nil {
		return err
	}
	decode.AppendBytes(c, text)
	return nil
}

// enumName is the name of an enum's number, or the number when it has none.
func enumName(f protoreflect.FieldDescriptor, n protoreflect.EnumNumber) string {
	if value := f.Enum().Values().ByNumber(n); value != nil {
		return string(value.Name())
	}
	return strconv.Itoa(int(n))
}

// What timestamptz holds in the engine, in seconds since 1970: 4714-11-24 BC to
// the year 294246.
const (
	minSeconds = -210_866_803_200
	maxSeconds = math.MaxInt64/1_000_000 - 86_400
)

// secondsAndNanos reads a Timestamp or Duration.
func secondsAndNanos(m protoreflect.Message) (seconds, nanos int64) {
	fields := m.Descriptor().Fields()
	return m.Get(fields.ByNumber(1)).Int(), m.Get(fields.ByNumber(2)).Int()
}

func timestampMicros(m protoreflect.Message) (int64, error) {
	seconds, nanos := secondsAndNanos(m)
	if seconds < minSeconds || seconds > maxSeconds || nanos < 0 || nanos > 999_999_999 {
		return 0, fmt.Errorf("the timestamp of %d seconds and %d nanoseconds is out of range", seconds, nanos)
	}
	return seconds*1_000_000 + nanos/1000, nil
}

func interval(m protoreflect.Message) (engine.Interval, error) {
	seconds, nanos := secondsAndNanos(m)
	if seconds < -maxSeconds || seconds > maxSeconds || nanos < -999_999_999 || nanos > 999_999_999 {
		return engine.Interval{}, fmt.Errorf("the duration of %d seconds and %d nanoseconds is out of range", seconds, nanos)
	}
	return engine.Interval{Micros: seconds*1_000_000 + nanos/1000}, nil
}
