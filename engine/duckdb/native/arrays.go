package native

import (
	"strings"

	"culvert/sql/pgerr"
)

var arrayFunctions = []function{
	{name: "array_out", shape: "v:V", row: func(r *row) error { r.setText(arrayOut(r.list(0))); return nil }},
	{name: "array_in", shape: "V:v", row: func(r *row) error {
		items, err := arrayIn(r.text(0))
		if err == nil {
			r.setList(items)
		}
		return err
	}},
}

// arrayOut is array_out of one dimension.
func arrayOut(items []*string) string {
	var b strings.Builder
	b.WriteByte('{')
	for i, item := range items {
		if i > 0 {
			b.WriteByte(',')
		}
		if item == nil {
			b.WriteString("NULL")
			continue
		}
		s := *item
		if s != "" && !strings.ContainsAny(s, "\"\\{}, \t\n\r\v\f") && !strings.EqualFold(s, "null") {
			b.WriteString(s)
			continue
		}
		b.WriteByte('"')
		for j := range len(s) {
			if s[j] == '"' || s[j] == '\\' {
				b.WriteByte('\\')
			}
			b.WriteByte(s[j])
		}
		b.WriteByte('"')
	}
	b.WriteByte('}')
	return b.String()
}

// arrayIn reads canonical text of one dimension.
func arrayIn(s string) ([]*string, error) {
	if len(s) < 2 || s[0] != '{' || s[len(s)-1] != '}' {
		return nil, pgerr.New(pgerr.FeatureNotSupported, "multidimensional arrays and arrays with lower bounds are not supported")
	}
	s = s[1 : len(s)-1]
	var out []*string
	for len(s) > 0 {
		var b strings.Builder
		quoted, inside, i := false, false, 0
		for ; i < len(s) && (inside || s[i] != ','); i++ {
			switch c := s[i]; {
			case c == '\\' && i+1 < len(s):
				i++
				b.WriteByte(s[i])
			case c == '"':
				quoted, inside = true, !inside
			case c == '{' && !inside:
				return nil, pgerr.New(pgerr.FeatureNotSupported, "multidimensional arrays are not supported")
			default:
				b.WriteByte(c)
			}
		}
		text := b.String()
		if !quoted && strings.EqualFold(text, "null") {
			out = append(out, nil)
		} else {
			out = append(out, &text)
		}
		if i >= len(s) {
			break
		}
		s = s[i+1:]
	}
	return out, nil
}
