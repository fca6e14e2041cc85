package types

import (
	"time"

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
