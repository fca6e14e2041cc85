package analyze

import (
	"culvert/engine/query"
	"culvert/sql/analyze/pgcatalog"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// findOper is oper: the binary operator for two types.
func (v *env) findOper(name []string, left, right types.OID, loc int) *pgcatalog.Operator {
	list := v.operators(name, 'b', loc)
	l, r := left, right
	if l == types.UnknownOID {
		l = r
	} else if r == types.UnknownOID {
		r = l
	}
	for _, op := range list {
		if op.Left == l && op.Right == r {
			return op
		}
	}
	return v.selectOper(name, []types.OID{left, right}, list, loc)
}

func (v *env) operators(name []string, kind byte, loc int) []*pgcatalog.Operator {
	if !inPgCatalog(name) {
		v.needSchema(name, loc)
		return nil
	}
	var out []*pgcatalog.Operator
	for _, op := range v.pg.OpsByName[name[len(name)-1]] {
		if op.Kind == kind {
			out = append(out, op)
		}
	}
	return out
}

func (v *env) findPrefix(name []string, right types.OID, loc int) *pgcatalog.Operator {
	list := v.operators(name, 'l', loc)
	for _, op := range list {
		if op.Right == right {
			return op
		}
	}
	return v.selectOper(name, []types.OID{right}, list, loc)
}

func (v *env) selectOper(name []string, actual []types.OID, list []*pgcatalog.Operator, loc int) *pgcatalog.Operator {
	cands := make([]*candidate, len(list))
	for i, op := range list {
		cands[i] = &candidate{op: op, args: []types.OID{op.Left, op.Right}}
		if len(actual) == 1 {
			cands[i].args = []types.OID{op.Right}
		}
	}
	cands = v.matchTypes(actual, cands)
	switch len(cands) {
	case 0:
	case 1:
		return cands[0].op
	default:
		if c := v.best(actual, cands); c != nil {
			return c.op
		}
		v.failAt(loc, pgerr.New(pgerr.AmbiguousFunction, "operator is not unique: %s", signature(name, actual)).
			WithHint("Could not choose a best candidate operator. You might need to add explicit type casts."))
	}
	err := pgerr.New(pgerr.UndefinedFunction, "operator does not exist: %s", signature(name, actual))
	if len(actual) == 1 {
		err.WithHint("No operator matches the given name and argument type. You might need to add an explicit type cast.")
	} else {
		err.WithHint("No operator matches the given name and argument types. You might need to add explicit type casts.")
	}
	v.failAt(loc, err)
	return nil
}

func signature(name []string, actual []types.OID) string {
	if len(actual) == 1 {
		return joinName(name) + " " + actual[0].Name()
	}
	return actual[0].Name() + " " + joinName(name) + " " + actual[1].Name()
}

// resolved is an operator with its argument types settled.
func resolved(op *pgcatalog.Operator, declared []types.OID, result types.OID) query.Operator {
	out := query.Operator{OID: op.OID, Name: op.Name, Func: op.Func, Result: types.T(result)}
	if len(declared) == 1 {
		out.Right = types.T(declared[0])
		return out
	}
	out.Left, out.Right = types.T(declared[0]), types.T(declared[1])
	return out
}

// makeOp is make_op; left is nil for a prefix operator.
func makeOp(s *scope, name []string, left, right query.Expr, loc int) *query.Op {
	v := s.env
	if left == nil {
		op := v.findPrefix(name, right.Type().OID, loc)
		args, declared, result := fitArgs(s, []query.Expr{right}, []types.OID{op.Right}, op.Result)
		return mark(v, &query.Op{T: types.T(result), Operator: resolved(op, declared, result), Right: args[0]}, v.leftmost(loc, args...))
	}
	op := v.findOper(name, left.Type().OID, right.Type().OID, loc)
	args, declared, result := fitArgs(s, []query.Expr{left, right}, []types.OID{op.Left, op.Right}, op.Result)
	return mark(v, &query.Op{T: types.T(result), Operator: resolved(op, declared, result), Left: args[0], Right: args[1]}, v.leftmost(loc, args...))
}

// fitArgs settles polymorphic types and casts the arguments to the declared ones.
func fitArgs(s *scope, args []query.Expr, declared []types.OID, result types.OID) ([]query.Expr, []types.OID, types.OID) {
	actual := typesOf(args)
	declared = append([]types.OID(nil), declared...)
	result = s.env.enforceGeneric(actual, declared, result)
	return castArgs(s, args, declared), declared, result
}

// castArgs is make_fn_arguments.
func castArgs(s *scope, args []query.Expr, declared []types.OID) []query.Expr {
	out := make([]query.Expr, len(args))
	for i, a := range args {
		out[i] = a
		if a.Type().OID != declared[i] {
			out[i] = coerceType(s, a, types.T(declared[i]), implicitCast)
		}
	}
	return out
}

func typesOf(exprs []query.Expr) []types.OID {
	out := make([]types.OID, len(exprs))
	for i, e := range exprs {
		out[i] = e.Type().OID
	}
	return out
}

// makeArrayOp is make_scalar_array_op.
func makeArrayOp(s *scope, name []string, all bool, args [2]query.Expr, loc int) query.Expr {
	v := s.env
	left, right := args[0], args[1]
	array := right.Type().OID
	elem := types.UnknownOID
	if array != types.UnknownOID {
		if elem = v.elemOf(array); elem == 0 {
			v.failAt(loc, pgerr.New(pgerr.WrongObjectType, "op ANY/ALL (array) requires array on right side"))
		}
	}
	op := v.findOper(name, left.Type().OID, elem, loc)
	declared := []types.OID{op.Left, op.Right}
	result := v.enforceGeneric([]types.OID{left.Type().OID, elem}, declared, op.Result)
	if result != types.BoolOID {
		v.failAt(loc, pgerr.New(pgerr.WrongObjectType, "op ANY/ALL (array) requires operator to yield boolean"))
	}
	target := v.arrayOf(declared[1])
	if target == 0 {
		v.failAt(loc, pgerr.New(pgerr.UndefinedObject, "could not find array type for data type %s", declared[1].Name()))
	}
	cast := castArgs(s, []query.Expr{left, right}, []types.OID{declared[0], target})
	return mark(v, &query.ArrayOp{Operator: resolved(op, declared, result), All: all, Left: cast[0], Right: cast[1]},
		v.leftmost(loc, cast...))
}

// ordering finds the default operators of a type, as get_sort_group_operators
// does through the type cache: those of the type itself, or of the type it is
// binary coercible to.
func (v *typeRules) ordering(oid types.OID) pgcatalog.Ordering {
	if o, ok := v.pg.Orderings[oid]; ok {
		return o
	}
	t := v.pg.Types[oid]
	if t == nil {
		return pgcatalog.Ordering{}
	}
	if elem := v.elemOf(oid); elem != 0 {
		return v.arrayOrdering(elem)
	}
	switch {
	case t.Kind == 'r':
		return v.pg.Orderings[types.AnyrangeOID]
	case t.Kind == 'm':
		return v.pg.Orderings[anymultirangeOID]
	case t.Kind == 'e':
		return v.pg.Orderings[types.AnyenumOID]
	}
	for _, target := range v.coercibleOrder(oid) {
		return v.pg.Orderings[target]
	}
	return pgcatalog.Ordering{}
}

// coercibleOrder lists the types with an ordering that oid is binary coercible
// to, the preferred ones first (GetDefaultOpClass).
func (v *typeRules) coercibleOrder(oid types.OID) []types.OID {
	var out, rest []types.OID
	for _, target := range []types.OID{types.TextOID, types.OidOID, types.InetOID, types.VarbitOID, types.Int8OID} {
		if _, ok := v.pg.Orderings[target]; !ok || !v.binaryCoercible(oid, target) {
			continue
		}
		if v.preferred(target) {
			out = append(out, target)
		} else {
			rest = append(rest, target)
		}
	}
	return append(out, rest...)
}

func (v *typeRules) arrayOrdering(elem types.OID) pgcatalog.Ordering {
	o, of := v.pg.Orderings[types.AnyarrayOID], v.ordering(elem)
	if of.Eq == 0 {
		o.Eq = 0
	}
	if of.Lt == 0 {
		o.Lt, o.Gt = 0, 0
	}
	return o
}

// needOrdering fails for a type that cannot be sorted, or (sort false) told
// apart.
func (v *env) needOrdering(e query.Expr, sort bool) {
	v.needOrderingOf(e.Type().OID, sort, v.at(e))
}

func (v *env) needOrderingOf(oid types.OID, sort bool, loc int) {
	o := v.ordering(oid)
	if sort && o.Lt == 0 {
		v.failAt(loc, pgerr.New(pgerr.UndefinedFunction, "could not identify an ordering operator for type %s", oid.Name()).
			WithHint("Use an explicit ordering operator or modify the query."))
	}
	if o.Eq == 0 {
		v.failAt(loc, pgerr.New(pgerr.UndefinedFunction, "could not identify an equality operator for type %s", oid.Name()))
	}
}
