package parse

import "culvert/sql/ast"

var clusterOptions = newOptions("cluster option",
	namedReader{"AVAILABILITY ZONES, DISK, INTROSPECTION DEBUGGING, INTROSPECTION INTERVAL, MANAGED", anyValue},
	namedReader{"REPLICATION FACTOR, SIZE, WORKLOAD CLASS", anyValue},
	namedReader{"REPLICAS, SCHEDULE", rawValue})

// createCluster reads CREATE CLUSTER name options; the brackets may be left
// out.
func createCluster(p *parser) ast.Statement {
	s := &ast.CreateCluster{Source: p.source()}
	p.expect("cluster")
	s.Name = p.ident()
	if p.peek().IsPunct("(") {
		s.Options = readOptionsInBrackets(p, clusterOptions)
		return s
	}
	s.Options = readOptions(p, clusterOptions)
	return s
}
