package analyze

import (
	"culvert/sql/analyze/pgcatalog"
	"culvert/sql/types"
)

// candidate is a function or operator that a call may mean, with the types its
// arguments would have: one per argument of the call, then defaults.
type candidate struct {
	args []types.OID
	proc *pgcatalog.Proc
	op   *pgcatalog.Operator
	// variadic: this many trailing arguments are elements of the last parameter.
	variadic int
	defaults int
	// order maps the position of a parameter to the call's argument, for named
	// notation; nil: as they stand.
	order []int
}

// matchTypes is func_match_argtypes: those whose arguments can be coerced.
func (v *typeRules) matchTypes(actual []types.OID, list []*candidate) []*candidate {
	var out []*candidate
	for _, c := range list {
		if v.canCoerce(actual, c.args[:len(actual)], implicitCast) {
			out = append(out, c)
		}
	}
	return out
}

// best is func_select_candidate: the rules of the manual's chapter "Type
// Conversion"; nil when they leave more than one.
func (v *typeRules) best(actual []types.OID, list []*candidate) *candidate {
	unknowns := 0
	for _, a := range actual {
		if a == types.UnknownOID {
			unknowns++
		}
	}
	list = mostMatches(list, actual, func(i int, t types.OID) bool { return t == actual[i] })
	if len(list) == 1 {
		return list[0]
	}
	list = mostMatches(list, actual, func(i int, t types.OID) bool {
		return t == actual[i] || v.preferred(t) && v.category(t) == v.category(actual[i])
	})
	if len(list) == 1 {
		return list[0]
	}
	if unknowns == 0 {
		return nil
	}
	list = v.byCategory(actual, list)
	if len(list) == 1 {
		return list[0]
	}
	if unknowns < len(actual) {
		return v.bySameType(actual, list)
	}
	return nil
}

// mostMatches keeps the candidates with the most arguments that fit.
func mostMatches(list []*candidate, actual []types.OID, fits func(int, types.OID) bool) []*candidate {
	var out []*candidate
	most := -1
	for _, c := range list {
		n := 0
		for i, a := range actual {
			if a != types.UnknownOID && fits(i, c.args[i]) {
				n++
			}
		}
		if n > most {
			most, out = n, nil
		}
		if n == most {
			out = append(out, c)
		}
	}
	return out
}

// slot is what the candidates accept for an argument of unknown type.
type slot struct {
	category  byte
	preferred bool
	conflict  bool
}

func (v *typeRules) slotOf(i int, list []*candidate) slot {
	var s slot
	for _, c := range list {
		t := c.args[i]
		cat, pref := v.category(t), v.preferred(t)
		switch {
		case s.category == 0:
			s.category, s.preferred = cat, pref
		case cat == s.category:
			s.preferred = s.preferred || pref
		case cat == 'S':
			s.category, s.preferred = cat, pref
		default:
			s.conflict = true
		}
	}
	return s
}

func (v *typeRules) byCategory(actual []types.OID, list []*candidate) []*candidate {
	slots := make([]slot, len(actual))
	for i, a := range actual {
		if a != types.UnknownOID {
			continue
		}
		slots[i] = v.slotOf(i, list)
		if slots[i].conflict && slots[i].category != 'S' {
			return list
		}
	}
	var out []*candidate
	for _, c := range list {
		keep := true
		for i, a := range actual {
			if a == types.UnknownOID && (v.category(c.args[i]) != slots[i].category || slots[i].preferred && !v.preferred(c.args[i])) {
				keep = false
			}
		}
		if keep {
			out = append(out, c)
		}
	}
	if len(out) == 0 {
		return list
	}
	return out
}

func (v *typeRules) bySameType(actual []types.OID, list []*candidate) *candidate {
	known := types.UnknownOID
	for _, a := range actual {
		if a == types.UnknownOID || a == known {
			continue
		}
		if known != types.UnknownOID {
			return nil
		}
		known = a
	}
	same := make([]types.OID, len(actual))
	for i := range same {
		same[i] = known
	}
	if fits := v.matchTypes(same, list); len(fits) == 1 {
		return fits[0]
	}
	return nil
}
