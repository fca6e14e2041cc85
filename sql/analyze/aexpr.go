package analyze

import (
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"culvert/engine/query"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// transformAExpr transforms the operators of the grammar.
func transformAExpr(s *scope, a *pg_query.A_Expr) query.Expr {
	name := names(a.Name)
	loc := int(a.Location)
	switch a.Kind {
	case pg_query.A_Expr_Kind_AEXPR_OP, pg_query.A_Expr_Kind_AEXPR_LIKE, pg_query.A_Expr_Kind_AEXPR_ILIKE,
		pg_query.A_Expr_Kind_AEXPR_SIMILAR:
		return transformOp(s, a, name)
	case pg_query.A_Expr_Kind_AEXPR_OP_ANY, pg_query.A_Expr_Kind_AEXPR_OP_ALL:
		left, right := transformExpr(s, a.Lexpr), transformExpr(s, a.Rexpr)
		return makeArrayOp(s, name, a.Kind == pg_query.A_Expr_Kind_AEXPR_OP_ALL, [2]query.Expr{left, right}, loc)
	case pg_query.A_Expr_Kind_AEXPR_DISTINCT, pg_query.A_Expr_Kind_AEXPR_NOT_DISTINCT:
		return transformDistinctFrom(s, a, name)
	case pg_query.A_Expr_Kind_AEXPR_NULLIF:
		left, right := transformExpr(s, a.Lexpr), transformExpr(s, a.Rexpr)
		op := makeOp(s, name, left, right, loc)
		if op.T.OID != types.BoolOID {
			s.env.failAt(loc, pgerr.New(pgerr.DatatypeMismatch, "NULLIF requires = operator to yield boolean"))
		}
		return mark(s.env, &query.NullIf{T: op.Left.Type(), Operator: op.Operator, Left: op.Left, Right: op.Right}, s.env.at(op))
	case pg_query.A_Expr_Kind_AEXPR_IN:
		return transformIn(s, a, name)
	}
	return transformBetween(s, a)
}

// transformOp is transformAExprOp.
func transformOp(s *scope, a *pg_query.A_Expr, name []string) query.Expr {
	loc := int(a.Location)
	lrow, rrow := a.Lexpr.GetRowExpr(), a.Rexpr.GetRowExpr()
	if link := a.Rexpr.GetSubLink(); lrow != nil && link != nil && link.SubLinkType == pg_query.SubLinkType_EXPR_SUBLINK {
		row := &pg_query.SubLink{SubLinkType: pg_query.SubLinkType_ROWCOMPARE_SUBLINK, Testexpr: a.Lexpr, OperName: a.Name,
			Subselect: link.Subselect, Location: a.Location}
		return transformSubLink(s, row)
	}
	if lrow != nil && rrow != nil {
		return makeRowCompare(s, name, transformList(s, lrow.Args), transformList(s, rrow.Args), loc)
	}
	var left query.Expr
	if a.Lexpr != nil {
		left = transformExpr(s, a.Lexpr)
	}
	return makeOp(s, name, left, transformExpr(s, schemaPattern(a, name)), loc)
}

func transformList(s *scope, list []*pg_query.Node) []query.Expr {
	var out []query.Expr
	for _, n := range list {
		targets := &targetList{}
		if expandStar(s, targets, &pg_query.ResTarget{Val: n}) {
			for _, t := range targets.items {
				out = append(out, t.expr)
			}
			continue
		}
		out = append(out, transformExpr(s, n))
	}
	return out
}

// makeRowCompare is make_row_comparison_op.
func makeRowCompare(s *scope, name []string, left, right []query.Expr, loc int) query.Expr {
	v := s.env
	if len(left) != len(right) {
		v.failAt(loc, pgerr.New(pgerr.SyntaxError, "unequal number of entries in row expressions"))
	}
	if len(left) == 0 {
		v.failAt(loc, pgerr.New(pgerr.FeatureNotSupported, "cannot compare rows of zero length"))
	}
	out := &query.RowCompare{Name: name[len(name)-1]}
	var ops []*query.Op
	for i := range left {
		op := boolOp(s, name, left[i], right[i], loc)
		ops = append(ops, op)
	}
	if len(ops) == 1 {
		return ops[0]
	}
	strategy := rowStrategy(s, name, ops, loc)
	if strategy == rowEqual || strategy == rowNotEqual {
		return rowEquality(s, ops, strategy, loc)
	}
	for _, op := range ops {
		out.Operators = append(out.Operators, op.Operator)
		out.Left, out.Right = append(out.Left, op.Left), append(out.Right, op.Right)
	}
	return mark(v, out, v.leftmost(loc, out.Left...))
}

func boolOp(s *scope, name []string, left, right query.Expr, loc int) *query.Op {
	op := makeOp(s, name, left, right, loc)
	if op.T.OID != types.BoolOID {
		s.env.failAt(loc, pgerr.New(pgerr.DatatypeMismatch, "row comparison operator must yield type boolean, not type %s", op.T.OID.Name()))
	}
	return op
}

// What a row comparison's operators mean in a btree operator family: their
// strategy, and <> for what is the negation of =.
const (
	rowEqual    = 3
	rowNotEqual = 6
)

// rowStrategy finds what the operators mean, which must be the same for all.
func rowStrategy(s *scope, name []string, ops []*query.Op, loc int) int {
	common := map[int]bool{1: true, 2: true, 3: true, 4: true, 5: true, 6: true}
	for _, op := range ops {
		mine := map[int]bool{}
		for _, m := range s.env.pg.Families(op.Operator.OID) {
			mine[m.Strategy] = true
		}
		if negated := s.env.pg.Operators[op.Operator.OID].Negate; negated != 0 {
			for _, m := range s.env.pg.Families(negated) {
				if m.Strategy == rowEqual {
					mine[rowNotEqual] = true
				}
			}
		}
		for k := range common {
			common[k] = common[k] && mine[k]
		}
	}
	for strategy := 1; strategy <= rowNotEqual; strategy++ {
		if common[strategy] {
			return strategy
		}
	}
	s.env.failAt(loc, pgerr.New(pgerr.FeatureNotSupported, "could not determine interpretation of row comparison operator %s", name[len(name)-1]).
		WithHint("Row comparison operators must be associated with btree operator families."))
	return 0
}

// rowEquality spells = and <> out, as PostgreSQL does.
func rowEquality(s *scope, ops []*query.Op, strategy, loc int) query.Expr {
	out := &query.BoolExpr{Kind: query.And}
	if strategy == rowNotEqual {
		out.Kind = query.Or
	}
	for _, op := range ops {
		out.Args = append(out.Args, op)
	}
	return mark(s.env, out, s.env.leftmost(loc, out.Args...))
}

// transformDistinctFrom is transformAExprDistinct.
func transformDistinctFrom(s *scope, a *pg_query.A_Expr, name []string) query.Expr {
	v := s.env
	loc := int(a.Location)
	not := a.Kind == pg_query.A_Expr_Kind_AEXPR_NOT_DISTINCT
	if isNull(a.Rexpr) || isNull(a.Lexpr) {
		n := a.Lexpr
		if !isNull(a.Rexpr) {
			n = a.Rexpr
		}
		arg := transformExpr(s, n)
		return mark(v, &query.NullTest{Arg: arg, Not: !not}, v.leftmost(loc, arg))
	}
	lrow, rrow := a.Lexpr.GetRowExpr(), a.Rexpr.GetRowExpr()
	if lrow == nil || rrow == nil {
		return distinctFrom(s, name, [2]query.Expr{transformExpr(s, a.Lexpr), transformExpr(s, a.Rexpr)}, not, loc)
	}
	left, right := transformList(s, lrow.Args), transformList(s, rrow.Args)
	if len(left) != len(right) {
		v.failAt(loc, pgerr.New(pgerr.SyntaxError, "unequal number of entries in row expressions"))
	}
	out := &query.BoolExpr{Kind: query.Or}
	if not {
		out.Kind = query.And
	}
	for i := range left {
		out.Args = append(out.Args, distinctFrom(s, name, [2]query.Expr{left[i], right[i]}, not, loc))
	}
	switch len(out.Args) {
	case 0:
		return mark(v, &query.Const{T: types.T(types.BoolOID), Text: map[bool]string{true: "t", false: "f"}[not]}, loc)
	case 1:
		return out.Args[0]
	}
	return mark(v, out, v.leftmost(loc, out.Args...))
}

func isNull(n *pg_query.Node) bool { return n.GetAConst().GetIsnull() }

func distinctFrom(s *scope, name []string, pair [2]query.Expr, not bool, loc int) query.Expr {
	op := makeOp(s, name, pair[0], pair[1], loc)
	if op.T.OID != types.BoolOID {
		s.env.failAt(loc, pgerr.New(pgerr.DatatypeMismatch, "IS DISTINCT FROM requires = operator to yield boolean"))
	}
	return mark(s.env, &query.DistinctExpr{Operator: op.Operator, Left: op.Left, Right: op.Right, Not: not}, s.env.at(op))
}

// transformIn is transformAExprIn: values of one type without columns become
// an array; the rest is compared one by one.
func transformIn(s *scope, a *pg_query.A_Expr, name []string) query.Expr {
	v := s.env
	loc := int(a.Location)
	negated := name[len(name)-1] == "<>"
	left := transformExpr(s, a.Lexpr)
	var plain, vars []query.Expr
	for _, n := range a.Rexpr.GetList().GetItems() {
		e := transformExpr(s, n)
		if containsVar(s, e) {
			vars = append(vars, e)
		} else {
			plain = append(plain, e)
		}
	}
	var parts []query.Expr
	all := vars
	if arr := inArray(s, name, left, plain, loc); arr != nil {
		parts = append(parts, arr)
	} else {
		all = append(append([]query.Expr(nil), plain...), vars...)
	}
	for _, e := range all {
		lrow, lok := left.(*query.Row)
		rrow, rok := e.(*query.Row)
		if lok && rok {
			parts = append(parts, makeRowCompare(s, name, lrow.Fields, rrow.Fields, loc))
			continue
		}
		parts = append(parts, toBoolean(s, makeOp(s, name, left, e, loc), "IN"))
	}
	if len(parts) == 1 {
		return parts[0]
	}
	out := &query.BoolExpr{Kind: query.Or, Args: parts}
	if negated {
		out.Kind = query.And
	}
	return mark(v, out, v.leftmost(loc, parts...))
}

// inArray makes x op ANY (ARRAY[…]) of two or more values; nil: they have no
// type in common.
func inArray(s *scope, name []string, left query.Expr, list []query.Expr, loc int) query.Expr {
	v := s.env
	if len(list) < 2 {
		return nil
	}
	oid := commonType(s, append([]query.Expr{left}, list...), "")
	if oid == 0 || oid == types.RecordOID || v.arrayOf(oid) == 0 {
		return nil
	}
	for _, e := range list {
		if !v.canCoerceOne(e.Type().OID, oid, implicitCast) {
			return nil
		}
	}
	arr := &query.Array{T: types.T(v.arrayOf(oid)), Elem: types.T(oid)}
	for _, e := range list {
		arr.Elems = append(arr.Elems, toCommon(s, e, oid, "IN"))
	}
	mark(v, arr, -1)
	return makeArrayOp(s, name, name[len(name)-1] == "<>", [2]query.Expr{left, arr}, loc)
}

// containsVar is contain_vars_of_level.
func containsVar(s *scope, e query.Expr) bool {
	found := false
	walkQuery(e, func(sub query.Expr) bool {
		if col, ok := sub.(*query.Var); ok && s.levelOf(col.Entry) == 0 {
			found = true
		}
		return !found
	})
	return found
}

// transformBetween is transformAExprBetween. The operand is written once in
// the parse tree, and is transformed for each of its uses, as in PostgreSQL.
func transformBetween(s *scope, a *pg_query.A_Expr) query.Expr {
	bounds := a.Rexpr.GetList().GetItems()
	low, high := bounds[0], bounds[1]
	op := func(name string, bound *pg_query.Node) *pg_query.Node {
		return exprNode(&pg_query.A_Expr{Kind: pg_query.A_Expr_Kind_AEXPR_OP, Name: []*pg_query.Node{stringNode(name)},
			Lexpr: a.Lexpr, Rexpr: bound, Location: a.Location})
	}
	both := func(kind pg_query.BoolExprType, x, y *pg_query.Node) *pg_query.Node {
		return &pg_query.Node{Node: &pg_query.Node_BoolExpr{BoolExpr: &pg_query.BoolExpr{Boolop: kind, Args: []*pg_query.Node{x, y}, Location: a.Location}}}
	}
	const and, or = pg_query.BoolExprType_AND_EXPR, pg_query.BoolExprType_OR_EXPR
	var out *pg_query.Node
	switch a.Kind {
	case pg_query.A_Expr_Kind_AEXPR_BETWEEN:
		out = both(and, op(">=", low), op("<=", high))
	case pg_query.A_Expr_Kind_AEXPR_NOT_BETWEEN:
		out = both(or, op("<", low), op(">", high))
	case pg_query.A_Expr_Kind_AEXPR_BETWEEN_SYM:
		out = both(or, both(and, op(">=", low), op("<=", high)), both(and, op(">=", high), op("<=", low)))
	case pg_query.A_Expr_Kind_AEXPR_NOT_BETWEEN_SYM:
		out = both(and, both(or, op("<", low), op(">", high)), both(or, op("<", high), op(">", low)))
	default:
		s.env.failAt(int(a.Location), pgerr.New(pgerr.FeatureNotSupported, "this operator is not supported"))
	}
	return transformExpr(s, out)
}

func exprNode(a *pg_query.A_Expr) *pg_query.Node {
	return &pg_query.Node{Node: &pg_query.Node_AExpr{AExpr: a}}
}

func stringNode(text string) *pg_query.Node {
	return &pg_query.Node{Node: &pg_query.Node_String_{String_: &pg_query.String{Sval: text}}}
}

func trueConst() *query.Const { return &query.Const{T: types.T(types.BoolOID), Text: "t"} }
