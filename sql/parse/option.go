package parse

import (
	"strings"

	"culvert/sql/ast"
	"culvert/sql/lex"
	"culvert/sql/pgerr"
)

// valueOf reads the value of one option; the = was read before.
type valueOf func(*parser) ast.Value

// optionSet is the options of one place in the grammar.
type optionSet struct {
	what   string // as errors name it: connection option
	values map[string]valueOf
	blanks bool // a missing comma before a known option is forgiven
}

// newOptions makes a set; each list of names, separated by commas, has its
// reader.
func newOptions(what string, readers ...namedReader) optionSet {
	s := optionSet{what: what, values: map[string]valueOf{}}
	for _, r := range readers {
		for n := range strings.SplitSeq(r.names, ",") {
			s.values[strings.ToUpper(strings.TrimSpace(n))] = r.read
		}
	}
	return s
}

type namedReader struct {
	names string
	read  valueOf
}

// maxOptionWords is the most words that an option's name has.
const maxOptionWords = 5

// readOptionName goes past the longest name of the set that comes next.
func readOptionName(p *parser, set optionSet) (string, bool) {
	words, best, size := "", "", 0
	for n := range maxOptionWords {
		t := p.peekAt(n)
		// PUBLIC KEY 1 has a number in its name.
		if t.Kind != lex.Word && (t.Kind != lex.Number || words != "PUBLIC KEY") {
			break
		}
		words = strings.TrimSpace(words + " " + upper(t.Raw))
		if _, ok := set.values[words]; ok {
			best, size = words, n+1
		}
	}
	p.i += size
	return best, size > 0
}

// startsOption tells whether an option of the set comes next.
func startsOption(p *parser, set optionSet) bool {
	at := p.i
	_, ok := readOptionName(p, set)
	p.i = at
	return ok
}

// readOption reads NAME [=] [value].
func readOption(p *parser, set optionSet) ast.Option {
	o := ast.Option{Pos: p.pos()}
	name, ok := readOptionName(p, set)
	if !ok {
		failOption(p, set)
		return o
	}
	o.Name = name
	equals := p.peek().IsPunct("=")
	if equals {
		p.i++
	}
	if t := p.peek(); !equals && (t.Kind == lex.EOF || t.IsPunct(")") || t.IsPunct(",")) {
		o.Value = ast.BoolValue{Bool: true, Implied: true, Pos: ast.NoPos}
		return o
	}
	o.Value = set.values[name](p)
	return o
}

// readOptions reads options up to what cannot follow one.
func readOptions(p *parser, set optionSet) []ast.Option {
	out := []ast.Option{readOption(p, set)}
	for p.acceptPunct(",") || set.blanks && startsOption(p, set) {
		out = append(out, readOption(p, set))
	}
	return out
}

// readOptionsInBrackets reads ( [options] ).
func readOptionsInBrackets(p *parser, set optionSet) []ast.Option {
	p.expectPunct("(")
	if p.acceptPunct(")") {
		return nil
	}
	out := readOptions(p, set)
	p.expectPunct(")")
	return out
}

// readWith reads [WITH (options)].
func readWith(p *parser, set optionSet) []ast.Option {
	if !p.accept("with") {
		return nil
	}
	return readOptionsInBrackets(p, set)
}

// failOption refuses what stands where an option's name should: with the
// nearest name as hint where there is a word, else as a syntax error.
func failOption(p *parser, set optionSet) {
	if p.err != nil {
		return
	}
	if p.peek().Kind != lex.Word || p.secret {
		p.expect1("the name of an option")
		p.fail()
		return
	}
	pos := p.pos()
	word, meant := nearestOption(p, set)
	e := p.failAt(pos, pgerr.SyntaxError, "unrecognized %s \"%s\"", set.what, word)
	if meant != "" {
		e.Hint = "Perhaps you meant " + meant + "."
	}
}

// nearestOption compares the next word, the next two and so on with the set's
// names. Without a near one it gives the first word.
func nearestOption(p *parser, set optionSet) (word, meant string) {
	word = upper(p.peek().Raw)
	words, best := "", 1<<30
	for n := range maxOptionWords {
		if p.peekAt(n).Kind != lex.Word {
			break
		}
		words = strings.TrimSpace(words + " " + upper(p.peekAt(n).Raw))
		for name := range set.values {
			d := lex.EditDistance(words, name)
			near := d <= max(1, len(name)/3)
			if near && (d < best || d == best && (len(words) > len(word) || len(words) == len(word) && name < meant)) {
				word, meant, best = words, name, d
			}
		}
	}
	return word, meant
}
