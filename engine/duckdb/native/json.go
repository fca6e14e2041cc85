package native

import (
	"strconv"
	"strings"

	"culvert/sql/pgerr"
)

var jsonFunctions = []function{
	{name: "jsonb_in", shape: "v:v", row: withJSON(func(r *row, v jsonValue) error { r.buf = v.jsonb().append(r.buf, true); return nil })},
	jsonGetter("json_get", "v:vv", false, func(r *row, v jsonValue) (jsonValue, bool) { return v.find(r.text(1)) }),
	jsonGetter("json_get_text", "v:vv", true, func(r *row, v jsonValue) (jsonValue, bool) { return v.find(r.text(1)) }),
	jsonGetter("json_get_index", "v:vi", false, func(r *row, v jsonValue) (jsonValue, bool) { return v.at(int(r.i32(1))) }),
	jsonGetter("json_get_text_index", "v:vi", true, func(r *row, v jsonValue) (jsonValue, bool) { return v.at(int(r.i32(1))) }),
	jsonGetter("json_path", "v:vV", false, func(r *row, v jsonValue) (jsonValue, bool) { return v.path(r.list(1)) }),
	jsonGetter("json_path_text", "v:vV", true, func(r *row, v jsonValue) (jsonValue, bool) { return v.path(r.list(1)) }),
	{name: "jsonb_contains", shape: "b:vv", row: func(r *row) error {
		v, err := parseJSON(r.text(0))
		if err != nil {
			return err
		}
		w, err := parseJSON(r.text(1))
		set(r, v.contains(w, true))
		return err
	}},
	{name: "jsonb_exists", shape: "b:vv", row: withJSON(func(r *row, v jsonValue) error { set(r, v.exists(r.text(1))); return nil })},
	{name: "jsonb_exists_any", shape: "b:vV", row: withJSON(func(r *row, v jsonValue) error { set(r, v.existing(r.list(1)) > 0); return nil })},
	{name: "jsonb_exists_all", shape: "b:vV", row: withJSON(func(r *row, v jsonValue) error {
		n := 0
		for _, k := range r.list(1) {
			if k != nil {
				n++
			}
		}
		set(r, v.existing(r.list(1)) == n)
		return nil
	})},
	{name: "jsonb_concat", shape: "v:vv", row: func(r *row) error {
		v, err := parseJSON(r.text(0))
		if err != nil {
			return err
		}
		w, err := parseJSON(r.text(1))
		if err == nil {
			r.buf = v.concat(w).append(r.buf, true)
		}
		return err
	}},
	{name: "jsonb_delete_keys", shape: "v:vV", row: withJSON(deleteKeys)},
	{name: "jsonb_delete_index", shape: "v:vi", row: withJSON(deleteIndex)},
	{name: "jsonb_delete_path", shape: "v:vV", row: withJSON(func(r *row, v jsonValue) error {
		if v.kind != 'a' && v.kind != 'o' {
			return pgerr.New(pgerr.InvalidParameterValue, "cannot delete path in scalar")
		}
		if err := v.checkPath(r.list(1)); err != nil {
			return err
		}
		r.buf = v.deletePath(r.list(1)).append(r.buf, true)
		return nil
	})},
	{name: "jsonb_set", shape: "v:vVvb", row: withJSON(func(r *row, v jsonValue) error {
		if v.kind != 'a' && v.kind != 'o' {
			return pgerr.New(pgerr.InvalidParameterValue, "cannot set path in scalar")
		}
		if err := v.checkPath(r.list(1)); err != nil {
			return err
		}
		w, err := parseJSON(r.text(2))
		if err == nil {
			r.buf = v.setPath(r.list(1), w, r.bool(3)).jsonb().append(r.buf, true)
		}
		return err
	})},
	{name: "json_typeof", shape: "v:v", row: withJSON(func(r *row, v jsonValue) error { r.setText(v.typeName()); return nil })},
	{name: "json_length", shape: "i:v", row: withJSON(func(r *row, v jsonValue) error {
		if v.kind != 'a' {
			return notArray("get array length of", v)
		}
		set(r, int32(len(v.items)))
		return nil
	})},
	{name: "jsonb_pretty", shape: "v:v", row: withJSON(func(r *row, v jsonValue) error { r.buf = v.pretty(r.buf, 0); return nil })},
	{name: "json_strip_nulls", shape: "v:vb", row: withJSON(func(r *row, v jsonValue) error { r.buf = v.strip().append(r.buf, r.bool(1)); return nil })},
	{name: "json_elements", shape: "V:v", row: elements(false)},
	{name: "json_element_texts", shape: "V:v", row: elements(true)},
	{name: "json_keys", shape: "V:v", row: withJSON(func(r *row, v jsonValue) error {
		if v.kind != 'o' {
			return pgerr.New(pgerr.InvalidParameterValue, "cannot call json_object_keys on %s", map[bool]string{true: "an array", false: "a scalar"}[v.kind == 'a'])
		}
		r.setTexts(v.keys)
		return nil
	})},
	{name: "json_values", shape: "V:v", row: withJSON(func(r *row, v jsonValue) error { r.setList(v.texts(false)); return nil })},
	{name: "json_value_texts", shape: "V:v", row: withJSON(func(r *row, v jsonValue) error { r.setList(v.texts(true)); return nil })},
	{name: "json_number", shape: "v:v", row: func(r *row) error {
		if s := r.text(0); s == "NaN" || strings.HasSuffix(s, "Infinity") {
			r.setText(`"` + s + `"`)
		} else {
			r.setText(s)
		}
		return nil
	}},
	{name: "json_quote_text", shape: "v:v", row: func(r *row) error { r.buf = appendJSONString(r.buf, r.text(0)); return nil }},
	{name: "json_time", shape: "v:v", row: jsonTime},
	{name: "json_compact_array", shape: "v:V", row: pieces("[", ",", "]")},
	{name: "json_array_text", shape: "v:V", row: pieces("[", ", ", "]")},
	{name: "json_agg_text", shape: "v:V", row: pieces("[", ", ", "]")},
	{name: "json_agg_lines", shape: "v:V", row: pieces("[", ", \n ", "]")},
	{name: "jsonb_agg_text", shape: "v:V", row: jsonbPieces},
	{name: "jsonb_array_text", shape: "v:V", row: jsonbPieces},
	{name: "json_lines_object", shape: "v:VV", row: func(r *row) error { return object(r, ":", ",\n ", "{", "}") }},
	{name: "json_compact_object", shape: "v:VV", row: func(r *row) error { return object(r, ":", ",", "{", "}") }},
	{name: "json_object_text", shape: "v:VV", row: func(r *row) error { return object(r, " : ", ", ", "{", "}") }},
	{name: "json_object_agg_text", shape: "v:VV", row: func(r *row) error { return object(r, " : ", ", ", "{ ", " }") }},

	{name: "jsonb_object_text", shape: "v:VV", row: func(r *row) error {
		start := len(r.buf)
		if err := object(r, ":", ",", "{", "}"); err != nil {
			return err
		}
		v, err := parseJSON(string(r.buf[start:]))
		r.buf = v.jsonb().append(r.buf[:start], true)
		return err
	}},
	{name: "jsonb_scalar", shape: "v:vv", row: withJSON(scalar)},
}

func withJSON(f func(r *row, v jsonValue) error) func(r *row) error {
	return func(r *row) error {
		v, err := parseJSON(r.text(0))
		if err != nil {
			return err
		}
		return f(r, v)
	}
}

// jsonGetter looks something up; as text, strings lose their quotes and null
// is NULL.
func jsonGetter(name, shape string, text bool, f func(r *row, v jsonValue) (jsonValue, bool)) function {
	return function{name: name, shape: shape, row: withJSON(func(r *row, v jsonValue) error {
		w, ok := f(r, v)
		switch {
		case !ok || text && w.kind == 'n':
			r.setNull()
		case text && w.kind == 's':
			r.setText(w.text)
		default:
			r.setText(w.raw)
		}
		return nil
	})}
}

func (v jsonValue) path(steps []*string) (jsonValue, bool) {
	for _, step := range steps {
		if step == nil {
			return v, false
		}
		ok := false
		if v.kind == 'o' {
			v, ok = v.find(*step)
		} else if i, err := strconv.Atoi(*step); err == nil {
			v, ok = v.at(i)
		}
		if !ok {
			return v, false
		}
	}
	return v, true
}

func (v jsonValue) exists(key string) bool {
	if v.kind == 'o' {
		_, ok := v.find(key)
		return ok
	}
	if v.kind == 's' {
		return v.text == key
	}
	for _, item := range v.items {
		if item.kind == 's' && item.text == key {
			return true
		}
	}
	return false
}

func (v jsonValue) existing(keys []*string) int {
	n := 0
	for _, k := range keys {
		if k != nil && v.exists(*k) {
			n++
		}
	}
	return n
}

func (v jsonValue) asArray() []jsonValue {
	if v.kind == 'a' {
		return v.items
	}
	return []jsonValue{v}
}

func (v jsonValue) concat(w jsonValue) jsonValue {
	if v.kind == 'o' && w.kind == 'o' {
		return jsonValue{
			kind: 'o', keys: append(append([]string{}, v.keys...), w.keys...),
			items: append(append([]jsonValue{}, v.items...), w.items...),
		}.jsonb()
	}
	return jsonValue{kind: 'a', items: append(append([]jsonValue{}, v.asArray()...), w.asArray()...)}
}

func deleteKeys(r *row, v jsonValue) error {
	if v.kind != 'o' && v.kind != 'a' {
		return pgerr.New(pgerr.InvalidParameterValue, "cannot delete from scalar")
	}
	drop := map[string]bool{}
	for _, k := range r.list(1) {
		if k != nil {
			drop[*k] = true
		}
	}
	out := jsonValue{kind: v.kind}
	for i, item := range v.items {
		if v.kind == 'o' {
			if !drop[v.keys[i]] {
				out.keys, out.items = append(out.keys, v.keys[i]), append(out.items, item)
			}
		} else if item.kind != 's' || !drop[item.text] {
			out.items = append(out.items, item)
		}
	}
	r.buf = out.append(r.buf, true)
	return nil
}

func deleteIndex(r *row, v jsonValue) error {
	switch v.kind {
	case 'o':
		return pgerr.New(pgerr.InvalidParameterValue, "cannot delete from object using integer index")
	case 'a':
	default:
		return pgerr.New(pgerr.InvalidParameterValue, "cannot delete from scalar")
	}
	i := int(r.i32(1))
	if i < 0 {
		i += len(v.items)
	}
	if i >= 0 && i < len(v.items) {
		v.items = append(append([]jsonValue{}, v.items[:i]...), v.items[i+1:]...)
	}
	r.buf = v.append(r.buf, true)
	return nil
}

// step finds the position of a path step in v; ok is false when it has none.
func (v jsonValue) step(step string) (int, bool) {
	if v.kind == 'o' {
		for i, k := range v.keys {
			if k == step {
				return i, true
			}
		}
		return 0, false
	}
	i, err := strconv.Atoi(step)
	if i < 0 {
		i += len(v.items)
	}
	return i, err == nil && v.kind == 'a' && i >= 0 && i < len(v.items)
}

func (v jsonValue) deletePath(steps []*string) jsonValue {
	if len(steps) == 0 || steps[0] == nil {
		return v
	}
	i, ok := v.step(*steps[0])
	if !ok {
		return v
	}
	out := jsonValue{kind: v.kind, keys: append([]string{}, v.keys...), items: append([]jsonValue{}, v.items...)}
	if len(steps) > 1 {
		out.items[i] = out.items[i].deletePath(steps[1:])
		return out
	}
	out.items = append(out.items[:i], out.items[i+1:]...)
	if v.kind == 'o' {
		out.keys = append(out.keys[:i], out.keys[i+1:]...)
	}
	return out
}

func (v jsonValue) setPath(steps []*string, w jsonValue, create bool) jsonValue {
	if len(steps) == 0 || steps[0] == nil {
		return v
	}
	out := jsonValue{kind: v.kind, text: v.text, keys: append([]string{}, v.keys...), items: append([]jsonValue{}, v.items...)}
	i, ok := v.step(*steps[0])
	switch {
	case ok && len(steps) > 1:
		out.items[i] = out.items[i].setPath(steps[1:], w, create)
	case ok:
		out.items[i] = w
	case !create || len(steps) > 1:
	case v.kind == 'o':
		out.keys, out.items = append(out.keys, *steps[0]), append(out.items, w)
	case v.kind == 'a':
		if n, err := strconv.Atoi(*steps[0]); err == nil && n < 0 {
			out.items = append([]jsonValue{w}, out.items...)
		} else if err == nil {
			out.items = append(out.items, w)
		}
	}
	return out
}

func (v jsonValue) typeName() string {
	return map[byte]string{'n': "null", 'b': "boolean", '0': "number", 's': "string", 'a': "array", 'o': "object"}[v.kind]
}

func notArray(what string, v jsonValue) error {
	if v.kind == 'o' {
		return pgerr.New(pgerr.InvalidParameterValue, "cannot %s a non-array", what)
	}
	return pgerr.New(pgerr.InvalidParameterValue, "cannot %s a scalar", what)
}

func (v jsonValue) pretty(buf []byte, depth int) []byte {
	if len(v.items) == 0 && (v.kind == 'a' || v.kind == 'o') || v.kind != 'a' && v.kind != 'o' {
		if v.kind == 'a' || v.kind == 'o' { // even an empty one has two lines
			open := map[byte]string{'a': "[", 'o': "{"}[v.kind]
			end := map[byte]string{'a': "]", 'o': "}"}[v.kind]
			return append(buf, open+"\n"+strings.Repeat("    ", depth)+end...)
		}
		return v.append(buf, true)
	}
	indent := "\n" + strings.Repeat("    ", depth+1)
	open, end := byte('['), byte(']')
	if v.kind == 'o' {
		open, end = '{', '}'
	}
	buf = append(buf, open)
	for i, item := range v.items {
		if i > 0 {
			buf = append(buf, ',')
		}
		buf = append(buf, indent...)
		if v.kind == 'o' {
			buf = append(appendJSONString(buf, v.keys[i]), ": "...)
		}
		buf = item.pretty(buf, depth+1)
	}
	buf = append(buf, indent[:len(indent)-4]...)
	return append(buf, end)
}

func (v jsonValue) strip() jsonValue {
	out := v
	out.keys, out.items = nil, nil
	for i, item := range v.items {
		if v.kind == 'o' {
			if item.kind == 'n' {
				continue
			}
			out.keys = append(out.keys, v.keys[i])
		}
		out.items = append(out.items, item.strip())
	}
	return out
}

func elements(text bool) func(r *row) error {
	return withJSON(func(r *row, v jsonValue) error {
		if v.kind != 'a' {
			return pgerr.New(pgerr.InvalidParameterValue, "cannot extract elements from %s", map[bool]string{true: "an object", false: "a scalar"}[v.kind == 'o'])
		}
		r.setList(v.texts(text))
		return nil
	})
}

// texts gives the items; as texts, strings lose their quotes and null is NULL.
func (v jsonValue) texts(text bool) []*string {
	out := make([]*string, len(v.items))
	for i := range v.items {
		item := &v.items[i]
		switch {
		case text && item.kind == 'n':
		case text && item.kind == 's':
			out[i] = &item.text
		default:
			out[i] = &item.raw
		}
	}
	return out
}

// jsonTime is a timestamp in ISO 8601, as JSON has it.
func jsonTime(r *row) error {
	s := []byte(r.text(0))
	for i, c := range s {
		if c == ' ' {
			s[i] = 'T'
			break
		}
	}
	text := string(s)
	text, bc := strings.CutSuffix(text, "TBC")
	if !bc {
		text, bc = strings.CutSuffix(text, " BC")
	}
	// A zone of whole hours has its minutes, too.
	if at := strings.LastIndexAny(text, "+-"); at > 10 && len(text)-at == 3 {
		text += ":00"
	}
	r.setText(text)
	if bc {
		r.setText(" BC")
	}
	return nil
}

func pieces(open, sep, end string) func(r *row) error {
	return func(r *row) error {
		r.setText(open)
		for i, item := range r.list(0) {
			if i > 0 {
				r.setText(sep)
			}
			if item == nil {
				r.setText("null")
			} else {
				r.setText(*item)
			}
		}
		r.setText(end)
		return nil
	}
}

func jsonbPieces(r *row) error {
	start := len(r.buf)
	_ = pieces("[", ",", "]")(r)
	v, err := parseJSON(string(r.buf[start:]))
	r.buf = v.jsonb().append(r.buf[:start], true)
	return err
}

func object(r *row, colon, comma, open, end string) error {
	keys, values := r.list(0), r.list(1)
	r.setText(open)
	for i, k := range keys {
		if k == nil {
			return pgerr.New(pgerr.InvalidParameterValue, "argument %d cannot be null", 2*i+1)
		}
		if i > 0 {
			r.setText(comma)
		}
		r.buf = appendJSONString(r.buf, *k)
		r.setText(colon)
		if values[i] == nil {
			r.setText("null")
		} else {
			r.setText(*values[i])
		}
	}
	r.setText(end)
	return nil
}

// scalar is the text of a jsonb scalar for a cast to the named type.
func scalar(r *row, v jsonValue) error {
	want := byte('0')
	if r.text(1) == "boolean" {
		want = 'b'
	}
	if v.kind != want {
		name := v.typeName()
		if v.kind == 'n' {
			name = "null"
		} else if v.kind == '0' {
			name = "numeric"
		}
		return pgerr.New(pgerr.InvalidParameterValue, "cannot cast jsonb %s to type %s", name, r.text(1))
	}
	r.setText(v.text)
	return nil
}
