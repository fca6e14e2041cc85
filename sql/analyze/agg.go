package analyze

import (
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"culvert/engine/query"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// aggCall is the call of an aggregate or window function.
type aggCall struct {
	found  *candidate
	filter query.Expr
	direct int // arguments before WITHIN GROUP
}

// aggregateCall makes an aggregate, or a window function of it.
func aggregateCall(s *scope, f *pg_query.FuncCall, c *call, a *aggCall) query.Expr {
	v := s.env
	name := joinName(c.name)
	p := a.found.proc
	kind := v.pg.Aggregates[p.OID]
	if f.AggStar && f.Args == nil && len(p.Args) > 0 || !f.AggStar && len(c.args) == 0 && kind.Kind == 'n' {
		v.failAt(c.loc, pgerr.New(pgerr.WrongObjectType, "%s(*) must be used to call a parameterless aggregate function", name))
	}
	switch {
	case kind.Kind == 'n' && f.AggWithinGroup:
		v.failAt(c.loc, pgerr.New(pgerr.WrongObjectType, "%s is not an ordered-set aggregate, so it cannot have WITHIN GROUP", name))
	case kind.Kind != 'n' && f.Over != nil:
		v.failAt(c.loc, pgerr.New(pgerr.FeatureNotSupported, "OVER is not supported for ordered-set aggregate %s", name))
	case kind.Kind != 'n' && !f.AggWithinGroup:
		v.failAt(c.loc, pgerr.New(pgerr.WrongObjectType, "WITHIN GROUP is required for ordered-set aggregate %s", name))
	}
	if kind.Kind != 'n' {
		return orderedSetCall(s, f, c, a)
	}
	if f.Over != nil {
		return windowCall(s, f, c, a)
	}
	args, result := bindArgs(s, c, a.found)
	agg := &query.Agg{T: types.T(result), OID: p.OID, Name: p.Name, Args: args, Star: f.AggStar, Distinct: f.AggDistinct, Filter: a.filter}
	mark(v, agg, v.leftmost(c.loc, args...))
	aggOrder(s, f, agg)
	placeAggregate(s, agg, c.loc)
	return agg
}

// aggOrder transforms ORDER BY and DISTINCT inside an aggregate call.
func aggOrder(s *scope, f *pg_query.FuncCall, agg *query.Agg) {
	v := s.env
	list := &targetList{}
	for _, e := range agg.Args {
		list.add(e, "", false)
	}
	for _, n := range f.AggOrder {
		key := sortKey(s, n.GetSortBy(), list, sortExpression)
		if t := list.findCast(key.Expr); t != nil && agg.Distinct { // the argument, which a cast made fit
			key.Expr, list.items = t.expr, list.items[:len(list.items)-1]
		}
		agg.OrderBy = append(agg.OrderBy, key)
	}
	if !agg.Distinct {
		return
	}
	if len(list.items) > len(agg.Args) {
		extra := list.items[len(agg.Args)]
		v.failAt(v.at(extra.expr), pgerr.New(pgerr.InvalidColumnReference, "in an aggregate with DISTINCT, ORDER BY expressions must appear in argument list"))
	}
	for _, e := range agg.Args {
		v.needOrdering(e, false)
		if v.ordering(e.Type().OID).Lt == 0 {
			v.failAt(v.at(e), pgerr.New(pgerr.UndefinedFunction, "could not identify an ordering operator for type %s", e.Type().OID.Name()).
				WithDetail("Aggregates with DISTINCT must be able to sort their inputs."))
		}
	}
}

// orderedSetCall makes an ordered-set or hypothetical-set aggregate.
func orderedSetCall(s *scope, f *pg_query.FuncCall, c *call, a *aggCall) query.Expr {
	v := s.env
	p := a.found.proc
	kind := v.pg.Aggregates[p.OID]
	if f.AggDistinct {
		v.failAt(c.loc, pgerr.New(pgerr.FeatureNotSupported, "cannot use DISTINCT with WITHIN GROUP"))
	}
	ordered := len(c.args) - a.direct
	if kind.Kind == 'o' && a.direct != kind.NumDirect || kind.Kind == 'h' && a.direct != ordered {
		err := pgerr.New(pgerr.UndefinedFunction, "function %s does not exist", c.display())
		if kind.Kind == 'h' {
			err.WithHint("To use the hypothetical-set aggregate %s, the number of hypothetical direct arguments (here %d) must match the number of ordering columns (here %d).",
				joinName(c.name), a.direct, ordered)
		} else {
			err.WithHint("There is an ordered-set aggregate %s, but it requires %d direct arguments, not %d.", joinName(c.name), kind.NumDirect, a.direct)
		}
		v.failAt(c.loc, err)
	}
	if kind.Kind == 'h' {
		for i := range a.direct {
			pair, _ := toCommonAll(s, []query.Expr{c.args[a.direct+i], c.args[i]}, "WITHIN GROUP")
			c.args[a.direct+i], c.args[i] = pair[0], pair[1]
		}
		c.actual = typesOf(c.args)
	}
	args, declared := arrangeArgs(s, c, a.found)
	result := v.enforceGeneric(typesOf(args), declared, p.Result)
	args = castArgs(s, args, declared)
	agg := &query.Agg{T: types.T(result), OID: p.OID, Name: p.Name, Direct: args[:a.direct:a.direct], Filter: a.filter, Ordered: true}
	for i, n := range f.AggOrder {
		agg.OrderBy = append(agg.OrderBy, sortOf(s, args[a.direct+i], n.GetSortBy()))
	}
	mark(v, agg, v.leftmost(c.loc, args...))
	placeAggregate(s, agg, c.loc)
	return agg
}

// placeAggregate finds the query level that an aggregate belongs to, and
// checks that it may stand where it is (check_agglevels_and_constraints).
func placeAggregate(s *scope, agg *query.Agg, loc int) {
	v := s.env
	level := aggregateLevel(s, agg)
	if level > 0 {
		v.failAt(loc, pgerr.New(pgerr.FeatureNotSupported, "aggregates of an outer query are not supported in a subquery"))
	}
	s.hasAggs = true
	if r := s.clause.rule(); !r.aggregates {
		v.failAt(loc, pgerr.New(pgerr.GroupingError, "%s", r.aggregateText()))
	}
}

// aggregateLevel counts the levels up to the query that the arguments are of;
// without any column it is the one at hand.
func aggregateLevel(s *scope, agg *query.Agg) int {
	v := s.env
	level := -1
	walkQuery(agg, func(e query.Expr) bool {
		switch e := e.(type) {
		case *query.Var:
			if l := s.levelOf(e.Entry); l >= 0 && (level < 0 || l < level) {
				level = l
			}
		case *query.WindowFunc:
			v.failAt(v.at(e), pgerr.New(pgerr.GroupingError, "aggregate function calls cannot contain window function calls"))
		case *query.Agg:
			if e != agg {
				v.failAt(v.at(e), pgerr.New(pgerr.GroupingError, "aggregate function calls cannot be nested"))
			}
		case *query.Func:
			if e.Set {
				v.failAt(v.at(e), pgerr.New(pgerr.FeatureNotSupported, "aggregate function calls cannot contain set-returning function calls").
					WithHint("You might be able to move the set-returning function into a LATERAL FROM item."))
			}
		case *query.SubLink:
			return false
		}
		return true
	})
	return max(level, 0)
}
