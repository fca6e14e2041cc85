package parse

import (
	"culvert/sql/ast"
	"culvert/sql/lex"
)

var viewWith = newOptions("view option",
	namedReader{"RETAIN HISTORY", retainValue},
	namedReader{"REFRESH, ASSERT NOT NULL, PARTITION BY, SECURITY_BARRIER, SECURITY_INVOKER, CHECK_OPTION", rawValue})

// viewTails may follow the query of a view, behind WITH.
var viewTails = []string{"local check option", "cascaded check option", "check option", "no data", "data"}

// createView reads CREATE [OR REPLACE] [TEMPORARY] [MATERIALIZED] VIEW.
func createView(p *parser) ast.Statement {
	s := &ast.CreateView{Source: p.source()}
	s.OrReplace = p.accept("or replace")
	s.Temporary = p.accept("temporary") || p.accept("temp")
	s.Recursive = p.accept("recursive")
	s.Materialized = !s.Recursive && p.accept("materialized")
	p.expect("view")
	s.IfNotExists = p.accept("if not exists")
	s.Name = p.objectName()
	if p.peek().IsPunct("(") {
		s.Columns = inBrackets(p, (*parser).ident)
	}
	s.Cluster = readInCluster(p)
	s.With = readWith(p, viewWith)
	p.expect("as")
	end := viewTail(p, s)
	s.Query = readQuery(p, end)
	if p.err == nil {
		p.skipToEnd()
	}
	return s
}

// viewTail finds what follows the query and tells at which token it begins.
func viewTail(p *parser, s *ast.CreateView) int {
	at, end := p.i, len(p.toks)-1
	defer func() { p.i = at }()
	for _, tail := range viewTails {
		n := countWords(tail)
		p.i = end - n - 1
		if p.i > at && p.looking("with "+tail) {
			s.Tail = upper(tail)
			if tail == "check option" {
				s.Tail = "CASCADED CHECK OPTION"
			}
			return p.i
		}
	}
	return end
}

// readInCluster reads [IN CLUSTER name].
func readInCluster(p *parser) ast.Ident {
	if !p.accept("in cluster") {
		return ast.Ident{}
	}
	return p.ident()
}

func (p *parser) skipToEnd() {
	p.skipTo(func(lex.Token) bool { return false })
}
