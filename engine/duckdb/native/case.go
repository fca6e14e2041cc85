package native

import (
	"strings"
	"unicode/utf8"

	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// caseFunctions are upper, lower and initcap in the C collation, which knows the
// letters of ASCII alone, and functions over identifiers.
var caseFunctions = []function{
	{name: "text_upper", shape: "v:v", row: func(r *row) error {
		for _, c := range []byte(r.text(0)) {
			r.buf = append(r.buf, upperASCII(c))
		}
		return nil
	}},
	{name: "text_lower", shape: "v:v", row: func(r *row) error {
		for _, c := range []byte(r.text(0)) {
			r.buf = append(r.buf, lowerASCII(c))
		}
		return nil
	}},
	{name: "text_initcap", shape: "v:v", row: func(r *row) error {
		inWord := false
		for _, c := range []byte(r.text(0)) {
			if inWord {
				c = lowerASCII(c)
			} else {
				c = upperASCII(c)
			}
			r.buf = append(r.buf, c)
			inWord = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		}
		return nil
	}},
	{name: "char_in", shape: "v:v", row: func(r *row) error { return setChar(r, types.CharByte([]byte(r.text(0)))) }},
	{name: "char_int", shape: "i:v", row: func(r *row) error { set(r, int32(int8(types.CharByte([]byte(r.text(0)))))); return nil }},
	{name: "int_char", shape: "v:l", row: func(r *row) error {
		if v := r.i64(0); v < -128 || v > 127 {
			return pgerr.New(pgerr.NumericValueOutOfRange, "\"char\" out of range")
		}
		return setChar(r, byte(r.i64(0)))
	}},
	{name: "text_unistr", shape: "v:v", row: unistr},
	{name: "text_parse_ident", shape: "V:vb", row: parseIdent},
}

func upperASCII(c byte) byte {
	if c >= 'a' && c <= 'z' {
		return c - 'a' + 'A'
	}
	return c
}

func lowerASCII(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c - 'A' + 'a'
	}
	return c
}

// setChar gives a "char", in octal where it is not ASCII.
func setChar(r *row, c byte) error {
	text, err := types.FromBinary(types.T(types.CharOID), []byte{c}, types.Env{})
	r.setText(text)
	return err
}

// unistr evaluates \XXXX, \+XXXXXX, \uXXXX and \UXXXXXXXX.
func unistr(r *row) error {
	s := r.text(0)
	for i := 0; i < len(s); {
		if s[i] != '\\' {
			r.buf = append(r.buf, s[i])
			i++
			continue
		}
		rest := s[i+1:]
		skip, digits := 0, 4
		switch {
		case strings.HasPrefix(rest, `\`):
			r.buf = append(r.buf, '\\')
			i += 2
			continue
		case strings.HasPrefix(rest, "+"):
			skip, digits = 1, 6
		case strings.HasPrefix(rest, "u"):
			skip = 1
		case strings.HasPrefix(rest, "U"):
			skip, digits = 1, 8
		}
		c, ok := hexRune(rest, skip, digits)
		if !ok {
			return pgerr.New(pgerr.SyntaxError, "invalid Unicode escape").
				WithHint(`Unicode escapes must be \XXXX, \+XXXXXX, \uXXXX, or \UXXXXXXXX.`)
		}
		r.buf = utf8.AppendRune(r.buf, c)
		i += 1 + skip + digits
	}
	return nil
}

func hexRune(s string, skip, digits int) (rune, bool) {
	if len(s) < skip+digits {
		return 0, false
	}
	var c rune
	for _, d := range []byte(s[skip : skip+digits]) {
		v := strings.IndexByte("0123456789abcdef", lowerASCII(d))
		if v < 0 {
			return 0, false
		}
		c = c<<4 | rune(v)
	}
	return c, c != 0 && utf8.ValidRune(c)
}

// parseIdent splits a qualified name, as parse_ident() does.
func parseIdent(r *row) error {
	text := r.text(0)
	malformed := pgerr.New(pgerr.InvalidParameterValue, "string is not a valid identifier: \"%s\"", text)
	var parts []string
	s := strings.TrimLeft(text, " \t\n\r\f\v")
	for {
		part, rest, ok := identPart(s)
		if !ok {
			return malformed
		}
		parts = append(parts, part)
		s = strings.TrimLeft(rest, " \t\n\r\f\v")
		if !strings.HasPrefix(s, ".") {
			break
		}
		s = strings.TrimLeft(s[1:], " \t\n\r\f\v")
	}
	if s != "" && r.bool(1) {
		return malformed
	}
	r.setTexts(parts)
	return nil
}

// identPart reads one quoted or plain identifier.
func identPart(s string) (part, rest string, ok bool) {
	if strings.HasPrefix(s, `"`) {
		for i := 1; i < len(s); i++ {
			if s[i] != '"' {
				continue
			}
			if i+1 < len(s) && s[i+1] == '"' {
				i++
				continue
			}
			part = strings.ReplaceAll(s[1:i], `""`, `"`)
			return part, s[i+1:], part != ""
		}
		return "", "", false
	}
	n := 0
	for n < len(s) {
		c := lowerASCII(s[n])
		if c != '_' && c < utf8.RuneSelf && (c < 'a' || c > 'z') && (n == 0 || c != '$' && (c < '0' || c > '9')) {
			break
		}
		n++
	}
	lower := []byte(s[:n])
	for i := range lower {
		lower[i] = lowerASCII(lower[i])
	}
	return string(lower), s[n:], n > 0
}
