package analyze

import (
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// Polymorphic types (parse_coerce.c). The family of anyelement asks for equal
// types; that of anycompatible for a common one.

func isFamily1(oid types.OID) bool {
	switch oid {
	case types.AnyelementOID, types.AnyarrayOID, types.AnynonarrayOID, types.AnyenumOID, types.AnyrangeOID, anymultirangeOID:
		return true
	}
	return false
}

func isFamily2(oid types.OID) bool {
	switch oid {
	case types.AnycompatibleOID, types.AnycompatiblearrayOID, types.AnycompatiblenonarrayOID,
		types.AnycompatiblerangeOID, anycompatiblemultirangeOID:
		return true
	}
	return false
}

func isPolymorphic(oid types.OID) bool { return isFamily1(oid) || isFamily2(oid) }

// generic is what the polymorphic arguments of a call have in common.
type generic struct {
	elem, array, rng, multi types.OID
	nonArray, enum          bool
	unknowns                bool // an argument of unknown type stands for one of these
	// the second family
	compat                   []types.OID
	compatArray, compatNon   bool
	compatRange, compatMulti types.OID
	haveCompat               bool
}

// gather sorts the actual types under the declared ones. The error tells why
// they do not agree.
func (v *typeRules) gather(actual, declared []types.OID) (*generic, *pgerr.Error) {
	g := &generic{}
	for i, d := range declared {
		a := actual[i]
		if a == types.UnknownOID && isFamily1(d) {
			g.unknowns = true
		}
		var err *pgerr.Error
		switch d {
		case types.AnyelementOID, types.AnynonarrayOID, types.AnyenumOID:
			g.nonArray = g.nonArray || d == types.AnynonarrayOID
			g.enum = g.enum || d == types.AnyenumOID
			err = agree(&g.elem, a, "arguments declared \"%s\" are not all alike", "anyelement")
		case types.AnyarrayOID:
			err = agree(&g.array, a, "arguments declared \"%s\" are not all alike", "anyarray")
		case types.AnyrangeOID:
			err = agree(&g.rng, a, "arguments declared \"%s\" are not all alike", "anyrange")
		case anymultirangeOID:
			err = agree(&g.multi, a, "arguments declared \"%s\" are not all alike", "anymultirange")
		default:
			err = v.gatherCompatible(g, a, d)
		}
		if err != nil {
			return nil, err
		}
	}
	return g, nil
}

func agree(have *types.OID, actual types.OID, format, family string) *pgerr.Error {
	if actual == types.UnknownOID {
		return nil
	}
	if *have != 0 && *have != actual {
		return pgerr.New(pgerr.DatatypeMismatch, format, family).WithDetail("%s versus %s", have.Name(), actual.Name())
	}
	*have = actual
	return nil
}

func (v *typeRules) gatherCompatible(g *generic, actual, declared types.OID) *pgerr.Error {
	if !isFamily2(declared) {
		return nil
	}
	g.haveCompat = true
	g.compatNon = g.compatNon || declared == types.AnycompatiblenonarrayOID
	g.compatArray = g.compatArray || declared == types.AnycompatiblearrayOID
	if actual == types.UnknownOID {
		return nil
	}
	switch declared {
	case types.AnycompatibleOID, types.AnycompatiblenonarrayOID:
		g.compat = append(g.compat, actual)
	case types.AnycompatiblearrayOID:
		elem := v.elemOf(actual)
		if elem == 0 {
			return pgerr.New(pgerr.DatatypeMismatch, "argument declared %s is not an array but type %s", declared.Name(), actual.Name())
		}
		g.compat = append(g.compat, elem)
	case types.AnycompatiblerangeOID:
		r := v.pg.Ranges[actual]
		if r == nil {
			return pgerr.New(pgerr.DatatypeMismatch, "argument declared %s is not a range type but type %s", declared.Name(), actual.Name())
		}
		if err := agree(&g.compatRange, actual, "arguments declared \"%s\" are not all alike", "anycompatiblerange"); err != nil {
			return err
		}
		g.compat = append(g.compat, r.Subtype)
	case anycompatiblemultirangeOID:
		r := v.pg.Multiranges[actual]
		if r == nil {
			return pgerr.New(pgerr.DatatypeMismatch, "argument declared %s is not a multirange type but type %s", declared.Name(), actual.Name())
		}
		g.compatMulti, g.compatRange = actual, r.Type
		g.compat = append(g.compat, r.Subtype)
	}
	return nil
}

// settle derives what the given types leave open, and checks that they agree.
func (v *typeRules) settle(g *generic) *pgerr.Error {
	if err := v.settleRanges(g); err != nil {
		return err
	}
	if g.array != 0 {
		elem := v.elemOf(g.array)
		switch {
		case g.array == types.AnyarrayOID: // pg_statistic's columns
			elem = types.AnyelementOID
		case elem == 0:
			return pgerr.New(pgerr.DatatypeMismatch, "argument declared %s is not an array but type %s", "anyarray", g.array.Name())
		}
		switch {
		case g.elem == 0:
			g.elem = elem
		case g.elem != elem:
			return pgerr.New(pgerr.DatatypeMismatch, "argument declared %s is not consistent with argument declared %s", "anyarray", "anyelement").
				WithDetail("%s versus %s", g.array.Name(), g.elem.Name())
		}
	}
	if g.nonArray && g.elem != 0 && v.elemOf(g.elem) != 0 {
		return pgerr.New(pgerr.DatatypeMismatch, "type matched to anynonarray is an array type: %s", g.elem.Name())
	}
	if g.enum && g.elem != 0 && v.pg.Types[g.elem].Kind != 'e' {
		return pgerr.New(pgerr.DatatypeMismatch, "type matched to anyenum is not an enum type: %s", g.elem.Name())
	}
	return nil
}

func (v *typeRules) settleRanges(g *generic) *pgerr.Error {
	if g.multi != 0 {
		r := v.pg.Multiranges[g.multi]
		if r == nil {
			return pgerr.New(pgerr.DatatypeMismatch, "argument declared %s is not a multirange type but type %s", "anymultirange", g.multi.Name())
		}
		if g.rng != 0 && g.rng != r.Type {
			return pgerr.New(pgerr.DatatypeMismatch, "argument declared %s is not consistent with argument declared %s", "anymultirange", "anyrange").
				WithDetail("%s versus %s", g.multi.Name(), g.rng.Name())
		}
		g.rng = r.Type
	}
	if g.rng == 0 {
		return nil
	}
	r := v.pg.Ranges[g.rng]
	if r == nil {
		return pgerr.New(pgerr.DatatypeMismatch, "argument declared %s is not a range type but type %s", "anyrange", g.rng.Name())
	}
	if g.elem != 0 && g.elem != r.Subtype {
		return pgerr.New(pgerr.DatatypeMismatch, "argument declared %s is not consistent with argument declared %s", "anyrange", "anyelement").
			WithDetail("%s versus %s", g.rng.Name(), g.elem.Name())
	}
	g.elem = r.Subtype
	return nil
}

// common is the type of the anycompatible family: 0 when there is none.
func (v *typeRules) common(g *generic) types.OID {
	if len(g.compat) == 0 {
		if g.compatRange != 0 {
			return v.pg.Ranges[g.compatRange].Subtype
		}
		return types.TextOID
	}
	chosen := g.compat[0]
	for _, next := range g.compat[1:] {
		switch {
		case next == chosen:
		case v.category(next) != v.category(chosen):
			return 0
		case !v.preferred(chosen) && v.canCoerceOne(chosen, next, implicitCast) && !v.canCoerceOne(next, chosen, implicitCast):
			chosen = next
		}
	}
	for _, t := range g.compat {
		if !v.canCoerceOne(t, chosen, implicitCast) {
			return 0
		}
	}
	return chosen
}

// checkGeneric is check_generic_type_consistency.
func (v *typeRules) checkGeneric(actual, declared []types.OID) bool {
	g, err := v.gather(actual, declared)
	if err != nil || v.settle(g) != nil {
		return false
	}
	if !g.haveCompat {
		return true
	}
	common := v.common(g)
	return common != 0 && !(g.compatNon && v.elemOf(common) != 0) &&
		(g.compatRange == 0 || v.pg.Ranges[g.compatRange].Subtype == common)
}

// enforceGeneric is enforce_generic_type_consistency: it replaces polymorphic
// types in declared and gives the result type.
func (v *typeRules) enforceGeneric(actual, declared []types.OID, result types.OID) types.OID {
	if !anyPolymorphic(declared) {
		if isPolymorphic(result) {
			fail(pgerr.New(pgerr.DatatypeMismatch, "could not determine polymorphic type because input has type %s", "unknown"))
		}
		return result
	}
	g, err := v.gather(actual, declared)
	if err == nil {
		err = v.settle(g)
	}
	if err != nil {
		fail(err)
	}
	if g.elem == 0 && (g.unknowns || isFamily1(result)) {
		fail(pgerr.New(pgerr.DatatypeMismatch, "could not determine polymorphic type because input has type %s", "unknown"))
	}
	common := types.OID(0)
	if g.haveCompat {
		if common = v.common(g); common == 0 {
			fail(pgerr.New(pgerr.DatatypeMismatch, "arguments of anycompatible family cannot be cast to a common type"))
		}
	}
	for i, d := range declared {
		if isPolymorphic(d) {
			declared[i] = v.replace(g, common, d)
		}
	}
	if isPolymorphic(result) {
		return v.replace(g, common, result)
	}
	return result
}

func anyPolymorphic(oids []types.OID) bool {
	for _, o := range oids {
		if isPolymorphic(o) {
			return true
		}
	}
	return false
}

func (v *typeRules) replace(g *generic, common, declared types.OID) types.OID {
	switch declared {
	case types.AnyelementOID, types.AnynonarrayOID, types.AnyenumOID:
		return g.elem
	case types.AnyarrayOID:
		if g.array != 0 {
			return g.array
		}
		return v.arrayFor(g.elem)
	case types.AnyrangeOID:
		return g.rng
	case anymultirangeOID:
		if g.multi == 0 && g.rng != 0 {
			return v.pg.Ranges[g.rng].Multirange
		}
		return g.multi
	case types.AnycompatibleOID, types.AnycompatiblenonarrayOID:
		return common
	case types.AnycompatiblearrayOID:
		return v.arrayFor(common)
	case types.AnycompatiblerangeOID:
		return g.compatRange
	}
	return g.compatMulti
}

func (v *typeRules) arrayFor(elem types.OID) types.OID {
	if elem == types.AnyelementOID {
		return types.AnyarrayOID
	}
	a := v.arrayOf(elem)
	if a == 0 {
		fail(pgerr.New(pgerr.UndefinedObject, "could not find array type for data type %s", elem.Name()))
	}
	return a
}
