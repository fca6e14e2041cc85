package parse

import "culvert/sql/ast"

var clusterOptions = newOptions("cluster option",
	namedReader{"AVAILABILITY ZONES, DISK, INTROSPECTION DEBUGGING, INTROSPECTION INTERVAL, MANAGED", (*parser).value},
	namedReader{"REPLICATION FACTOR, SIZE, WORKLOAD CLASS", (*parser).value},
	namedReader{"REPLICAS, SCHEDULE", (*parser).raw})

// createCluster reads CREATE CLUSTER name options; the brackets may be left
// out.
func (p *parser) createCluster() ast.Statement {
	s := &ast.CreateCluster{Source: p.source()}
	p.expect("cluster")
	s.Name = p.ident()
	if p.peek().IsPunct("(") {
		s.Options = p.optionsInBrackets(clusterOptions)
		return s
	}
	s.Options = p.options(clusterOptions)
	return s
}
