package parse

import (
	"errors"
	"strings"

	"culvert/sql/ast"
	"culvert/sql/lex"
	"culvert/sql/pgerr"

	pgparser "github.com/pganalyze/pg_query_go/v6/parser"
)

// maxExpected bounds the alternatives that a hint lists.
const maxExpected = 8

// setError keeps the first error and moves the cursor to the end.
func (p *parser) setError(err error) {
	if p.err == nil {
		p.err = err
	}
	p.i = len(p.toks) - 1
}

// fail is PostgreSQL's syntax error at the next token, with what was looked for
// there as hint.
func (p *parser) fail() {
	if p.err != nil {
		return
	}
	at := 0
	if p.expectedAt == p.i {
		at = p.beyond
	}
	e := p.syntaxError(p.peekAt(at))
	if n := len(p.expected); p.expectedAt == p.i && n > 0 && n <= maxExpected {
		e.Hint = "Expected " + alternatives(p.expected) + "."
	}
	p.setError(e)
}

func alternatives(words []string) string {
	if len(words) == 1 {
		return words[0]
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// failAt sets an error that stands at the given place.
func (p *parser) failAt(pos ast.Pos, code pgerr.Code, format string, args ...any) *pgerr.Error {
	e := pgerr.New(code, format, args...)
	if pos >= 0 {
		e.Position = lex.Position(p.text, int(pos))
	}
	p.setError(e)
	return e
}

func failName(p *parser, n ast.Name) {
	if p.err == nil {
		p.failAt(n.Pos, pgerr.SyntaxError, "improper qualified name (too many dotted names): %s", n)
	}
}

func (p *parser) syntaxError(t lex.Token) *pgerr.Error {
	e := pgerr.New(pgerr.SyntaxError, "syntax error").At(lex.Position(p.text, t.Start))
	switch {
	case t.Kind == lex.EOF && t.Start == len(p.text):
		e.Message += " at end of input"
	case t.Kind == lex.EOF:
		e.Message += ` at or near ";"`
	case mayShow(p, t):
		e.Message += ` at or near "` + t.Raw + `"`
	}
	return e
}

// mayShow tells whether an error may show a token. In a statement that sets a
// secret only punctuation and reserved words are surely none of it (CREATE
// SECRET s AS my pass word); elsewhere literals are hidden where the statement
// has a word that goes before secrets.
func mayShow(p *parser, t lex.Token) bool {
	if p.secret {
		return t.Kind == lex.Punct || t.Reserved
	}
	switch t.Kind {
	case lex.String, lex.BitString, lex.Number:
		return !lex.MentionsSecret(p.text[p.span.Start:p.span.End])
	case lex.Word, lex.QuotedIdent:
		return t.Reserved || !followsSecretWord(p, t)
	}
	return true
}

// secretOwners are the objects that CREATE and ALTER give secrets to in the
// clear.
var secretOwners = map[string]bool{"connection": true, "role": true, "user": true, "server": true, "subscription": true}

// followsSecretWord tells whether a word stands behind PASSWORD or the like in
// the same option of CREATE or ALTER: a value that lacks its quotes.
func followsSecretWord(p *parser, t lex.Token) bool {
	if !p.toks[0].Is("create") && !p.toks[0].Is("alter") || !secretOwners[p.toks[1].Text] {
		return false
	}
	found := false
	for _, before := range p.toks {
		if before.Start >= t.Start {
			break
		}
		if before.Kind == lex.Punct {
			found = false
		} else if before.Kind == lex.Word && lex.MentionsSecret(before.Text) {
			found = true
		}
	}
	return found
}

// speaksOfSecret tells whether CREATE or ALTER stands before SECRET among the
// first words, whatever stands between them.
func speaksOfSecret(toks []lex.Token) bool {
	first := toks[0]
	if !first.Is("create") && !first.Is("alter") {
		return false
	}
	for _, t := range toks[1:min(len(toks), 5)] {
		if t.Is("secret") || t.Is("secrets") {
			return true
		}
	}
	return false
}

// fragment is text that libpg_query read.
type fragment struct {
	given string // what it was given
	lead  int    // bytes of given before the fragment
	at    int    // byte of the Query message where the fragment begins
	size  int    // bytes of the fragment
}

// postgresError makes a client's error of libpg_query's: its count of
// characters of the fragment becomes one of the Query message.
func postgresError(p *parser, err error, f fragment) *pgerr.Error {
	var e *pgparser.Error
	// The first is of the tree's encoding, the second of Bison's stack.
	if strings.Contains(err.Error(), "recursion depth") || strings.HasPrefix(err.Error(), "memory exhausted") {
		return pgerr.New(pgerr.StatementTooComplex, "stack depth limit exceeded")
	}
	if !errors.As(err, &e) {
		return pgerr.Wrap(err, pgerr.InternalError, "the parser's tree could not be read")
	}
	offset := f.at + f.size
	if e.Cursorpos > 0 {
		offset = f.at + max(0, min(f.size, byteOffset(f.given, e.Cursorpos)-f.lead))
	}
	tok := tokenAt(p, offset)
	if strings.HasPrefix(e.Message, "syntax error") {
		return p.syntaxError(tok)
	}
	out := pgerr.New(codeOf(e.Message), "%s", e.Message)
	if before, _, near := strings.Cut(e.Message, " at or near "); near && !mayShow(p, tok) || p.secret {
		out.Message = before
	}
	if p.secret {
		out.Message = "syntax error"
	}
	if e.Cursorpos > 0 {
		out.Position = lex.Position(p.text, offset)
	}
	return out
}

// byteOffset converts a 1-based character of s into a byte offset.
func byteOffset(s string, char int) int {
	n := 1
	for i := range s {
		if n == char {
			return i
		}
		n++
	}
	return len(s)
}

// tokenAt gives the token that stands at a byte of the Query message, or the
// next one.
func tokenAt(p *parser, offset int) lex.Token {
	for _, t := range p.toks {
		if t.End > offset {
			return t
		}
	}
	return p.toks[len(p.toks)-1]
}

// codeOf gives the SQLSTATE of the errors of PostgreSQL's grammar (gram.y of
// PostgreSQL 15, the errcodes beside each ereport), which libpg_query leaves
// out.
func codeOf(message string) pgerr.Code {
	switch {
	case strings.HasSuffix(message, "not yet implemented"), strings.HasSuffix(message, "is not implemented"),
		strings.HasPrefix(message, "current database cannot be changed"):
		return pgerr.FeatureNotSupported
	case strings.HasPrefix(message, "frame "):
		return pgerr.WindowingError
	case strings.HasPrefix(message, "precision for type float"):
		return pgerr.InvalidParameterValue
	}
	return pgerr.SyntaxError
}
