package parse

import "culvert/sql/ast"

// commentTypes are the objects that can have a comment.
var commentTypes = append([]ast.ObjectType{ast.TypeColumn, ast.TypeFunction, ast.TypeRole}, alterTypes...)

// comment reads COMMENT ON object name IS {'text' | NULL}.
func (p *parser) comment() ast.Statement {
	s := &ast.Comment{Source: p.source()}
	p.expect("on")
	var ok bool
	if s.Object, ok = p.objectType(commentTypes); !ok || s.Object == ast.TypeFunction {
		return p.commentOther()
	}
	if s.Object == ast.TypeColumn {
		p.columnName(s)
	} else {
		s.Name = p.nameOf(s.Object)
	}
	p.expect("is")
	if !p.accept("null") {
		s.Text = p.strPtr()
	}
	return s
}

// columnName reads [[database.]schema.]relation.column.
func (p *parser) columnName(s *ast.Comment) {
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
		p.failName(n)
	}
}

// commentOther names the objects of PostgreSQL that culvert has not.
func (p *parser) commentOther() ast.Statement {
	p.hand("", 0, len(p.toks)-1, "")
	if p.err != nil {
		return nil
	}
	return unsupported("COMMENT ON " + upper(p.toks[2].Raw))(p)
}
