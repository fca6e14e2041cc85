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
		stmt := readStatement(p)
		if p.err != nil {
			return nil, p.err
		}
		out = append(out, stmt)
	}
	return out, nil
}

// readStatement reads one statement to its end.
func readStatement(p *parser) ast.Statement {
	var read func(*parser) ast.Statement
	switch first := p.next(); {
	case first.Is("create"):
		read = chooseCreate(p)
	case first.Is("alter"):
		read = chooseAlter(p)
	case first.Is("drop"):
		read = chooseDrop(p)
	case first.Is("show"):
		read = show
	case first.Is("comment"):
		read = comment
	case first.Is("validate"):
		read = validateConnection
	default:
		read = chooseOther(p, first)
	}
	if read == nil {
		return postgresStatement(p)
	}
	stmt := read(p)
	p.end()
	return stmt
}

// chooseCreate looks at what follows CREATE. Nil means libpg_query.
func chooseCreate(p *parser) func(*parser) ast.Statement {
	at := p.i
	defer func() { p.i = at }()
	for p.accept("or replace") || p.accept("temporary") || p.accept("temp") {
		continue
	}
	switch {
	case p.accept("secret"):
		return createSecret
	case p.accept("connection"):
		return createConnection
	case p.accept("source"):
		return createSource
	case p.accept("view"), p.accept("materialized view"), p.accept("recursive view"):
		return createView
	case p.accept("index"), p.accept("default index"), p.accept("unique index"):
		return createIndex
	case p.accept("schema"):
		return createSchema
	case p.accept("cluster replica"):
		return createClusterReplica
	case p.accept("cluster"):
		return createCluster
	case p.accept("role"), p.accept("user"):
		return createRole
	case p.accept("table"):
		return chooseCreateTable(p)
	}
	return chooseUnsupported(p, "CREATE", createUnsupported)
}

// chooseAlter looks at what follows ALTER. Nil means libpg_query.
func chooseAlter(p *parser) func(*parser) ast.Statement {
	at := p.i
	defer func() { p.i = at }()
	switch {
	case p.accept("secret"):
		return alterNamed(ast.TypeSecret, alterSecret)
	case p.accept("connection"):
		return alterNamed(ast.TypeConnection, alterConnection)
	case p.accept("source"):
		return alterNamed(ast.TypeSource, alterSource)
	case p.accept("role"), p.accept("user"):
		return alterNamed(ast.TypeRole, alterRole)
	}
	if object, ok := readObjectType(p, alterTypes); ok {
		switch {
		case acts(p, "rename to", "owner to"):
			return alterNamed(object, nil)
		case object == ast.TypeCluster:
			return alterNamed(object, alterCluster)
		case acts(p, "set cluster"):
			return alterNamed(object, alterSetCluster(object))
		}
		if object == ast.TypeTable || object == ast.TypeView || object == ast.TypeSchema || object == ast.TypeSequence {
			return nil
		}
		return unsupported("ALTER " + string(object))
	}
	return chooseUnsupported(p, "ALTER", alterUnsupported)
}

// chooseDrop looks at what follows DROP. Nil means libpg_query.
func chooseDrop(p *parser) func(*parser) ast.Statement {
	at := p.i
	defer func() { p.i = at }()
	if _, ok := readObjectType(p, dropTypes); ok {
		return drop
	}
	return chooseUnsupported(p, "DROP", dropUnsupported)
}

// chooseOther reads the statements that the dialect has of its own and culvert
// does not do. Nil means libpg_query.
func chooseOther(p *parser, first lex.Token) func(*parser) ast.Statement {
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
