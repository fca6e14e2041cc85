package types

import (
	"strconv"
	"strings"

	"culvert/sql/pgerr"
)

// maxArrayDims is PostgreSQL's MAXDIM.
const maxArrayDims = 6

// ArrayText is an array literal taken apart: its dimensions, its lower bounds
// and its elements in row-major order; nil elements are NULL.
type ArrayText struct {
	Dims     []int // empty: an empty array
	Lower    []int
	Elements []*string
}

// ParseArray takes an array literal apart, as array_in does; delim is ',' for
// all types but box.
func ParseArray(input string, delim byte) (ArrayText, error) {
	p := arrayParser{input: input, text: strings.Trim(input, spaces), delim: delim}
	if strings.HasPrefix(p.text, "[") {
		if err := p.bounds(); err != nil {
			return ArrayText{}, err
		}
	}
	if p.pos >= len(p.text) || p.text[p.pos] != '{' {
		return ArrayText{}, p.malformed("Array value must start with \"{\" or dimension information.")
	}
	if err := p.level(0); err != nil {
		return ArrayText{}, err
	}
	if p.pos != len(p.text) {
		return ArrayText{}, p.malformed("Junk after closing right brace.")
	}
	return p.result()
}

type arrayParser struct {
	input, text string
	pos         int
	delim       byte
	lower       []int // as given in front; nil: not given
	upper       []int
	dims        []int // -1: not known yet
	leaf        int   // depth of the elements; 0: not known yet
	elems       []*string
}

func (p *arrayParser) malformed(detail string) error {
	return pgerr.New(pgerr.InvalidTextRepresentation, "malformed array literal: \"%s\"", p.input).WithDetail("%s", detail)
}

// bounds reads [l:u][u]…= in front of the braces.
func (p *arrayParser) bounds() error {
	head, _, ok := strings.Cut(p.text, "=")
	if !ok {
		return p.malformed("Missing \"=\" after array dimensions.")
	}
	p.pos = len(head) + 1
	for rest := strings.Trim(head, spaces); rest != ""; {
		end := strings.IndexByte(rest, ']')
		if rest[0] != '[' || end < 0 {
			return p.malformed("Missing \"]\" after array dimensions.")
		}
		low, high, both := strings.Cut(rest[1:end], ":")
		if !both {
			low, high = "1", low
		}
		l, err1 := strconv.ParseInt(low, 10, 32)
		u, err2 := strconv.ParseInt(high, 10, 32)
		if err1 != nil || err2 != nil {
			return p.malformed("\"[\" must introduce explicitly-specified array dimensions.")
		}
		if u < l {
			return pgerr.New(pgerr.ArraySubscriptError, "upper bound cannot be less than lower bound")
		}
		p.lower, p.upper = append(p.lower, int(l)), append(p.upper, int(u))
		rest = strings.TrimLeft(rest[end+1:], spaces)
	}
	for p.pos < len(p.text) && strings.IndexByte(spaces, p.text[p.pos]) >= 0 {
		p.pos++
	}
	return nil
}

func (p *arrayParser) space() {
	for p.pos < len(p.text) && strings.IndexByte(spaces, p.text[p.pos]) >= 0 {
		p.pos++
	}
}

// level reads {…} at pos; depth counts the braces around it.
func (p *arrayParser) level(depth int) error {
	if depth == maxArrayDims {
		return pgerr.New(pgerr.ProgramLimitExceeded, "number of array dimensions (%d) exceeds the maximum allowed (%d)", depth+1, maxArrayDims)
	}
	if len(p.dims) == depth {
		p.dims = append(p.dims, -1)
	}
	p.pos++
	n := 0
	for {
		p.space()
		if p.pos == len(p.text) {
			return p.malformed("Unexpected end of input.")
		}
		if p.text[p.pos] == '}' && n == 0 {
			break
		}
		if err := p.item(depth); err != nil {
			return err
		}
		n++
		p.space()
		if p.pos == len(p.text) {
			return p.malformed("Unexpected end of input.")
		}
		if p.text[p.pos] == '}' {
			break
		}
		if p.text[p.pos] != p.delim {
			return p.malformed("Unexpected array element.")
		}
		p.pos++
		p.space()
		if p.pos < len(p.text) && p.text[p.pos] == '}' {
			return p.malformed("Unexpected \"}\" character.")
		}
	}
	p.pos++
	if p.dims[depth] >= 0 && p.dims[depth] != n {
		return p.malformed("Multidimensional arrays must have sub-arrays with matching dimensions.")
	}
	p.dims[depth] = n
	return nil
}

func (p *arrayParser) item(depth int) error {
	if p.text[p.pos] == '{' {
		if p.leaf == depth+1 {
			return p.malformed("Unexpected \"{\" character.")
		}
		return p.level(depth + 1)
	}
	if p.leaf == 0 {
		p.leaf = depth + 1
	}
	if p.leaf != depth+1 || len(p.dims) > depth+1 {
		return p.malformed("Multidimensional arrays must have sub-arrays with matching dimensions.")
	}
	elem, err := p.element()
	p.elems = append(p.elems, elem)
	return err
}

func (p *arrayParser) element() (*string, error) {
	var buf []byte
	quoted, end := false, 0
	for ; p.pos < len(p.text); p.pos++ {
		switch c := p.text[p.pos]; {
		case c == '"':
			if quoted || len(buf) > 0 {
				return nil, p.malformed("Unexpected array element.")
			}
			quoted = true
			var err error
			if buf, err = p.quoted(); err != nil {
				return nil, err
			}
			p.space()
			p.pos--
			end = len(buf)
		case c == '\\':
			if p.pos++; p.pos == len(p.text) {
				return nil, p.malformed("Unexpected end of input.")
			}
			buf = append(buf, p.text[p.pos])
			end = len(buf)
		case c == p.delim || c == '}':
			text := string(buf[:end])
			if !quoted && text == "" {
				return nil, p.malformed("Unexpected \"" + string(c) + "\" character.")
			}
			if !quoted && strings.EqualFold(text, "null") {
				return nil, nil
			}
			return &text, nil
		case c == '{' || quoted:
			return nil, p.malformed("Unexpected \"" + string(c) + "\" character.")
		default:
			buf = append(buf, c)
			if strings.IndexByte(spaces, c) < 0 {
				end = len(buf)
			}
		}
	}
	return nil, p.malformed("Unexpected end of input.")
}

// quoted reads "…" at pos and leaves pos behind it.
func (p *arrayParser) quoted() ([]byte, error) {
	buf := []byte{}
	for p.pos++; p.pos < len(p.text); p.pos++ {
		c := p.text[p.pos]
		if c == '"' {
			p.pos++
			return buf, nil
		}
		if c == '\\' {
			if p.pos++; p.pos == len(p.text) {
				break
			}
			c = p.text[p.pos]
		}
		buf = append(buf, c)
	}
	return nil, p.malformed("Unexpected end of input.")
}

func (p *arrayParser) result() (ArrayText, error) {
	a := ArrayText{Elements: p.elems}
	if len(p.elems) == 0 {
		if len(p.dims) > 1 { // PostgreSQL 15 refuses {{}}
			return a, p.malformed("Unexpected \"}\" character.")
		}
		return a, nil
	}
	a.Dims = p.dims
	a.Lower = p.lower
	if p.lower == nil {
		for range a.Dims {
			a.Lower = append(a.Lower, 1)
		}
		return a, nil
	}
	if len(p.lower) != len(a.Dims) {
		return a, p.malformed("Specified array dimensions do not match array contents.")
	}
	for i, n := range a.Dims {
		if p.upper[i]-p.lower[i]+1 != n {
			return a, p.malformed("Specified array dimensions do not match array contents.")
		}
	}
	return a, nil
}

// Append appends the array as array_out prints it.
func (a ArrayText) Append(dst []byte, delim byte) []byte {
	if len(a.Dims) == 0 {
		return append(dst, "{}"...)
	}
	for _, l := range a.Lower {
		if l != 1 {
			for i, n := range a.Dims {
				dst = strconv.AppendInt(append(dst, '['), int64(a.Lower[i]), 10)
				dst = strconv.AppendInt(append(dst, ':'), int64(a.Lower[i]+n-1), 10)
				dst = append(dst, ']')
			}
			dst = append(dst, '=')
			break
		}
	}
	next := 0
	return a.appendLevel(dst, 0, &next, delim)
}

func (a ArrayText) appendLevel(dst []byte, depth int, next *int, delim byte) []byte {
	dst = append(dst, '{')
	for i := range a.Dims[depth] {
		if i > 0 {
			dst = append(dst, delim)
		}
		if depth+1 < len(a.Dims) {
			dst = a.appendLevel(dst, depth+1, next, delim)
			continue
		}
		if e := a.Elements[*next]; e == nil {
			dst = append(dst, "NULL"...)
		} else {
			start := len(dst)
			dst = QuoteArrayElement(append(dst, *e...), start, delim)
		}
		*next++
	}
	return append(dst, '}')
}

// QuoteArrayElement puts dst[start:], an element's text, into quotes where
// array_out would, and gives dst.
func QuoteArrayElement(dst []byte, start int, delim byte) []byte {
	text := dst[start:]
	need, escapes := len(text) == 0 || len(text) == 4 && strings.EqualFold(string(text), "null"), 0
	for _, c := range text {
		switch c {
		case '"', '\\':
			escapes++
			need = true
		case '{', '}', delim, ' ', '\t', '\n', '\v', '\f', '\r':
			need = true
		}
	}
	if !need {
		return dst
	}
	n := len(text)
	for range escapes + 2 {
		dst = append(dst, 0)
	}
	to := len(dst) - 1
	dst[to] = '"'
	for i := start + n - 1; i >= start; i-- {
		to--
		dst[to] = dst[i]
		if dst[to] == '"' || dst[to] == '\\' {
			to--
			dst[to] = '\\'
		}
	}
	dst[start] = '"'
	return dst
}

// arrayDelim is pg_type.typdelim.
func arrayDelim(elem OID) byte {
	const boxOID = 603
	if elem == boxOID {
		return ';'
	}
	return ','
}

func canonicalArray(elem Type, input string, env Env) (string, error) {
	delim := arrayDelim(elem.OID)
	a, err := ParseArray(input, delim)
	if err != nil {
		return "", err
	}
	for i, e := range a.Elements {
		if e == nil {
			continue
		}
		text, err := Canonical(elem, *e, env)
		if err != nil {
			return "", err
		}
		a.Elements[i] = &text
	}
	return string(a.Append(nil, delim)), nil
}
