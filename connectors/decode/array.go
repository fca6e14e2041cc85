package decode

import (
	"culvert/engine"
)

// parseList takes a one-dimensional array as PostgreSQL prints it:
// {1,NULL,"a \"b\""}. Arrays of more dimensions, or with a lower bound other
// than 1, cannot be represented.
func parseList(c *engine.Column, text []byte, elem parse) error {
	if len(text) < 2 || text[len(text)-1] != '}' {
		return syntaxError("array", text)
	}
	if text[0] == '[' {
		return unrepresentable("array with its own lower bound", text)
	}
	if text[0] != '{' {
		return syntaxError("array", text)
	}
	mark := markOf(c.Child)
	count := lastEnd(c.Ends)
	var scratch []byte
	for rest := text[1:]; len(rest) > 0; {
		if rest[0] == '}' && len(rest) == 1 && len(text) == 2 {
			break
		}
		var value []byte
		var quoted, ok bool
		value, rest, quoted, ok = element(rest, &scratch)
		if !ok {
			mark.restore(c.Child)
			if len(value) > 0 && value[0] == '{' {
				return unrepresentable("array of several dimensions", text)
			}
			return syntaxError("array", text)
		}
		if !quoted && string(value) == "NULL" {
			c.Child.Valid = markNull(c.Child.Valid, int(count))
			appendZero(c.Child)
		} else if err := elem(c.Child, value); err != nil {
			mark.restore(c.Child)
			return err
		}
		count++
	}
	c.Ends = append(c.Ends, count)
	return nil
}

// element reads one element and the comma or bracket behind it. scratch holds
// values whose escapes had to be removed.
func element(text []byte, scratch *[]byte) (value, rest []byte, quoted, ok bool) {
	if text[0] == '{' {
		return text, nil, false, false
	}
	if text[0] != '"' {
		for i, ch := range text {
			if ch == ',' || ch == '}' {
				return text[:i], text[i+1:], false, i > 0
			}
		}
		return nil, nil, false, false
	}
	out := (*scratch)[:0]
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '"':
			*scratch = out
			if i+1 >= len(text) || text[i+1] != ',' && text[i+1] != '}' {
				return nil, nil, true, false
			}
			return out, text[i+2:], true, true
		case '\\':
			i++
			if i == len(text) {
				return nil, nil, true, false
			}
		}
		out = append(out, text[i])
	}
	return nil, nil, true, false
}

// mark remembers how long a column's buffers are.
type mark struct{ b, i16, i32, i64, i128, f32, f64, iv, ends, data, valid int }

func markOf(c *engine.Column) mark {
	return mark{len(c.Bool), len(c.I16), len(c.I32), len(c.I64), len(c.I128), len(c.F32), len(c.F64), len(c.Iv), len(c.Ends), len(c.Data), len(c.Valid)}
}

// restore takes the elements of a broken array back. Words of the mask that
// were there before may keep cleared bits, which the next values would inherit:
// so a column is given up after an error.
func (m mark) restore(c *engine.Column) {
	c.Bool, c.I16, c.I32, c.I64, c.I128 = c.Bool[:m.b], c.I16[:m.i16], c.I32[:m.i32], c.I64[:m.i64], c.I128[:m.i128]
	c.F32, c.F64, c.Iv = c.F32[:m.f32], c.F64[:m.f64], c.Iv[:m.iv]
	c.Ends, c.Data, c.Valid = c.Ends[:m.ends], c.Data[:m.data], c.Valid[:m.valid]
}
