package parse

import (
	"slices"

	"culvert/sql/ast"
)

// alterTypes are the objects whose RENAME TO and OWNER TO are read here.
var alterTypes = []ast.ObjectType{
	ast.TypeMaterializedView, ast.TypeNetworkPolicy, ast.TypeClusterReplica, ast.TypeCluster, ast.TypeConnection,
	ast.TypeDatabase, ast.TypeIndex, ast.TypeSchema, ast.TypeSequence, ast.TypeSecret, ast.TypeSink, ast.TypeSource, ast.TypeTable,
	ast.TypeType, ast.TypeView,
}

// acts tells whether one of the given words is the action of ALTER. Their place
// does not depend on the object: behind the name.
func acts(p *parser, actions ...string) bool {
	at := p.i
	defer func() { p.i, p.err = at, nil }()
	p.accept("if exists")
	p.name()
	return p.err == nil && slices.ContainsFunc(actions, p.looking)
}

// alterNamed reads ALTER object [IF EXISTS] name, then RENAME TO, OWNER TO or
// what the object has of its own.
func alterNamed(object ast.ObjectType, own func(*parser, bool, ast.ObjectName) ast.Statement) func(*parser) ast.Statement {
	return func(p *parser) ast.Statement {
		if object != ast.TypeRole || !p.accept("user") {
			p.expect(lower(string(object)))
		}
		ifExists := p.accept("if exists")
		name := nameOf(p, object)
		switch {
		case p.accept("rename to"):
			return &ast.AlterRename{Source: p.source(), Object: object, IfExists: ifExists, Name: name, NewName: p.ident()}
		case p.accept("owner to"):
			return alterOwner(p, object, ifExists, name)
		case own == nil:
			p.fail()
			return nil
		}
		return own(p, ifExists, name)
	}
}
