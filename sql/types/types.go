// Package types holds PostgreSQL's data types as culvert knows them: one row
// per type with its OID, names, category, physical representation in the
// engine and order key, and the conversions between values and PostgreSQL's
// text and binary formats.
package types

// OID is a PostgreSQL object identifier.
type OID uint32

// Type is a data type with its modifier, as in pg_attribute.
type Type struct {
	OID OID
	Mod int32 // typmod; -1: none
}

// T gives the type of oid without a modifier.
func T(oid OID) Type { return Type{OID: oid, Mod: -1} }

// The OIDs of PostgreSQL 15's built-in types (pg_type.dat).
const (
	BoolOID                  OID = 16
	ByteaOID                 OID = 17
	CharOID                  OID = 18 // "char"
	NameOID                  OID = 19
	Int8OID                  OID = 20
	Int2OID                  OID = 21
	Int2vectorOID            OID = 22
	Int4OID                  OID = 23
	RegprocOID               OID = 24
	TextOID                  OID = 25
	OidOID                   OID = 26
	TidOID                   OID = 27
	XidOID                   OID = 28
	CidOID                   OID = 29
	OidvectorOID             OID = 30
	JSONOID                  OID = 114
	XMLOID                   OID = 142
	PgNodeTreeOID            OID = 194
	PointOID                 OID = 600
	Float4OID                OID = 700
	Float8OID                OID = 701
	UnknownOID               OID = 705
	MoneyOID                 OID = 790
	InetOID                  OID = 869
	CidrOID                  OID = 650
	BoolArrayOID             OID = 1000
	ByteaArrayOID            OID = 1001
	CharArrayOID             OID = 1002
	NameArrayOID             OID = 1003
	Int2ArrayOID             OID = 1005
	Int2vectorArrayOID       OID = 1006
	Int4ArrayOID             OID = 1007
	RegprocArrayOID          OID = 1008
	TextArrayOID             OID = 1009
	BpcharArrayOID           OID = 1014
	VarcharArrayOID          OID = 1015
	Int8ArrayOID             OID = 1016
	Float4ArrayOID           OID = 1021
	Float8ArrayOID           OID = 1022
	OidArrayOID              OID = 1028
	AclitemOID               OID = 1033
	AclitemArrayOID          OID = 1034
	BpcharOID                OID = 1042
	VarcharOID               OID = 1043
	DateOID                  OID = 1082
	TimeOID                  OID = 1083
	TimestampOID             OID = 1114
	TimestampArrayOID        OID = 1115
	DateArrayOID             OID = 1182
	TimeArrayOID             OID = 1183
	TimestamptzOID           OID = 1184
	TimestamptzArrayOID      OID = 1185
	IntervalOID              OID = 1186
	IntervalArrayOID         OID = 1187
	NumericArrayOID          OID = 1231
	TimetzOID                OID = 1266
	TimetzArrayOID           OID = 1270
	BitOID                   OID = 1560
	VarbitOID                OID = 1562
	NumericOID               OID = 1700
	RefcursorOID             OID = 1790
	RegprocedureOID          OID = 2202
	RegoperOID               OID = 2203
	RegoperatorOID           OID = 2204
	RegclassOID              OID = 2205
	RegtypeOID               OID = 2206
	RecordOID                OID = 2249
	CstringOID               OID = 2275
	AnyOID                   OID = 2276
	AnyarrayOID              OID = 2277
	VoidOID                  OID = 2278
	TriggerOID               OID = 2279
	InternalOID              OID = 2281
	AnyelementOID            OID = 2283
	RecordArrayOID           OID = 2287
	AnynonarrayOID           OID = 2776
	UUIDOID                  OID = 2950
	UUIDArrayOID             OID = 2951
	AnyenumOID               OID = 3500
	JSONBOID                 OID = 3802
	JSONArrayOID             OID = 199
	JSONBArrayOID            OID = 3807
	AnyrangeOID              OID = 3831
	Int4rangeOID             OID = 3904
	NumrangeOID              OID = 3906
	TsrangeOID               OID = 3908
	TstzrangeOID             OID = 3910
	DaterangeOID             OID = 3912
	Int8rangeOID             OID = 3926
	JsonpathOID              OID = 4072
	RegnamespaceOID          OID = 4089
	RegroleOID               OID = 4096
	AnycompatibleOID         OID = 5077
	AnycompatiblearrayOID    OID = 5078
	AnycompatiblenonarrayOID OID = 5079
	AnycompatiblerangeOID    OID = 5080
)
