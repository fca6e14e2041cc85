package types

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"culvert/sql/pgerr"
)

// maxJSONDepth bounds the nesting of a JSON text.
const maxJSONDepth = 6000

// jsonScanner checks a JSON text (RFC 8259) and, for jsonb, writes it as
// PostgreSQL prints jsonb: keys by length, then bytes; of equal keys the last;
// one space after commas and colons; numbers as numeric.
type jsonScanner struct {
	text  string
	pos   int
	depth int
	jsonb bool
	out   []byte
}

func scanJSON(dst []byte, text string, jsonb bool) ([]byte, error) {
	s := jsonScanner{text: text, jsonb: jsonb, out: dst}
	if err := s.value(); err != nil {
		return nil, err
	}
	s.space()
	if s.pos < len(text) {
		return nil, s.invalid("Expected end of input, but found \"%s\".", s.token())
	}
	return s.out, nil
}

func (s *jsonScanner) invalid(detail string, args ...any) error {
	e := pgerr.New(pgerr.InvalidTextRepresentation, "invalid input syntax for type json").WithDetail(detail, args...)
	line := 1 + strings.Count(s.text[:min(s.pos, len(s.text))], "\n")
	e.Where = "JSON data, line " + strconv.Itoa(line) + ": " + clip(s.text[:min(len(s.text), s.pos+len(s.token()))])
	return e
}

func (s *jsonScanner) ended() error { return s.invalid("The input string ended unexpectedly.") }

// token is the text at pos up to its end, as PostgreSQL's lexer would cut it.
func (s *jsonScanner) token() string {
	rest := s.text[min(s.pos, len(s.text)):]
	n := 0
	for n < len(rest) && (isAlpha(rest[n]) || isDigit(rest[n]) || rest[n] == '_') {
		n++
	}
	if n == 0 && rest != "" {
		n = 1
	}
	return clip(rest[:n])
}

func (s *jsonScanner) space() {
	for s.pos < len(s.text) && strings.IndexByte(" \t\n\r", s.text[s.pos]) >= 0 {
		s.pos++
	}
}

// next skips spaces and gives the next byte; ok is false at the end.
func (s *jsonScanner) next() (byte, bool) {
	s.space()
	if s.pos == len(s.text) {
		return 0, false
	}
	return s.text[s.pos], true
}

func (s *jsonScanner) value() error {
	c, ok := s.next()
	switch {
	case !ok:
		return s.ended()
	case c == '{' || c == '[':
		if s.depth++; s.depth > maxJSONDepth {
			return pgerr.New(pgerr.StatementTooComplex, "stack depth limit exceeded").WithDetail("JSON is nested more than %d levels.", maxJSONDepth)
		}
		s.pos++
		var err error
		if c == '{' {
			err = s.object()
		} else {
			err = s.array()
		}
		s.depth--
		return err
	case c == '"':
		text, err := s.str()
		if err == nil && s.jsonb {
			s.out = AppendJSONString(s.out, text)
		}
		return err
	case c == '-' || isDigit(c):
		return s.number()
	}
	for _, word := range []string{"true", "false", "null"} {
		if s.token() == word {
			s.pos += len(word)
			s.out = append(s.out, word...)
			return nil
		}
	}
	if strings.IndexByte("]},:", c) >= 0 {
		return s.invalid("Expected JSON value, but found \"%s\".", s.token())
	}
	return s.invalid("Token \"%s\" is invalid.", s.token())
}

func (s *jsonScanner) array() error {
	s.out = append(s.out, '[')
	if c, ok := s.next(); ok && c == ']' {
		s.pos++
		s.out = append(s.out, ']')
		return nil
	}
	for {
		if err := s.value(); err != nil {
			return err
		}
		c, ok := s.next()
		switch {
		case !ok:
			return s.ended()
		case c == ',':
			s.out = append(s.out, ", "...)
		case c == ']':
			s.pos++
			s.out = append(s.out, ']')
			return nil
		default:
			return s.invalid("Expected \",\" or \"]\", but found \"%s\".", s.token())
		}
		s.pos++
	}
}

type jsonMember struct {
	key   string
	value []byte
}

func (s *jsonScanner) object() error {
	if c, ok := s.next(); ok && c == '}' {
		s.pos++
		s.out = append(s.out, "{}"...)
		return nil
	}
	start := len(s.out)
	var members []jsonMember
	for {
		m, err := s.member()
		if err != nil {
			return err
		}
		if s.jsonb {
			m.value = slices.Clone(s.out[start:])
			members = append(members, m)
		}
		s.out = s.out[:start]
		c, ok := s.next()
		switch {
		case !ok:
			return s.ended()
		case c == '}':
			s.pos++
			s.out = appendObject(s.out, members)
			return nil
		case c != ',':
			return s.invalid("Expected \",\" or \"}\", but found \"%s\".", s.token())
		}
		s.pos++
	}
}

func (s *jsonScanner) member() (jsonMember, error) {
	c, ok := s.next()
	if !ok {
		return jsonMember{}, s.ended()
	}
	if c != '"' {
		return jsonMember{}, s.invalid("Expected string, but found \"%s\".", s.token())
	}
	key, err := s.str()
	if err != nil {
		return jsonMember{}, err
	}
	c, ok = s.next()
	if !ok {
		return jsonMember{}, s.ended()
	}
	if c != ':' {
		return jsonMember{}, s.invalid("Expected \":\", but found \"%s\".", s.token())
	}
	s.pos++
	return jsonMember{key: key}, s.value()
}

func appendObject(dst []byte, members []jsonMember) []byte {
	slices.SortStableFunc(members, func(a, b jsonMember) int {
		if c := cmp.Compare(len(a.key), len(b.key)); c != 0 {
			return c
		}
		return strings.Compare(a.key, b.key)
	})
	dst = append(dst, '{')
	first := true
	for i, m := range members {
		if i+1 < len(members) && members[i+1].key == m.key {
			continue
		}
		if !first {
			dst = append(dst, ", "...)
		}
		first = false
		dst = append(append(AppendJSONString(dst, m.key), ": "...), m.value...)
	}
	return append(dst, '}')
}

func (s *jsonScanner) number() error {
	start := s.pos
	digits := func() bool {
		from := s.pos
		for s.pos < len(s.text) && isDigit(s.text[s.pos]) {
			s.pos++
		}
		return s.pos > from
	}
	at := func(set string) bool { return s.pos < len(s.text) && strings.IndexByte(set, s.text[s.pos]) >= 0 }
	if at("-") {
		s.pos++
	}
	whole := s.pos
	ok := digits() && (s.text[whole] != '0' || s.pos == whole+1)
	if ok && at(".") {
		s.pos++
		ok = digits()
	}
	if ok && at("eE") {
		s.pos++
		if at("+-") {
			s.pos++
		}
		ok = digits()
	}
	if !ok || s.pos < len(s.text) && (isAlpha(s.text[s.pos]) || s.text[s.pos] == '_') {
		s.pos += len(s.token())
		token := s.text[start:min(s.pos, len(s.text))]
		s.pos = start
		return s.invalid("Token \"%s\" is invalid.", clip(token))
	}
	if !s.jsonb {
		return nil
	}
	n, err := parseNumeric(s.text[start:s.pos])
	if err != nil {
		return err
	}
	s.out = n.append(s.out)
	return nil
}

// str reads a string at its opening quote and gives what it means; for json
// it only checks.
func (s *jsonScanner) str() (string, error) {
	start := s.pos
	s.pos++
	plain := s.pos
	var buf []byte
	escaped := false
	for s.pos < len(s.text) {
		c := s.text[s.pos]
		switch {
		case c == '"':
			text := s.text[plain:s.pos]
			s.pos++
			if escaped {
				text = string(append(buf, text...))
			}
			return text, nil
		case c < 0x20:
			return "", s.invalid("Character with value 0x%02x must be escaped.", c)
		case c != '\\':
			s.pos++
			continue
		}
		buf = append(buf, s.text[plain:s.pos]...)
		escaped = true
		r, err := s.escape()
		if err != nil {
			return "", err
		}
		buf = utf8.AppendRune(buf, r)
		plain = s.pos
	}
	token := s.text[start:]
	s.pos = start
	return "", s.invalid("Token \"%s\" is invalid.", clip(token))
}

var jsonEscapes = map[byte]rune{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

func (s *jsonScanner) escape() (rune, error) {
	s.pos++
	if s.pos == len(s.text) {
		return 0, s.invalid("Escape sequence \"\\\" is invalid.")
	}
	c := s.text[s.pos]
	if r, ok := jsonEscapes[c]; ok {
		s.pos++
		return r, nil
	}
	if c != 'u' {
		return 0, s.invalid("Escape sequence \"\\%s\" is invalid.", s.token()[:1])
	}
	r, ok := s.hex4()
	if !ok {
		return 0, s.invalid("\"\\u\" must be followed by four hexadecimal digits.")
	}
	switch {
	case r == 0 && s.jsonb:
		return 0, pgerr.New(pgerr.UntranslatableCharacter, "unsupported Unicode escape sequence").WithDetail("\\u0000 cannot be converted to text.")
	case !utf16.IsSurrogate(r):
		return r, nil
	case !s.jsonb:
		return utf8.RuneError, nil
	case r >= 0xdc00:
		return 0, s.invalid("Unicode low surrogate must follow a high surrogate.")
	}
	if !strings.HasPrefix(s.text[s.pos:], `\u`) {
		return 0, s.invalid("Unicode low surrogate must follow a high surrogate.")
	}
	s.pos++
	low, ok := s.hex4()
	if !ok {
		return 0, s.invalid("\"\\u\" must be followed by four hexadecimal digits.")
	}
	pair := utf16.DecodeRune(r, low)
	if pair == utf8.RuneError {
		return 0, s.invalid("Unicode low surrogate must follow a high surrogate.")
	}
	return pair, nil
}

// hex4 reads the four digits behind the u at pos.
func (s *jsonScanner) hex4() (rune, bool) {
	s.pos++
	if len(s.text)-s.pos < 4 {
		return 0, false
	}
	var r rune
	for range 4 {
		d, ok := unhex(s.text[s.pos])
		if !ok {
			return 0, false
		}
		r = r<<4 | rune(d)
		s.pos++
	}
	return r, true
}

// AppendJSONString appends a quoted JSON string as PostgreSQL writes it.
func AppendJSONString(dst []byte, text string) []byte {
	dst = append(dst, '"')
	for i := range len(text) {
		switch c := text[i]; c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\b':
			dst = append(dst, `\b`...)
		case '\f':
			dst = append(dst, `\f`...)
		case '\n':
			dst = append(dst, `\n`...)
		case '\r':
			dst = append(dst, `\r`...)
		case '\t':
			dst = append(dst, `\t`...)
		default:
			if c < 0x20 {
				dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
			} else {
				dst = append(dst, c)
			}
		}
	}
	return append(dst, '"')
}
