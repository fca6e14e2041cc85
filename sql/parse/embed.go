package parse

import (
	"culvert/sql/ast"
	"culvert/sql/lex"
	"culvert/sql/pgerr"

	pg_query "github.com/pganalyze/pg_query_go/v6"
)

// hand gives libpg_query the tokens from i to before j with something around
// them, and one statement back.
func hand(p *parser, prefix string, i, j int, suffix string) *pg_query.Node {
	if p.err != nil {
		return nil
	}
	f := fragment{lead: len(prefix), at: p.toks[i].Start}
	if i < j {
		f.size = p.toks[j-1].End - f.at
	}
	f.given = prefix + p.text[f.at:f.at+f.size] + suffix
	return handText(p, f)
}

func handText(p *parser, f fragment) *pg_query.Node {
	res, err := pg_query.Parse(f.given)
	if err != nil {
		p.setError(postgresError(p, err, f))
		return nil
	}
	if len(res.Stmts) != 1 || res.Stmts[0].Stmt == nil {
		p.setError(p.syntaxError(p.toks[len(p.toks)-1]))
		return nil
	}
	return res.Stmts[0].Stmt
}

// readQuery reads the tokens before j as a SELECT and goes past them.
func readQuery(p *parser, j int) ast.Tree {
	i := p.i
	if i >= j {
		p.i = j
		p.expect1("a query")
		p.fail()
		return ast.Tree{}
	}
	first := p.toks[i]
	node := hand(p, "", i, j, "")
	if p.err != nil {
		return ast.Tree{}
	}
	if node.GetSelectStmt() == nil {
		p.i = i
		p.expect1("SELECT")
		p.expect1("VALUES")
		p.fail()
		return ast.Tree{}
	}
	p.i = j
	return ast.Tree{Text: p.rest(i, j), Offset: ast.Pos(first.Start), Node: node}
}

// exprPrefix stands before an expression that libpg_query reads alone; the
// brackets keep anything from following it.
const exprPrefix = "SELECT ("

// readExpression reads the tokens to the end of the statement as one expression.
func readExpression(p *parser) ast.Tree {
	i, j := p.i, len(p.toks)-1
	if i >= j {
		p.expect1("an expression")
		p.fail()
		return ast.Tree{}
	}
	if k := unbalanced(p, i, j); k >= 0 {
		p.i = k
		p.fail()
		return ast.Tree{}
	}
	node := hand(p, exprPrefix, i, j, ")")
	if p.err != nil {
		return ast.Tree{}
	}
	value := node.GetSelectStmt().GetTargetList()[0].GetResTarget().GetVal()
	if row := value.GetRowExpr(); row != nil && row.RowFormat == pg_query.CoercionForm_COERCE_IMPLICIT_CAST && !bracketed(p, i, j) {
		p.skipTo(func(t lex.Token) bool { return t.IsPunct(",") })
		p.fail()
		return ast.Tree{}
	}
	at := p.toks[i].Start
	p.i = j
	return ast.Tree{Text: p.rest(i, j), Offset: ast.Pos(at - len(exprPrefix)), Node: value}
}

// unbalanced gives the closing bracket that nothing before it opened, or -1.
func unbalanced(p *parser, i, j int) int {
	depth := 0
	for k := i; k < j; k++ {
		switch t := p.toks[k]; {
		case t.IsPunct("("):
			depth++
		case t.IsPunct(")"):
			depth--
		}
		if depth < 0 {
			return k
		}
	}
	return -1
}

// bracketed tells whether no comma stands outside brackets.
func bracketed(p *parser, i, j int) bool {
	at := p.i
	p.i = i
	p.skipTo(func(t lex.Token) bool { return t.IsPunct(",") })
	found := p.i < j
	p.i = at
	return !found
}

// readSecretExpression reads the value of a secret. It cannot read anything, so
// that a secret without its quotes is refused here, where no error shows it.
func readSecretExpression(p *parser) ast.SecretExpr {
	pos := p.pos()
	t := readExpression(p)
	if p.err == nil && refersToRows(t.Node.ProtoReflect()) {
		p.failAt(pos, pgerr.InvalidColumnReference, "a secret's value must be a constant expression").
			WithHint("Write the value as a string literal.")
	}
	return ast.NewSecretExpr(t)
}
