package parse

import (
	"culvert/sql/ast"
	"culvert/sql/lex"
	"culvert/sql/pgerr"
)

var referenceOptions = newOptions("option", namedReader{"REFERENCE", nameValue})

var tableWith = newOptions("table option",
	namedReader{"DETAILS, ON DECODE ERROR", anyValue},
	namedReader{"TEXT COLUMNS, EXCLUDE COLUMNS, IGNORE COLUMNS, PARTITION BY", nameValues},
	namedReader{"RETAIN HISTORY", retainValue})

// chooseCreateTable looks at what follows CREATE TABLE. Nil means libpg_query.
func chooseCreateTable(p *parser) func(*parser) ast.Statement {
	p.accept("if not exists")
	p.name()
	if p.err != nil {
		p.err = nil
		return nil
	}
	if p.peek().IsPunct("(") {
		skipBrackets(p)
	}
	switch {
	case p.looking("from source"):
		return createTableFromSource
	case p.looking("from webhook"):
		return unsupported("CREATE TABLE FROM WEBHOOK")
	}
	return nil
}

// createTableFromSource reads CREATE TABLE … FROM SOURCE.
func createTableFromSource(p *parser) ast.Statement {
	s := &ast.CreateTableFromSource{Source: p.source()}
	p.expect("table")
	s.IfNotExists = p.accept("if not exists")
	s.Name = p.objectName()
	if p.peek().IsPunct("(") {
		readTableColumns(p, s)
	}
	p.expect("from source")
	s.From = p.objectName()
	if p.peek().IsPunct("(") {
		s.Options = readOptionsInBrackets(p, referenceOptions)
	}
	s.Encoding = readEncoding(p)
	s.With = readWith(p, tableWith)
	return s
}

// readTableColumns reads (name, …) or (name type …, …), the latter by libpg_query.
func readTableColumns(p *parser, s *ast.CreateTableFromSource) {
	start := p.i
	pos := p.pos()
	names, definitions := countColumns(p)
	end := p.i // behind the closing bracket
	if p.err != nil {
		return
	}
	if names > 0 && definitions > 0 {
		p.failAt(pos, pgerr.SyntaxError, "cannot mix column definitions and column names")
		return
	}
	if definitions == 0 {
		p.i = start
		s.Columns = inBrackets(p, (*parser).ident)
		return
	}
	const prefix = "CREATE TABLE t "
	node := hand(p, prefix, start, end, "")
	if p.err == nil {
		at := p.toks[start].Start - len(prefix)
		s.Definitions = ast.Tree{Text: p.rest(start, end), Offset: ast.Pos(at), Node: node}
	}
}

// countColumns goes past a list of columns and counts those that are a name
// alone and the others.
func countColumns(p *parser) (names, definitions int) {
	p.expectPunct("(")
	for {
		from := p.i
		p.skipTo(func(t lex.Token) bool { return t.IsPunct(",") || t.IsPunct(")") })
		if p.i == from+1 {
			names++
		} else {
			definitions++
		}
		if !p.acceptPunct(",") {
			break
		}
	}
	p.expectPunct(")")
	return names, definitions
}

// skipBrackets goes past a pair of brackets and what is in it.
func skipBrackets(p *parser) {
	depth := 0
	for !p.atEnd() {
		switch t := p.next(); {
		case t.IsPunct("("), t.IsPunct("["):
			depth++
		case t.IsPunct(")"), t.IsPunct("]"):
			depth--
		}
		if depth == 0 {
			return
		}
	}
}
