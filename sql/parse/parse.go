// Package parse reads the text of a Query message into statements.
//
// The first words of a statement choose who reads it. A kind of statement with
// any form of the dialect is read here, one file per kind; every other goes to
// libpg_query whole, as do the queries and expressions inside the dialect's
// statements, with their offset. All statements of a text are read before any
// of them runs. Errors are 42601 as PostgreSQL words them, and never show what
// may be a secret.
package parse

import (
	"culvert/sql/ast"
	"culvert/sql/lex"
)

// Parse reads all statements of a text. A text without statements gives none.
// Errors are *pgerr.Error: 42601 with a position, 22021 for text that is not
// UTF-8, 54001 for text that is too deep.
func Parse(text string) ([]ast.Statement, error) {
	toks, err := lex.Scan(text)
	if err != nil {
		return nil, err
	}
	var out []ast.Statement
	for _, s := range lex.Split(toks) {
		if err := lex.CheckDepth(s.Tokens); err != nil {
			return nil, err
		}
		p := newParser(text, s)
		stmt := p.statement()
		if p.err != nil {
			return nil, p.err
		}
		out = append(out, stmt)
	}
	return out, nil
}

// statement reads one statement to its end.
func (p *parser) statement() ast.Statement {
	var read func(*parser) ast.Statement
	switch first := p.next(); {
	case first.Is("create"):
		read = p.chooseCreate()
	case first.Is("alter"):
		read = p.chooseAlter()
	case first.Is("drop"):
		read = p.chooseDrop()
	case first.Is("show"):
		read = (*parser).show
	case first.Is("comment"):
		read = (*parser).comment
	case first.Is("validate"):
		read = (*parser).validateConnection
	default:
		read = p.chooseOther(first)
	}
	if read == nil {
		return p.postgres()
	}
	stmt := read(p)
	p.end()
	return stmt
}

// chooseCreate looks at what follows CREATE. Nil means libpg_query.
func (p *parser) chooseCreate() func(*parser) ast.Statement {
	at := p.i
	defer func() { p.i = at }()
	for p.accept("or replace") || p.accept("temporary") || p.accept("temp") {
		continue
	}
	switch {
	case p.accept("secret"):
		return (*parser).createSecret
	case p.accept("connection"):
		return (*parser).createConnection
	case p.accept("source"):
		return (*parser).createSource
	case p.accept("view"), p.accept("materialized view"), p.accept("recursive view"):
		return (*parser).createView
	case p.accept("index"), p.accept("default index"), p.accept("unique index"):
		return (*parser).createIndex
	case p.accept("schema"):
		return (*parser).createSchema
	case p.accept("cluster"):
		if p.peek().Is("replica") {
			return unsupported("CREATE CLUSTER REPLICA")
		}
		return (*parser).createCluster
	case p.accept("table"):
		return p.chooseCreateTable()
	}
	return p.chooseUnsupported("CREATE", createUnsupported)
}

// chooseAlter looks at what follows ALTER. Nil means libpg_query.
func (p *parser) chooseAlter() func(*parser) ast.Statement {
	at := p.i
	defer func() { p.i = at }()
	switch {
	case p.accept("secret"):
		return alterNamed(ast.TypeSecret, (*parser).alterSecret)
	case p.accept("connection"):
		return alterNamed(ast.TypeConnection, (*parser).alterConnection)
	case p.accept("source"):
		return alterNamed(ast.TypeSource, (*parser).alterSource)
	}
	if object, ok := p.objectType(alterTypes); ok {
		if p.renames() {
			return alterNamed(object, nil)
		}
		if object == ast.TypeTable || object == ast.TypeView || object == ast.TypeSchema {
			return nil
		}
		return unsupported("ALTER " + string(object))
	}
	return p.chooseUnsupported("ALTER", alterUnsupported)
}

// chooseDrop looks at what follows DROP. Nil means libpg_query.
func (p *parser) chooseDrop() func(*parser) ast.Statement {
	at := p.i
	defer func() { p.i = at }()
	if _, ok := p.objectType(dropTypes); ok {
		return (*parser).drop
	}
	return p.chooseUnsupported("DROP", dropUnsupported)
}

// chooseOther reads the statements that the dialect has of its own and culvert
// does not do. Nil means libpg_query.
func (p *parser) chooseOther(first lex.Token) func(*parser) ast.Statement {
	switch {
	case first.Is("subscribe"), first.Is("tail"):
		return unsupported("SUBSCRIBE")
	case first.Is("inspect"):
		return unsupported("INSPECT SHARD")
	case first.Is("declare"), first.Is("copy"):
		for i, t := range p.toks[:len(p.toks)-1] {
			if t.Is("subscribe") && i > 0 && (p.toks[i-1].Is("for") || p.toks[i-1].IsPunct("(")) {
				return unsupported("SUBSCRIBE")
			}
		}
	case first.Is("explain"):
		for _, w := range explainUnsupported {
			if p.accept(w) {
				return unsupported("EXPLAIN " + upper(w))
			}
		}
	}
	return nil
}
