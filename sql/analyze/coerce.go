package analyze

import (
	"culvert/engine/query"
	"culvert/sql/analyze/pgcatalog"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// castContext is who asks for a conversion: pg_cast.castcontext.
type castContext uint8

const (
	implicitCast castContext = iota
	assignmentCast
	explicitCast
)

const (
	anymultirangeOID           types.OID = 4537
	anycompatiblemultirangeOID types.OID = 4538
)

// typeRules are PostgreSQL's rules of type conversion over its catalogs.
type typeRules struct{ pg *pgcatalog.Catalog }

// path is how a conversion goes: PostgreSQL's CoercionPathType.
type path struct {
	method query.CastMethod
	fn     types.OID
	elem   *path
}

// findPath is find_coercion_pathway; nil: there is none.
func (v *typeRules) findPath(target, source types.OID, ctx castContext) *path {
	if target == source {
		return &path{method: query.CastBinary}
	}
	if c, ok := v.pg.Casts[[2]types.OID{source, target}]; ok {
		if !allows(c.Context, ctx) {
			return nil
		}
		switch c.Method {
		case 'f':
			return &path{method: query.CastFunc, fn: c.Func}
		case 'i':
			return &path{method: query.CastIO}
		}
		return &path{method: query.CastBinary}
	}
	if target != types.OidvectorOID && target != types.Int2vectorOID {
		te, se := v.elemOf(target), v.elemOf(source)
		if te != 0 && se != 0 {
			if p := v.findPath(te, se, ctx); p != nil {
				return &path{method: query.CastArray, elem: p}
			}
		}
	}
	if ctx >= assignmentCast && v.category(target) == 'S' || ctx == explicitCast && v.category(source) == 'S' {
		return &path{method: query.CastIO}
	}
	return nil
}

func allows(context byte, ctx castContext) bool {
	switch context {
	case 'i':
		return true
	case 'a':
		return ctx >= assignmentCast
	}
	return ctx == explicitCast
}

// elemOf gives the element type of a true array type, or 0.
func (v *typeRules) elemOf(oid types.OID) types.OID {
	if t := v.pg.Types[oid]; t != nil && t.IsArray() {
		return t.Elem
	}
	return 0
}

func (v *typeRules) arrayOf(oid types.OID) types.OID {
	if t := v.pg.Types[oid]; t != nil {
		return t.Array
	}
	return 0
}

func (v *typeRules) category(oid types.OID) byte {
	if t := v.pg.Types[oid]; t != nil {
		return t.Category
	}
	return 'U'
}

func (v *typeRules) preferred(oid types.OID) bool {
	t := v.pg.Types[oid]
	return t != nil && t.Preferred
}

// canCoerce is can_coerce_type.
func (v *typeRules) canCoerce(source, target []types.OID, ctx castContext) bool {
	generic := false
	for i, to := range target {
		from := source[i]
		switch {
		case from == to, to == types.AnyOID:
		case isPolymorphic(to):
			generic = true
		case from == types.UnknownOID:
		case v.findPath(to, from, ctx) != nil:
		case to == types.RecordArrayOID && v.elemOf(from) == types.RecordOID:
		default:
			return false
		}
	}
	return !generic || v.checkGeneric(source, target)
}

func (v *typeRules) canCoerceOne(source, target types.OID, ctx castContext) bool {
	return v.canCoerce([]types.OID{source}, []types.OID{target}, ctx)
}

// binaryCoercible is IsBinaryCoercible.
func (v *typeRules) binaryCoercible(source, target types.OID) bool {
	if source == target {
		return true
	}
	kind := byte(0)
	if t := v.pg.Types[source]; t != nil {
		kind = t.Kind
	}
	switch target {
	case types.AnyOID, types.AnyelementOID, types.AnycompatibleOID:
		return true
	case types.AnyarrayOID, types.AnycompatiblearrayOID:
		if v.elemOf(source) != 0 {
			return true
		}
	case types.AnynonarrayOID, types.AnycompatiblenonarrayOID:
		if v.elemOf(source) == 0 {
			return true
		}
	case types.AnyenumOID:
		return kind == 'e'
	case types.AnyrangeOID, types.AnycompatiblerangeOID:
		if kind == 'r' {
			return true
		}
	case anymultirangeOID, anycompatiblemultirangeOID:
		if kind == 'm' {
			return true
		}
	}
	c, ok := v.pg.Casts[[2]types.OID{source, target}]
	return ok && c.Method == 'b' && c.Context == 'i'
}

// coerceType is coerce_type: the caller knows that it can be done. The
// modifier of target matters for literals of interval only.
func coerceType(s *scope, e query.Expr, target types.Type, ctx castContext) query.Expr {
	v := s.env
	source := e.Type().OID
	to := target.OID
	if source == to || to == types.AnyOID || to == types.AnyelementOID || to == types.AnynonarrayOID ||
		to == types.AnycompatibleOID || to == types.AnycompatiblenonarrayOID {
		return e
	}
	if isPolymorphic(to) && source != types.UnknownOID {
		return e
	}
	if source == types.UnknownOID {
		return coerceUnknown(s, e, target, ctx)
	}
	if c, ok := e.(*query.Collate); ok {
		return mark(v, &query.Collate{Arg: coerceType(s, c.Arg, target, ctx)}, v.at(e))
	}
	p := v.findPath(to, source, ctx)
	if p == nil {
		fail(pgerr.New(pgerr.InternalError, "failed to find conversion function from %s to %s", source.Name(), to.Name()))
	}
	return mark(v, v.makeCast(e, target, p, ctx), v.at(e))
}

// coerceUnknown gives a literal or parameter its type.
func coerceUnknown(s *scope, e query.Expr, target types.Type, ctx castContext) query.Expr {
	v := s.env
	switch e := e.(type) {
	case *query.Const:
		return v.literal(e, target)
	case *query.Param:
		return v.resolveParam(e, target.OID)
	case *query.Collate:
		return mark(v, &query.Collate{Arg: coerceType(s, e.Arg, target, ctx)}, v.at(e))
	}
	if target.OID == types.TextOID {
		return mark(v, &query.Cast{T: types.T(types.TextOID), Arg: e, Method: query.CastBinary}, v.at(e))
	}
	return mark(v, &query.Cast{T: types.T(target.OID), Arg: e, Method: query.CastIO, Explicit: ctx == explicitCast}, v.at(e))
}

// makeCast builds the cast that a path describes.
func (v *typeRules) makeCast(e query.Expr, target types.Type, p *path, ctx castContext) *query.Cast {
	c := &query.Cast{T: types.T(target.OID), Arg: e, Method: p.method, Func: p.fn, Explicit: ctx == explicitCast}
	if p.method == query.CastFunc && len(v.pg.Procs[p.fn].Args) > 1 {
		c.T.Mod = target.Mod
	}
	if p.method == query.CastArray {
		c.Elem = v.makeCast(&query.CaseTest{T: types.T(v.elemOf(e.Type().OID))},
			types.Type{OID: v.elemOf(target.OID), Mod: target.Mod}, p.elem, ctx)
		c.T.Mod = c.Elem.T.Mod
	}
	return c
}

// coerceMod applies a modifier: coerce_type_typmod.
func coerceMod(v *env, e query.Expr, target types.Type, ctx castContext) query.Expr {
	if e.Type() == target {
		return e
	}
	if target.Mod < 0 {
		if e.Type().OID != target.OID {
			return e
		}
		// The modifier goes, the value stays.
		return mark(v, &query.Cast{T: target, Arg: e, Method: query.CastBinary, Explicit: ctx == explicitCast}, v.at(e))
	}
	if elem := v.elemOf(target.OID); elem != 0 {
		fn := v.lengthFunc(elem)
		if fn == 0 {
			return mark(v, &query.Cast{T: target, Arg: e, Method: query.CastBinary, Explicit: ctx == explicitCast}, v.at(e))
		}
		et := types.Type{OID: elem, Mod: target.Mod}
		inner := &query.Cast{T: et, Arg: &query.CaseTest{T: types.T(elem)}, Method: query.CastLength, Func: fn, Explicit: ctx == explicitCast}
		return mark(v, &query.Cast{T: target, Arg: e, Method: query.CastArray, Elem: inner, Explicit: ctx == explicitCast}, v.at(e))
	}
	fn := v.lengthFunc(target.OID)
	if fn == 0 {
		return mark(v, &query.Cast{T: target, Arg: e, Method: query.CastBinary, Explicit: ctx == explicitCast}, v.at(e))
	}
	return mark(v, &query.Cast{T: target, Arg: e, Method: query.CastLength, Func: fn, Explicit: ctx == explicitCast}, v.at(e))
}

// lengthFunc is find_typmod_coercion_function.
func (v *typeRules) lengthFunc(oid types.OID) types.OID {
	if c, ok := v.pg.Casts[[2]types.OID{oid, oid}]; ok {
		return c.Func
	}
	return 0
}

// coerceTo is coerce_to_target_type; nil: it cannot be done.
func coerceTo(s *scope, e query.Expr, target types.Type, ctx castContext) query.Expr {
	if c, ok := e.(*query.Collate); ok && s.env.category(target.OID) != 'S' {
		e = c.Arg
	}
	if !s.env.canCoerceOne(e.Type().OID, target.OID, ctx) {
		return nil
	}
	return coerceMod(s.env, coerceType(s, e, target, ctx), target, ctx)
}

// toBoolean is coerce_to_boolean.
func toBoolean(s *scope, e query.Expr, construct string) query.Expr {
	return toSpecific(s, e, types.BoolOID, construct)
}

// toSpecific is coerce_to_specific_type.
func toSpecific(s *scope, e query.Expr, oid types.OID, construct string) query.Expr {
	if from := e.Type().OID; from != oid {
		done := coerceTo(s, e, types.T(oid), assignmentCast)
		if done == nil {
			s.env.failAt(s.env.at(e), pgerr.New(pgerr.DatatypeMismatch, "argument of %s must be type %s, not type %s",
				construct, oid.Name(), from.Name()))
		}
		e = done
	}
	if returnsSet(e) {
		s.env.failAt(s.env.at(e), pgerr.New(pgerr.DatatypeMismatch, "argument of %s must not return a set", construct))
	}
	return e
}

// commonType is select_common_type. With context "" it gives 0 instead of an
// error.
func commonType(s *scope, exprs []query.Expr, context string) types.OID {
	v := s.env
	chosen := exprs[0].Type().OID
	for _, e := range exprs[1:] {
		next := e.Type().OID
		if next == types.UnknownOID || next == chosen {
			continue
		}
		switch {
		case chosen == types.UnknownOID:
			chosen = next
		case v.category(chosen) != v.category(next):
			if context == "" {
				return 0
			}
			v.failAt(v.at(e), pgerr.New(pgerr.DatatypeMismatch, "%s types %s and %s cannot be matched", context, chosen.Name(), next.Name()))
		case !v.preferred(chosen) && v.canCoerceOne(chosen, next, implicitCast) && !v.canCoerceOne(next, chosen, implicitCast):
			chosen = next
		}
	}
	if chosen == types.UnknownOID {
		return types.TextOID
	}
	return chosen
}

// toCommon is coerce_to_common_type.
func toCommon(s *scope, e query.Expr, target types.OID, context string) query.Expr {
	from := e.Type().OID
	if from == target {
		return e
	}
	if !s.env.canCoerceOne(from, target, implicitCast) {
		s.env.failAt(s.env.at(e), pgerr.New(pgerr.CannotCoerce, "%s could not convert type %s to %s", context, from.Name(), target.Name()))
	}
	return coerceType(s, e, types.T(target), implicitCast)
}

// commonMod is select_common_typmod, for expressions already of one type.
func commonMod(exprs []query.Expr, oid types.OID) types.Type {
	t := types.Type{OID: oid, Mod: -1}
	for i, e := range exprs {
		got := e.Type()
		if got.OID != oid || i > 0 && got.Mod != t.Mod {
			return types.T(oid)
		}
		t.Mod = got.Mod
	}
	return t
}

// toCommonAll finds the common type of expressions and casts each to it.
func toCommonAll(s *scope, exprs []query.Expr, context string) ([]query.Expr, types.OID) {
	oid := commonType(s, exprs, context)
	out := make([]query.Expr, len(exprs))
	for i, e := range exprs {
		out[i] = toCommon(s, e, oid, context)
	}
	return out, oid
}
