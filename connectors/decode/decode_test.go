package decode

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"culvert/engine"
	"culvert/sql/types"
)

func column(t *testing.T, typ types.Type) (*Rows, Parser) {
	t.Helper()
	phys, parser, ok := ForType(typ)
	if !ok {
		t.Fatalf("type %v has no parser", typ)
	}
	return NewRows([]types.Physical{phys}), parser
}

func TestCopyTextIsDecoded(t *testing.T) {
	phys := []types.Physical{{Kind: types.KindInt32}, {Kind: types.KindText}, {Kind: types.KindBytes}}
	var parsers []Parser
	for _, p := range phys {
		parser, _ := ForPhysical(p)
		parsers = append(parsers, parser)
	}
	rows := NewRows(phys)
	d := NewCopyText(parsers)
	text := []byte("1\ta\\tb\\\\c\\nd\\b\\f\\r\\v\t\\\\x00ff\n\\N\t\\N\t\\N\n-7\t\t\\\\x\n3\t\\\\N\t\\\\x0A\n")
	rest, err := d.Decode(rows, text, 3)
	if err != nil || rows.Len != 3 {
		t.Fatalf("%d rows, %v", rows.Len, err)
	}
	if rest, err = d.Decode(rows, rest, math.MaxInt); err != nil || len(rest) > 0 {
		t.Fatalf("%q is left, %v", rest, err)
	}
	b := rows.Batch()
	if b.Len != 4 || b.Cols[0].I32[0] != 1 || b.Cols[0].I32[2] != -7 {
		t.Fatalf("rows: %+v", b)
	}
	for i, want := range []string{"a\tb\\c\nd\b\f\r\v", "", "", `\N`} {
		if got := string(b.Cols[1].Bytes(i)); got != want {
			t.Errorf("text %d: %q instead of %q", i, got, want)
		}
	}
	if got := string(b.Cols[2].Bytes(0)); got != "\x00\xff" {
		t.Errorf("bytes: %q", got)
	}
	for i := range 4 {
		for c := range b.Cols {
			if b.Cols[c].IsNull(i) != (i == 1) {
				t.Errorf("column %d, row %d: null is %v", c, i, b.Cols[c].IsNull(i))
			}
		}
	}
	for _, broken := range []string{"1\ta\n", "1\ta\t\\\\x\textra\n", "1\ta\t\\\\x", "x\ta\t\\\\x\n"} {
		if _, err := NewCopyText(parsers).Decode(NewRows(phys), []byte(broken), math.MaxInt); err == nil {
			t.Errorf("%q was taken", broken)
		}
	}
	var e *ColumnError
	if _, err := NewCopyText(parsers).Decode(NewRows(phys), []byte("1\ta\tzz\n"), math.MaxInt); !errors.As(err, &e) || e.Column != 2 {
		t.Errorf("error %v", err)
	}
}

func TestNullsAcrossWords(t *testing.T) {
	rows := NewRows([]types.Physical{{Kind: types.KindInt64}})
	for round := range 2 {
		for i := range 300 {
			if i%67 == 3 {
				rows.Cols[0].Null()
			} else {
				rows.Cols[0].Int64(int64(i))
			}
			rows.EndRow()
		}
		b := rows.Batch()
		for i := range 300 {
			if b.Cols[0].IsNull(i) != (i%67 == 3) {
				t.Errorf("round %d, row %d", round, i)
			}
		}
		rows.Reset()
	}
	rows.Cols[0].Int64(1)
	rows.EndRow()
	if rows.Batch().Cols[0].IsNull(0) {
		t.Error("a NULL outlives Reset")
	}
}

func TestDecimals(t *testing.T) {
	for _, c := range []struct {
		p, s int
		text string
		want engine.Int128
	}{
		{4, 2, "12.34", engine.Int128{Lo: 1234}},
		{4, 2, "-0.50", engine.Int128{Lo: ^uint64(49), Hi: -1}},
		{9, 0, "999999999", engine.Int128{Lo: 999999999}},
		{18, 6, "1", engine.Int128{Lo: 1000000}},
		{38, 0, strings.Repeat("9", 38), engine.Int128{Hi: 0x4b3b4ca85a86c47a, Lo: 0x098a223fffffffff}},
		{38, 20, "1.5", engine.Int128{Hi: 8, Lo: 2426047410323587072}},
		{3, 5, "0.00999", engine.Int128{Lo: 999}},
	} {
		rows, parser := column(t, types.Type{OID: types.NumericOID, Mod: types.MakeNumericMod(c.p, c.s)})
		if err := parser(&rows.Cols[0], []byte(c.text)); err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		col := rows.Cols[0].Column
		var lo int64
		switch {
		case len(col.I16) > 0:
			lo = int64(col.I16[0])
		case len(col.I32) > 0:
			lo = int64(col.I32[0])
		case len(col.I64) > 0:
			lo = col.I64[0]
		default:
			if col.I128[0] != c.want {
				t.Errorf("%s: %+v instead of %+v", c.text, col.I128[0], c.want)
			}
			continue
		}
		if uint64(lo) != c.want.Lo {
			t.Errorf("%s: %d", c.text, lo)
		}
	}
	for _, text := range []string{"NaN", "Infinity", "-Infinity", "123.45", "1.234", "", "-", "1e5", ".", "12..3"} {
		rows, parser := column(t, types.Type{OID: types.NumericOID, Mod: types.MakeNumericMod(4, 2)})
		err := parser(&rows.Cols[0], []byte(text))
		if err == nil || rows.Cols[0].Len != 0 {
			t.Errorf("%q was taken", text)
		}
		if text == "NaN" && !errors.Is(err, ErrUnrepresentable) {
			t.Errorf("NaN: %v", err)
		}
	}
}

// The parsers of sql/types, which are tested against PostgreSQL, agree.
func TestTimesAgreeWithTypes(t *testing.T) {
	for _, text := range []string{
		"2024-02-29 12:34:56.789", "1969-12-31 23:59:59.999999", "0044-03-15 12:00:00 BC", "infinity", "-infinity",
		"0001-01-01 00:00:00", "0001-01-01 00:00:00 BC", "20000-01-01 00:00:00.1", "1900-03-01 00:00:00", "2000-02-29 00:00:00",
	} {
		rows, parser := column(t, types.T(types.TimestampOID))
		want, err := types.ParseTimestamp([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := parser(&rows.Cols[0], []byte(text)); err != nil || rows.Cols[0].I64[0] != want {
			t.Errorf("%s: %v %v, want %d", text, rows.Cols[0].I64, err, want)
		}
	}
	for _, text := range []string{"2024-02-29 12:34:56.789+02", "2024-02-29 12:34:56-05:30", "1883-11-18 12:00:00+00:19:32 BC"} {
		rows, parser := column(t, types.T(types.TimestamptzOID))
		want, err := types.ParseTimestamptz([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := parser(&rows.Cols[0], []byte(text)); err != nil || rows.Cols[0].I64[0] != want {
			t.Errorf("%s: %v %v, want %d", text, rows.Cols[0].I64, err, want)
		}
	}
	for _, text := range []string{"1 year 2 mons 3 days 04:05:06.789", "-1 years +2 days -00:00:00.000001", "00:00:00", "-178000000 years", "100:00:00"} {
		rows, parser := column(t, types.T(types.IntervalOID))
		months, days, micros, err := types.ParseInterval([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		want := engine.Interval{Months: months, Days: days, Micros: micros}
		if err := parser(&rows.Cols[0], []byte(text)); err != nil || rows.Cols[0].Iv[0] != want {
			t.Errorf("%s: %v %v, want %v", text, rows.Cols[0].Iv, err, want)
		}
	}
	for _, broken := range []string{"", "2024", "2024-13-01 00:00:00", "2024-01-01 00:00", "2024-01-01 00:00:00x", "294270-01-01 00:00:00", "2024-01-01 00:00:00.1234567"} {
		rows, parser := column(t, types.T(types.TimestampOID))
		if parser(&rows.Cols[0], []byte(broken)) == nil {
			t.Errorf("%q was taken", broken)
		}
	}
}

func TestArrays(t *testing.T) {
	rows, parser := column(t, types.T(types.TextArrayOID))
	for _, text := range []string{`{}`, `{a,NULL,"NULL","q\"\\b",""}`, `{" x ","{}"}`} {
		if err := parser(&rows.Cols[0], []byte(text)); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		rows.EndRow()
	}
	rows.Cols[0].Null()
	rows.EndRow()
	b := rows.Batch()
	var got []string
	for i := range b.Len {
		from, to := b.Cols[0].Span(i)
		for k := from; k < to; k++ {
			if b.Cols[0].Child.IsNull(int(k)) {
				got = append(got, "∅")
			} else {
				got = append(got, string(b.Cols[0].Child.Bytes(int(k))))
			}
		}
		got = append(got, "|")
	}
	if want := []string{"|", "a", "∅", "NULL", `q"\b`, "", "|", " x ", "{}", "|", "|"}; !slices.Equal(got, want) {
		t.Errorf("%q instead of %q", got, want)
	}
	for _, broken := range []string{"", "{", "}", "{a", "{a,}", "{{1},{2}}", "[2:3]={1,2}", `{"a}`, `{"a"b}`, `{"a\`} {
		rows, parser := column(t, types.T(types.TextArrayOID))
		if parser(&rows.Cols[0], []byte(broken)) == nil {
			t.Errorf("%q was taken", broken)
		}
	}
}

func TestCopyAndKeys(t *testing.T) {
	for typ, texts := range map[types.OID][]string{
		types.Int4OID: {"1", "-1"}, types.TextOID: {"", "a"}, types.TextArrayOID: {"{a,NULL}", "{}"}, types.UUIDOID: {"ffffffff-fe12-3456-789a-bcdef0123456", "00000000-0000-0000-0000-000000000000"},
		types.Float8OID: {"1.5", "NaN"}, types.BoolOID: {"t", "f"}, types.IntervalOID: {"1 day", "2 mons"},
	} {
		rows, parser := column(t, types.T(typ))
		for _, text := range texts {
			if err := parser(&rows.Cols[0], []byte(text)); err != nil {
				t.Fatal(err)
			}
			rows.EndRow()
		}
		rows.Cols[0].Null()
		rows.EndRow()
		from := rows.Batch()
		copied, _ := column(t, types.T(typ))
		keys := map[string]bool{}
		for i := range from.Len {
			copied.Cols[0].Copy(&from.Cols[0], i)
			copied.EndRow()
			to := copied.Batch()
			a, b := AppendKey(nil, &from.Cols[0], i), AppendKey(nil, &to.Cols[0], i)
			if string(a) != string(b) {
				t.Errorf("type %d, row %d: the copy differs", typ, i)
			}
			keys[string(a)] = true
		}
		if len(keys) != 3 {
			t.Errorf("type %d: %d keys of 3 values", typ, len(keys))
		}
	}
}

func FuzzParsers(f *testing.F) {
	f.Add(uint8(0), []byte("1"))
	f.Add(uint8(8), []byte("2024-01-01 00:00:00+01 BC"))
	f.Add(uint8(11), []byte(`{"a\"",NULL}`))
	oids := []types.OID{
		types.Int2OID, types.Int4OID, types.Int8OID, types.BoolOID, types.Float8OID, types.ByteaOID, types.DateOID, types.TimeOID,
		types.TimestamptzOID, types.IntervalOID, types.UUIDOID, types.TextArrayOID, types.Int4ArrayOID, types.NumericArrayOID,
	}
	f.Fuzz(func(t *testing.T, which uint8, text []byte) {
		rows, parser := column(t, types.T(oids[int(which)%len(oids)]))
		if parser(&rows.Cols[0], text) == nil {
			rows.EndRow()
		}
		if b := rows.Batch(); b.Len == 1 {
			AppendKey(nil, &b.Cols[0], 0)
		}
	})
}

func BenchmarkCopyText(b *testing.B) {
	phys := []types.Physical{{Kind: types.KindInt32}, {Kind: types.KindInt32}, {Kind: types.KindInt32}, {Kind: types.KindText}}
	var parsers []Parser
	for _, p := range phys {
		parser, _ := ForPhysical(p)
		parsers = append(parsers, parser)
	}
	chunk := []byte(strings.Repeat("1234567\t12\t0\t"+strings.Repeat(" ", 84)+"\n", 4096))
	rows := NewRows(phys)
	d := NewCopyText(parsers)
	b.SetBytes(int64(len(chunk)))
	b.ReportAllocs()
	for b.Loop() {
		rows.Reset()
		if _, err := d.Decode(rows, chunk, math.MaxInt); err != nil {
			b.Fatal(err)
		}
	}
}
