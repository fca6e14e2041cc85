package parse

import "culvert/sql/ast"

var replicaOptions = newOptions("cluster replica option",
	namedReader{"AVAILABILITY ZONE, BILLED AS, COMPUTE ADDRESSES, COMPUTECTL ADDRESSES, DISK, INTERNAL", anyValue},
	namedReader{"INTROSPECTION DEBUGGING, INTROSPECTION INTERVAL, SIZE, WORKERS", anyValue})

// createClusterReplica reads CREATE CLUSTER REPLICA cluster.replica options.
func createClusterReplica(p *parser) ast.Statement {
	s := &ast.CreateClusterReplica{Source: p.source()}
	p.expect("cluster replica")
	s.Name = replicaName(p)
	s.Options = readClusterOptions(p, replicaOptions)
	return s
}

// replicaName reads cluster.replica.
func replicaName(p *parser) ast.ObjectName {
	cluster := p.ident()
	p.expectPunct(".")
	return ast.ObjectName{Schema: cluster.Name, Item: p.ident().Name, Pos: cluster.Pos}
}

// readReplicas reads (name (options), …), the value of REPLICAS.
func readReplicas(p *parser) ast.Value {
	v := ast.ListValue{Pos: p.pos()}
	p.expectPunct("(")
	if p.acceptPunct(")") {
		return v
	}
	v.Items = list(p, func(p *parser) ast.Value {
		name := p.ident()
		return ast.ItemValue{
			Name: ast.ObjectName{Item: name.Name, Pos: name.Pos}, Options: readOptionsInBrackets(p, replicaOptions),
		}
	})
	p.expectPunct(")")
	return v
}
