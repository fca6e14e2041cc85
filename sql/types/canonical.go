package types

import (
	"strconv"
	"time"
	"unicode/utf8"

	"culvert/sql/pgerr"
)

// DateOrder is the order of day, month and year in an ambiguous date.
type DateOrder uint8

// The date orders of DateStyle.
const (
	MDY DateOrder = iota
	DMY
	YMD
)

// Env is what the reading of values depends on.
type Env struct {
	TimeZone  *time.Location // nil: UTC
	Now       time.Time      // of the transaction; the zero value: the clock's
	DateOrder DateOrder
	// Reg finds an object of a reg* type by name; nil: only numbers are read.
	Reg func(typ OID, name string) (OID, error)
}

func (e Env) loc() *time.Location {
	if e.TimeZone == nil {
		return time.UTC
	}
	return e.TimeZone
}

func (e Env) now() time.Time {
	if e.Now.IsZero() {
		return time.Now()
	}
	return e.Now
}

func errSyntax(name, input string) error {
	return pgerr.New(pgerr.InvalidTextRepresentation, "invalid input syntax for type %s: \"%s\"", name, input)
}

func errRange(name, input string) error {
	return pgerr.New(pgerr.NumericValueOutOfRange, "value \"%s\" is out of range for type %s", input, name)
}

// Canonical reads input as PostgreSQL's input function of the type does, and
// gives the text that its output function would print, with extra_float_digits
// 1, bytea_output hex, DateStyle ISO and env's time zone. Errors are worded as
// PostgreSQL's (22P02, 22007, 22008, 22003, 22001).
func Canonical(t Type, input string, env Env) (string, error) {
	if read := readerOf(t.OID); read != nil {
		return read(input, t.Mod, env)
	}
	info, ok := Lookup(t.OID)
	switch {
	case !ok, info.Category == 'P' && t.OID != CstringOID && t.OID != VoidOID && t.OID != RecordOID:
		return "", pgerr.New(pgerr.FeatureNotSupported, "cannot accept a value of type %s", t.OID.Name())
	case IsArray(t.OID):
		return canonicalArray(Type{OID: info.Elem, Mod: t.Mod}, input, env)
	case IsReg(t.OID):
		return canonicalReg(t.OID, input, env)
	}
	return input, nil
}

type reader func(input string, mod int32, env Env) (string, error)

// readerOf gives the reader of a type whose text form is checked, but for
// arrays and reg*; nil: there is none.
func readerOf(oid OID) reader {
	if read, ok := scalarReaders[oid]; ok {
		return read
	}
	if elem, ok := rangeElems[oid]; ok {
		return rangeReader(oid, elem)
	}
	return nil
}

var scalarReaders = map[OID]reader{
	BoolOID: readBool, Int2OID: intReader(16, "smallint"), Int4OID: intReader(32, "integer"), Int8OID: intReader(64, "bigint"),
	OidOID: oidReader("oid"), XidOID: oidReader("xid"), CidOID: oidReader("cid"),
	Float4OID: readFloat4, Float8OID: readFloat8, NumericOID: readNumeric,
	VarcharOID: readVarchar, BpcharOID: readBpchar, NameOID: readName, CharOID: readChar, ByteaOID: readBytea, UUIDOID: readUUID,
	DateOID: readDate, TimeOID: readTime, TimetzOID: canonicalTimetz, TimestampOID: readTimestamp, TimestamptzOID: readTimestamptz,
	IntervalOID: readInterval, JSONOID: readJSON, JSONBOID: readJSONB,
}

func canonicalReg(typ OID, input string, env Env) (string, error) {
	if input == "-" {
		return "0", nil
	}
	if input != "" && allDigits(input) {
		n, err := parseOID(input, "oid")
		return strconv.FormatInt(n, 10), err
	}
	if env.Reg == nil {
		return "", pgerr.New(pgerr.FeatureNotSupported, "%s values by name are not supported here", typ.Name())
	}
	oid, err := env.Reg(typ, input)
	return strconv.FormatUint(uint64(oid), 10), err
}

// CanonicalCast is Canonical for an explicit cast of a literal, which cuts a
// text that is too long for varchar(n) or character(n).
func CanonicalCast(t Type, input string, env Env) (string, error) {
	if length := int(t.Mod) - 4; t.Mod >= 4 && (t.OID == VarcharOID || t.OID == BpcharOID) && utf8.RuneCountInString(input) > length {
		end := 0
		for range length {
			_, size := utf8.DecodeRuneInString(input[end:])
			end += size
		}
		input = input[:end]
	}
	return Canonical(t, input, env)
}
