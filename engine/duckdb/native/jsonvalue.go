package native

import (
	"sort"
	"strconv"
	"strings"

	"culvert/sql/pgerr"
)

// jsonValue is a parsed JSON value. Numbers and, for json, whole values keep
// their text.
type jsonValue struct {
	kind  byte // n null, b boolean, 0 number, s string, a array, o object
	text  string
	keys  []string // of an object, in order of writing
	items []jsonValue
	raw   string // the text it was read from
}

const maxJSONDepth = 1000

type jsonReader struct {
	s     string
	i     int
	depth int
}

func badJSON() error {
	return pgerr.New(pgerr.InvalidTextRepresentation, "invalid input syntax for type json")
}

func parseJSON(s string) (jsonValue, error) {
	r := jsonReader{s: s}
	v, err := r.value()
	if err != nil {
		return v, err
	}
	r.space()
	if r.i != len(s) {
		return v, badJSON()
	}
	return v, nil
}

func (r *jsonReader) space() {
	for r.i < len(r.s) && strings.IndexByte(" \t\n\r", r.s[r.i]) >= 0 {
		r.i++
	}
}

func (r *jsonReader) peek() byte {
	if r.space(); r.i < len(r.s) {
		return r.s[r.i]
	}
	return 0
}

func (r *jsonReader) value() (jsonValue, error) {
	if r.depth++; r.depth > maxJSONDepth {
		return jsonValue{}, pgerr.New(pgerr.StatementTooComplex, "stack depth limit exceeded")
	}
	defer func() { r.depth-- }()
	c := r.peek()
	start := r.i
	var v jsonValue
	var err error
	switch {
	case c == '{':
		v, err = r.object()
	case c == '[':
		v, err = r.array()
	case c == '"':
		v.kind = 's'
		v.text, err = r.str()
	case c == '-' || c >= '0' && c <= '9':
		for r.i < len(r.s) && strings.IndexByte("+-.0123456789eE", r.s[r.i]) >= 0 {
			r.i++
		}
		v = jsonValue{kind: '0', text: r.s[start:r.i]}
	default:
		v, err = r.word()
	}
	v.raw = r.s[start:r.i]
	return v, err
}

func (r *jsonReader) word() (jsonValue, error) {
	for _, w := range []string{"null", "true", "false"} {
		if strings.HasPrefix(r.s[r.i:], w) {
			r.i += len(w)
			if w == "null" {
				return jsonValue{kind: 'n', text: w}, nil
			}
			return jsonValue{kind: 'b', text: w}, nil
		}
	}
	return jsonValue{}, badJSON()
}

func (r *jsonReader) array() (jsonValue, error) {
	v := jsonValue{kind: 'a'}
	r.i++
	if r.peek() == ']' {
		r.i++
		return v, nil
	}
	for {
		item, err := r.value()
		if err != nil {
			return v, err
		}
		v.items = append(v.items, item)
		switch r.peek() {
		case ',':
			r.i++
		case ']':
			r.i++
			return v, nil
		default:
			return v, badJSON()
		}
	}
}

func (r *jsonReader) object() (jsonValue, error) {
	v := jsonValue{kind: 'o'}
	r.i++
	if r.peek() == '}' {
		r.i++
		return v, nil
	}
	for {
		if r.peek() != '"' {
			return v, badJSON()
		}
		key, err := r.str()
		if err != nil {
			return v, err
		}
		if r.peek() != ':' {
			return v, badJSON()
		}
		r.i++
		item, err := r.value()
		if err != nil {
			return v, err
		}
		v.keys, v.items = append(v.keys, key), append(v.items, item)
		switch r.peek() {
		case ',':
			r.i++
		case '}':
			r.i++
			return v, nil
		default:
			return v, badJSON()
		}
	}
}

func (r *jsonReader) str() (string, error) {
	start := r.i + 1
	for i := start; i < len(r.s); i++ {
		switch r.s[i] {
		case '"':
			r.i = i + 1
			return r.s[start:i], nil
		case '\\':
			return r.escaped(start)
		}
	}
	return "", badJSON()
}

func (r *jsonReader) escaped(start int) (string, error) {
	var b strings.Builder
	for i := start; i < len(r.s); i++ {
		c := r.s[i]
		switch {
		case c == '"':
			r.i = i + 1
			return b.String(), nil
		case c != '\\':
			b.WriteByte(c)
			continue
		case i+1 >= len(r.s):
			return "", badJSON()
		}
		i++
		switch r.s[i] {
		case 'b':
			b.WriteByte('\b')
		case 'f':
			b.WriteByte('\f')
		case 'n':
			b.WriteByte('\n')
		case 'r':
			b.WriteByte('\r')
		case 't':
			b.WriteByte('\t')
		case 'u':
			c, n, err := unicodeEscape(r.s[i+1:])
			if err != nil {
				return "", err
			}
			b.WriteRune(c)
			i += n
		default:
			b.WriteByte(r.s[i])
		}
	}
	return "", badJSON()
}

// unicodeEscape reads what follows \u: four digits, and for a high surrogate
// another escape.
func unicodeEscape(s string) (rune, int, error) {
	if len(s) < 4 {
		return 0, 0, badJSON()
	}
	v, err := strconv.ParseUint(s[:4], 16, 32)
	if err != nil {
		return 0, 0, badJSON()
	}
	if v == 0 {
		return 0, 0, pgerr.New(pgerr.UntranslatableCharacter, "unsupported Unicode escape sequence")
	}
	if v < 0xd800 || v > 0xdfff {
		return rune(v), 4, nil
	}
	if v >= 0xdc00 || len(s) < 10 || s[4:6] != `\u` {
		return 0, 0, badJSON()
	}
	low, err := strconv.ParseUint(s[6:10], 16, 32)
	if err != nil || low < 0xdc00 || low > 0xdfff {
		return 0, 0, badJSON()
	}
	return rune(0x10000 + (v-0xd800)<<10 + (low - 0xdc00)), 10, nil
}

// jsonb puts objects in jsonb's order (by length, then bytes; the last of equal
// keys wins) and numbers in numeric's text.
func (v jsonValue) jsonb() jsonValue {
	switch v.kind {
	case '0':
		v.text = jsonNumeric(v.text)
	case 'a':
		items := make([]jsonValue, len(v.items))
		for i := range items {
			items[i] = v.items[i].jsonb()
		}
		v.items = items
	case 'o':
		last := map[string]int{}
		for i, k := range v.keys {
			last[k] = i
		}
		keys := make([]string, 0, len(last))
		for k := range last {
			keys = append(keys, k)
		}
		sort.Slice(keys, func(i, j int) bool {
			if len(keys[i]) != len(keys[j]) {
				return len(keys[i]) < len(keys[j])
			}
			return keys[i] < keys[j]
		})
		items := make([]jsonValue, len(keys))
		for i, k := range keys {
			items[i] = v.items[last[k]].jsonb()
		}
		v.keys, v.items = keys, items
	}
	return v
}

// jsonNumeric removes an exponent, as numeric_in and numeric_out do.
func jsonNumeric(s string) string {
	mant, exp, ok := strings.Cut(strings.ToLower(s), "e")
	d, err := parseDec(mant)
	if err != nil || d.special != finite {
		return s
	}
	if !ok {
		return d.String()
	}
	n, err := strconv.Atoi(exp)
	if err != nil || n > 131072 || n < -maxScale {
		return s
	}
	d.scale -= n
	return d.positiveScale().String()
}

// appendJSON prints with jsonb's blanks, or without any.
func (v jsonValue) append(buf []byte, blanks bool) []byte {
	comma, colon := ",", ":"
	if blanks {
		comma, colon = ", ", ": "
	}
	switch v.kind {
	case 's':
		return appendJSONString(buf, v.text)
	case 'a':
		buf = append(buf, '[')
		for i, item := range v.items {
			if i > 0 {
				buf = append(buf, comma...)
			}
			buf = item.append(buf, blanks)
		}
		return append(buf, ']')
	case 'o':
		buf = append(buf, '{')
		for i, item := range v.items {
			if i > 0 {
				buf = append(buf, comma...)
			}
			buf = appendJSONString(buf, v.keys[i])
			buf = append(buf, colon...)
			buf = item.append(buf, blanks)
		}
		return append(buf, '}')
	}
	return append(buf, v.text...)
}

func (v jsonValue) String() string { return string(v.append(nil, true)) }

func appendJSONString(buf []byte, s string) []byte {
	buf = append(buf, '"')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case '"':
			buf = append(buf, `\"`...)
		case '\\':
			buf = append(buf, `\\`...)
		case '\b':
			buf = append(buf, `\b`...)
		case '\f':
			buf = append(buf, `\f`...)
		case '\n':
			buf = append(buf, `\n`...)
		case '\r':
			buf = append(buf, `\r`...)
		case '\t':
			buf = append(buf, `\t`...)
		default:
			if c < 0x20 {
				buf = append(buf, `\u00`...)
				buf = append(buf, "0123456789abcdef"[c>>4], "0123456789abcdef"[c&15])
			} else {
				buf = append(buf, c)
			}
		}
	}
	return append(buf, '"')
}

func (v jsonValue) find(key string) (jsonValue, bool) {
	for i := len(v.keys) - 1; i >= 0; i-- {
		if v.keys[i] == key {
			return v.items[i], true
		}
	}
	return jsonValue{}, false
}

// at gives an element of an array; negative positions count from the end.
func (v jsonValue) at(i int) (jsonValue, bool) {
	if i < 0 {
		i += len(v.items)
	}
	if v.kind != 'a' || i < 0 || i >= len(v.items) {
		return jsonValue{}, false
	}
	return v.items[i], true
}

// equal compares as jsonb does: numbers by value.
func (v jsonValue) equal(w jsonValue) bool {
	if v.kind != w.kind || len(v.items) != len(w.items) {
		return false
	}
	switch v.kind {
	case '0':
		a, err1 := parseDec(jsonNumeric(v.text))
		b, err2 := parseDec(jsonNumeric(w.text))
		return err1 == nil && err2 == nil && string(keyDec(nil, a)) == string(keyDec(nil, b))
	case 'a', 'o':
		for i := range v.items {
			if v.kind == 'o' && v.keys[i] != w.keys[i] || !v.items[i].equal(w.items[i]) {
				return false
			}
		}
		return true
	}
	return v.text == w.text
}

// key is jsonb with numbers of one value in one form.
func (v jsonValue) key() jsonValue {
	if v.kind == '0' {
		if d, err := parseDec(jsonNumeric(v.text)); err == nil {
			v.text = d.norm().String()
		}
		return v
	}
	items := make([]jsonValue, len(v.items))
	for i := range items {
		items[i] = v.items[i].key()
	}
	v.items = items
	return v
}

// contains is @>, for values in jsonb's order.
func (v jsonValue) contains(w jsonValue, top bool) bool {
	if v.kind == 'a' && w.kind != 'a' && w.kind != 'o' && top {
		return v.hasItem(w) // an array contains a scalar
	}
	if v.kind != w.kind {
		return false
	}
	switch v.kind {
	case 'o':
		for i, k := range w.keys {
			item, ok := v.find(k)
			if !ok || !item.contains(w.items[i], false) {
				return false
			}
		}
		return true
	case 'a':
		for _, item := range w.items {
			if !v.hasItem(item) {
				return false
			}
		}
		return true
	}
	return v.equal(w)
}

func (v jsonValue) hasItem(w jsonValue) bool {
	for _, item := range v.items {
		if item.contains(w, false) {
			return true
		}
	}
	return false
}
