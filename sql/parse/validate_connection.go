package parse

import "culvert/sql/ast"

// validateConnection reads VALIDATE CONNECTION name.
func validateConnection(p *parser) ast.Statement {
	p.expect("connection")
	return &ast.ValidateConnection{Source: p.source(), Name: p.objectName()}
}
