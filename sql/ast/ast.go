// Package ast holds culvert's statements as the parser reads them: one type and
// one file per statement of the dialect, and wrappers around libpg_query's trees
// for the statements that PostgreSQL's own grammar reads.
//
// Nothing is resolved here: names are as written, options have values but no
// types. Positions are byte offsets of the Query message's text; At makes the
// characters of an ErrorResponse of them.
package ast

import "culvert/sql/lex"

// Statement is one statement. Only pointers to the types of this package are
// Statements. A Statement is not changed after it was parsed and is then safe
// for concurrent use.
type Statement interface {
	// Kind tells which statement it is.
	Kind() Kind
	// Tag is the command tag, without the count of rows that some carry.
	Tag() string
	// String is the canonical text: keywords in upper case, identifiers quoted
	// only where they must be, the = of options always present. Parsing it gives
	// a statement with the same String.
	String() string
	// Redacted is the canonical text with each literal replaced by
	// '<redacted>', for logs and pg_stat_activity.
	Redacted() string
	// Span is where the statement stands.
	Span() Span
	// At converts a byte offset of the Query message into the 1-based character
	// that an ErrorResponse carries; 0 for NoPos.
	At(pos Pos) int

	format(p *printer)
}

// Pos is a byte offset of the text of a Query message. Values made by other
// means than parsing have NoPos.
type Pos int

// NoPos is the position of what no text holds.
const NoPos Pos = -1

// Span is a range of bytes of the text of a Query message.
type Span struct{ Start, End Pos }

// Source is what every statement embeds: where it stands in which text.
type Source struct {
	text string
	span Span
}

// NewSource says that a statement stands at the given span of a Query message.
func NewSource(text string, span Span) Source { return Source{text: text, span: span} }

// Span is where the statement stands.
func (s Source) Span() Span { return s.span }

// At converts a byte offset into a 1-based character of the client's text.
func (s Source) At(pos Pos) int {
	if pos < 0 || s.text == "" {
		return 0
	}
	return lex.Position(s.text, int(pos))
}

// GoString keeps the text, which may hold secrets, out of what %#v prints.
func (s Source) GoString() string { return "ast.Source{}" }
