package parse

import "culvert/sql/ast"

var alterClusterWith = newOptions("cluster option", namedReader{"WAIT", rawValue})

// alterCluster reads the action, behind ALTER CLUSTER [IF EXISTS] name.
func alterCluster(p *parser, ifExists bool, name ast.ObjectName) ast.Statement {
	s := &ast.AlterCluster{Source: p.source(), IfExists: ifExists, Name: name}
	switch {
	case p.accept("set"):
		s.Options = readOptionsInBrackets(p, clusterOptions)
	case p.accept("reset"):
		s.Reset = true
		s.Options = inBrackets(p, func(p *parser) ast.Option { return readOptionAlone(p, clusterOptions) })
	case p.accept("swap with"):
		return unsupported("ALTER CLUSTER ... SWAP WITH")(p)
	default:
		p.fail()
	}
	s.With = readWith(p, alterClusterWith)
	return s
}
