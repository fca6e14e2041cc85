package format

import (
	"encoding/binary"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"culvert/connectors/decode"
	"culvert/engine"
	"culvert/server/wire"
	"culvert/sql/types"
)

// rows is a table that a decoder fills.
type rows struct {
	*decode.Rows
	fields []Column
}

func newRows(t testing.TB, fields []Column) rows {
	t.Helper()
	r, ok := decode.RowsOf(fields)
	if !ok {
		t.Fatalf("a type that no column has: %v", fields)
	}
	return rows{r, fields}
}

// show gives the rows as PostgreSQL would print them, values between bars.
func (r rows) show(t testing.TB) []string {
	t.Helper()
	if len(r.fields) > 0 {
		r.Rows.Len = r.Cols[0].Len
	}
	batch := r.Batch()
	cols := make([]wire.Column, len(r.fields))
	for i, f := range r.fields {
		cols[i] = wire.Column{Name: f.Name, Type: f.Type}
	}
	e, err := wire.NewEncoder(cols, batch, nil, wire.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for i := range batch.Len {
		message, _, err := e.Append(nil, batch, i, i+1, 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, showRow(message, len(cols)))
	}
	return out
}

func showRow(message []byte, n int) string {
	var values []string
	for pos := 7; len(values) < n; {
		size := int32(binary.BigEndian.Uint32(message[pos:]))
		pos += 4
		if size < 0 {
			values = append(values, "∅")
			continue
		}
		values = append(values, string(message[pos:pos+int(size)]))
		pos += int(size)
	}
	return strings.Join(values, "|")
}

// copyOf is the state of the columns, to be compared.
func (r rows) copyOf() []engine.Column {
	r.Rows.Len = r.Cols[0].Len
	var out []engine.Column
	for _, c := range r.Batch().Cols {
		k := decode.NewRows([]types.Physical{c.Phys})
		for i := range r.Rows.Len {
			k.Cols[0].Copy(&c, i)
		}
		k.Len = r.Rows.Len
		out = append(out, k.Batch().Cols[0])
	}
	return out
}

// mustRefuse decodes what is no message, and checks that the columns stay as
// they were and can be used on.
func mustRefuse(t *testing.T, f Format, r rows, payload []byte, text string) {
	t.Helper()
	before := r.copyOf()
	err := f.Decode(payload, r.Pointers())
	if err == nil || !strings.Contains(err.Error(), text) {
		t.Errorf("%x: error %v; want %q", payload, err, text)
	}
	if after := r.copyOf(); !reflect.DeepEqual(before, after) {
		t.Errorf("%x: the columns changed: %v, %v", payload, before, after)
	}
}

// stored gives a specification as the catalog gives it back.
func stored(t testing.TB, s Spec) Spec {
	t.Helper()
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var back Spec
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(s, back) {
		t.Fatalf("%+v comes back from the catalog as %+v", s, back)
	}
	return back
}

// open makes the decoder and columns of a specification.
func open(t testing.TB, s Spec, schemas SchemaSource) (Format, rows) {
	t.Helper()
	s = stored(t, s)
	fields, err := s.Columns()
	if err != nil {
		t.Fatal(err)
	}
	f, err := New(s, schemas)
	if err != nil {
		t.Fatal(err)
	}
	return f, newRows(t, fields)
}

func describe(fields []Column) string {
	var out []string
	for _, f := range fields {
		text := f.Name + " " + f.Type.String()
		if f.Nullable {
			text += "?"
		}
		out = append(out, text)
	}
	return strings.Join(out, ", ")
}
