package analyze

import (
	pg_query "github.com/pganalyze/pg_query_go/v6"
)

// figureName is FigureColname: what a column without AS is called.
func figureName(n *pg_query.Node) string {
	if name, _ := figure(n); name != "" {
		return name
	}
	return "?column?"
}

// figure gives a name and how good it is: 1 for the name of a type cast to,
// 2 for a certain one (FigureColnameInternal).
func figure(n *pg_query.Node) (name string, strength int) {
	switch n := n.GetNode().(type) {
	case *pg_query.Node_ColumnRef:
		if last := lastString(n.ColumnRef.Fields); last != "" {
			return last, 2
		}
	case *pg_query.Node_AIndirection:
		if last := lastString(n.AIndirection.Indirection); last != "" {
			return last, 2
		}
		return figure(n.AIndirection.Arg)
	case *pg_query.Node_FuncCall:
		return lastString(n.FuncCall.Funcname), 2
	case *pg_query.Node_AExpr:
		if n.AExpr.Kind == pg_query.A_Expr_Kind_AEXPR_NULLIF {
			return "nullif", 2
		}
	case *pg_query.Node_TypeCast:
		if name, strength = figure(n.TypeCast.Arg); strength <= 1 {
			if last := lastString(n.TypeCast.TypeName.GetNames()); last != "" {
				return last, 1
			}
		}
		return name, strength
	case *pg_query.Node_CollateClause:
		return figure(n.CollateClause.Arg)
	case *pg_query.Node_GroupingFunc:
		return "grouping", 2
	case *pg_query.Node_SubLink:
		return figureSubLink(n.SubLink)
	case *pg_query.Node_CaseExpr:
		if name, strength = figure(n.CaseExpr.Defresult); strength <= 1 {
			return "case", 1
		}
		return name, strength
	}
	return figureKeyword(n)
}

func figureKeyword(n *pg_query.Node) (string, int) {
	switch n := n.GetNode().(type) {
	case *pg_query.Node_AArrayExpr:
		return "array", 2
	case *pg_query.Node_RowExpr:
		return "row", 2
	case *pg_query.Node_CoalesceExpr:
		return "coalesce", 2
	case *pg_query.Node_MinMaxExpr:
		if n.MinMaxExpr.Op == pg_query.MinMaxOp_IS_LEAST {
			return "least", 2
		}
		return "greatest", 2
	case *pg_query.Node_SqlvalueFunction:
		return valueFunctionName(n.SqlvalueFunction.Op), 2
	case *pg_query.Node_XmlExpr:
		return "xmlelement", 2
	case *pg_query.Node_XmlSerialize:
		return "xmlserialize", 2
	}
	return "", 0
}

func figureSubLink(l *pg_query.SubLink) (string, int) {
	switch l.SubLinkType {
	case pg_query.SubLinkType_EXISTS_SUBLINK:
		return "exists", 2
	case pg_query.SubLinkType_ARRAY_SUBLINK:
		return "array", 2
	case pg_query.SubLinkType_EXPR_SUBLINK:
		sel := l.Subselect.GetSelectStmt()
		for sel != nil && sel.Larg != nil {
			sel = sel.Larg
		}
		if len(sel.GetTargetList()) > 0 {
			res := sel.TargetList[0].GetResTarget()
			if res.GetName() != "" {
				return res.Name, 2
			}
			return figure(res.GetVal())
		}
		if len(sel.GetValuesLists()) > 0 {
			return "column1", 2
		}
	}
	return "", 0
}

// lastString is the last name of a list that may end in * or a subscript.
func lastString(list []*pg_query.Node) string {
	out := ""
	for _, n := range list {
		if str := n.GetString_(); str != nil {
			out = str.Sval
		}
	}
	return out
}

func valueFunctionName(op pg_query.SQLValueFunctionOp) string {
	switch op {
	case pg_query.SQLValueFunctionOp_SVFOP_CURRENT_DATE:
		return "current_date"
	case pg_query.SQLValueFunctionOp_SVFOP_CURRENT_TIME, pg_query.SQLValueFunctionOp_SVFOP_CURRENT_TIME_N:
		return "current_time"
	case pg_query.SQLValueFunctionOp_SVFOP_CURRENT_TIMESTAMP, pg_query.SQLValueFunctionOp_SVFOP_CURRENT_TIMESTAMP_N:
		return "current_timestamp"
	case pg_query.SQLValueFunctionOp_SVFOP_LOCALTIME, pg_query.SQLValueFunctionOp_SVFOP_LOCALTIME_N:
		return "localtime"
	case pg_query.SQLValueFunctionOp_SVFOP_LOCALTIMESTAMP, pg_query.SQLValueFunctionOp_SVFOP_LOCALTIMESTAMP_N:
		return "localtimestamp"
	case pg_query.SQLValueFunctionOp_SVFOP_CURRENT_ROLE:
		return "current_role"
	case pg_query.SQLValueFunctionOp_SVFOP_USER:
		return "user"
	case pg_query.SQLValueFunctionOp_SVFOP_SESSION_USER:
		return "session_user"
	case pg_query.SQLValueFunctionOp_SVFOP_CURRENT_CATALOG:
		return "current_catalog"
	case pg_query.SQLValueFunctionOp_SVFOP_CURRENT_SCHEMA:
		return "current_schema"
	}
	return "current_user"
}
