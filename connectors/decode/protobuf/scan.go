package protobuf

import (
	"fmt"
	"math"

	"culvert/connectors/decode"
	"culvert/engine"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// scanner reads the scalar fields of a message straight from its encoding, and
// leaves the others, as they are encoded, to be read by the library.
type scanner struct {
	fields   []scanned
	byNumber map[protowire.Number]int
	low      [64]int // index+1 of small numbers
	rest     []byte
}

// scanned is a field and what the message has for it, the last occurrence.
type scanned struct {
	scalar bool
	wire   protowire.Type
	kind   protoreflect.Kind
	oneof  []int // the other members
	seen   bool
	number uint64
	bytes  []byte
}

var wireTypes = map[protoreflect.Kind]protowire.Type{
	protoreflect.BoolKind: protowire.VarintType, protoreflect.EnumKind: protowire.VarintType,
	protoreflect.Int32Kind: protowire.VarintType, protoreflect.Sint32Kind: protowire.VarintType, protoreflect.Uint32Kind: protowire.VarintType,
	protoreflect.Int64Kind: protowire.VarintType, protoreflect.Sint64Kind: protowire.VarintType, protoreflect.Uint64Kind: protowire.VarintType,
	protoreflect.Fixed32Kind: protowire.Fixed32Type, protoreflect.Sfixed32Kind: protowire.Fixed32Type, protoreflect.FloatKind: protowire.Fixed32Type,
	protoreflect.Fixed64Kind: protowire.Fixed64Type, protoreflect.Sfixed64Kind: protowire.Fixed64Type, protoreflect.DoubleKind: protowire.Fixed64Type,
	protoreflect.StringKind: protowire.BytesType, protoreflect.BytesKind: protowire.BytesType,
}

func newScanner(m protoreflect.MessageDescriptor) *scanner {
	s := &scanner{fields: make([]scanned, m.Fields().Len()), byNumber: map[protowire.Number]int{}}
	for i := range s.fields {
		f := m.Fields().Get(i)
		wire, scalar := wireTypes[f.Kind()]
		s.fields[i] = scanned{kind: f.Kind(), wire: wire, scalar: scalar && isScalar(f)}
		if o := f.ContainingOneof(); o != nil {
			for k := range o.Fields().Len() {
				other := o.Fields().Get(k)
				s.fields[i].scalar = s.fields[i].scalar && isScalar(other)
				if other != f {
					s.fields[i].oneof = append(s.fields[i].oneof, other.Index())
				}
			}
		}
		s.byNumber[f.Number()] = i
		if int(f.Number()) < len(s.low) {
			s.low[f.Number()] = i + 1
		}
	}
	return s
}

// isScalar tells whether a field has at most one value, without an inside, and
// need not be there.
func isScalar(f protoreflect.FieldDescriptor) bool {
	return f.Message() == nil && !f.IsList() && f.ContainingMessage().RequiredNumbers().Len() == 0
}

func (s *scanner) field(n protowire.Number) *scanned {
	i := 0
	if int(n) < len(s.low) {
		i = s.low[n]
	} else if k, ok := s.byNumber[n]; ok {
		i = k + 1
	}
	if i == 0 {
		return nil
	}
	return &s.fields[i-1]
}

// scan reads a message; what rest holds then is a message of the other fields.
func (s *scanner) scan(payload []byte) error {
	s.rest = s.rest[:0]
	for i := range s.fields {
		s.fields[i].seen = false
	}
	for len(payload) > 0 {
		number, wire, n := protowire.ConsumeTag(payload)
		if n < 0 {
			return protowire.ParseError(n)
		}
		f := s.field(number)
		if f != nil && f.scalar && f.wire == wire {
			size, err := f.read(payload[n:])
			if err != nil {
				return err
			}
			for _, other := range f.oneof {
				s.fields[other].seen = false
			}
			payload = payload[n+size:]
			continue
		}
		size := protowire.ConsumeFieldValue(number, wire, payload[n:])
		if size < 0 {
			return protowire.ParseError(size)
		}
		if f != nil && !f.scalar {
			s.rest = append(s.rest, payload[:n+size]...)
		}
		payload = payload[n+size:]
	}
	return nil
}

func (f *scanned) read(b []byte) (n int, err error) {
	switch f.wire {
	case protowire.VarintType:
		f.number, n = protowire.ConsumeVarint(b)
	case protowire.Fixed32Type:
		var v uint32
		v, n = protowire.ConsumeFixed32(b)
		f.number = uint64(v)
	case protowire.Fixed64Type:
		f.number, n = protowire.ConsumeFixed64(b)
	default:
		f.bytes, n = protowire.ConsumeBytes(b)
	}
	if n < 0 {
		return 0, protowire.ParseError(n)
	}
	f.seen = true
	return n, nil
}

// column appends what the message has for a scalar field.
func (f *scanned) column(descriptor protoreflect.FieldDescriptor, c *engine.Column, i int) error {
	if !f.seen {
		if nullable(descriptor) {
			decode.AppendNull(c, i)
			return nil
		}
		return put(c, descriptor, descriptor.Default())
	}
	switch f.kind {
	case protoreflect.BoolKind:
		c.Bool = append(c.Bool, f.number != 0)
	case protoreflect.Int32Kind, protoreflect.Sfixed32Kind:
		c.I32 = append(c.I32, int32(f.number))
	case protoreflect.Sint32Kind:
		c.I32 = append(c.I32, int32(protowire.DecodeZigZag(f.number&math.MaxUint32)))
	case protoreflect.Int64Kind, protoreflect.Sfixed64Kind:
		c.I64 = append(c.I64, int64(f.number))
	case protoreflect.Sint64Kind:
		c.I64 = append(c.I64, protowire.DecodeZigZag(f.number))
	case protoreflect.Uint32Kind, protoreflect.Fixed32Kind:
		c.I64 = append(c.I64, int64(uint32(f.number)))
	case protoreflect.Uint64Kind, protoreflect.Fixed64Kind:
		decode.AppendDecimal(c, engine.Int128{Lo: f.number})
	case protoreflect.FloatKind:
		c.F32 = append(c.F32, math.Float32frombits(uint32(f.number)))
	case protoreflect.DoubleKind:
		c.F64 = append(c.F64, math.Float64frombits(f.number))
	case protoreflect.StringKind:
		return putText(c, f.bytes)
	case protoreflect.BytesKind:
		decode.AppendBytes(c, f.bytes)
	case protoreflect.EnumKind:
		decode.AppendBytes(c, []byte(enumName(descriptor, protoreflect.EnumNumber(int32(f.number)))))
	default:
		return fmt.Errorf("a %s is no scalar", f.kind)
	}
	return nil
}
