package analyze

import (
	"fmt"
	"strings"
	"sync"

	pg_query "github.com/pganalyze/pg_query_go/v6"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"culvert/sql/ast"
)

// printTree writes a query as text that parses to the same tree. libpg_query
// leaves out some brackets that it needs; where it does, they are asked for.
func printTree(stmt *pg_query.Node) (string, error) {
	text, err := printAs(stmt, stmt)
	if err == nil {
		return text, nil
	}
	if bracketed, again := printAs(stmt, withBrackets(stmt)); again == nil {
		return bracketed, nil
	}
	return "", err
}

// printAs writes a tree, with brackets or without; the text must read as the one
// that is wanted.
func printAs(want, tree *pg_query.Node) (string, error) {
	text, err := pg_query.Deparse(&pg_query.ParseResult{Version: treeVersion(), Stmts: []*pg_query.RawStmt{{Stmt: tree}}})
	if err != nil {
		return "", err
	}
	if tree != want {
		text = strings.ReplaceAll(text, "::"+ast.QuoteIdent(bracketType), "")
	}
	again, err := pg_query.Parse(text)
	if err != nil {
		return "", fmt.Errorf("reading %s: %w", text, err)
	}
	if len(again.Stmts) != 1 || !proto.Equal(placeless(want), placeless(again.Stmts[0].Stmt)) {
		return "", fmt.Errorf("%s is another query", text)
	}
	return text, nil
}

// bracketType is a type that nobody has. A cast to it is written with brackets,
// within and around; they stay when the cast is taken out of the text.
const bracketType = "#()"

// withBrackets gives a copy of a tree in which the operands that libpg_query
// writes without brackets are cast to bracketType.
func withBrackets(stmt *pg_query.Node) *pg_query.Node {
	out := proto.Clone(stmt).(*pg_query.Node)
	var visit func(protoreflect.Message)
	visit = func(m protoreflect.Message) {
		eachMessage(m, visit)
		switch n := m.Interface().(type) {
		case *pg_query.A_Indirection:
			n.Arg = inBrackets(n.Arg)
		case *pg_query.NullTest:
			n.Arg = inBrackets(n.Arg)
		case *pg_query.BooleanTest:
			n.Arg = inBrackets(n.Arg)
		case *pg_query.A_Expr:
			bracketBounds(n)
		case *pg_query.FuncCall:
			if n.Funcformat == pg_query.CoercionForm_COERCE_SQL_SYNTAX {
				for i := range n.Args {
					n.Args[i] = inBrackets(n.Args[i])
				}
			}
		}
	}
	visit(out.ProtoReflect())
	return out
}

// bracketBounds puts brackets around the bounds of BETWEEN.
func bracketBounds(n *pg_query.A_Expr) {
	switch n.Kind {
	case pg_query.A_Expr_Kind_AEXPR_BETWEEN, pg_query.A_Expr_Kind_AEXPR_NOT_BETWEEN,
		pg_query.A_Expr_Kind_AEXPR_BETWEEN_SYM, pg_query.A_Expr_Kind_AEXPR_NOT_BETWEEN_SYM:
		items := n.Rexpr.GetList().GetItems()
		for i := range items {
			items[i] = inBrackets(items[i])
		}
	}
}

func inBrackets(n *pg_query.Node) *pg_query.Node {
	switch n.GetNode().(type) {
	case nil, *pg_query.Node_ColumnRef, *pg_query.Node_ParamRef, *pg_query.Node_TypeCast:
		return n
	case *pg_query.Node_AConst:
		if n.GetAConst().GetIval() == nil && n.GetAConst().GetFval() == nil {
			return n
		}
	}
	name := &pg_query.TypeName{Names: []*pg_query.Node{stringNode(bracketType)}, Typemod: -1}
	return &pg_query.Node{Node: &pg_query.Node_TypeCast{TypeCast: &pg_query.TypeCast{Arg: n, TypeName: name}}}
}

// treeVersion is the version of trees that libpg_query writes, and reads.
var treeVersion = sync.OnceValue(func() int32 {
	tree, err := pg_query.Parse("SELECT")
	if err != nil {
		return 0
	}
	return tree.Version
})

// placeless gives a copy of a tree without locations.
func placeless(stmt *pg_query.Node) proto.Message {
	out := proto.Clone(stmt)
	var clear func(protoreflect.Message)
	clear = func(m protoreflect.Message) {
		fields := m.Descriptor().Fields()
		for i := range fields.Len() {
			if f := fields.Get(i); strings.HasSuffix(string(f.Name()), "location") {
				m.Clear(f)
			}
		}
		eachMessage(m, clear)
	}
	clear(out.ProtoReflect())
	return out
}
