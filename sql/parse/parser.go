package parse

import (
	"slices"
	"strings"

	"culvert/sql/ast"
	"culvert/sql/lex"
)

// parser reads the tokens of one statement. The first error stays: the cursor
// then stands at the end, where nothing more is accepted, so that reading code
// need not look at it before it is done.
type parser struct {
	text   string      // of the whole Query message
	toks   []lex.Token // of the statement, EOF last
	i      int         // the next token
	span   ast.Span
	secret bool // the statement sets a secret: errors show no word of the user's
	err    error

	expected   []string // what was looked for at token expectedAt
	expectedAt int
	beyond     int // of several words looked for there, the most that came
}

func newParser(text string, s lex.Statement) *parser {
	p := &parser{text: text, toks: s.Tokens, span: ast.Span{Start: ast.Pos(s.Start), End: ast.Pos(s.End)}}
	p.secret = speaksOfSecret(s.Tokens)
	return p
}

// source is what the statement embeds.
func (p *parser) source() ast.Source { return ast.NewSource(p.text, p.span) }

func (p *parser) peek() lex.Token { return p.toks[p.i] }

// peekAt looks n tokens ahead.
func (p *parser) peekAt(n int) lex.Token { return p.toks[min(p.i+n, len(p.toks)-1)] }

func (p *parser) next() lex.Token {
	t := p.toks[p.i]
	if t.Kind != lex.EOF {
		p.i++
	}
	return t
}

func (p *parser) pos() ast.Pos { return ast.Pos(p.peek().Start) }

func (p *parser) atEnd() bool { return p.peek().Kind == lex.EOF }

// looking tells whether the given words come next. They are in lower case.
func (p *parser) looking(words string) bool {
	n := 0
	for w := range strings.SplitSeq(words, " ") {
		if !p.peekAt(n).Is(w) {
			return false
		}
		n++
	}
	return true
}

// accept goes past the given words, in lower case, if they come next.
func (p *parser) accept(words string) bool {
	n := 0
	for w := range strings.SplitSeq(words, " ") {
		if !p.peekAt(n).Is(w) {
			p.expectBeyond(words, n)
			return false
		}
		n++
	}
	p.i += n
	return true
}

// expect goes past the given words or fails.
func (p *parser) expect(words string) {
	for w := range strings.SplitSeq(words, " ") {
		if !p.accept(w) {
			p.fail()
		}
	}
}

func (p *parser) acceptPunct(s string) bool {
	if !p.peek().IsPunct(s) {
		p.expect1(`"` + s + `"`)
		return false
	}
	p.i++
	return true
}

func (p *parser) expectPunct(s string) {
	if !p.acceptPunct(s) {
		p.fail()
	}
}

// openList reads the opening bracket of a list that is a value, round or square,
// and gives the closing one.
func openList(p *parser) (closer string) {
	if p.acceptPunct("[") {
		return "]"
	}
	p.expectPunct("(")
	return ")"
}

// end fails unless the statement ends here.
func (p *parser) end() {
	if !p.atEnd() {
		p.expect1("the end of the statement")
		p.fail()
	}
}

// list reads one or more, separated by commas.
func list[T any](p *parser, one func(*parser) T) []T {
	out := []T{one(p)}
	for p.acceptPunct(",") {
		out = append(out, one(p))
	}
	return out
}

// inBrackets reads ( one, … ).
func inBrackets[T any](p *parser, one func(*parser) T) []T {
	p.expectPunct("(")
	out := list(p, one)
	p.expectPunct(")")
	return out
}

// isName tells whether a token may name something.
func isName(t lex.Token) bool {
	return t.Kind == lex.QuotedIdent || t.Kind == lex.Word && !t.Reserved
}

// ident reads one identifier.
func (p *parser) ident() ast.Ident {
	t := p.peek()
	if !isName(t) {
		p.expect1("a name")
		p.fail()
		return ast.Ident{}
	}
	p.i++
	return ast.Ident{Name: t.Text, Pos: ast.Pos(t.Start)}
}

// name reads a dotted name. Behind a dot keywords name things, too.
func (p *parser) name() ast.Name {
	first := p.ident()
	n := ast.Name{Parts: []string{first.Name}, Pos: first.Pos}
	for p.acceptPunct(".") {
		t := p.peek()
		if t.Kind != lex.Word && t.Kind != lex.QuotedIdent {
			p.expect1("a name")
			p.fail()
			return n
		}
		n.Parts = append(n.Parts, t.Text)
		p.i++
	}
	return n
}

// objectName reads [[database.]schema.]item.
func (p *parser) objectName() ast.ObjectName {
	n := p.name()
	out := ast.ObjectName{Pos: n.Pos}
	switch len(n.Parts) {
	case 1:
		out.Item = n.Parts[0]
	case 2:
		out.Schema, out.Item = n.Parts[0], n.Parts[1]
	case 3:
		out.Database, out.Schema, out.Item = n.Parts[0], n.Parts[1], n.Parts[2]
	default:
		failName(p, n)
	}
	return out
}

// schemaName reads [database.]schema.
func (p *parser) schemaName() ast.ObjectName {
	n := p.name()
	out := ast.ObjectName{Pos: n.Pos, Item: n.Parts[len(n.Parts)-1]}
	switch len(n.Parts) {
	case 1:
	case 2:
		out.Database = n.Parts[0]
	default:
		failName(p, n)
	}
	return out
}

// nameOf reads the name of an object of the given type.
func nameOf(p *parser, object ast.ObjectType) ast.ObjectName {
	switch object {
	case ast.TypeSchema:
		return p.schemaName()
	case ast.TypeCluster, ast.TypeDatabase, ast.TypeRole, ast.TypeNetworkPolicy:
		id := p.ident()
		return ast.ObjectName{Item: id.Name, Pos: id.Pos}
	}
	return p.objectName()
}

func (p *parser) str() ast.StringValue {
	t := p.peek()
	if t.Kind != lex.String {
		p.expect1("a string")
		p.fail()
		return ast.StringValue{}
	}
	p.i++
	return ast.StringValue{Text: t.Text, Pos: ast.Pos(t.Start)}
}

func strPtr(p *parser) *ast.StringValue {
	s := p.str()
	return &s
}

func (p *parser) number() ast.NumberValue {
	pos, sign := p.pos(), ""
	if t := p.peek(); (t.IsPunct("-") || t.IsPunct("+")) && p.peekAt(1).Kind == lex.Number {
		sign = strings.TrimPrefix(t.Raw, "+")
		p.i++
	}
	t := p.peek()
	if t.Kind != lex.Number {
		p.expect1("a number")
		p.fail()
		return ast.NumberValue{}
	}
	p.i++
	return ast.NumberValue{Text: sign + t.Raw, Pos: pos}
}

// rest is the text from token i to before token j.
func (p *parser) rest(i, j int) string {
	if i >= j {
		return ""
	}
	return p.text[p.toks[i].Start:p.toks[j-1].End]
}

// skipTo goes on to the first of the given tokens outside brackets, or to the
// end.
func (p *parser) skipTo(stop func(lex.Token) bool) {
	depth := 0
	for ; !p.atEnd(); p.i++ {
		t := p.peek()
		if depth == 0 && stop(t) {
			return
		}
		switch {
		case t.IsPunct("("), t.IsPunct("["):
			depth++
		case t.IsPunct(")"), t.IsPunct("]"):
			depth--
		}
	}
}

func upper(s string) string { return strings.ToUpper(s) }

// expectBeyond remembers words that were looked for at the cursor and of which
// the first n came. Where some came, an error is about what follows them.
func (p *parser) expectBeyond(words string, n int) {
	if p.expectedAt == p.i && n < p.beyond {
		return
	}
	if p.expectedAt != p.i || n > p.beyond {
		p.expected, p.expectedAt, p.beyond = nil, p.i, n
	}
	p.expect1(upper(strings.Join(strings.Split(words, " ")[n:], " ")))
}

// expect1 remembers what was looked for at the cursor, for the hint.
func (p *parser) expect1(what string) {
	if p.expectedAt != p.i {
		p.expected, p.expectedAt, p.beyond = nil, p.i, 0
	}
	if !slices.Contains(p.expected, what) {
		p.expected = append(p.expected, what)
	}
}
