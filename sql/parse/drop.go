package parse

import (
	"strings"

	"culvert/sql/ast"
)

// dropTypes are the objects that DROP is read for here.
var dropTypes = append([]ast.ObjectType{ast.TypeRole}, alterTypes...)

// readObjectType goes past one of the given types.
func readObjectType(p *parser, types []ast.ObjectType) (ast.ObjectType, bool) {
	for _, t := range types {
		if p.accept(lower(string(t))) {
			return t, true
		}
		if t == ast.TypeRole && p.accept("user") {
			return t, true
		}
	}
	return "", false
}

func lower(s string) string { return strings.ToLower(s) }

// drop reads DROP object [IF EXISTS] name, … [CASCADE | RESTRICT].
func drop(p *parser) ast.Statement {
	s := &ast.Drop{Source: p.source()}
	s.Object, _ = readObjectType(p, dropTypes)
	if s.Object == ast.TypeIndex {
		p.accept("concurrently")
	}
	s.IfExists = p.accept("if exists")
	s.Names = list(p, func(p *parser) ast.ObjectName { return nameOf(p, s.Object) })
	s.Behavior = readDropBehavior(p)
	return s
}

func readDropBehavior(p *parser) ast.DropBehavior {
	switch {
	case p.accept("cascade"):
		return ast.DropCascade
	case p.accept("restrict"):
		return ast.DropRestrict
	}
	return ast.DropDefault
}
