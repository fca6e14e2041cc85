package parse

import (
	"culvert/sql/ast"
	"culvert/sql/pgerr"
)

// shown are the lists that SHOW gives, in the order in which they are tried.
// Others than these words name settings: SHOW CLUSTER, SHOW DATABASE.
var shown = []string{
	"materialized views", "cluster replicas", "default privileges", "network policies", "role membership",
	"continual tasks", "connections", "secrets", "sources", "subsources", "tables", "objects", "columns", "schemas",
	"databases", "indexes", "clusters", "types", "views", "sinks", "roles", "privileges",
}

// readShownObjects goes past one of shown. INDEX and KEYS are older words for
// INDEXES.
func readShownObjects(p *parser) (string, bool) {
	defer func() { p.expected = nil }()
	for _, w := range shown {
		if p.accept(w) {
			return upper(w), true
		}
	}
	if p.accept("index") || p.accept("keys") {
		return "INDEXES", true
	}
	return "", false
}

// showObjects reads [FROM name] [ON name] [IN CLUSTER c] [LIKE text | WHERE
// expr], in the order in which they come.
func showObjects(p *parser, what string) ast.Statement {
	s := &ast.ShowObjects{Source: p.source(), Objects: what}
	for {
		switch {
		case s.From.IsZero() && p.accept("from"):
			s.From = readShowFrom(p, what)
		case s.On.IsZero() && p.accept("on"):
			s.On = p.objectName()
		case s.Cluster.Name == "" && p.accept("in cluster"):
			s.Cluster = p.ident()
		case p.accept("like"):
			s.Like = strPtr(p)
			return checkShow(p, s)
		case p.accept("where"):
			s.Where = readExpression(p)
			return checkShow(p, s)
		default:
			return checkShow(p, s)
		}
	}
}

func readShowFrom(p *parser, what string) ast.ObjectName {
	if what == "COLUMNS" {
		return p.objectName()
	}
	return p.schemaName()
}

func checkShow(p *parser, s *ast.ShowObjects) ast.Statement {
	switch {
	case p.err != nil:
	case s.Objects == "SUBSOURCES" && !s.From.IsZero() && !s.On.IsZero():
		p.failAt(s.On.Pos, pgerr.SyntaxError, "Cannot specify both FROM and ON")
	case s.Objects == "COLUMNS" && s.From.IsZero():
		p.expect1("FROM")
		p.fail()
	}
	return s
}
