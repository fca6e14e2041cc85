package parse

import "culvert/sql/ast"

// createSecret reads CREATE SECRET [IF NOT EXISTS] name AS expr.
func createSecret(p *parser) ast.Statement {
	s := &ast.CreateSecret{Source: p.source()}
	p.expect("secret")
	s.IfNotExists = p.accept("if not exists")
	s.Name = p.objectName()
	p.expect("as")
	s.Value = readSecretExpression(p)
	return s
}
