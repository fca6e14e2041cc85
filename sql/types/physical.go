package types

// Kind is how the values of a column are held in memory and in the engine.
type Kind uint8

// The kinds. The comment names the slice of engine.Column that holds values
// of the kind, and their unit.
const (
	KindInvalid     Kind = iota
	KindBool             // Bool
	KindInt16            // I16
	KindInt32            // I32
	KindInt64            // I64; also oid and the reg* types
	KindInt128           // I128, two's complement
	KindFloat32          // F32
	KindFloat64          // F64
	KindDecimal          // I16, I32, I64 or I128 by Width (<=4, <=9, <=18, <=38); unscaled value
	KindText             // Ends and Data, UTF-8
	KindBytes            // Ends and Data
	KindDate             // I32, days since 1970-01-01; +infinity is MaxInt32, -infinity is -MaxInt32
	KindTime             // I64, microseconds since midnight, 24:00:00 included
	KindTimestamp        // I64, microseconds since 1970-01-01 00:00:00; +infinity is MaxInt64, -infinity is -MaxInt64
	KindTimestampTZ      // I64, as KindTimestamp, in UTC
	KindInterval         // Iv
	KindUUID             // I128: Hi and Lo are the first and last eight bytes, big endian
	KindList             // Ends (element ends) and Child
)

// Physical is the representation of a column: its kind and, for decimals and
// lists, what the kind leaves open.
type Physical struct {
	Kind  Kind
	Width uint8     // decimal: digits in all, 1 to 38
	Scale uint8     // decimal: digits behind the point
	Elem  *Physical // list: the elements
}
