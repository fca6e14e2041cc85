package parse

import "culvert/sql/ast"

// commentTypes are the objects that can have a comment.
var commentTypes = append([]ast.ObjectType{ast.TypeColumn, ast.TypeFunction, ast.TypeRole}, alterTypes...)

// comment reads COMMENT ON object name IS {'text' | NULL}.
func comment(p *parser) ast.Statement {
	s := &ast.Comment{Source: p.source()}
	p.expect("on")
	var ok bool
	if s.Object, ok = readObjectType(p, commentTypes); !ok || s.Object == ast.TypeFunction {
		return commentOther(p)
	}
	if s.Object == ast.TypeColumn {
		readColumnName(p, s)
	} else {
		s.Name = nameOf(p, s.Object)
	}
	p.expect("is")
	if !p.accept("null") {
		s.Text = strPtr(p)
	}
	return s
}

// readColumnName reads [[database.]schema.]relation.column.
func readColumnName(p *parser, s *ast.Comment) {
	n := p.name()
	last := len(n.Parts) - 1
	s.Column = ast.Ident{Name: n.Parts[last], Pos: n.Pos}
	s.Name.Pos = n.Pos
	switch last {
	case 1:
		s.Name.Item = n.Parts[0]
	case 2:
		s.Name.Schema, s.Name.Item = n.Parts[0], n.Parts[1]
	case 3:
		s.Name.Database, s.Name.Schema, s.Name.Item = n.Parts[0], n.Parts[1], n.Parts[2]
	case 0:
		p.expect1(`"."`)
		p.fail()
	default:
		failName(p, n)
	}
}

// commentOther names the objects of PostgreSQL that culvert has not.
func commentOther(p *parser) ast.Statement {
	hand(p, "", 0, len(p.toks)-1, "")
	if p.err != nil {
		return nil
	}
	return unsupported("COMMENT ON " + upper(p.toks[2].Raw))(p)
}
