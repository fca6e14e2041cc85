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

// PhysicalOf gives the representation of a type in columns; ok is false for
// pseudo-types, which no column can have.
func PhysicalOf(t Type) (Physical, bool) {
	info, ok := Lookup(t.OID)
	if !ok {
		return Physical{}, false
	}
	if IsArray(t.OID) && info.Category == 'A' {
		elem, ok := PhysicalOf(Type{OID: info.Elem, Mod: t.Mod})
		if !ok {
			return Physical{}, false
		}
		return Physical{Kind: KindList, Elem: &elem}, true
	}
	if t.OID == NumericOID {
		return numericPhysical(t.Mod), true
	}
	if kind, ok := scalarKinds[t.OID]; ok {
		return Physical{Kind: kind}, true
	}
	switch {
	case t.OID == RecordOID, t.OID == VoidOID, t.OID == CstringOID:
		return Physical{Kind: KindText}, true
	case info.Category == 'P':
		return Physical{}, false
	}
	return Physical{Kind: KindText}, true
}

// scalarKinds has the types that are not held as text.
var scalarKinds = map[OID]Kind{
	BoolOID: KindBool, Int2OID: KindInt16, Int4OID: KindInt32, Int8OID: KindInt64,
	OidOID: KindInt64, XidOID: KindInt64, CidOID: KindInt64,
	RegprocOID: KindInt64, RegprocedureOID: KindInt64, RegoperOID: KindInt64, RegoperatorOID: KindInt64, RegclassOID: KindInt64,
	RegtypeOID: KindInt64, RegroleOID: KindInt64, RegnamespaceOID: KindInt64, RegconfigOID: KindInt64, RegdictionaryOID: KindInt64, RegcollationOID: KindInt64,
	Float4OID: KindFloat32, Float8OID: KindFloat64, ByteaOID: KindBytes,
	DateOID: KindDate, TimeOID: KindTime, TimestampOID: KindTimestamp, TimestamptzOID: KindTimestampTZ,
	IntervalOID: KindInterval, UUIDOID: KindUUID,
}

// The remaining reg* types.
const (
	RegconfigOID     OID = 3734
	RegdictionaryOID OID = 3769
	RegcollationOID  OID = 4191
)

// IsReg tells whether a type is one of PostgreSQL's object identifier types
// whose values print as names.
func IsReg(oid OID) bool {
	return scalarKinds[oid] == KindInt64 && oid != Int8OID && oid != OidOID && oid != XidOID && oid != CidOID
}

// MaxDecimalWidth is the most digits that KindDecimal holds.
const MaxDecimalWidth = 38

func numericPhysical(mod int32) Physical {
	p, s, ok := NumericMod(mod)
	if !ok {
		return Physical{Kind: KindText}
	}
	if s < 0 { // numeric(3,-2) holds multiples of 100
		p, s = p-s, 0
	}
	if width := max(p, s); width <= MaxDecimalWidth {
		return Physical{Kind: KindDecimal, Width: uint8(width), Scale: uint8(s)}
	}
	return Physical{Kind: KindText}
}

// Orderable tells whether the physical values of a type, or the keys that an
// engine makes of them, sort and compare as PostgreSQL sorts the type. Where it is false, ORDER BY, <, min and max are
// refused rather than answered wrongly; equality is sound.
func Orderable(t Type) bool {
	phys, ok := PhysicalOf(t)
	if !ok {
		return false
	}
	if phys.Kind == KindList {
		return Orderable(Type{OID: ElemOf(t.OID), Mod: t.Mod})
	}
	if phys.Kind != KindText {
		return true
	}
	switch t.OID {
	case TextOID, VarcharOID, BpcharOID, NameOID, CharOID, UnknownOID:
		return true
	case NumericOID, TimetzOID, JSONBOID: // by keys
		return true
	}
	return RangeElem(t.OID) != 0
}
