package lex

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"culvert/sql/pgerr"

	pg_query "github.com/pganalyze/pg_query_go/v6"
)

// decode makes a Token of the first scanned tokens and tells how many of them
// it took: three for a U& form with UESCAPE, otherwise one.
func decode(text string, toks []*pg_query.ScanToken) (Token, int, error) {
	st := toks[0]
	raw := text[st.Start:st.End]
	tok := Token{Start: int(st.Start), End: int(st.End), Raw: raw, Text: raw}
	switch st.Token {
	case pg_query.Token_SCONST:
		tok.Kind = String
		s, err := decodeString(raw, tok.Start, text)
		tok.Text = s
		return tok, 1, err
	case pg_query.Token_UIDENT, pg_query.Token_USCONST:
		return decodeUnicode(text, tok, toks)
	case pg_query.Token_BCONST, pg_query.Token_XCONST:
		tok.Kind = BitString
	case pg_query.Token_ICONST, pg_query.Token_FCONST:
		tok.Kind = Number
	case pg_query.Token_PARAM:
		tok.Kind = Param
	case pg_query.Token_IDENT:
		if raw[0] == '"' {
			tok.Kind = QuotedIdent
			tok.Text = truncateIdent(strings.ReplaceAll(raw[1:len(raw)-1], `""`, `"`))
			return tok, 1, nil
		}
		tok.Kind, tok.Text = Word, truncateIdent(foldIdent(raw))
	default:
		tok.Kind = kindOf(st, raw)
		if tok.Kind == Word {
			tok.Text = foldIdent(raw)
			tok.Reserved = st.KeywordKind == pg_query.KeywordKind_RESERVED_KEYWORD ||
				st.KeywordKind == pg_query.KeywordKind_TYPE_FUNC_NAME_KEYWORD
		}
	}
	return tok, 1, nil
}

func kindOf(st *pg_query.ScanToken, raw string) Kind {
	if st.KeywordKind != pg_query.KeywordKind_NO_KEYWORD {
		return Word
	}
	switch raw {
	case "(", ")", "[", "]", ",", ";", ":", ".", "::", "..", ":=", "=>":
		return Punct
	}
	return Op
}

// foldIdent folds ASCII to lower case, as PostgreSQL does in a multi-byte
// encoding (downcase_identifier in scansup.c).
func foldIdent(s string) string {
	for i := 0; i < len(s); i++ {
		if s[i] >= 'A' && s[i] <= 'Z' {
			return strings.Map(func(r rune) rune {
				if r >= 'A' && r <= 'Z' {
					return r + 'a' - 'A'
				}
				return r
			}, s)
		}
	}
	return s
}

// maxIdent is NAMEDATALEN - 1: longer names lose their end, whole characters
// at a time (truncate_identifier in scansup.c).
const maxIdent = 63

func truncateIdent(s string) string {
	if len(s) <= maxIdent {
		return s
	}
	n := maxIdent
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// decodeString gives the value of a string constant, whose pieces may be
// continued over line breaks.
func decodeString(raw string, start int, text string) (string, error) {
	if raw[0] == '$' {
		tag := strings.IndexByte(raw[1:], '$') + 2
		return raw[tag : len(raw)-tag], nil
	}
	escapes := raw[0] == 'e' || raw[0] == 'E'
	body := joinPieces(raw[strings.IndexByte(raw, '\''):], escapes)
	if !escapes {
		return strings.ReplaceAll(body, "''", "'"), nil
	}
	s, ok := unescape(body)
	if !ok {
		return "", pgerr.New(pgerr.InvalidEscapeSequence, "invalid escape string").At(Position(text, start))
	}
	return s, nil
}

// joinPieces takes the outer quotes off a quoted constant and joins its pieces:
// 'a' newline 'b' is one constant. Doubled quotes stay doubled.
func joinPieces(raw string, escapes bool) string {
	var b strings.Builder
	for i := 1; i < len(raw); i++ {
		switch {
		case raw[i] == '\\' && escapes && i+1 < len(raw):
			b.WriteString(raw[i : i+2])
			i++
		case raw[i] != '\'':
			b.WriteByte(raw[i])
		case i+1 < len(raw) && raw[i+1] == '\'':
			b.WriteString("''")
			i++
		default: // the end of a piece: white space, then the next one's quote
			for i++; i < len(raw) && raw[i] != '\''; i++ {
				continue
			}
		}
	}
	return b.String()
}

var simpleEscapes = map[byte]byte{'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// unescape decodes the body of an E'…' constant (PostgreSQL 15 documentation,
// section 4.1.2.2). It is false where the result would not be text.
func unescape(s string) (string, bool) {
	var b []byte
	for i := 0; i < len(s); i++ {
		if s[i] == '\'' {
			i++ // a doubled quote
			b = append(b, '\'')
			continue
		}
		if s[i] != '\\' || i+1 == len(s) {
			b = append(b, s[i])
			continue
		}
		i++
		if r, n, ok := unicodeEscape(s[i:]); n > 0 {
			if !ok {
				return "", false
			}
			b = utf8.AppendRune(b, r)
			i += n - 1
			continue
		}
		v, n := byteEscape(s[i:])
		b = append(b, v)
		i += n - 1
	}
	return string(b), utf8.Valid(b) && strings.IndexByte(string(b), 0) < 0
}

// byteEscape reads what follows a backslash and stands for one byte.
func byteEscape(s string) (byte, int) {
	if v, ok := simpleEscapes[s[0]]; ok {
		return v, 1
	}
	base, from, digits := 8, 0, 3
	if s[0] == 'x' {
		base, from, digits = 16, 1, 2
	}
	n := from
	for n < len(s) && n < from+digits && isDigit(s[n], base) {
		n++
	}
	if n == from {
		return s[0], 1
	}
	v, _ := strconv.ParseUint(s[from:n], base, 16)
	return byte(v), n
}

func isDigit(c byte, base int) bool {
	if base == 8 {
		return c >= '0' && c <= '7'
	}
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// unicodeEscape reads uXXXX or UXXXXXXXX, a surrogate pair as one character. The
// length is 0 where s does not start like that.
func unicodeEscape(s string) (rune, int, bool) {
	size := 0
	switch s[0] {
	case 'u':
		size = 5
	case 'U':
		size = 9
	default:
		return 0, 0, false
	}
	r, ok := hexRune(s, 1, size)
	if !ok {
		return 0, size, false
	}
	if utf16.IsSurrogate(r) {
		low, ok := rune(0), false
		if len(s) > size+1 && s[size] == '\\' && s[size+1] == s[0] {
			low, ok = hexRune(s[size+1:], 1, size)
		}
		r = utf16.DecodeRune(r, low)
		return r, 2*size + 1, ok && r != utf8.RuneError
	}
	return r, size, r != 0 && utf8.ValidRune(r)
}

func hexRune(s string, from, to int) (rune, bool) {
	if len(s) < to {
		return 0, false
	}
	v, err := strconv.ParseUint(s[from:to], 16, 32)
	return rune(v), err == nil && v <= utf8.MaxRune
}

// decodeUnicode decodes U&'…' and U&"…", with the escape character that a
// following UESCAPE names (PostgreSQL 15 documentation, section 4.1.2.3).
func decodeUnicode(text string, tok Token, toks []*pg_query.ScanToken) (Token, int, error) {
	escape, used := byte('\\'), 1
	if len(toks) >= 3 && toks[1].Token == pg_query.Token_UESCAPE && toks[2].Token == pg_query.Token_SCONST {
		lit := text[toks[2].Start:toks[2].End]
		if len(lit) != 3 || strings.IndexByte("+'\" \t\n\r\f\v", lit[1]) >= 0 || isDigit(lit[1], 16) {
			return tok, 1, pgerr.New(pgerr.SyntaxError, "invalid Unicode escape character").At(Position(text, int(toks[2].Start)))
		}
		escape, used = lit[1], 3
		tok.End = int(toks[2].End)
	}
	body := tok.Raw[2:]
	tok.Raw = text[tok.Start:tok.End]
	quote := body[:1]
	tok.Kind = QuotedIdent
	if quote == "'" {
		tok.Kind, body = String, joinPieces(body, false)
	} else {
		body = body[1 : len(body)-1]
	}
	s, ok := unescapeUnicode(strings.ReplaceAll(body, quote+quote, quote), escape)
	if !ok {
		return tok, used, pgerr.New(pgerr.SyntaxError, "invalid Unicode escape").At(Position(text, tok.Start)).
			WithHint("Unicode escapes must be \\XXXX or \\+XXXXXX.")
	}
	tok.Text = s
	if tok.Kind == QuotedIdent {
		tok.Text = truncateIdent(s)
	}
	return tok, used, nil
}

func unescapeUnicode(s string, escape byte) (string, bool) {
	var b []byte
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] != escape:
			b = append(b, s[i])
		case i+1 < len(s) && s[i+1] == escape:
			b = append(b, escape)
			i++
		default:
			r, n, ok := escapedRune(s[i:], escape)
			if !ok {
				return "", false
			}
			b = utf8.AppendRune(b, r)
			i += n - 1
		}
	}
	return string(b), true
}

// escapedRune reads \XXXX or \+XXXXXX at the start of s, or a surrogate pair.
func escapedRune(s string, escape byte) (rune, int, bool) {
	read := func(s string) (rune, int, bool) {
		from, to := 1, 5
		if len(s) > 1 && s[1] == '+' {
			from, to = 2, 8
		}
		r, ok := hexRune(s, from, to)
		return r, to, ok
	}
	r, n, ok := read(s)
	if !ok || r == 0 {
		return 0, 0, false
	}
	if utf16.IsSurrogate(r) {
		if len(s) <= n || s[n] != escape {
			return 0, 0, false
		}
		low, m, ok := read(s[n:])
		r = utf16.DecodeRune(r, low)
		return r, n + m, ok && r != utf8.RuneError
	}
	return r, n, utf8.ValidRune(r)
}
