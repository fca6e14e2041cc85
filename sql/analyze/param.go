package analyze

import (
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"culvert/engine/query"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// maxParams is the most that the protocol can number (a 16-bit count).
const maxParams = 65535

// transformParam refers to a parameter, whose type may not be known yet
// (parse_param.c, variable_paramref_hook).
func transformParam(s *scope, p *pg_query.ParamRef) query.Expr {
	v := s.env
	n := int(p.Number)
	if n > 0 && n <= len(v.arguments) {
		return v.arguments[n-1]
	}
	if n <= 0 || n > maxParams || v.in.NoParams || v.viewDepth > 0 {
		v.failAt(int(p.Location), pgerr.New(pgerr.UndefinedParameter, "there is no parameter $%d", n))
	}
	for len(v.params) < n {
		v.params = append(v.params, 0)
	}
	if v.params[n-1] == 0 {
		v.params[n-1] = types.UnknownOID
	}
	ref := &query.Param{T: types.T(v.params[n-1]), Index: n - 1}
	v.paramRefs = append(v.paramRefs, ref)
	return mark(v, ref, int(p.Location))
}

// resolveParam gives a parameter of unknown type its type.
func (v *env) resolveParam(p *query.Param, target types.OID) query.Expr {
	have := &v.params[p.Index]
	loc := v.at(p)
	switch *have {
	case types.UnknownOID:
		*have = target
	case target:
	default:
		v.failAt(loc, pgerr.New(pgerr.AmbiguousParameter, "inconsistent types deduced for parameter $%d", p.Index+1).
			WithDetail("%s versus %s", have.Name(), target.Name()))
	}
	p.T = types.T(target)
	return p
}

// checkParams fails for a parameter whose type nothing told.
func (v *env) checkParams() {
	for _, ref := range v.paramRefs {
		if have := v.params[ref.Index]; ref.T.OID != have {
			v.failAt(v.at(ref), pgerr.New(pgerr.AmbiguousParameter, "could not determine data type of parameter $%d", ref.Index+1))
		}
	}
	for i, oid := range v.params {
		if oid == 0 || oid == types.UnknownOID {
			fail(pgerr.New(pgerr.IndeterminateDatatype, "could not determine data type of parameter $%d", i+1))
		}
	}
}

// hide refers to a value of the session.
func (s *scope) hide(val SessionValue, loc int) query.Expr {
	v := s.env
	index := -1
	for i, have := range v.hidden {
		if have == val {
			index = i
		}
	}
	if index < 0 {
		index = len(v.hidden)
		v.hidden = append(v.hidden, val)
	}
	ref := &query.Param{T: val.Type, Index: index}
	v.hiddenRefs = append(v.hiddenRefs, ref)
	return mark(v, ref, loc)
}
