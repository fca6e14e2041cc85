package parse

import "culvert/sql/ast"

// alterConnection reads the actions, behind ALTER CONNECTION [IF EXISTS] name.
func alterConnection(p *parser, ifExists bool, name ast.ObjectName) ast.Statement {
	s := &ast.AlterConnection{Source: p.source(), IfExists: ifExists, Name: name}
	s.Actions = list(p, readConnectionAction)
	s.With = readWith(p, connectionWith)
	return s
}

func readConnectionAction(p *parser) ast.ConnectionAction {
	a := ast.ConnectionAction{Pos: p.pos()}
	switch {
	case p.accept("rotate keys"):
		a.Kind = ast.ConnectionRotateKeys
	case p.accept("set"):
		p.expectPunct("(")
		a.Option = readOption(p, connectionOptions)
		p.expectPunct(")")
	case p.accept("drop"), p.accept("reset"):
		a.Kind = ast.ConnectionReset
		p.expectPunct("(")
		a.Option.Pos = p.pos()
		name, ok := readOptionName(p, connectionOptions)
		if !ok {
			failOption(p, connectionOptions)
		}
		a.Option.Name = name
		p.expectPunct(")")
	default:
		p.fail()
	}
	if a.Option.Name == "USERNAME" {
		a.Option.Name = "USER"
	}
	return a
}
