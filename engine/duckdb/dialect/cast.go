package dialect

import (
	"strconv"

	"culvert/engine/query"
	"culvert/sql/types"
)

func printCast(t *translator, c *query.Cast) expr {
	return castValue(t, t.expr(c.Arg), c.Arg.Type(), c)
}

// castValue converts a printed value; under CastArray it is an element.
func castValue(t *translator, e expr, from types.Type, c *query.Cast) expr {
	to := c.T
	if e.null {
		phys := physOf(to)
		return expr{sql: castSQL("NULL", phys), phys: phys, null: true}
	}
	switch c.Method {
	case query.CastLength:
		return applyLength(t, e, to, c.Explicit)
	case query.CastBinary:
		return relabelType(t, e, to)
	case query.CastIO:
		return throughText(t, e, from, to)
	case query.CastArray:
		elem := types.Type{OID: types.ElemOf(from.OID), Mod: from.Mod}
		if from.OID == types.Int2vectorOID || from.OID == types.OidvectorOID {
			e = splitVector(e, elem)
		}
		if e.phys.Kind != types.KindList {
			break
		}
		return mapList(t, e, func(v expr) expr { return castValue(t, v, elem, c.Elem) })
	case query.CastFunc:
		return convertType(t, e, from, to)
	}
	return noCast(t, from, to)
}

// splitVector makes a list of an int2vector or oidvector, which is numbers with
// blanks between them.
func splitVector(e expr, elem types.Type) expr {
	phys := physList(physOf(elem))
	return expr{
		sql:  "(CASE WHEN " + e.sql + " = '' THEN " + castSQL("[]", phys) + " ELSE " + castSQL("string_split("+e.sql+", ' ')", phys) + " END)",
		phys: phys,
	}
}

func noCast(t *translator, from, to types.Type) expr {
	unsupported("cast from type %s to %s is not supported", from.OID.Name(), to.OID.Name())
	return expr{}
}

// relabelType changes the type alone, but for integers of another width.
func relabelType(t *translator, e expr, to types.Type) expr {
	phys := physOf(to)
	switch {
	case isInteger(e.phys) && e.phys.Kind != types.KindInt64 && isOID(to.OID): // the same 32 bits, without a sign
		return expr{sql: "(CAST(" + e.sql + " AS BIGINT) & 4294967295)", phys: phys}
	case e.phys.Kind == types.KindInt64 && phys.Kind == types.KindInt32:
		return castPlain(expr{sql: "(CASE WHEN " + e.sql + " > 2147483647 THEN " + e.sql + " - 4294967296 ELSE " + e.sql + " END)", phys: phys})
	case isInteger(e.phys) && isInteger(phys):
		return convertForm(t, e, phys)
	}
	if e.phys.Kind == types.KindText && phys.Kind == types.KindList {
		return asList(t, e, types.T(vectorOf[to.OID])) // int2vector and oidvector are text
	}
	return e
}

func isOID(oid types.OID) bool { return oid == types.OidOID || types.IsReg(oid) }

var vectorOf = map[types.OID]types.OID{types.Int2ArrayOID: types.Int2vectorOID, types.OidArrayOID: types.OidvectorOID}

// throughText converts by the output function of one type and the input
// function of the other.
func throughText(t *translator, e expr, from, to types.Type) expr {
	text := toText(t, e, from)
	switch to.OID {
	case types.TextOID, types.VarcharOID, types.BpcharOID, types.NameOID, types.CstringOID, types.UnknownOID:
		return text
	case types.JSONOID:
		if from.OID == types.JSONBOID {
			return text
		}
	case types.TstzrangeOID:
		unsupported("cast of a text that is not a literal to %s is not supported", to)
	case types.TimestamptzOID:
		return fromText(t, text, to) // reads in the session's time zone
	}
	if types.IsReg(to.OID) {
		return regLookup(t, text, to)
	}
	oid, mod := strconv.Itoa(int(to.OID)), strconv.Itoa(int(to.Mod))
	return fromText(t, expr{sql: "text_in(" + oid + ", " + mod + ", " + text.sql + ")", phys: physText}, to)
}

// convertType is a cast by a function of pg_cast.
func convertType(t *translator, e expr, from, to types.Type) expr {
	switch to.OID {
	case types.TextOID, types.VarcharOID, types.BpcharOID, types.NameOID, types.CharOID:
		return convertToText(t, e, from, to)
	case types.NumericOID:
		return convertToNumeric(t, e, from, to)
	}
	if from.OID == types.JSONBOID {
		return convertJSON(t, e, to)
	}
	phys := physOf(to)
	switch {
	case types.IsReg(to.OID) && e.phys.Kind == types.KindText:
		return regLookup(t, e, to)
	case isInteger(phys):
		return convertToInteger(t, e, from, to)
	case isFloat(phys):
		return castPlain(expr{sql: e.sql, phys: phys})
	case to.OID == types.BoolOID:
		return expr{sql: "(" + e.sql + " <> 0)", phys: physBool}
	case to.OID == types.IntervalOID && from.OID == types.TimeOID:
		return expr{sql: "to_microseconds(epoch_us(" + e.sql + "))", phys: phys}
	case to.OID == types.TimeOID && from.OID == types.IntervalOID:
		return expr{sql: castSQL("make_timestamp(interval_time("+e.sql+"))", phys), phys: phys}
	case to.OID == types.TimetzOID && from.OID == types.TimestamptzOID:
		local := "epoch_us(CAST(CAST(" + e.sql + " AS TIMESTAMP) AS TIME))"
		return expr{sql: "(CASE WHEN isfinite(" + e.sql + ") THEN timetz_make(" + local + ", CAST(date_part('timezone', " + e.sql + ") AS BIGINT)) END)", phys: phys}
	case to.OID == types.TimetzOID && from.OID == types.TimeOID:
		return expr{sql: "timetz_make(epoch_us(" + e.sql + "), CAST(date_part('timezone', now()) AS BIGINT))", phys: phys}
	case to.OID == types.TimeOID && from.OID == types.TimetzOID:
		return expr{sql: castSQL("timetz_time("+e.sql+")", phys), phys: phys}
	case to.OID == types.TimetzOID || from.OID == types.TimetzOID:
		return noCast(t, from, to)
	case to.OID == types.TimeOID && (from.OID == types.TimestamptzOID || from.OID == types.TimestampOID): // NULL of an infinite one
		return castPlain(expr{sql: "(CASE WHEN isfinite(" + e.sql + ") THEN CAST(" + e.sql + " AS TIMESTAMP) END)", phys: phys})
	case isTemporal(to.OID) && isTemporal(from.OID) && from.OID != types.IntervalOID && from.OID != types.TimeOID:
		return castPlain(expr{sql: e.sql, phys: phys})
	}
	return noCast(t, from, to)
}

func convertToText(t *translator, e expr, from, to types.Type) expr {
	var out expr
	if e.null {
		return expr{sql: castSQL("NULL", physText), phys: physText, null: true}
	}
	switch from.OID {
	case types.BoolOID:
		out = expr{sql: "(CASE " + e.sql + " WHEN TRUE THEN 'true' WHEN FALSE THEN 'false' END)", phys: physText}
	case types.BpcharOID:
		out = expr{sql: "rtrim(" + e.sql + ", ' ')", phys: physText}
	default:
		out = toText(t, e, from)
	}
	switch to.OID {
	case types.NameOID:
		out.sql = "left(" + out.sql + ", 63)"
	case types.CharOID:
		switch from.OID {
		case types.Int4OID:
			out.sql = "int_char(CAST(" + e.sql + " AS BIGINT))"
		case types.BpcharOID:
			out.sql = "char_in(" + e.sql + ")"
		default:
			out.sql = "char_in(" + out.sql + ")"
		}
	}
	return out
}

func convertToNumeric(t *translator, e expr, from, to types.Type) expr {
	widths := map[types.Kind]int{types.KindInt16: 5, types.KindInt32: 10, types.KindInt64: 19}
	if w, ok := widths[e.phys.Kind]; ok {
		return castPlain(expr{sql: e.sql, phys: physDecimal(w, 0)})
	}
	switch {
	case e.phys.Kind == types.KindFloat64:
		return expr{sql: "num_float8(" + e.sql + ")", phys: physText}
	case e.phys.Kind == types.KindFloat32:
		return expr{sql: "num_float4(" + e.sql + ")", phys: physText}
	case from.OID == types.JSONBOID:
		return convertJSON(t, e, to)
	}
	return noCast(t, from, to)
}

var integerNames = map[types.Kind]string{types.KindInt16: "smallint", types.KindInt32: "integer", types.KindInt64: "bigint"}

func convertToInteger(t *translator, e expr, from, to types.Type) expr {
	phys := physOf(to)
	switch {
	case from.OID == types.NumericOID && e.phys.Kind == types.KindText:
		return convertForm(t, expr{sql: "num_int(" + e.sql + ")", phys: physInt8}, phys)
	case from.OID == types.CharOID:
		return castPlain(expr{sql: "char_int(" + e.sql + ")", phys: phys})
	case isInteger(e.phys) && isOID(to.OID) && e.phys.Kind != types.KindInt64:
		return expr{sql: "(CAST(" + e.sql + " AS BIGINT) & 4294967295)", phys: phys}
	case isInteger(e.phys) && isOID(to.OID):
		return expr{sql: t.opts.Shim + ".pg.oid_of(" + e.sql + ")", phys: phys}
	case isInteger(e.phys), isDecimal(e.phys), e.phys.Kind == types.KindBool:
		return castPlain(expr{sql: e.sql, phys: phys})
	case isFloat(e.phys):
		return convertForm(t, expr{sql: "float8_int(" + convertForm(t, e, physFloat8).sql + ", " + quoteText(integerNames[phys.Kind]) + ")", phys: physInt8}, phys)
	}
	return noCast(t, from, to)
}

// applyLength applies a type modifier.
func applyLength(t *translator, e expr, to types.Type, explicit bool) expr {
	if to.Mod < 0 {
		return e
	}
	n := strconv.Itoa(int(to.Mod) - 4)
	switch to.OID {
	case types.NumericOID:
		return numericLength(t, e, to)
	case types.VarcharOID:
		if explicit {
			return expr{sql: "left(" + e.sql + ", " + n + ")", phys: physText}
		}
		return expr{sql: t.opts.Shim + ".pg.varchar_assign(" + e.sql + ", " + n + ")", phys: physText}
	case types.BpcharOID:
		if explicit {
			return expr{sql: "rpad(left(" + e.sql + ", " + n + "), " + n + ", ' ')", phys: physText}
		}
		return expr{sql: t.opts.Shim + ".pg.bpchar_assign(" + e.sql + ", " + n + ")", phys: physText}
	case types.TimestampOID, types.TimestamptzOID, types.TimeOID:
		if to.Mod >= 6 {
			return e
		}
		name := map[types.OID]string{types.TimestampOID: "timestamp_round", types.TimestamptzOID: "timestamptz_round", types.TimeOID: "time_round"}[to.OID]
		unit := "1" + "000000"[:6-to.Mod]
		return expr{sql: t.opts.Shim + ".pg." + name + "(" + e.sql + ", " + unit + ")", phys: e.phys}
	case types.IntervalOID:
		if to.Mod == -1 || to.Mod == 0x7fffffff {
			return e
		}
		return intervalLength(t, e, to)
	}
	if types.ElemOf(to.OID) != 0 && e.phys.Kind == types.KindList {
		elem := types.Type{OID: types.ElemOf(to.OID), Mod: to.Mod}
		return mapList(t, e, func(v expr) expr { return applyLength(t, v, elem, explicit) })
	}
	unsupported("type modifier of %s is not supported", to)
	return expr{}
}

func intervalLength(t *translator, e expr, to types.Type) expr {
	return expr{sql: "interval_scale(" + e.sql + ", " + strconv.Itoa(int(to.Mod)) + ")", phys: e.phys}
}

func numericLength(t *translator, e expr, to types.Type) expr {
	p, s, ok := types.NumericMod(to.Mod)
	if !ok {
		return e
	}
	phys := physOf(to)
	if isDecimal(phys) && isDecimal(e.phys) && s >= 0 && p >= s {
		if samePhys(e.phys, phys) {
			return e
		}
		if phys.Scale >= e.phys.Scale && phys.Width-phys.Scale >= e.phys.Width-e.phys.Scale {
			return castPlain(expr{sql: e.sql, phys: phys})
		}
	}
	text := "num_cast(" + convertForm(t, e, physText).sql + ", " + strconv.Itoa(p) + ", " + strconv.Itoa(s) + ")"
	return convertForm(t, expr{sql: text, phys: physText}, phys)
}
