package parse

import "culvert/sql/ast"

// createSchema reads CREATE SCHEMA [IF NOT EXISTS] [database.]name.
func (p *parser) createSchema() ast.Statement {
	s := &ast.CreateSchema{Source: p.source()}
	p.expect("schema")
	s.IfNotExists = p.accept("if not exists")
	s.Name = p.schemaName()
	if !p.atEnd() && (p.looking("authorization") || p.looking("create")) {
		p.skipToEnd()
		return &ast.Unsupported{Source: p.source(), Name: "CREATE SCHEMA with more than a name"}
	}
	return s
}
