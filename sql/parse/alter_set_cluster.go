package parse

import "culvert/sql/ast"

// alterSetCluster reads SET CLUSTER name, behind ALTER object [IF EXISTS] name.
func alterSetCluster(object ast.ObjectType) func(*parser, bool, ast.ObjectName) ast.Statement {
	return func(p *parser, ifExists bool, name ast.ObjectName) ast.Statement {
		p.expect("set cluster")
		return &ast.AlterSetCluster{Source: p.source(), Object: object, IfExists: ifExists, Name: name, Cluster: p.ident()}
	}
}
