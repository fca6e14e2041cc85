package jsonvalue

import (
	"bytes"
	"unicode/utf8"

	"culvert/sql/types"
)

const (
	maxDepth       = 5000
	maxPlainNumber = 1000
)

// Normaliser brings JSON texts into jsonb's form. Its zero value is ready; it
// is not safe for concurrent use.
//
// It reads what is common by itself, and gives a text in which it finds
// anything else (an error, above all) to sql/types, which knows every case.
type Normaliser struct {
	b     Builder
	text  []byte
	pos   int
	depth int
	plain []byte
}

// Append appends the form of text to dst. The error is PostgreSQL's.
func (n *Normaliser) Append(dst, text []byte) ([]byte, error) {
	if !utf8.Valid(text) || bytes.IndexByte(text, 0) >= 0 {
		return dst, types.CheckText(text)
	}
	n.b.Out, n.text, n.pos, n.depth = dst, text, 0, 0
	n.b.Reset()
	ok := n.value()
	out := n.b.Out
	n.space()
	ok = ok && n.pos == len(text)
	n.b.Out, n.text = nil, nil
	if ok {
		return out, nil
	}
	canonical, err := types.Canonical(types.T(types.JSONBOID), string(text), types.Env{})
	if err != nil {
		return dst, err
	}
	return append(dst, canonical...), nil
}

func (n *Normaliser) space() {
	for n.pos < len(n.text) {
		switch n.text[n.pos] {
		case ' ', '\t', '\n', '\r':
			n.pos++
		default:
			return
		}
	}
}

// at tells whether the next byte that is no space is c, and takes it.
func (n *Normaliser) at(c byte) bool {
	n.space()
	if n.pos < len(n.text) && n.text[n.pos] == c {
		n.pos++
		return true
	}
	return false
}

func (n *Normaliser) value() bool {
	n.space()
	if n.pos == len(n.text) {
		return false
	}
	switch n.text[n.pos] {
	case '{':
		return n.nested((*Normaliser).object)
	case '[':
		return n.nested((*Normaliser).array)
	case '"':
		s, verbatim, ok := n.str()
		if verbatim {
			n.b.Out = append(append(append(n.b.Out, '"'), s...), '"')
		} else if ok {
			n.b.Out = AppendString(n.b.Out, s)
		}
		return ok
	case 't':
		return n.word("true")
	case 'f':
		return n.word("false")
	case 'n':
		return n.word("null")
	}
	return n.number()
}

func (n *Normaliser) nested(read func(*Normaliser) bool) bool {
	n.pos++
	n.depth++
	ok := n.depth <= maxDepth && read(n)
	n.depth--
	return ok
}

func (n *Normaliser) word(w string) bool {
	rest := n.text[n.pos:]
	if len(rest) < len(w) || string(rest[:len(w)]) != w {
		return false
	}
	n.pos += len(w)
	n.b.Out = append(n.b.Out, w...)
	return true // what follows a word is checked by who reads on
}

func (n *Normaliser) object() bool {
	o := n.b.Object()
	if !n.at('}') {
		for {
			n.space()
			if n.pos == len(n.text) || n.text[n.pos] != '"' {
				return false
			}
			key, _, ok := n.str()
			if !ok || !n.at(':') {
				return false
			}
			n.b.Key(&o, key)
			if !n.value() {
				return false
			}
			if n.at('}') {
				break
			}
			if !n.at(',') {
				return false
			}
		}
	}
	n.b.End(&o)
	return true
}

func (n *Normaliser) array() bool {
	n.b.Out = append(n.b.Out, '[')
	if !n.at(']') {
		for {
			if !n.value() {
				return false
			}
			if n.at(']') {
				break
			}
			if !n.at(',') {
				return false
			}
			n.b.Out = append(n.b.Out, ", "...)
		}
	}
	n.b.Out = append(n.b.Out, ']')
	return true
}

// str reads a string at its quote and gives what it means; verbatim: it is
// written as it was read.
func (n *Normaliser) str() (s []byte, verbatim, ok bool) {
	n.pos++
	start := n.pos
	for n.pos < len(n.text) {
		switch c := n.text[n.pos]; {
		case plain[c]:
			n.pos++
		case c == '"':
			n.pos++
			return n.text[start : n.pos-1], true, true
		case c == '\\':
			s, ok = n.escaped(start)
			return s, false, ok
		default:
			return nil, false, false
		}
	}
	return nil, false, false
}

// escapes has what the byte behind a backslash stands for; 0: more to read, or
// nothing.
var escapes = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// escaped reads the rest of a string with escapes.
func (n *Normaliser) escaped(start int) ([]byte, bool) {
	out := append(n.plain[:0], n.text[start:n.pos]...)
	for n.pos < len(n.text) {
		c := n.text[n.pos]
		n.pos++
		switch {
		case plain[c]:
			out = append(out, c)
			continue
		case c == '"':
			n.plain = out
			return out, true
		case c != '\\' || n.pos == len(n.text):
			return nil, false
		}
		c = n.text[n.pos]
		n.pos++
		if e := escapes[c]; e != 0 {
			out = append(out, e)
			continue
		}
		r, ok := n.hex4()
		if c != 'u' || !ok || r == 0 {
			return nil, false
		}
		if r >= 0xd800 && r < 0xe000 {
			if r, ok = n.low(r); !ok {
				return nil, false
			}
		}
		out = utf8.AppendRune(out, r)
	}
	return nil, false
}

// low reads the second half of a surrogate pair.
func (n *Normaliser) low(high rune) (rune, bool) {
	if high >= 0xdc00 || !bytes.HasPrefix(n.text[n.pos:], []byte(`\u`)) {
		return 0, false
	}
	n.pos += 2
	low, ok := n.hex4()
	if !ok || low < 0xdc00 || low >= 0xe000 {
		return 0, false
	}
	return 0x10000 + (high-0xd800)<<10 + (low - 0xdc00), true
}

func (n *Normaliser) hex4() (r rune, ok bool) {
	if len(n.text)-n.pos < 4 {
		return 0, false
	}
	for _, c := range n.text[n.pos : n.pos+4] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	n.pos += 4
	return r, true
}

// number reads a number; those with exponents are numeric's to expand.
func (n *Normaliser) number() bool {
	start := n.pos
	negative := n.text[n.pos] == '-'
	if negative {
		n.pos++
	}
	whole := n.pos
	zero := n.digits()
	if n.pos == whole || n.text[whole] == '0' && n.pos > whole+1 {
		return false
	}
	if n.pos < len(n.text) && n.text[n.pos] == '.' {
		n.pos++
		point := n.pos
		zero = n.digits() && zero
		if n.pos == point {
			return false
		}
	}
	if n.pos < len(n.text) && n.text[n.pos]|0x20 == 'e' {
		return n.exponent(start)
	}
	if n.pos-start > maxPlainNumber {
		return false
	}
	if negative && zero {
		start++ // numeric has no negative zero
	}
	n.b.Out = append(n.b.Out, n.text[start:n.pos]...)
	return true
}

// digits skips digits and tells whether all were zeros.
func (n *Normaliser) digits() (zero bool) {
	zero = true
	for n.pos < len(n.text) && n.text[n.pos]-'0' <= 9 {
		zero = zero && n.text[n.pos] == '0'
		n.pos++
	}
	return zero
}

func (n *Normaliser) exponent(start int) bool {
	n.pos++
	if n.pos < len(n.text) && (n.text[n.pos] == '+' || n.text[n.pos] == '-') {
		n.pos++
	}
	from := n.pos
	n.digits()
	if n.pos == from {
		return false
	}
	text, err := types.Canonical(types.T(types.NumericOID), string(n.text[start:n.pos]), types.Env{})
	if err != nil {
		return false
	}
	n.b.Out = append(n.b.Out, text...)
	return true
}
