package native

import (
	"strconv"
	"strings"

	"culvert/sql/pgerr"
)

// jsonBuildFunctions change and build documents, and read records from them.
var jsonBuildFunctions = []function{
	// A scalar of jsonb is an array of one to -> and ->>.
	jsonGetter("jsonb_get_index", "v:vi", false, func(r *row, v jsonValue) (jsonValue, bool) { return v.element(int(r.i32(1))) }),
	jsonGetter("jsonb_get_text_index", "v:vi", true, func(r *row, v jsonValue) (jsonValue, bool) { return v.element(int(r.i32(1))) }),
	{name: "jsonb_insert", shape: "v:vVvb", row: withJSON(func(r *row, v jsonValue) error {
		if v.kind != 'a' && v.kind != 'o' {
			return pgerr.New(pgerr.InvalidParameterValue, "cannot set path in scalar")
		}
		if err := v.checkPath(r.list(1)); err != nil {
			return err
		}
		w, err := parseJSON(r.text(2))
		if err != nil {
			return err
		}
		out, err := v.insertPath(r.list(1), w, r.bool(3))
		if err == nil {
			r.buf = out.jsonb().append(r.buf, true)
		}
		return err
	})},
	{name: "jsonb_set_lax", shape: "v:vVvbv", nulls: true, row: jsonbSetLax},
	{name: "json_object_pairs", shape: "v:V", row: func(r *row) error {
		items := r.list(0)
		if len(items)%2 != 0 {
			return pgerr.New(pgerr.ArraySubscriptError, "array must have even number of elements")
		}
		var keys, values []*string
		for i := 0; i < len(items); i += 2 {
			keys, values = append(keys, items[i]), append(values, items[i+1])
		}
		return textObject(r, keys, values)
	}},
	{name: "json_object_lists", shape: "v:VV", row: func(r *row) error {
		if len(r.list(0)) != len(r.list(1)) {
			return pgerr.New(pgerr.ArraySubscriptError, "mismatched array dimensions")
		}
		return textObject(r, r.list(0), r.list(1))
	}},
	{name: "json_field", shape: "v:vvb", row: withJSON(jsonField)},
}

func (v jsonValue) element(i int) (jsonValue, bool) {
	if v.kind != 'a' && v.kind != 'o' && (i == 0 || i == -1) {
		return v, true
	}
	return v.at(i)
}

// insertPath puts a value into an array, before an element or behind it, or into
// an object under a new key.
func (v jsonValue) insertPath(steps []*string, w jsonValue, after bool) (jsonValue, error) {
	if len(steps) == 0 || steps[0] == nil {
		return v, nil
	}
	out := jsonValue{kind: v.kind, text: v.text, keys: append([]string{}, v.keys...), items: append([]jsonValue{}, v.items...)}
	i, ok := v.step(*steps[0])
	switch {
	case ok && len(steps) > 1:
		var err error
		out.items[i], err = out.items[i].insertPath(steps[1:], w, after)
		return out, err
	case len(steps) > 1:
	case v.kind == 'o' && ok:
		return v, pgerr.New(pgerr.InvalidParameterValue, "cannot replace existing key").
			WithHint("Try using the function jsonb_set to replace key value.")
	case v.kind == 'a' && ok:
		if after {
			i++
		}
		out.items = append(out.items[:i:i], append([]jsonValue{w}, out.items[i:]...)...)
	default:
		return v.setPath(steps, w, true), nil // at an end, or a new key
	}
	return out, nil
}

func jsonbSetLax(r *row) error {
	for _, k := range []int{0, 1, 3} {
		if r.null(k) {
			r.setNull()
			return nil
		}
	}
	if r.null(4) {
		return pgerr.New(pgerr.InvalidParameterValue, "null_value_treatment must be \"delete_key\", \"return_target\", \"use_json_null\", or \"raise_exception\"")
	}
	v, err := parseJSON(r.text(0))
	if err != nil {
		return err
	}
	var w jsonValue
	switch how := r.text(4); {
	case !r.null(2):
		if w, err = parseJSON(r.text(2)); err != nil {
			return err
		}
	case how == "use_json_null":
		w = jsonValue{kind: 'n', raw: "null"}
	case how == "delete_key":
		r.buf = v.deletePath(r.list(1)).append(r.buf, true)
		return nil
	case how == "return_target":
		r.buf = v.append(r.buf, true)
		return nil
	case how == "raise_exception":
		return pgerr.New("22004", "JSON value must not be null")
	default:
		return pgerr.New(pgerr.InvalidParameterValue, "null_value_treatment must be \"delete_key\", \"return_target\", \"use_json_null\", or \"raise_exception\"")
	}
	r.buf = v.setPath(r.list(1), w, r.bool(3)).jsonb().append(r.buf, true)
	return nil
}

// textObject is json_object(): keys and values are texts.
func textObject(r *row, keys, values []*string) error {
	r.setText("{")
	for i, k := range keys {
		if k == nil {
			return pgerr.New("22004", "null value not allowed for object key")
		}
		if i > 0 {
			r.setText(", ")
		}
		r.buf = appendJSONString(r.buf, *k)
		r.setText(" : ")
		if values[i] == nil {
			r.setText("null")
		} else {
			r.buf = appendJSONString(r.buf, *values[i])
		}
	}
	r.setText("}")
	return nil
}

// jsonField gives the field of an object as input of a type: as the document it
// is, or as the text of a scalar; an array is the text of an array.
func jsonField(r *row, v jsonValue) error {
	if v.kind != 'o' {
		return pgerr.New(pgerr.InvalidParameterValue, "cannot call %s on %s", "populate_composite", notObject(v))
	}
	f, ok := v.find(r.text(1))
	switch {
	case !ok || f.kind == 'n':
		r.setNull()
	case r.bool(2):
		r.setText(f.raw)
	case f.kind == 's':
		r.setText(f.text)
	case f.kind == 'a':
		r.setText(f.arrayText())
	default:
		r.setText(f.raw)
	}
	return nil
}

func notObject(v jsonValue) string {
	if v.kind == 'a' {
		return "an array"
	}
	return "a scalar"
}

// arrayText is a JSON array as the text of an array.
func (v jsonValue) arrayText() string {
	items := make([]*string, len(v.items))
	nested := false
	for i := range v.items {
		item := &v.items[i]
		switch item.kind {
		case 'n':
		case 's':
			items[i] = &item.text
		case 'a':
			text := item.arrayText()
			items[i], nested = &text, true
		default:
			items[i] = &item.raw
		}
	}
	if !nested {
		return arrayOut(items)
	}
	var b strings.Builder
	for i, item := range items {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(*item)
	}
	return "{" + b.String() + "}"
}

// checkPath refuses a step into an array that is no number.
func (v jsonValue) checkPath(steps []*string) error {
	for at, step := range steps {
		if step == nil || v.kind != 'a' && v.kind != 'o' {
			return nil
		}
		if _, err := strconv.Atoi(*step); err != nil && v.kind == 'a' {
			return pgerr.New(pgerr.InvalidTextRepresentation, "path element at position %d is not an integer: \"%s\"", at+1, *step)
		}
		i, ok := v.step(*step)
		if !ok {
			return nil
		}
		v = v.items[i]
	}
	return nil
}
