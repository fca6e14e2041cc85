package parse

import "culvert/sql/ast"

var clusterOptions = newOptions("cluster option",
	namedReader{"AVAILABILITY ZONES, DISK, INTROSPECTION DEBUGGING, INTROSPECTION INTERVAL, MANAGED", anyValue},
	namedReader{"REPLICATION FACTOR, SIZE, WORKLOAD CLASS", anyValue},
	namedReader{"REPLICAS", readReplicas}, namedReader{"SCHEDULE", rawValue})

// createCluster reads CREATE CLUSTER [IF NOT EXISTS] name options.
func createCluster(p *parser) ast.Statement {
	s := &ast.CreateCluster{Source: p.source()}
	p.expect("cluster")
	s.IfNotExists = p.accept("if not exists")
	s.Name = p.ident()
	s.Options = readClusterOptions(p, clusterOptions)
	return s
}

// readClusterOptions reads options whose brackets may be left out.
func readClusterOptions(p *parser, set optionSet) []ast.Option {
	if p.peek().IsPunct("(") {
		return readOptionsInBrackets(p, set)
	}
	return readOptions(p, set)
}
