package dialect

import (
	"encoding/hex"
	"strings"

	"culvert/engine/query"
	"culvert/sql/types"
)

// constText gives the text of a literal, through relabels, when e is one.
func constText(e query.Expr) (string, bool) {
	switch e := e.(type) {
	case *query.Const:
		return e.Text, !e.Null
	case *query.Cast:
		if e.Method == query.CastBinary {
			return constText(e.Arg)
		}
	case *query.Collate:
		return constText(e.Arg)
	}
	return "", false
}

// constInt gives the text of an integer literal, through casts between integers.
func constInt(e query.Expr) (string, bool) {
	if c, ok := e.(*query.Cast); ok && isInteger(physOf(c.T)) && isInteger(physOf(c.Arg.Type())) {
		return constInt(c.Arg)
	}
	return constText(e)
}

// printConst prints a literal from its canonical text.
func printConst(t *translator, typ types.Type, null bool, text string) expr {
	phys := physOf(typ)
	if null {
		return expr{sql: castSQL("NULL", phys), phys: phys, null: true}
	}
	switch phys.Kind {
	case types.KindBool:
		if text == "t" || text == "true" {
			return expr{sql: "TRUE", phys: phys}
		}
		return expr{sql: "FALSE", phys: phys}
	case types.KindBytes:
		return expr{sql: bytesLiteral(text), phys: phys}
	case types.KindText:
		if typ.OID == types.NumericOID {
			return numericLiteral(text)
		}
		if typ.OID == types.TstzrangeOID {
			return fromText(t, expr{sql: quoteText(text), phys: physText}, typ)
		}
		return expr{sql: quoteText(text), phys: phys}
	case types.KindList:
		return arrayLiteral(t, typ, phys, text)
	case types.KindInt64, types.KindInt32, types.KindInt16, types.KindDecimal:
		return expr{sql: castSQL(quoteText(text), phys), phys: phys}
	}
	return fromText(t, expr{sql: quoteText(text), phys: physText}, typ)
}

// numericLiteral is a decimal of exactly the literal's digits, or text when
// they are too many.
func numericLiteral(text string) expr {
	digits := strings.TrimLeft(text, "+-")
	whole, frac, _ := strings.Cut(digits, ".")
	whole = strings.TrimLeft(whole, "0")
	width := max(len(whole)+len(frac), 1)
	for _, c := range whole + frac {
		if c < '0' || c > '9' {
			width = types.MaxDecimalWidth + 1
		}
	}
	if width > types.MaxDecimalWidth {
		return expr{sql: quoteText(text), phys: physText}
	}
	phys := physDecimal(width, len(frac))
	return expr{sql: castSQL(quoteText(text), phys), phys: phys}
}

func bytesLiteral(text string) string {
	raw, err := hex.DecodeString(strings.TrimPrefix(text, `\x`))
	if err != nil {
		unsupported("this bytea literal is not supported")
	}
	var b strings.Builder
	b.WriteString("'")
	for _, c := range raw {
		b.WriteString(`\x`)
		b.WriteString(strings.ToUpper(hex.EncodeToString([]byte{c})))
	}
	b.WriteString("'::BLOB")
	return "(" + b.String() + ")"
}

func arrayLiteral(t *translator, typ types.Type, phys types.Physical, text string) expr {
	elems, nulls, ok := splitArray(text)
	elemType := types.Type{OID: types.ElemOf(typ.OID), Mod: typ.Mod}
	if !ok {
		unsupported("multidimensional arrays and arrays with lower bounds are not supported")
	}
	items := make([]expr, len(elems))
	for i, text := range elems {
		items[i] = convertForm(t, printConst(t, elemType, nulls[i], text), *phys.Elem)
	}
	return expr{sql: "CAST([" + listSQL(items) + "] AS " + SQLType(phys) + ")", phys: phys}
}

// splitArray reads PostgreSQL's text of a one-dimensional array.
func splitArray(text string) (elems []string, nulls []bool, ok bool) {
	if len(text) < 2 || text[0] != '{' || text[len(text)-1] != '}' {
		return nil, nil, false
	}
	body := text[1 : len(text)-1]
	for i := 0; i < len(body); {
		elem, quoted, next, ok := arrayElement(body, i)
		if !ok {
			return nil, nil, false
		}
		elems = append(elems, elem)
		nulls = append(nulls, !quoted && strings.EqualFold(elem, "null"))
		i = next + 1
	}
	return elems, nulls, true
}

// arrayElement reads one element from position i up to the comma at next.
func arrayElement(body string, i int) (elem string, quoted bool, next int, ok bool) {
	var b strings.Builder
	inQuotes := false
	for ; i < len(body); i++ {
		c := body[i]
		switch {
		case c == '\\' && i+1 < len(body):
			i++
			b.WriteByte(body[i])
		case c == '"':
			inQuotes, quoted = !inQuotes, true
		case inQuotes:
			b.WriteByte(c)
		case c == ',':
			return b.String(), quoted, i, true
		case c == '{' || c == '}':
			return "", false, 0, false
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), quoted, i, true
}

// fromText converts canonical text to a type's own form. The text comes from a
// parameter, a literal or text_in, which have checked it.
func fromText(t *translator, e expr, typ types.Type) expr {
	phys := physOf(typ)
	if e.null {
		return expr{sql: castSQL("NULL", phys), phys: phys, null: true}
	}
	switch phys.Kind {
	case types.KindText:
		if typ.OID == types.TstzrangeOID {
			return expr{sql: "range_utc(" + e.sql + ")", phys: phys}
		}
		return expr{sql: e.sql, phys: phys}
	case types.KindBytes:
		return expr{sql: "unhex(substr(" + e.sql + ", 3))", phys: phys}
	case types.KindDate, types.KindTimestamp, types.KindTimestampTZ:
		if strings.HasPrefix(e.sql, "'") { // a literal: its era is known
			text := e.sql
			if bare, ok := strings.CutSuffix(text, " BC'"); ok { // DuckDB writes the era behind the date
				date, clock, _ := strings.Cut(bare, " ")
				text = strings.TrimSpace(date+" (BC) "+clock) + "'"
			}
			return expr{sql: castSQL(text, phys), phys: phys}
		}
		return expr{sql: castSQL(t.opts.Shim+".pg.era_in("+e.sql+")", phys), phys: phys}
	case types.KindInterval:
		return expr{sql: "interval_in(" + e.sql + ")", phys: phys}
	case types.KindList:
		elem := types.Type{OID: types.ElemOf(typ.OID), Mod: typ.Mod}
		list := expr{sql: "array_in(" + e.sql + ")", phys: physList(physText)}
		return mapList(t, list, func(v expr) expr { return fromText(t, v, elem) })
	}
	return expr{sql: castSQL(e.sql, phys), phys: phys}
}

// toText gives a value's text as PostgreSQL's output function prints it.
func toText(t *translator, e expr, typ types.Type) expr {
	if e.null {
		return expr{sql: castSQL("NULL", physText), phys: physText, null: true}
	}
	sql := e.sql
	switch e.phys.Kind {
	case types.KindText:
		if typ.OID == types.TstzrangeOID { // in the session's time zone
			sql = t.opts.Shim + ".pg.tstzrange_out(" + sql + ")"
		}
	case types.KindBool:
		sql = "(CASE " + sql + " WHEN TRUE THEN 't' WHEN FALSE THEN 'f' END)"
	case types.KindFloat32:
		sql = "float4_out(" + sql + ")"
	case types.KindFloat64:
		sql = "float8_out(" + sql + ")"
	case types.KindBytes:
		sql = `('\x' || lower(hex(` + sql + `)))`
	case types.KindDate, types.KindTimestamp, types.KindTimestampTZ:
		sql = t.opts.Shim + ".pg.era_text(CAST(" + sql + " AS VARCHAR))"
	case types.KindDecimal:
		sql = castSQL(wholeDigit(e).sql, physText)
	case types.KindInterval:
		sql = "interval_out(" + sql + ")"
	case types.KindList:
		elem := types.Type{OID: types.ElemOf(typ.OID), Mod: typ.Mod}
		list := mapList(t, e, func(v expr) expr { return toText(t, v, elem) })
		sql = "array_out(" + list.sql + ")"
	default:
		if types.IsReg(typ.OID) {
			return regText(t, e, typ)
		}
		sql = "CAST(" + sql + " AS VARCHAR)"
	}
	return expr{sql: sql, phys: physText}
}
