package parse

import "culvert/sql/ast"

// createSchema reads CREATE SCHEMA [IF NOT EXISTS] [database.]name.
func createSchema(p *parser) ast.Statement {
	s := &ast.CreateSchema{Source: p.source()}
	p.expect("schema")
	s.IfNotExists = p.accept("if not exists")
	s.Name = p.schemaName()
	switch {
	case p.looking("authorization"):
		return unsupported("CREATE SCHEMA AUTHORIZATION")(p)
	case p.looking("create"), p.looking("grant"):
		return unsupported("CREATE SCHEMA with elements")(p)
	}
	return s
}
