package types

import (
	"strconv"
	"strings"
	"sync"
)

// Info is what is fixed about a built-in type.
type Info struct {
	OID       OID
	Name      string // pg_type.typname
	Display   string // as format_type prints it without a modifier
	Array     OID    // the array type over it; 0: none
	Elem      OID    // the element type of an array; 0: not an array
	Category  byte   // pg_type.typcategory
	Preferred bool   // of its category
	Len       int16  // pg_type.typlen; -1: variable, -2: C string
}

type index struct {
	byOID  map[OID]*Info
	byName map[string]*Info
}

var tableIndex = sync.OnceValue(func() index {
	ix := index{byOID: make(map[OID]*Info, len(table)), byName: make(map[string]*Info, 2*len(table))}
	for i := range table {
		ix.byOID[table[i].OID] = &table[i]
		ix.byName[table[i].Name] = &table[i]
	}
	for i := range table {
		if _, taken := ix.byName[table[i].Display]; !taken {
			ix.byName[table[i].Display] = &table[i]
		}
	}
	for alias, name := range map[string]string{
		"int": "int4", "decimal": "numeric", "dec": "numeric", "float": "float8", "real": "float4", "char varying": "varchar",
		"character": "bpchar", "time": "time", "timestamp": "timestamp", "bit varying": "varbit", "string": "text",
	} {
		ix.byName[alias] = ix.byName[name]
	}
	return ix
})

// Lookup gives the row of a built-in type.
func Lookup(oid OID) (*Info, bool) {
	info, ok := tableIndex().byOID[oid]
	return info, ok
}

// ByName gives the row of a built-in type by its name in pg_type or its SQL
// name ("int4", "integer", "timestamp with time zone", "_int4", "integer[]"),
// in lower case and without a modifier.
func ByName(name string) (*Info, bool) {
	if info, ok := tableIndex().byName[name]; ok {
		return info, true
	}
	if elem, isArray := strings.CutSuffix(name, "[]"); isArray {
		if info, ok := ByName(strings.TrimRight(elem, " ")); ok && info.Array != 0 {
			return Lookup(info.Array)
		}
	}
	return nil, false
}

// All gives the row of every built-in type, by OID. It must not be changed.
func All() []Info { return table[:] }

// IsArray tells whether oid is an array type whose values are written {…}.
func IsArray(oid OID) bool { return ElemOf(oid) != 0 && oid != Int2vectorOID && oid != OidvectorOID }

// ElemOf gives the element type of an array type, or 0.
func ElemOf(oid OID) OID {
	if info, ok := Lookup(oid); ok {
		return info.Elem
	}
	return 0
}

// ArrayOf gives the array type over oid, or 0.
func ArrayOf(oid OID) OID {
	if info, ok := Lookup(oid); ok {
		return info.Array
	}
	return 0
}

// Name gives the type's display name without a modifier, as PostgreSQL's
// messages have it.
func (oid OID) Name() string {
	if info, ok := Lookup(oid); ok {
		return info.Display
	}
	return "???"
}

// String is FormatType.
func (t Type) String() string { return FormatType(t) }

// FormatType names a type as PostgreSQL's format_type(oid, mod) does; a modifier
// below -1 stands for none given, NULL.
func FormatType(t Type) string {
	info, ok := Lookup(t.OID)
	if !ok {
		return "???"
	}
	if IsArray(t.OID) {
		return FormatType(Type{OID: info.Elem, Mod: t.Mod}) + "[]"
	}
	if t.Mod < 0 {
		switch {
		case t.Mod < -1:
		case t.OID == BpcharOID:
			return "bpchar"
		case t.OID == BitOID:
			return `"bit"`
		}
		return info.Display
	}
	mod := strconv.Itoa(int(t.Mod))
	switch t.OID {
	case VarcharOID, BpcharOID:
		if t.Mod <= 4 {
			return info.Display
		}
		return info.Display + "(" + strconv.Itoa(int(t.Mod)-4) + ")"
	case BitOID, VarbitOID:
		return info.Display + "(" + mod + ")"
	case NumericOID:
		p, s, ok := NumericMod(t.Mod)
		if !ok {
			return info.Display
		}
		return "numeric(" + strconv.Itoa(p) + "," + strconv.Itoa(s) + ")"
	case TimeOID, TimestampOID:
		base, _, _ := strings.Cut(info.Display, " ")
		return base + "(" + mod + ") without time zone"
	case TimetzOID, TimestamptzOID:
		base, _, _ := strings.Cut(info.Display, " ")
		return base + "(" + mod + ") with time zone"
	case IntervalOID:
		return "interval" + intervalModText(t.Mod)
	case BoolOID, Int2OID, Int4OID, Int8OID, Float4OID, Float8OID:
		return info.Display
	}
	return info.Display + "(" + mod + ")"
}

// NumericMod splits the modifier of numeric into precision and scale; ok is
// false for an unconstrained numeric. The scale may be negative.
func NumericMod(mod int32) (precision, scale int, ok bool) {
	if mod < 4 {
		return 0, 0, false
	}
	mod -= 4
	return int(mod >> 16 & 0xffff), int((mod & 0x7ff) ^ 1024 - 1024), true
}

// MakeNumericMod makes the modifier of numeric(precision, scale).
func MakeNumericMod(precision, scale int) int32 {
	return int32(precision<<16|scale&0x7ff) + 4
}

// Fields of an interval's modifier, as bits (PostgreSQL's utils/timestamp.h).
const (
	intervalMonth  = 1 << 1
	intervalYear   = 1 << 2
	intervalDay    = 1 << 3
	intervalHour   = 1 << 10
	intervalMinute = 1 << 11
	intervalSecond = 1 << 12
	intervalFull   = 0x7fff
)

// intervalMod splits an interval's modifier into the fields it keeps and the
// digits of its seconds (-1: all six).
func intervalMod(mod int32) (fields, precision int) {
	if mod < 0 {
		return intervalFull, -1
	}
	fields, precision = int(mod>>16&0x7fff), int(mod&0xffff)
	if precision == 0xffff {
		precision = -1
	}
	return fields, precision
}

var intervalFieldNames = map[int]string{
	intervalYear: " year", intervalMonth: " month", intervalDay: " day", intervalHour: " hour", intervalMinute: " minute", intervalSecond: " second",
	intervalYear | intervalMonth:                                 " year to month",
	intervalDay | intervalHour:                                   " day to hour",
	intervalDay | intervalHour | intervalMinute:                  " day to minute",
	intervalDay | intervalHour | intervalMinute | intervalSecond: " day to second",
	intervalHour | intervalMinute:                                " hour to minute",
	intervalHour | intervalMinute | intervalSecond:               " hour to second",
	intervalMinute | intervalSecond:                              " minute to second",
}

func intervalModText(mod int32) string {
	fields, precision := intervalMod(mod)
	text := intervalFieldNames[fields]
	if precision >= 0 {
		text += "(" + strconv.Itoa(precision) + ")"
	}
	return text
}
