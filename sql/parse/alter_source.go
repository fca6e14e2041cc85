package parse

import "culvert/sql/ast"

var addTablesWith = newOptions("option",
	namedReader{"DETAILS", (*parser).value},
	namedReader{"TEXT COLUMNS, EXCLUDE COLUMNS, IGNORE COLUMNS", (*parser).dottedList})

// alterSource reads the action, behind ALTER SOURCE [IF EXISTS] name.
func (p *parser) alterSource(ifExists bool, name ast.ObjectName) ast.Statement {
	s := &ast.AlterSource{Source: p.source(), IfExists: ifExists, Name: name, Pos: p.pos()}
	switch {
	case p.accept("add subsource"), p.accept("add table"):
		s.Action = ast.SourceAddTables
		s.Tables = list(p, p.tableReference)
		s.With = p.with(addTablesWith)
	case p.accept("drop subsource"), p.accept("drop table"):
		s.Action = ast.SourceDropTables
		s.Drop = &ast.Drop{Source: p.source(), Object: ast.TypeTable, IfExists: p.accept("if exists")}
		s.Drop.Names = list(p, p.objectName)
		s.Drop.Behavior = p.dropBehavior()
	case p.accept("set cluster"):
		s.Action = ast.SourceSetCluster
		s.Cluster = p.ident()
	case p.accept("set"):
		s.Action = ast.SourceSet
		s.Options = p.optionsInBrackets(sourceWith)
	case p.accept("reset"):
		s.Action = ast.SourceReset
		s.Options = inBrackets(p, p.resetOption)
	case p.accept("refresh references"):
		s.Action = ast.SourceRefreshReferences
	default:
		p.fail()
	}
	return s
}

func (p *parser) resetOption() ast.Option {
	o := ast.Option{Pos: p.pos()}
	name, ok := p.optionName(sourceWith)
	if !ok {
		p.failOption(sourceWith)
	}
	o.Name = name
	return o
}
