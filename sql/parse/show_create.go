package parse

import (
	"culvert/sql/ast"
	"culvert/sql/pgerr"
)

// show chooses among the forms of SHOW.
func (p *parser) show() ast.Statement {
	pos := p.pos()
	redacted := p.accept("redacted")
	if p.accept("create") {
		return p.showCreate(redacted)
	}
	if redacted && !p.atEnd() {
		p.failAt(pos, pgerr.SyntaxError, "SHOW REDACTED is only supported for SHOW REDACTED CREATE ...")
		return nil
	}
	if redacted {
		p.i--
	}
	if what, ok := p.shownObjects(); ok {
		return p.showObjects(what)
	}
	return p.showVariable()
}

var showCreateTypes = []ast.ObjectType{
	ast.TypeMaterializedView, ast.TypeCluster, ast.TypeConnection, ast.TypeIndex, ast.TypeSink, ast.TypeSource,
	ast.TypeTable, ast.TypeType, ast.TypeView,
}

// showCreate reads object name, behind SHOW [REDACTED] CREATE.
func (p *parser) showCreate(redacted bool) ast.Statement {
	s := &ast.ShowCreate{Source: p.source(), WithoutLiterals: redacted}
	var ok bool
	if s.Object, ok = p.objectType(showCreateTypes); !ok {
		p.expected = []string{"a kind of object that has a definition"}
		p.fail()
		return nil
	}
	s.Name = p.nameOf(s.Object)
	return s
}
