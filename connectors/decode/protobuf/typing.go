package protobuf

import (
	"culvert/sql/types"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// uint64Digits is the most digits of a uint64, which bigint cannot hold.
const uint64Digits = 20

var pgTypes = map[protoreflect.Kind]types.Type{
	protoreflect.BoolKind:   types.T(types.BoolOID),
	protoreflect.EnumKind:   types.T(types.TextOID),
	protoreflect.StringKind: types.T(types.TextOID),
	protoreflect.BytesKind:  types.T(types.ByteaOID),
	protoreflect.FloatKind:  types.T(types.Float4OID),
	protoreflect.DoubleKind: types.T(types.Float8OID),
	protoreflect.Int32Kind:  types.T(types.Int4OID), protoreflect.Sint32Kind: types.T(types.Int4OID), protoreflect.Sfixed32Kind: types.T(types.Int4OID),
	protoreflect.Int64Kind: types.T(types.Int8OID), protoreflect.Sint64Kind: types.T(types.Int8OID), protoreflect.Sfixed64Kind: types.T(types.Int8OID),
	protoreflect.Uint32Kind: types.T(types.Int8OID), protoreflect.Fixed32Kind: types.T(types.Int8OID),
	protoreflect.Uint64Kind:  {OID: types.NumericOID, Mod: types.MakeNumericMod(uint64Digits, 0)},
	protoreflect.Fixed64Kind: {OID: types.NumericOID, Mod: types.MakeNumericMod(uint64Digits, 0)},
}

// known are the well-known types that are not written as messages.
type known uint8

const (
	plainMessage known = iota
	timestamp
	duration
	wrapper
	document // Struct, Value, ListValue
)

// wellKnown tells which well-known type a message is (google/protobuf/*.proto).
func wellKnown(m protoreflect.MessageDescriptor) known {
	if m == nil || m.FullName().Parent() != "google.protobuf" {
		return plainMessage
	}
	is := func(n protoreflect.FieldNumber, k protoreflect.Kind) bool {
		f := m.Fields().ByNumber(n)
		return f != nil && f.Kind() == k && !f.IsList()
	}
	switch m.Name() {
	case "Timestamp", "Duration":
		if !is(1, protoreflect.Int64Kind) || !is(2, protoreflect.Int32Kind) {
			return plainMessage
		}
		if m.Name() == "Timestamp" {
			return timestamp
		}
		return duration
	case "BoolValue", "StringValue", "BytesValue", "FloatValue", "DoubleValue", "Int32Value", "Int64Value", "UInt32Value", "UInt64Value":
		if f := m.Fields().ByNumber(1); f != nil && f.Message() == nil && !f.IsList() {
			return wrapper
		}
	case "Struct", "ListValue":
		if f := m.Fields().ByNumber(1); f != nil && (f.IsMap() || f.IsList()) {
			return document
		}
	case "Value":
		if is(2, protoreflect.DoubleKind) && is(3, protoreflect.StringKind) && is(4, protoreflect.BoolKind) && is(5, protoreflect.MessageKind) && is(6, protoreflect.MessageKind) {
			return document
		}
	}
	return plainMessage
}

// scalarType is the type of one value of a field; ok is false when it is
// written as JSON.
func scalarType(f protoreflect.FieldDescriptor) (t types.Type, ok bool) {
	switch wellKnown(f.Message()) {
	case timestamp:
		return types.T(types.TimestamptzOID), true
	case duration:
		return types.T(types.IntervalOID), true
	case wrapper:
		return pgTypes[f.Message().Fields().ByNumber(1).Kind()], true
	}
	t, ok = pgTypes[f.Kind()]
	return t, ok
}

func typeOf(f protoreflect.FieldDescriptor) types.Type {
	t, ok := scalarType(f)
	switch {
	case f.IsMap() || !ok:
		return types.T(types.JSONBOID)
	case f.IsList():
		return types.Type{OID: types.ArrayOf(t.OID), Mod: t.Mod}
	}
	return t
}

func nullable(f protoreflect.FieldDescriptor) bool {
	return f.HasPresence() && f.Cardinality() != protoreflect.Required && !f.HasDefault()
}
