package parse

import (
	"culvert/sql/ast"
	"culvert/sql/lex"
	"culvert/sql/pgerr"

	pg_query "github.com/pganalyze/pg_query_go/v6"
)

// hand gives libpg_query the tokens from i to before j with something around
// them, and one statement back.
func (p *parser) hand(prefix string, i, j int, suffix string) *pg_query.Node {
	if p.err != nil {
		return nil
	}
	f := fragment{lead: len(prefix), at: p.toks[i].Start}
	if i < j {
		f.size = p.toks[j-1].End - f.at
	}
	f.given = prefix + p.text[f.at:f.at+f.size] + suffix
	return p.handText(f)
}

func (p *parser) handText(f fragment) *pg_query.Node {
	res, err := pg_query.Parse(f.given)
	if err != nil {
		p.setError(p.postgresError(err, f))
		return nil
	}
	if len(res.Stmts) != 1 || res.Stmts[0].Stmt == nil {
		p.setError(p.syntaxError(p.toks[len(p.toks)-1]))
		return nil
	}
	return res.Stmts[0].Stmt
}

// query reads the tokens before j as a SELECT and goes past them.
func (p *parser) query(j int) ast.Tree {
	i := p.i
	if i >= j {
		p.i = j
		p.expect1("a query")
		p.fail()
		return ast.Tree{}
	}
	first := p.toks[i]
	node := p.hand("", i, j, "")
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

// expression reads the tokens to the end of the statement as one expression.
func (p *parser) expression() ast.Tree {
	i, j := p.i, len(p.toks)-1
	if i >= j {
		p.expect1("an expression")
		p.fail()
		return ast.Tree{}
	}
	if k := p.unbalanced(i, j); k >= 0 {
		p.i = k
		p.fail()
		return ast.Tree{}
	}
	node := p.hand(exprPrefix, i, j, ")")
	if p.err != nil {
		return ast.Tree{}
	}
	value := node.GetSelectStmt().GetTargetList()[0].GetResTarget().GetVal()
	if row := value.GetRowExpr(); row != nil && row.RowFormat == pg_query.CoercionForm_COERCE_IMPLICIT_CAST && !p.bracketed(i, j) {
		p.skipTo(func(t lex.Token) bool { return t.IsPunct(",") })
		p.fail()
		return ast.Tree{}
	}
	at := p.toks[i].Start
	p.i = j
	return ast.Tree{Text: p.rest(i, j), Offset: ast.Pos(at - len(exprPrefix)), Node: value}
}

// unbalanced gives the closing bracket that nothing before it opened, or -1.
func (p *parser) unbalanced(i, j int) int {
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
func (p *parser) bracketed(i, j int) bool {
	at := p.i
	p.i = i
	p.skipTo(func(t lex.Token) bool { return t.IsPunct(",") })
	found := p.i < j
	p.i = at
	return !found
}

// secretExpression reads the value of a secret. It cannot read anything, so
// that a secret without its quotes is refused here, where no error shows it.
func (p *parser) secretExpression() ast.SecretExpr {
	pos := p.pos()
	t := p.expression()
	if p.err == nil && refersToRows(t.Node.ProtoReflect()) {
		p.failAt(pos, pgerr.InvalidColumnReference, "a secret's value must be a constant expression").
			WithHint("Write the value as a string literal.")
	}
	return ast.NewSecretExpr(t)
}
