package parse

import "culvert/sql/ast"

var addTablesWith = newOptions("option",
	namedReader{"DETAILS", anyValue},
	namedReader{"TEXT COLUMNS, EXCLUDE COLUMNS, IGNORE COLUMNS", nameValues})

// alterSource reads the action, behind ALTER SOURCE [IF EXISTS] name.
func alterSource(p *parser, ifExists bool, name ast.ObjectName) ast.Statement {
	s := &ast.AlterSource{Source: p.source(), IfExists: ifExists, Name: name, Pos: p.pos()}
	switch {
	case p.accept("add subsource"), p.accept("add table"):
		s.Action = ast.SourceAddTables
		s.Tables = list(p, readTableReference)
		s.With = readWith(p, addTablesWith)
	case p.accept("drop subsource"), p.accept("drop table"):
		s.Action = ast.SourceDropTables
		s.Drop = &ast.Drop{Source: p.source(), Object: ast.TypeTable, IfExists: p.accept("if exists")}
		s.Drop.Names = list(p, (*parser).objectName)
		s.Drop.Behavior = readDropBehavior(p)
	case p.accept("set cluster"):
		s.Action = ast.SourceSetCluster
		s.Cluster = p.ident()
	case p.accept("set"):
		s.Action = ast.SourceSet
		s.Options = readOptionsInBrackets(p, sourceWith)
	case p.accept("reset"):
		s.Action = ast.SourceReset
		s.Options = inBrackets(p, func(p *parser) ast.Option { return readOptionAlone(p, sourceWith) })
	case p.accept("refresh references"):
		s.Action = ast.SourceRefreshReferences
	default:
		p.fail()
	}
	return s
}

// readOptionAlone reads the name of an option.
func readOptionAlone(p *parser, set optionSet) ast.Option {
	o := ast.Option{Pos: p.pos()}
	name, ok := readOptionName(p, set)
	if !ok {
		failOption(p, set)
	}
	o.Name = name
	return o
}
