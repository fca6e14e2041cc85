package analyze

import (
	"fmt"
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v6"

	"culvert/engine/query"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// transformExpr is transformExprRecurse.
func transformExpr(s *scope, n *pg_query.Node) query.Expr {
	defer s.env.enter()()
	switch n := n.GetNode().(type) {
	case *pg_query.Node_ColumnRef:
		return transformColumnRef(s, n.ColumnRef)
	case *pg_query.Node_ParamRef:
		return transformParam(s, n.ParamRef)
	case *pg_query.Node_AConst:
		return transformConst(s, n.AConst)
	case *pg_query.Node_AIndirection:
		return transformIndirection(s, transformExpr(s, n.AIndirection.Arg), n.AIndirection.Indirection, rawLoc(n.AIndirection.Arg))
	case *pg_query.Node_AArrayExpr:
		return transformArray(s, n.AArrayExpr, 0, 0)
	case *pg_query.Node_TypeCast:
		return transformCast(s, n.TypeCast)
	case *pg_query.Node_CollateClause:
		return transformCollate(s, n.CollateClause)
	case *pg_query.Node_AExpr:
		return transformAExpr(s, n.AExpr)
	case *pg_query.Node_BoolExpr:
		return transformBool(s, n.BoolExpr)
	case *pg_query.Node_FuncCall:
		return transformFuncCall(s, n.FuncCall)
	case *pg_query.Node_SubLink:
		return transformSubLink(s, n.SubLink)
	case *pg_query.Node_CaseExpr:
		return transformCase(s, n.CaseExpr)
	}
	return transformOther(s, n)
}

// transformOther is the rest of transformExpr.
func transformOther(s *scope, n *pg_query.Node) query.Expr {
	switch n := n.GetNode().(type) {
	case *pg_query.Node_RowExpr:
		return transformRow(s, n.RowExpr)
	case *pg_query.Node_CoalesceExpr:
		return transformCoalesce(s, n.CoalesceExpr)
	case *pg_query.Node_MinMaxExpr:
		return transformMinMax(s, n.MinMaxExpr)
	case *pg_query.Node_NullTest:
		arg := transformExpr(s, n.NullTest.Arg)
		return mark(s.env, &query.NullTest{Arg: arg, Not: n.NullTest.Nulltesttype == pg_query.NullTestType_IS_NOT_NULL},
			s.env.leftmost(int(n.NullTest.Location), arg))
	case *pg_query.Node_BooleanTest:
		return transformBooleanTest(s, n.BooleanTest)
	case *pg_query.Node_SqlvalueFunction:
		return transformValueFunction(s, n.SqlvalueFunction)
	case *pg_query.Node_GroupingFunc:
		return transformGrouping(s, n.GroupingFunc)
	case *pg_query.Node_NamedArgExpr:
		return transformExpr(s, n.NamedArgExpr.Arg)
	case *pg_query.Node_SetToDefault:
		s.env.failAt(int(n.SetToDefault.Location), pgerr.New(pgerr.SyntaxError, "DEFAULT is not allowed in this context"))
	case *pg_query.Node_CurrentOfExpr:
		fail(pgerr.New(pgerr.FeatureNotSupported, "WHERE CURRENT OF is not supported"))
	case *pg_query.Node_XmlExpr:
		s.env.failAt(int(n.XmlExpr.Location), pgerr.New(pgerr.FeatureNotSupported, "XML functions are not supported"))
	case *pg_query.Node_XmlSerialize:
		s.env.failAt(int(n.XmlSerialize.Location), pgerr.New(pgerr.FeatureNotSupported, "XML functions are not supported"))
	}
	fail(pgerr.New(pgerr.FeatureNotSupported, "%s is not supported", kindOf(n)))
	return nil
}

// kindOf names an expression that only later versions of PostgreSQL have.
func kindOf(n *pg_query.Node) string {
	switch n.GetNode().(type) {
	case *pg_query.Node_JsonObjectConstructor:
		return "JSON_OBJECT"
	case *pg_query.Node_JsonArrayConstructor, *pg_query.Node_JsonArrayQueryConstructor:
		return "JSON_ARRAY"
	case *pg_query.Node_JsonObjectAgg:
		return "JSON_OBJECTAGG"
	case *pg_query.Node_JsonArrayAgg:
		return "JSON_ARRAYAGG"
	case *pg_query.Node_JsonIsPredicate:
		return "IS JSON"
	case *pg_query.Node_JsonParseExpr:
		return "JSON()"
	case *pg_query.Node_JsonScalarExpr:
		return "JSON_SCALAR"
	case *pg_query.Node_JsonSerializeExpr:
		return "JSON_SERIALIZE"
	case *pg_query.Node_JsonTable:
		return "JSON_TABLE"
	case *pg_query.Node_JsonFuncExpr:
		return "JSON_EXISTS, JSON_QUERY or JSON_VALUE"
	}
	return strings.TrimPrefix(fmt.Sprintf("%T", n.GetNode()), "*pg_query.Node_")
}

// rawLoc is exprLocation of a parse tree.
func rawLoc(n *pg_query.Node) int {
	switch n := n.GetNode().(type) {
	case *pg_query.Node_ColumnRef:
		return int(n.ColumnRef.Location)
	case *pg_query.Node_ParamRef:
		return int(n.ParamRef.Location)
	case *pg_query.Node_AConst:
		return int(n.AConst.Location)
	case *pg_query.Node_AExpr:
		return leftmostRaw(int(n.AExpr.Location), n.AExpr.Lexpr)
	case *pg_query.Node_FuncCall:
		return leftmostRaw(int(n.FuncCall.Location), n.FuncCall.Args...)
	case *pg_query.Node_TypeCast:
		return leftmostRaw(leftmostOf(int(n.TypeCast.Location), int(n.TypeCast.TypeName.GetLocation())), n.TypeCast.Arg)
	case *pg_query.Node_CollateClause:
		return leftmostRaw(int(n.CollateClause.Location), n.CollateClause.Arg)
	case *pg_query.Node_BoolExpr:
		return leftmostRaw(int(n.BoolExpr.Location), n.BoolExpr.Args...)
	case *pg_query.Node_SubLink:
		return leftmostRaw(int(n.SubLink.Location), n.SubLink.Testexpr)
	case *pg_query.Node_AIndirection:
		return rawLoc(n.AIndirection.Arg)
	case *pg_query.Node_ColumnDef:
		return int(n.ColumnDef.Location)
	case *pg_query.Node_ResTarget:
		return int(n.ResTarget.Location)
	}
	return rawLocOther(n)
}

func rawLocOther(n *pg_query.Node) int {
	switch n := n.GetNode().(type) {
	case *pg_query.Node_CaseExpr:
		return int(n.CaseExpr.Location)
	case *pg_query.Node_AArrayExpr:
		return int(n.AArrayExpr.Location)
	case *pg_query.Node_RowExpr:
		return int(n.RowExpr.Location)
	case *pg_query.Node_CoalesceExpr:
		return int(n.CoalesceExpr.Location)
	case *pg_query.Node_MinMaxExpr:
		return int(n.MinMaxExpr.Location)
	case *pg_query.Node_NullTest:
		return leftmostRaw(int(n.NullTest.Location), n.NullTest.Arg)
	case *pg_query.Node_BooleanTest:
		return leftmostRaw(int(n.BooleanTest.Location), n.BooleanTest.Arg)
	case *pg_query.Node_SqlvalueFunction:
		return int(n.SqlvalueFunction.Location)
	case *pg_query.Node_GroupingFunc:
		return int(n.GroupingFunc.Location)
	case *pg_query.Node_GroupingSet:
		return int(n.GroupingSet.Location)
	case *pg_query.Node_NamedArgExpr:
		return int(n.NamedArgExpr.Location)
	case *pg_query.Node_SetToDefault:
		return int(n.SetToDefault.Location)
	case *pg_query.Node_SortBy:
		return rawLoc(n.SortBy.Node)
	}
	return -1
}

func leftmostOf(a, b int) int {
	if a < 0 || b >= 0 && b < a {
		return b
	}
	return a
}

func leftmostRaw(loc int, list ...*pg_query.Node) int {
	for _, n := range list {
		loc = leftmostOf(loc, rawLoc(n))
	}
	return loc
}

// transformCast is transformTypeCast.
func transformCast(s *scope, c *pg_query.TypeCast) query.Expr {
	v := s.env
	target := v.resolveType(c.TypeName)
	var e query.Expr
	if arr := c.Arg.GetAArrayExpr(); arr != nil && v.elemOf(target.OID) != 0 {
		e = transformArray(s, arr, target.OID, v.elemOf(target.OID))
	} else {
		e = transformExpr(s, c.Arg)
	}
	loc := int(c.Location)
	if loc < 0 {
		loc = int(c.TypeName.Location)
	}
	from := e.Type().OID
	out := coerceTo(s, e, target, explicitCast)
	if out == nil {
		v.failAt(loc, pgerr.New(pgerr.CannotCoerce, "cannot cast type %s to %s", from.Name(), target.OID.Name()))
	}
	if out != e {
		mark(v, out, v.leftmost(int(c.Location), e))
	}
	return out
}

// transformCollate is transformCollateClause; the collations that are there
// all sort by code point.
func transformCollate(s *scope, c *pg_query.CollateClause) query.Expr {
	v := s.env
	arg := transformExpr(s, c.Arg)
	t := v.pg.Types[arg.Type().OID]
	if arg.Type().OID != types.UnknownOID && (t == nil || !t.Collates) {
		v.failAt(int(c.Location), pgerr.New(pgerr.DatatypeMismatch, "collations are not supported by type %s", arg.Type().OID.Name()))
	}
	name := names(c.Collname)
	v.needSchema(name, int(c.Location))
	known := inPgCatalog(name)
	switch name[len(name)-1] {
	case "C", "POSIX", "default", "ucs_basic":
	default:
		known = false
	}
	if !known {
		v.failAt(int(c.Location), pgerr.New(pgerr.UndefinedObject, "collation \"%s\" for encoding \"UTF8\" does not exist", joinName(name)))
	}
	return mark(v, &query.Collate{Arg: arg}, v.leftmost(int(c.Location), arg))
}

// transformBool is transformBoolExpr.
func transformBool(s *scope, b *pg_query.BoolExpr) query.Expr {
	out := &query.BoolExpr{}
	name := "AND"
	switch b.Boolop {
	case pg_query.BoolExprType_OR_EXPR:
		out.Kind, name = query.Or, "OR"
	case pg_query.BoolExprType_NOT_EXPR:
		out.Kind, name = query.Not, "NOT"
	}
	for _, a := range b.Args {
		out.Args = append(out.Args, toBoolean(s, transformExpr(s, a), name))
	}
	return mark(s.env, out, s.env.leftmost(int(b.Location), out.Args...))
}

var truthTests = map[pg_query.BoolTestType]struct {
	kind query.TruthKind
	name string
}{
	pg_query.BoolTestType_IS_TRUE:        {query.IsTrue, "IS TRUE"},
	pg_query.BoolTestType_IS_NOT_TRUE:    {query.IsNotTrue, "IS NOT TRUE"},
	pg_query.BoolTestType_IS_FALSE:       {query.IsFalse, "IS FALSE"},
	pg_query.BoolTestType_IS_NOT_FALSE:   {query.IsNotFalse, "IS NOT FALSE"},
	pg_query.BoolTestType_IS_UNKNOWN:     {query.IsUnknown, "IS UNKNOWN"},
	pg_query.BoolTestType_IS_NOT_UNKNOWN: {query.IsNotUnknown, "IS NOT UNKNOWN"},
}

func transformBooleanTest(s *scope, b *pg_query.BooleanTest) query.Expr {
	test := truthTests[b.Booltesttype]
	arg := toBoolean(s, transformExpr(s, b.Arg), test.name)
	return mark(s.env, &query.BoolTest{Arg: arg, Kind: test.kind}, s.env.leftmost(int(b.Location), arg))
}
