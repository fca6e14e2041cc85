package analyze

import (
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// names gives the texts of a list of String nodes.
func names(list []*pg_query.Node) []string {
	out := make([]string, 0, len(list))
	for _, n := range list {
		if str := n.GetString_(); str != nil {
			out = append(out, str.Sval)
		}
	}
	return out
}

// resolveType is typenameTypeIdAndMod.
func (v *env) resolveType(tn *pg_query.TypeName) types.Type {
	parts := names(tn.Names)
	loc := int(tn.Location)
	if tn.PctType {
		v.failAt(loc, pgerr.New(pgerr.FeatureNotSupported, "%%TYPE is not supported"))
	}
	if tn.Setof {
		v.failAt(loc, pgerr.New(pgerr.FeatureNotSupported, "SETOF is not supported here"))
	}
	oid := typeByName(v, parts, len(tn.ArrayBounds) > 0, loc)
	if oid == 0 {
		suffix := ""
		if len(tn.ArrayBounds) > 0 {
			suffix = "[]"
		}
		v.failAt(loc, pgerr.New(pgerr.UndefinedObject, "type \"%s%s\" does not exist", joinName(parts), suffix))
	}
	return types.Type{OID: oid, Mod: resolveMod(v, tn, oid)}
}

func typeByName(v *env, parts []string, array bool, loc int) types.OID {
	name := parts[len(parts)-1]
	switch {
	case len(parts) == 2 && parts[0] != "pg_catalog":
		v.needSchema(parts, loc)
		return 0
	case len(parts) > 2:
		return 0
	}
	t := v.pg.TypesByName[name]
	if t == nil {
		return 0
	}
	if array {
		return t.Array
	}
	return t.OID
}

// resolveMod is typenameTypeMod.
func resolveMod(v *env, tn *pg_query.TypeName, oid types.OID) int32 {
	if len(tn.Typmods) == 0 {
		return -1
	}
	base := oid
	if elem := v.elemOf(oid); elem != 0 {
		base = elem
	}
	loc := int(tn.Location)
	if v.pg.Types[base].Modin == 0 {
		v.failAt(loc, pgerr.New(pgerr.SyntaxError, "type modifier is not allowed for type \"%s\"", joinName(names(tn.Names))))
	}
	var mods []int
	for _, n := range tn.Typmods {
		c := n.GetAConst()
		if c == nil || c.Isnull {
			v.failAt(loc, pgerr.New(pgerr.SyntaxError, "type modifiers must be simple constants or identifiers"))
		}
		ival, ok := c.Val.(*pg_query.A_Const_Ival)
		if !ok {
			v.failAt(loc, pgerr.New(pgerr.InvalidTextRepresentation, "invalid input syntax for type %s: \"%s\"", "integer", constText(c)))
		}
		mods = append(mods, int(ival.Ival.Ival))
	}
	mod, err := encodeMod(base, mods)
	if err != nil {
		v.failAt(loc, err)
	}
	return mod
}

func constText(c *pg_query.A_Const) string {
	switch val := c.Val.(type) {
	case *pg_query.A_Const_Sval:
		return val.Sval.Sval
	case *pg_query.A_Const_Fval:
		return val.Fval.Fval
	case *pg_query.A_Const_Bsval:
		return val.Bsval.Bsval
	}
	return ""
}

// Limits of modifiers (htup_details.h, numeric.h, timestamp.h).
const (
	varHdrSize         = 4
	maxCharLength      = 10485760
	maxNumericPrec     = 1000
	maxNumericScale    = 1000
	maxTimePrec        = 6
	intervalFullRange  = 0x7fff
	intervalFullPrec   = 0xffff
	intervalSecondMask = 1 << 12
)

// encodeMod is what the typmodin functions do.
func encodeMod(oid types.OID, mods []int) (int32, *pgerr.Error) {
	switch oid {
	case types.VarcharOID, types.BpcharOID:
		return charMod(oid, mods)
	case types.BitOID, types.VarbitOID:
		return bitMod(oid, mods)
	case types.NumericOID:
		return numericMod(mods)
	case types.TimeOID, types.TimetzOID, types.TimestampOID, types.TimestamptzOID:
		return timeMod(oid, mods)
	case types.IntervalOID:
		return intervalMod(mods)
	}
	return 0, pgerr.New(pgerr.FeatureNotSupported, "modifiers of type %s are not supported", oid.Name())
}

func charMod(oid types.OID, mods []int) (int32, *pgerr.Error) {
	name := "varchar"
	if oid == types.BpcharOID {
		name = "char"
	}
	switch {
	case len(mods) != 1:
		return 0, pgerr.New(pgerr.InvalidParameterValue, "invalid type modifier")
	case mods[0] < 1:
		return 0, pgerr.New(pgerr.InvalidParameterValue, "length for type %s must be at least 1", name)
	case mods[0] > maxCharLength:
		return 0, pgerr.New(pgerr.InvalidParameterValue, "length for type %s cannot exceed %d", name, maxCharLength)
	}
	return int32(mods[0] + varHdrSize), nil
}

func bitMod(oid types.OID, mods []int) (int32, *pgerr.Error) {
	name := "bit"
	if oid == types.VarbitOID {
		name = "varbit"
	}
	switch {
	case len(mods) != 1:
		return 0, pgerr.New(pgerr.InvalidParameterValue, "invalid type modifier")
	case mods[0] < 1:
		return 0, pgerr.New(pgerr.InvalidParameterValue, "length for type %s must be at least 1", name)
	case mods[0] > maxCharLength*8:
		return 0, pgerr.New(pgerr.InvalidParameterValue, "length for type %s cannot exceed %d", name, maxCharLength*8)
	}
	return int32(mods[0]), nil
}

func numericMod(mods []int) (int32, *pgerr.Error) {
	scale := 0
	switch len(mods) {
	case 1:
	case 2:
		scale = mods[1]
	default:
		return 0, pgerr.New(pgerr.InvalidParameterValue, "invalid NUMERIC type modifier")
	}
	if mods[0] < 1 || mods[0] > maxNumericPrec {
		return 0, pgerr.New(pgerr.InvalidParameterValue, "NUMERIC precision %d must be between 1 and %d", mods[0], maxNumericPrec)
	}
	if scale < -maxNumericScale || scale > maxNumericScale {
		return 0, pgerr.New(pgerr.InvalidParameterValue, "NUMERIC scale %d must be between %d and %d", scale, -maxNumericScale, maxNumericScale)
	}
	return types.MakeNumericMod(mods[0], scale), nil
}

func timeMod(oid types.OID, mods []int) (int32, *pgerr.Error) {
	if len(mods) != 1 {
		return 0, pgerr.New(pgerr.InvalidParameterValue, "invalid type modifier")
	}
	if mods[0] < 0 {
		name, zone := "TIMESTAMP", ""
		if oid == types.TimeOID || oid == types.TimetzOID {
			name = "TIME"
		}
		if oid == types.TimetzOID || oid == types.TimestamptzOID {
			zone = " WITH TIME ZONE"
		}
		return 0, pgerr.New(pgerr.InvalidParameterValue, "%s(%d)%s precision must not be negative", name, mods[0], zone)
	}
	return int32(min(mods[0], maxTimePrec)), nil
}

func intervalMod(mods []int) (int32, *pgerr.Error) {
	fields, prec := mods[0], intervalFullPrec
	if len(mods) == 2 {
		prec = mods[1]
	}
	if len(mods) > 2 {
		return 0, pgerr.New(pgerr.InvalidParameterValue, "invalid INTERVAL type modifier")
	}
	if prec < 0 {
		return 0, pgerr.New(pgerr.InvalidParameterValue, "INTERVAL(%d) precision must not be negative", prec)
	}
	if fields == intervalFullRange && len(mods) == 1 {
		return -1, nil
	}
	if prec != intervalFullPrec {
		prec = min(prec, maxTimePrec)
	}
	return int32(fields<<16 | prec), nil
}
