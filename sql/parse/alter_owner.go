package parse

import "culvert/sql/ast"

// alterOwner reads the role, behind ALTER object [IF EXISTS] name OWNER TO.
// CURRENT_USER and its kin are reserved words and stand for themselves.
func alterOwner(p *parser, object ast.ObjectType, ifExists bool, name ast.ObjectName) ast.Statement {
	s := &ast.AlterOwner{Source: p.source(), Object: object, IfExists: ifExists, Name: name}
	if t := p.peek(); t.Is("current_user") || t.Is("session_user") || t.Is("current_role") {
		p.i++
		s.Owner = ast.Ident{Name: t.Text, Pos: ast.Pos(t.Start)}
		return s
	}
	s.Owner = p.ident()
	return s
}
