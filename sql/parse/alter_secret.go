package parse

import "culvert/sql/ast"

// alterSecret reads AS expr, behind ALTER SECRET [IF EXISTS] name.
func alterSecret(p *parser, ifExists bool, name ast.ObjectName) ast.Statement {
	p.expect("as")
	return &ast.AlterSecret{Source: p.source(), IfExists: ifExists, Name: name, Value: readSecretExpression(p)}
}
