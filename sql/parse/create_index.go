package parse

import (
	"culvert/sql/ast"
	"culvert/sql/lex"
)

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
		s.With = readWith(p, indexWith)
		return s
	}
	rest := p.i
	s.Keys = readIndexKeys(p)
	p.skipTo(func(t lex.Token) bool { return t.Is("with") })
	end := p.i
	s.Rest = p.rest(rest, end)
	s.With = readWith(p, indexWith)
	s.Tree = withoutTokens(p, [2]int{from, to}, [2]int{end, p.i})
	if p.err == nil {
		p.skipToEnd() // to what libpg_query has read
	}
	return s
}

var indexWith = newOptions("index option",
	namedReader{"RETAIN HISTORY", retainValue},
	namedReader{"LOGICAL COMPACTION WINDOW, FILLFACTOR, DEDUPLICATE_ITEMS", anyValue})

// readIndexKeys gives the text of each of ( key, … ), and goes back to the start.
func readIndexKeys(p *parser) []string {
	at := p.i
	defer func() { p.i = at }()
	if !p.acceptPunct("(") {
		return nil
	}
	var keys []string
	for {
		from := p.i
		p.skipTo(func(t lex.Token) bool { return t.IsPunct(",") || t.IsPunct(")") })
		keys = append(keys, p.rest(from, p.i))
		if !p.acceptPunct(",") {
			return keys
		}
	}
}

// withoutTokens gives libpg_query the statement with ranges of tokens, each to
// before its end, as blanks: offsets stay.
func withoutTokens(p *parser, ranges ...[2]int) ast.Tree {
	if p.err != nil {
		return ast.Tree{}
	}
	start, end := int(p.span.Start), int(p.span.End)
	text := []byte(p.text[start:end])
	for _, r := range ranges {
		if r[0] < r[1] {
			for k := p.toks[r[0]].Start; k < p.toks[r[1]-1].End; k++ {
				text[k-start] = ' '
			}
		}
	}
	node := handText(p, fragment{given: string(text), at: start, size: end - start})
	return ast.Tree{Text: p.text[start:end], Offset: p.span.Start, Node: node}
}
