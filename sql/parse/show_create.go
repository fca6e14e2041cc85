package parse

import (
	"culvert/sql/ast"
	"culvert/sql/pgerr"
)

// show chooses among the forms of SHOW.
func show(p *parser) ast.Statement {
	pos := p.pos()
	redacted := p.accept("redacted")
	if p.accept("create") {
		return showCreate(p, redacted)
	}
	if redacted && !p.atEnd() {
		p.failAt(pos, pgerr.SyntaxError, "SHOW REDACTED is only supported for SHOW REDACTED CREATE ...")
		return nil
	}
	if redacted {
		p.i--
	}
	if what, ok := readShownObjects(p); ok {
		return showObjects(p, what)
	}
	return showVariable(p)
}

var showCreateTypes = []ast.ObjectType{
	ast.TypeMaterializedView, ast.TypeCluster, ast.TypeConnection, ast.TypeIndex, ast.TypeSink, ast.TypeSource,
	ast.TypeTable, ast.TypeType, ast.TypeView,
}

// showCreate reads object name, behind SHOW [REDACTED] CREATE.
func showCreate(p *parser, redacted bool) ast.Statement {
	s := &ast.ShowCreate{Source: p.source(), WithoutLiterals: redacted}
	var ok bool
	if s.Object, ok = readObjectType(p, showCreateTypes); !ok {
		p.expected = []string{"a kind of object that has a definition"}
		p.fail()
		return nil
	}
	s.Name = nameOf(p, s.Object)
	return s
}
