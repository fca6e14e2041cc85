// Package lex gives SQL text as PostgreSQL's tokens, splits a script into its
// statements and refuses text that is too deep for libpg_query's parser.
//
// libpg_query's own scanner reads the text, so that every literal, operator and
// comment ends where PostgreSQL ends it; this package decodes what the scanner
// leaves raw. Offsets are bytes of the text; clients count characters: Position
// converts.
package lex

import (
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"culvert/sql/pgerr"

	pg_query "github.com/pganalyze/pg_query_go/v6"
	"github.com/pganalyze/pg_query_go/v6/parser"
)

// Kind tells what a token is.
type Kind uint8

// The kinds of tokens.
const (
	EOF         Kind = iota // the end of the text; Raw is empty
	Word                    // an identifier without quotes or a keyword; Text is folded to lower case
	QuotedIdent             // "…" or U&"…"; Text is the name
	String                  // '…', E'…', $$…$$, N'…' or U&'…'; Text is the value
	BitString               // B'…' or X'…'; Text is the raw text
	Number                  // an integer or numeric constant; Text is the raw text
	Param                   // $1; Text is the raw text
	Op                      // an operator, of one or more characters
	Punct                   // ( ) [ ] , ; : . :: .. := =>
)

// Token is one token of a text, from byte Start to byte End.
type Token struct {
	Kind     Kind
	Reserved bool   // a Word that names no relation or column without quotes
	Start    int    // byte offset of the first byte
	End      int    // byte offset after the last byte
	Text     string // the decoded value, see Kind
	Raw      string // the text as written
}

// Is tells whether the token is the given word, written without quotes. The
// word is in lower case.
func (t Token) Is(word string) bool { return t.Kind == Word && t.Text == word }

// IsPunct tells whether the token is the given punctuation or operator.
func (t Token) IsPunct(s string) bool { return (t.Kind == Punct || t.Kind == Op) && t.Raw == s }

// Scan gives the tokens of a text without its comments, an EOF token last. A
// text that is not UTF-8 or holds a NUL is 22021; what PostgreSQL's scanner
// refuses is 42601 with its position and without the literal it stands in.
func Scan(text string) ([]Token, error) {
	if err := checkEncoding(text); err != nil {
		return nil, err
	}
	res, err := pg_query.Scan(text)
	if err != nil {
		return nil, scanError(text, err)
	}
	scanned := slices.DeleteFunc(res.Tokens, func(t *pg_query.ScanToken) bool {
		return t.Token == pg_query.Token_SQL_COMMENT || t.Token == pg_query.Token_C_COMMENT
	})
	toks := make([]Token, 0, len(scanned)+1)
	for i := 0; i < len(scanned); i++ {
		tok, used, err := decode(text, scanned[i:])
		if err != nil {
			return nil, err
		}
		toks = append(toks, tok)
		i += used - 1
	}
	return append(toks, Token{Kind: EOF, Start: len(text), End: len(text)}), nil
}

// Position converts a byte offset of a text into the 1-based count of
// characters that the P field of an ErrorResponse carries. An offset beyond the
// text stands for its end.
func Position(text string, offset int) int {
	if offset > len(text) {
		offset = len(text)
	}
	if offset < 0 {
		return 0
	}
	return utf8.RuneCountInString(text[:offset]) + 1
}

func checkEncoding(text string) error {
	if i := strings.IndexByte(text, 0); i >= 0 {
		return pgerr.New(pgerr.CharacterNotInRepertoire, "invalid byte sequence for encoding \"UTF8\": 0x00")
	}
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		if r == utf8.RuneError && n == 1 {
			return pgerr.New(pgerr.CharacterNotInRepertoire, "invalid byte sequence for encoding \"UTF8\": 0x%02x", text[i])
		}
		i += n
	}
	return nil
}

// scanError makes a client's error of the scanner's. PostgreSQL ends it with
// the text around the error, which may be a secret: only the numeric constants
// that it refuses are shown, and those not where the text speaks of secrets.
func scanError(text string, err error) error {
	var e *parser.Error
	if !errors.As(err, &e) {
		return pgerr.Wrap(err, pgerr.SyntaxError, "syntax error")
	}
	msg, _, cut := strings.Cut(e.Message, " at or near ")
	if cut && strings.HasPrefix(msg, "trailing junk") && !MentionsSecret(text) {
		msg = e.Message
	}
	out := pgerr.New(pgerr.SyntaxError, "%s", msg)
	if e.Cursorpos > 0 {
		out.Position = e.Cursorpos
	}
	return out
}

// MentionsSecret tells whether a text may carry a secret: one of the words that
// name them in CREATE SECRET, in the options of connections or in CREATE ROLE
// occurs in it. It errs towards true.
func MentionsSecret(text string) bool {
	lower := strings.ToLower(text)
	for _, w := range []string{"secret", "password", "token", "credential", "key"} {
		if strings.Contains(lower, w) {
			return true
		}
	}
	return false
}
