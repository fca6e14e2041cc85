package avro

import (
	"culvert/sql/types"

	"github.com/hamba/avro/v2"
)

type kind uint8

const (
	kindBool kind = iota
	kindInt
	kindLong
	kindFloat
	kindDouble
	kindBytes
	kindText
	kindDecimal
	kindDate
	kindTime
	kindTimestamp
	kindTimestampTZ // text of ISO 8601
	kindUUID        // text
	kindUUIDBytes
	kindInterval
	kindJSON // text
	kindEnum
)

// scalar is a schema whose values are one value of PostgreSQL.
type scalar struct {
	kind             kind
	wire             avro.Type
	unit             int64 // kindTime, kindTimestamp: microseconds; below 0: how many make one
	size             int   // of a fixed; -1: the length is in front
	precision, scale int   // kindDecimal
}

const (
	millis = 1000
	micros = 1
	nanos  = -1000
)

// logical types by the wire's type and logicalType. The first five hamba/avro
// knows, too; the rest come of Avro 1.12 and stay properties.
var logicalTypes = map[avro.Type]map[string]scalar{
	avro.Int: {
		"date":        {kind: kindDate},
		"time-millis": {kind: kindTime, unit: millis},
	},
	avro.Long: {
		"time-micros":            {kind: kindTime, unit: micros},
		"timestamp-millis":       {kind: kindTimestamp, unit: millis},
		"timestamp-micros":       {kind: kindTimestamp, unit: micros},
		"timestamp-nanos":        {kind: kindTimestamp, unit: nanos},
		"local-timestamp-millis": {kind: kindTimestamp, unit: millis},
		"local-timestamp-micros": {kind: kindTimestamp, unit: micros},
		"local-timestamp-nanos":  {kind: kindTimestamp, unit: nanos},
	},
	avro.String: {"uuid": {kind: kindUUID}},
}

// connectTypes are the semantic types of Debezium ("Data types" in the manuals
// of its connectors), which stand in connect.name and have no logicalType.
var connectTypes = map[avro.Type]map[string]scalar{
	avro.Int: {
		"io.debezium.time.Date": {kind: kindDate},
		"io.debezium.time.Time": {kind: kindTime, unit: millis},
	},
	avro.Long: {
		"io.debezium.time.MicroTime":      {kind: kindTime, unit: micros},
		"io.debezium.time.NanoTime":       {kind: kindTime, unit: nanos},
		"io.debezium.time.Timestamp":      {kind: kindTimestamp, unit: millis},
		"io.debezium.time.MicroTimestamp": {kind: kindTimestamp, unit: micros},
		"io.debezium.time.NanoTimestamp":  {kind: kindTimestamp, unit: nanos},
	},
	avro.String: {
		"io.debezium.time.ZonedTimestamp": {kind: kindTimestampTZ},
		"io.debezium.data.Json":           {kind: kindJSON},
		"io.debezium.data.Uuid":           {kind: kindUUID},
	},
}

var plainTypes = map[avro.Type]kind{
	avro.Boolean: kindBool, avro.Int: kindInt, avro.Long: kindLong, avro.Float: kindFloat, avro.Double: kindDouble,
	avro.Bytes: kindBytes, avro.String: kindText,
}

// scalarOf tells what a schema's values are, when each is one value.
func scalarOf(s avro.Schema) (scalar, bool) {
	switch s := s.(type) {
	case *avro.EnumSchema:
		return scalar{kind: kindEnum, wire: avro.Enum}, true
	case *avro.FixedSchema:
		return fixedOf(s), true
	case *avro.PrimitiveSchema:
		sc := primitiveOf(s)
		sc.wire, sc.size = s.Type(), -1
		return sc, true
	}
	return scalar{}, false
}

func primitiveOf(s *avro.PrimitiveSchema) scalar {
	if d, ok := s.Logical().(*avro.DecimalLogicalSchema); ok {
		return scalar{kind: kindDecimal, precision: d.Precision(), scale: d.Scale()}
	}
	logical, _ := s.Prop("logicalType").(string)
	if l := s.Logical(); l != nil {
		logical = string(l.Type())
	}
	if sc, ok := logicalTypes[s.Type()][logical]; ok {
		return sc
	}
	connect, _ := s.Prop("connect.name").(string)
	if sc, ok := connectTypes[s.Type()][connect]; ok {
		return sc
	}
	return scalar{kind: plainTypes[s.Type()]}
}

func fixedOf(s *avro.FixedSchema) scalar {
	sc := scalar{kind: kindBytes, wire: avro.Fixed, size: s.Size()}
	switch l := s.Logical().(type) {
	case *avro.DecimalLogicalSchema:
		sc.kind, sc.precision, sc.scale = kindDecimal, l.Precision(), l.Scale()
	case nil:
		if name, _ := s.Prop("logicalType").(string); name == "uuid" && s.Size() == 16 {
			sc.kind = kindUUIDBytes
		}
	default:
		if l.Type() == avro.Duration {
			sc.kind = kindInterval
		}
	}
	return sc
}

// maxPrecision is the most digits that numeric(p,s) can declare.
const maxPrecision = 1000

func (s scalar) pgType() types.Type {
	if s.kind == kindDecimal && s.precision <= maxPrecision {
		return types.Type{OID: types.NumericOID, Mod: types.MakeNumericMod(s.precision, s.scale)}
	}
	return types.T(pgTypes[s.kind])
}

var pgTypes = [...]types.OID{
	kindBool: types.BoolOID, kindInt: types.Int4OID, kindLong: types.Int8OID, kindFloat: types.Float4OID, kindDouble: types.Float8OID,
	kindBytes: types.ByteaOID, kindText: types.TextOID, kindDecimal: types.NumericOID, kindDate: types.DateOID, kindTime: types.TimeOID,
	kindTimestamp: types.TimestampOID, kindTimestampTZ: types.TimestamptzOID, kindUUID: types.UUIDOID, kindUUIDBytes: types.UUIDOID,
	kindInterval: types.IntervalOID, kindJSON: types.JSONBOID, kindEnum: types.TextOID,
}
