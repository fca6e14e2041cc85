package analyze

import (
	"math"
	"strconv"
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v6"

	"culvert/engine/query"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// transformConst is make_const.
func transformConst(s *scope, c *pg_query.A_Const) query.Expr {
	loc := int(c.Location)
	out := &query.Const{T: types.T(types.UnknownOID)}
	if c.Isnull {
		out.Null = true
		return mark(s.env, out, loc)
	}
	switch val := c.Val.(type) {
	case *pg_query.A_Const_Ival:
		out.T, out.Text = types.T(types.Int4OID), strconv.Itoa(int(val.Ival.Ival))
	case *pg_query.A_Const_Fval:
		return mark(s.env, number(s.env, val.Fval.Fval, loc), loc)
	case *pg_query.A_Const_Boolval:
		out.T, out.Text = types.T(types.BoolOID), "f"
		if val.Boolval.Boolval {
			out.Text = "t"
		}
	case *pg_query.A_Const_Sval:
		out.Text = val.Sval.Sval
	case *pg_query.A_Const_Bsval:
		return mark(s.env, bitString(s.env, val.Bsval.Bsval, loc), loc)
	}
	return mark(s.env, out, loc)
}

// number is a numeric literal that the lexer took for too large or fractional:
// bigint when it fits, else numeric.
func number(v *env, text string, loc int) *query.Const {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		if n >= math.MinInt32 && n <= math.MaxInt32 {
			return &query.Const{T: types.T(types.Int4OID), Text: strconv.FormatInt(n, 10)}
		}
		return &query.Const{T: types.T(types.Int8OID), Text: strconv.FormatInt(n, 10)}
	}
	return &query.Const{T: types.T(types.NumericOID), Text: v.read(types.T(types.NumericOID), text, loc)}
}

// bitString reads B'101' and X'1F'; the lexer leaves b or x in front.
func bitString(v *env, text string, loc int) *query.Const {
	bits := text[1:]
	if text[0] == 'x' {
		var b strings.Builder
		for _, d := range bits {
			n, err := strconv.ParseUint(string(d), 16, 8)
			if err != nil {
				v.failAt(loc, pgerr.New(pgerr.InvalidTextRepresentation, "\"%c\" is not a valid hexadecimal digit", d))
			}
			b.WriteString(strconv.FormatUint(1<<4|n, 2)[1:])
		}
		bits = b.String()
	}
	for _, d := range bits {
		if d != '0' && d != '1' {
			v.failAt(loc, pgerr.New(pgerr.InvalidTextRepresentation, "\"%c\" is not a valid binary digit", d))
		}
	}
	return &query.Const{T: types.T(types.BitOID), Text: bits}
}

// literal reads an unknown literal as a type. Where it does not parse, the
// error has the literal's position.
func (v *env) literal(c *query.Const, target types.Type) *query.Const {
	t := types.T(target.OID)
	if target.OID == types.IntervalOID {
		t.Mod = target.Mod
	}
	loc := v.at(c)
	if t.OID == types.AnyarrayOID || isPolymorphic(t.OID) || t.OID == types.RecordOID || v.pg.Types[t.OID].Kind == 'p' && t.OID != types.CstringOID {
		if c.Null {
			return mark(v, &query.Const{T: t, Null: true}, loc)
		}
		v.failAt(loc, pseudoInput(t.OID))
	}
	if c.Null {
		return mark(v, &query.Const{T: t, Null: true}, loc)
	}
	return mark(v, &query.Const{T: t, Text: v.read(t, c.Text, loc)}, loc)
}

func pseudoInput(oid types.OID) *pgerr.Error {
	if oid == types.RecordOID {
		return pgerr.New(pgerr.FeatureNotSupported, "input of anonymous composite types is not implemented")
	}
	return pgerr.New(pgerr.FeatureNotSupported, "cannot accept a value of type %s", oid.Name())
}

// read gives the canonical text of a literal.
func (v *env) read(t types.Type, text string, loc int) string {
	if isReg(t.OID) {
		return regReader{v}.readReg(t.OID, text, loc)
	}
	v.readsClock = v.readsClock || namesClock(v.category(t.OID), text)
	reading, noting := v.in.Reading, v.notes
	v.notes = nil                                                       // the parts of a literal are no literals
	reading.Reg = func(oid types.OID, name string) (types.OID, error) { // of an array of them
		n, err := strconv.ParseUint(regReader{v}.readReg(oid, name, loc), 10, 32)
		return types.OID(n), err
	}
	out, err := types.Canonical(t, text, reading)
	if err != nil {
		e := *pgerr.From(err)
		v.failAt(loc, &e)
	}
	v.notes = noting
	if v.readBySession(t.OID) {
		v.noting().literal(loc, out)
	}
	return out
}

// readBySession tells whether settings, the clock or the catalog say what a
// literal of a type means.
func (v *env) readBySession(oid types.OID) bool {
	if elem := v.pg.Types[oid].Elem; elem != 0 && v.pg.Types[oid].IsArray() {
		oid = elem
	}
	return v.category(oid) == 'D' || v.category(oid) == 'R' || isReg(oid)
}

// namesClock tells whether a literal of a type that holds times may be one of
// the words that the clock gives a meaning.
func namesClock(category byte, text string) bool {
	if category != 'D' && category != 'A' && category != 'R' {
		return false
	}
	lower := strings.ToLower(text)
	for _, word := range []string{"now", "today", "tomorrow", "yesterday"} {
		if strings.Contains(lower, word) {
			return true
		}
	}
	return false
}
