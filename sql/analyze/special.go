package analyze

import (
	"fmt"

	pg_query "github.com/pganalyze/pg_query_go/v6"

	"culvert/engine/query"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// transformCase is transformCaseExpr.
func transformCase(s *scope, c *pg_query.CaseExpr) query.Expr {
	v := s.env
	out := &query.Case{}
	var test *query.CaseTest
	if c.Arg != nil {
		out.Arg = settled(s, transformExpr(s, c.Arg))
		noSets(s, out.Arg, "CASE")
		test = mark(v, &query.CaseTest{T: out.Arg.Type()}, v.at(out.Arg))
	}
	var results []query.Expr
	if c.Defresult != nil {
		out.Else = transformExpr(s, c.Defresult)
	} else {
		out.Else = mark(v, &query.Const{T: types.T(types.UnknownOID), Null: true}, -1)
	}
	for _, n := range c.Args {
		w := n.GetCaseWhen()
		cond := transformExpr(s, w.Expr)
		if test != nil {
			cond = makeOp(s, []string{"="}, test, cond, int(w.Location))
		}
		cond = toBoolean(s, cond, "CASE/WHEN")
		result := transformExpr(s, w.Result)
		out.Whens = append(out.Whens, query.When{Cond: cond, Result: result})
		results = append(results, result)
	}
	// The default is considered first (parse_expr.c).
	results, oid := toCommonAll(s, append([]query.Expr{out.Else}, results...), "CASE")
	out.T = commonMod(results, oid)
	out.Else = results[0]
	for i := range out.Whens {
		out.Whens[i].Result = results[i+1]
		noSets(s, out.Whens[i].Cond, "CASE")
		noSets(s, out.Whens[i].Result, "CASE")
	}
	noSets(s, out.Else, "CASE")
	return mark(v, out, int(c.Location))
}

// noSets fails for a function that returns a set where it cannot run.
func noSets(s *scope, e query.Expr, construct string) {
	walkQuery(e, func(sub query.Expr) bool {
		if fn, ok := sub.(*query.Func); ok && fn.Set {
			s.env.failAt(s.env.at(fn), pgerr.New(pgerr.FeatureNotSupported, "set-returning functions are not allowed in %s", construct).
				WithHint("You might be able to move the set-returning function into a LATERAL FROM item."))
		}
		_, link := sub.(*query.SubLink)
		return !link
	})
}

// transformCoalesce is transformCoalesceExpr.
func transformCoalesce(s *scope, c *pg_query.CoalesceExpr) query.Expr {
	args, oid := toCommonAll(s, transformExprs(s, c.Args), "COALESCE")
	for _, a := range args {
		noSets(s, a, "COALESCE")
	}
	return mark(s.env, &query.Coalesce{T: commonMod(args, oid), Args: args}, int(c.Location))
}

func transformExprs(s *scope, list []*pg_query.Node) []query.Expr {
	out := make([]query.Expr, len(list))
	for i, n := range list {
		out[i] = transformExpr(s, n)
	}
	return out
}

// transformMinMax is transformMinMaxExpr.
func transformMinMax(s *scope, m *pg_query.MinMaxExpr) query.Expr {
	name := "GREATEST"
	if m.Op == pg_query.MinMaxOp_IS_LEAST {
		name = "LEAST"
	}
	args, oid := toCommonAll(s, transformExprs(s, m.Args), name)
	if s.env.ordering(oid).Lt == 0 {
		// PostgreSQL notices when it runs.
		fail(pgerr.New(pgerr.UndefinedFunction, "could not identify a comparison function for type %s", oid.Name()))
	}
	return mark(s.env, &query.MinMax{T: commonMod(args, oid), Least: name == "LEAST", Args: args}, int(m.Location))
}

// transformRow is transformRowExpr.
func transformRow(s *scope, r *pg_query.RowExpr) query.Expr {
	out := &query.Row{T: types.T(types.RecordOID)}
	out.Fields = transformList(s, r.Args)
	if len(out.Fields) > maxRowFields {
		s.env.failAt(int(r.Location), pgerr.New(pgerr.TooManyColumns, "ROW expressions can have at most %d entries", maxRowFields))
	}
	for i := range out.Fields {
		out.Names = append(out.Names, fmt.Sprintf("f%d", i+1))
	}
	return mark(s.env, out, int(r.Location))
}

// maxRowFields is MaxTupleAttributeNumber.
const maxRowFields = 1664

// transformArray is transformArrayExpr; with a type from a cast around it.
func transformArray(s *scope, a *pg_query.A_ArrayExpr, array, elem types.OID) query.Expr {
	v := s.env
	out := &query.Array{}
	for _, n := range a.Elements {
		e := arrayElement(s, n, array, elem)
		if n.GetAArrayExpr() != nil || v.elemOf(e.Type().OID) != 0 {
			out.Multi = true
		}
		out.Elems = append(out.Elems, e)
	}
	if array == 0 {
		if len(out.Elems) == 0 {
			v.failAt(int(a.Location), pgerr.New(pgerr.IndeterminateDatatype, "cannot determine type of empty array").
				WithHint("Explicitly cast to the desired type, for example ARRAY[]::integer[]."))
		}
		common := commonType(s, out.Elems, "ARRAY")
		if out.Multi {
			array, elem = common, v.elemOf(common)
			if elem == 0 {
				v.failAt(int(a.Location), pgerr.New(pgerr.UndefinedObject, "could not find element type for data type %s", common.Name()))
			}
		} else {
			elem, array = common, v.arrayOf(common)
			if array == 0 {
				v.failAt(int(a.Location), pgerr.New(pgerr.UndefinedObject, "could not find array type for data type %s", common.Name()))
			}
		}
		for i, e := range out.Elems {
			out.Elems[i] = toCommon(s, e, common, "ARRAY")
		}
	} else {
		castElements(s, out, array, elem)
	}
	held := elem
	if out.Multi {
		held = array
	}
	mod := int32(-1)
	if len(out.Elems) > 0 {
		mod = commonMod(out.Elems, held).Mod
	}
	out.T, out.Elem = types.Type{OID: array, Mod: mod}, types.Type{OID: elem, Mod: mod}
	return mark(v, out, int(a.Location))
}

func arrayElement(s *scope, n *pg_query.Node, array, elem types.OID) query.Expr {
	if sub := n.GetAArrayExpr(); sub != nil {
		return transformArray(s, sub, array, elem)
	}
	return transformExpr(s, n)
}

// castElements casts the elements of ARRAY[…]::type[] explicitly.
func castElements(s *scope, out *query.Array, array, elem types.OID) {
	v := s.env
	target := elem
	if out.Multi {
		target = array
	}
	for i, e := range out.Elems {
		cast := coerceTo(s, e, types.T(target), explicitCast)
		if cast == nil {
			v.failAt(v.at(e), pgerr.New(pgerr.CannotCoerce, "cannot cast type %s to %s", e.Type().OID.Name(), target.Name()))
		}
		out.Elems[i] = cast
	}
}

// transformSubLink is transformSubLink.
func transformSubLink(s *scope, l *pg_query.SubLink) query.Expr {
	v := s.env
	sub := newScope(v, s)
	sub.link = true
	q := transformSelect(sub, l.Subselect.GetSelectStmt(), false)
	loc := int(l.Location)
	out := &query.SubLink{Query: q, T: types.T(types.BoolOID)}
	switch l.SubLinkType {
	case pg_query.SubLinkType_EXISTS_SUBLINK:
		out.Kind = query.SubExists
		return mark(v, out, loc)
	case pg_query.SubLinkType_EXPR_SUBLINK, pg_query.SubLinkType_ARRAY_SUBLINK:
		if len(q.Columns) != 1 {
			v.failAt(loc, pgerr.New(pgerr.SyntaxError, "subquery must return only one column"))
		}
		out.Kind, out.T = query.SubScalar, q.Columns[0].Type
		if l.SubLinkType == pg_query.SubLinkType_ARRAY_SUBLINK {
			out.Kind = query.SubArray
			out.T = types.Type{OID: v.subArray(q.Columns[0].Type.OID, loc), Mod: q.Columns[0].Type.Mod}
		}
		return mark(v, out, loc)
	}
	return compareSubLink(s, l, out)
}

// subArray is the type of ARRAY(SELECT …): an array's own for arrays.
func (v *env) subArray(elem types.OID, loc int) types.OID {
	if v.elemOf(elem) != 0 {
		return elem
	}
	array := v.arrayOf(elem)
	if array == 0 {
		v.failAt(loc, pgerr.New(pgerr.UndefinedObject, "could not find array type for data type %s", elem.Name()))
	}
	return array
}

// compareSubLink finishes x op ANY (SELECT …), op ALL and (a, b) op (SELECT …).
func compareSubLink(s *scope, l *pg_query.SubLink, out *query.SubLink) query.Expr {
	v := s.env
	loc := int(l.Location)
	name := names(l.OperName)
	if len(name) == 0 {
		name = []string{"="}
	}
	var left []query.Expr
	if row := l.Testexpr.GetRowExpr(); row != nil {
		left = transformList(s, row.Args)
	} else {
		left = []query.Expr{transformExpr(s, l.Testexpr)}
	}
	cols := out.Query.Columns
	if len(left) < len(cols) {
		v.failAt(loc, pgerr.New(pgerr.SyntaxError, "subquery has too many columns"))
	}
	if len(left) > len(cols) {
		v.failAt(loc, pgerr.New(pgerr.SyntaxError, "subquery has too few columns"))
	}
	switch l.SubLinkType {
	case pg_query.SubLinkType_ANY_SUBLINK:
		out.Kind = query.SubAny
	case pg_query.SubLinkType_ALL_SUBLINK:
		out.Kind = query.SubAll
	default:
		out.Kind = query.SubRow
	}
	out.Name = name[len(name)-1]
	want := append([]query.Column(nil), cols...)
	var ops []*query.Op
	for i := range left {
		op := boolOp(s, name, left[i], mark(v, &query.CaseTest{T: cols[i].Type}, -1), loc)
		out.Left = append(out.Left, op.Left)
		out.Operators = append(out.Operators, op.Operator)
		if op.Right.Type().OID != cols[i].Type.OID {
			want[i].Type = op.Right.Type()
		}
		ops = append(ops, op)
	}
	if len(ops) > 1 {
		rowStrategy(s, name, ops, loc)
	}
	out.Query = recast(s, out.Query, want, implicitCast)
	return mark(v, out, v.leftmost(loc, out.Left...))
}
