package ast

import (
	"fmt"
	"log/slog"
	"strings"

	"culvert/sql/lex"

	pg_query "github.com/pganalyze/pg_query_go/v6"
)

// Tree is SQL that libpg_query read: a whole statement, the query of a view or
// an expression of a dialect statement.
type Tree struct {
	Text   string // as written
	Offset Pos    // of the Query message, for location 0 of Node's nodes
	Node   *pg_query.Node
}

// IsZero tells whether there is no tree.
func (t Tree) IsZero() bool { return t.Node == nil }

// Pos converts the location field of one of the tree's nodes.
func (t Tree) Pos(location int32) Pos {
	if location < 0 {
		return NoPos
	}
	return t.Offset + Pos(location)
}

// format writes the text with one blank for each gap between tokens, the words
// of its syntax in upper case and other words folded. It means what Text means,
// whatever the grammar makes of the tokens.
func (t Tree) format(p *printer) { p.sql(t.Text) }

// sql writes SQL in the form that Tree.format describes.
func (p *printer) sql(text string) { p.tokens(text, false) }

// tokens does the work of sql; verb says that the first word is syntax.
func (p *printer) tokens(text string, verb bool) {
	toks, err := lex.Scan(text)
	if err != nil { // only text that was read before comes here
		p.text(Mask)
		return
	}
	end := 0
	for i, tok := range toks[:len(toks)-1] {
		if i > 0 && tok.Start > end {
			p.text(" ")
		}
		end = tok.End
		switch {
		case tok.Kind == lex.String, tok.Kind == lex.BitString, tok.Kind == lex.Number:
			p.raw(tok.Raw)
		case tok.Kind == lex.Word && (tok.Reserved || verb && i == 0 || upperWords[tok.Text]):
			p.text(strings.ToUpper(tok.Text))
		case tok.Kind == lex.Word:
			p.text(tok.Text)
		default:
			p.text(tok.Raw)
		}
	}
}

// upperWords are unreserved words that stand for syntax nearly always. As a
// name each means the same in either case.
var upperWords = map[string]bool{
	"by": true, "delete": true, "insert": true, "over": true, "partition": true, "recursive": true, "set": true,
	"update": true, "values": true,
}

// SecretExpr is the expression of a secret's value. It cannot be printed: each
// form of output gives a mask.
type SecretExpr struct{ tree Tree }

// NewSecretExpr wraps an expression.
func NewSecretExpr(t Tree) SecretExpr { return SecretExpr{tree: t} }

// Reveal gives the expression, for the one place that evaluates it.
func (e SecretExpr) Reveal() Tree { return e.tree }

// String is the mask.
func (e SecretExpr) String() string { return Mask }

// Format writes the mask, whatever the verb.
func (e SecretExpr) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(Mask)) }

// MarshalText gives the mask.
func (e SecretExpr) MarshalText() ([]byte, error) { return []byte(Mask), nil }

// LogValue is the mask.
func (e SecretExpr) LogValue() slog.Value { return slog.StringValue(Mask) }
