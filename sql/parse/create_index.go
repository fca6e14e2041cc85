package parse

import "culvert/sql/ast"

// createIndex reads CREATE INDEX. libpg_query reads all but IN CLUSTER, which
// is blanked out for it so that offsets stay.
func createIndex(p *parser) ast.Statement {
	s := &ast.CreateIndex{Source: p.source()}
	s.Default = p.accept("default")
	s.Unique = !s.Default && p.accept("unique")
	p.expect("index")
	s.Concurrently = !s.Default && p.accept("concurrently")
	s.IfNotExists = !s.Default && p.accept("if not exists")
	if !s.Default && !p.looking("on") && !p.looking("in cluster") {
		s.Name = p.ident()
	}
	from := p.i
	s.Cluster = readInCluster(p)
	to := p.i
	p.expect("on")
	p.accept("only")
	s.On = p.objectName()
	if p.accept("using") {
		s.Method = p.ident().Name
	}
	if s.Default {
		return s
	}
	rest := p.i
	s.Tree = withoutTokens(p, from, to)
	s.Rest = p.rest(rest, len(p.toks)-1)
	p.i = len(p.toks) - 1
	return s
}

// withoutTokens gives libpg_query the statement with the tokens from i to
// before j as blanks.
func withoutTokens(p *parser, i, j int) ast.Tree {
	if p.err != nil {
		return ast.Tree{}
	}
	start, end := int(p.span.Start), int(p.span.End)
	text := []byte(p.text[start:end])
	if i < j {
		for k := p.toks[i].Start; k < p.toks[j-1].End; k++ {
			text[k-start] = ' '
		}
	}
	node := handText(p, fragment{given: string(text), at: start, size: end - start})
	return ast.Tree{Text: p.text[start:end], Offset: p.span.Start, Node: node}
}
