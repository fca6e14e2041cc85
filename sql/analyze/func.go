package analyze

import (
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"culvert/engine/query"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// maxFuncArgs is PostgreSQL's FUNC_MAX_ARGS.
const maxFuncArgs = 100

// transformFuncCall is transformFuncCall and ParseFuncOrColumn.
func transformFuncCall(s *scope, f *pg_query.FuncCall) query.Expr {
	v := s.env
	c := &call{name: names(f.Funcname), variadic: f.FuncVariadic, loc: int(f.Location)}
	if e := transformSessionFunc(s, f, c); e != nil {
		return e
	}
	for _, n := range f.Args {
		if named := n.GetNamedArgExpr(); named != nil {
			for _, have := range c.argNames {
				if have == named.Name {
					v.failAt(int(named.Location), pgerr.New(pgerr.SyntaxError, "argument name \"%s\" used more than once", named.Name))
				}
			}
			c.argNames = append(c.argNames, named.Name)
			c.args = append(c.args, transformExpr(s, named.Arg))
			continue
		}
		if len(c.argNames) > 0 {
			v.failAt(rawLoc(n), pgerr.New(pgerr.SyntaxError, "positional argument cannot follow named argument"))
		}
		c.args = append(c.args, transformExpr(s, n))
	}
	direct := len(c.args)
	if f.AggWithinGroup {
		for _, n := range f.AggOrder {
			c.args = append(c.args, transformExpr(s, n.GetSortBy().Node))
		}
	}
	if len(c.args) > maxFuncArgs {
		v.failAt(c.loc, pgerr.New(pgerr.TooManyArguments, "cannot pass more than %d arguments to a function", maxFuncArgs))
	}
	var filter query.Expr
	if f.AggFilter != nil {
		filter = transformWhere(s, f.AggFilter, clauseFilter, "FILTER")
	}
	c.actual = typesOf(c.args)
	return withSequences(s, finishCall(s, f, c, filter, direct), c.loc)
}

// finishCall finds the function and makes the node for its kind.
func finishCall(s *scope, f *pg_query.FuncCall, c *call, filter query.Expr, direct int) query.Expr {
	v := s.env
	if e := fieldCall(s, f, c); e != nil {
		return e
	}
	found, cast, several := v.findFunc(c)
	switch {
	case several:
		v.failAt(c.loc, pgerr.New(pgerr.AmbiguousFunction, "function %s is not unique", c.display()).
			WithHint("Could not choose a best candidate function. You might need to add explicit type casts."))
	case cast != 0:
		notAggregate(s, f, c)
		return mark(v, coerceType(s, c.args[0], types.T(cast), explicitCast), v.leftmost(c.loc, c.args[0]))
	case found == nil:
		noFunction(s, f, c)
	}
	p := found.proc
	switch p.Kind {
	case 'p':
		v.failAt(c.loc, pgerr.New(pgerr.WrongObjectType, "%s is a procedure", c.display()).
			WithHint("To call a procedure, use CALL."))
	case 'a':
		return aggregateCall(s, f, c, &aggCall{found: found, filter: filter, direct: direct})
	case 'w':
		if f.Over == nil {
			v.failAt(c.loc, pgerr.New(pgerr.WrongObjectType, "window function %s requires an OVER clause", joinName(c.name)))
		}
		if f.AggWithinGroup {
			v.failAt(c.loc, pgerr.New(pgerr.WrongObjectType, "window function %s cannot have WITHIN GROUP", joinName(c.name)))
		}
		return windowCall(s, f, c, &aggCall{found: found, filter: filter})
	}
	notAggregate(s, f, c)
	return plainCall(s, c, found)
}

// plainCall makes the call of an ordinary function.
func plainCall(s *scope, c *call, found *candidate) query.Expr {
	v := s.env
	p := found.proc
	args, result := bindArgs(s, c, found)
	if def := v.sqlFunction(p.OID); def != nil {
		return mark(v, v.inlineFunction(def, p.Name, args, types.T(result)), v.leftmost(c.loc, args...))
	}
	fn := &query.Func{T: types.T(result), OID: p.OID, Name: p.Name, Args: args, Set: p.Set,
		Variadic: c.variadic || found.variadic > 0 && p.Variadic != types.AnyOID}
	fn.Outs = v.outColumns(p, func(oid types.OID) types.OID {
		if !isPolymorphic(oid) {
			return oid
		}
		return v.enforceGeneric(c.actual, append([]types.OID(nil), found.args[:len(c.actual)]...), oid)
	})
	mark(v, fn, v.leftmost(c.loc, args...))
	if p.Set {
		checkSetPlace(s, c.loc)
	}
	return fn
}

// bindArgs casts the arguments of a call and collects variadic ones into an array.
func bindArgs(s *scope, c *call, found *candidate) ([]query.Expr, types.OID) {
	v := s.env
	p := found.proc
	args, declared := arrangeArgs(s, c, found)
	actual := typesOf(args)
	result := v.enforceGeneric(actual, declared, p.Result)
	args = castArgs(s, args, declared)
	if last := len(args) - 1; c.variadic && p.Variadic == types.AnyOID && v.elemOf(args[last].Type().OID) == 0 {
		v.failAt(v.at(args[last]), pgerr.New(pgerr.DatatypeMismatch, "VARIADIC argument must be an array"))
	}
	if found.variadic == 0 || p.Variadic == types.AnyOID {
		return args, result
	}
	split := len(args) - found.variadic
	elems := append([]query.Expr(nil), args[split:]...)
	elem := elems[0].Type().OID
	array := v.arrayOf(elem)
	if array == 0 {
		v.failAt(v.at(elems[0]), pgerr.New(pgerr.UndefinedObject, "could not find array type for data type %s", elem.Name()))
	}
	arr := mark(v, &query.Array{T: types.T(array), Elem: types.T(elem), Elems: elems}, v.at(elems[0]))
	return append(args[:split:split], arr), result
}

// notAggregate fails for the decorations of aggregates on other functions.
func notAggregate(s *scope, f *pg_query.FuncCall, c *call) {
	name := joinName(c.name)
	format := ""
	switch {
	case f.AggStar:
		format = "%s(*) specified, but %s is not an aggregate function"
		s.env.failAt(c.loc, pgerr.New(pgerr.WrongObjectType, format, name, name))
	case f.AggDistinct:
		format = "DISTINCT specified, but %s is not an aggregate function"
	case f.AggWithinGroup:
		format = "WITHIN GROUP specified, but %s is not an aggregate function"
	case len(f.AggOrder) > 0:
		format = "ORDER BY specified, but %s is not an aggregate function"
	case f.AggFilter != nil:
		format = "FILTER specified, but %s is not an aggregate function"
	case f.Over != nil:
		format = "OVER specified, but %s is not a window function nor an aggregate function"
	default:
		return
	}
	s.env.failAt(c.loc, pgerr.New(pgerr.WrongObjectType, format, name))
}

// noFunction is the error of a call that nothing fits.
func noFunction(s *scope, f *pg_query.FuncCall, c *call) {
	hint := "No function matches the given name and argument types. You might need to add explicit type casts."
	if len(f.AggOrder) > 1 && !f.AggWithinGroup {
		hint = "No aggregate function matches the given name and argument types. Perhaps you misplaced ORDER BY; ORDER BY must appear after all regular arguments of the aggregate."
	}
	s.env.failAt(c.loc, pgerr.New(pgerr.UndefinedFunction, "function %s does not exist", c.display()).WithHint("%s", hint))
}

// checkSetPlace fails where functions that return sets may not stand.
func checkSetPlace(s *scope, loc int) {
	if s.clause.rule().sets {
		return
	}
	s.env.failAt(loc, pgerr.New(pgerr.FeatureNotSupported, "%s", s.clause.rule().setsText()))
}

// fieldCall is the notation field(row).
func fieldCall(s *scope, f *pg_query.FuncCall, c *call) query.Expr {
	if len(c.args) != 1 || len(c.name) != 1 || c.actual[0] != types.RecordOID || f.Over != nil || f.AggStar || f.AggDistinct || f.FuncVariadic {
		return nil
	}
	return fieldOf(s, c.args[0], c.name[0], c.loc)
}
