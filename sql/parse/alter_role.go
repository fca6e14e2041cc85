package parse

import "culvert/sql/ast"

// alterRole reads attributes, behind ALTER ROLE [IF EXISTS] name.
func alterRole(p *parser, ifExists bool, name ast.ObjectName) ast.Statement {
	if p.looking("set") || p.looking("reset") || p.looking("in database") {
		return unsupported("ALTER ROLE ... SET")(p)
	}
	s := &ast.AlterRole{Source: p.source(), IfExists: ifExists, Name: name}
	s.Attributes = readRoleAttributes(p)
	if s.Attributes == nil {
		p.fail()
	}
	return s
}
