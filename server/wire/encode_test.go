package wire_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"culvert/engine"
	"culvert/server/wire"
	"culvert/sql/types"
	"culvert/testenv"
)

// samples are values by type, as PostgreSQL prints them at UTC; "" is NULL.
var samples = []struct {
	typ    string
	values []string
}{
	{"bool", []string{"t", "f", ""}},
	{"int2", []string{"-32768", "32767", ""}}, {"int4", []string{"-2147483648", "0", ""}}, {"int8", []string{"-9223372036854775808", "9223372036854775807", ""}}, {"oid", []string{"0", "4294967295", ""}},
	{"float4", []string{"1.5", "-0", "1e+06", "NaN", "Infinity", "0.1", ""}}, {"float8", []string{"0.1", "1e+15", "123456789012345", "-Infinity", "NaN", "0.30000000000000004", ""}},
	{"numeric(4,1)", []string{"0.0", "-999.9", ""}}, {"numeric(9,3)", []string{"123456.789", "-0.001", ""}}, {"numeric(18,2)", []string{"9999999999999999.99", "0.10", ""}},
	{"numeric(38,10)", []string{"1234567890123456789012345678.0123456789", "-0.0000000001", "0.0000000000", ""}}, {"numeric(38,0)", []string{"99999999999999999999999999999999999999", ""}},
	{"numeric(3,-2)", []string{"12300", "0", ""}},
	{"numeric", []string{"1.50", "NaN", "Infinity", "-0.000012345678901234567890123456789012345678901234567890", "100000000000000000000000000000000000000000000", "0", ""}},
	{"text", []string{"abc", "äöü", " ", "NULL", ""}}, {"varchar(5)", []string{"abc"}}, {"char(5)", []string{"abc  "}}, {"name", []string{"n"}},
	{"json", []string{`{"b" : 1}`}}, {"jsonb", []string{`{"a": 1, "bb": [1, 2]}`, ""}}, {"bytea", []string{`\x`, `\x00ff5c61`, ""}},
	{"date", []string{"2024-02-29", "infinity", "-infinity", "0044-03-15 BC", "5874897-12-31", ""}}, {"time", []string{"04:05:06.789", "24:00:00", ""}},
	{"timestamp", []string{"2024-02-29 10:20:30.000001", "infinity", "-infinity", "0001-01-01 00:00:00 BC", "1999-12-31 23:59:59.999999", ""}},
	{"timestamptz", []string{"2024-07-01 10:20:30+00", "infinity", "1883-01-01 00:00:00+00", ""}},
	{"interval", []string{"1 year 2 mons 3 days 04:05:06.789", "-1 years -2 mons +3 days -04:05:06", "00:00:00", ""}}, {"uuid", []string{"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "ffffffff-ffff-ffff-ffff-ffffffffffff", ""}},
	{"timetz", []string{"04:05:06-08"}}, {"int4range", []string{"[1,5)", "empty"}},
	{"int4[]", []string{"{1,NULL,3}", "{}", ""}}, {"text[]", []string{`{a,"b c","",NULL,"NULL","q\"\\",äö}`}}, {"numeric(10,2)[]", []string{"{1.50,NULL}"}}, {"bool[]", []string{"{t,f}"}},
	{"timestamptz[]", []string{`{"2024-07-01 10:20:30+00",NULL}`}}, {"uuid[]", []string{"{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}"}}, {"bytea[]", []string{`{"\\x00ff"}`}}, {"jsonb[]", []string{`{"{\"a\": 1}"}`}},
	{"interval[]", []string{`{"1 day",00:00:01}`}}, {"float8[]", []string{"{1.5,NaN}"}}, {"date[]", []string{"{2024-02-29,infinity}"}},
}

var sessions = []struct {
	name, sql string
	settings  wire.Settings
}{
	{"default", "SET TimeZone = 'UTC'", wire.Settings{ExtraFloatDigits: 1}},
	{"berlin", "SET TimeZone = 'Europe/Berlin'; SET bytea_output = escape; SET extra_float_digits = 0", wire.Settings{ByteaEscape: true}},
}

// TestEncoderAgreesWithPostgreSQL promises byte for byte the values that
// PostgreSQL sends, in both formats and under the session's settings.
func TestEncoderAgreesWithPostgreSQL(t *testing.T) {
	pg := testenv.NewPostgres(t, testenv.PostgresOptions{})
	ctx := context.Background()
	pgx, err := pg.Connect(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer pgx.Close(ctx)
	conn := pgx.PgConn()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	sessions[1].settings.TimeZone = berlin
	for _, session := range sessions {
		for _, s := range samples {
			rows := make([]string, len(s.values))
			for i, v := range s.values {
				rows[i] = "(" + literal(v) + "::" + s.typ + ")"
			}
			for format := range int16(2) {
				if _, err := conn.Exec(ctx, "SET TimeZone = 'UTC'; CREATE TEMP TABLE v (v "+s.typ+"); INSERT INTO v VALUES "+strings.Join(rows, ",")+";"+session.sql).ReadAll(); err != nil {
					t.Fatalf("%s: %v", s.typ, err)
				}
				result := conn.ExecParams(ctx, "SELECT v FROM v", nil, nil, nil, []int16{format}).Read()
				if result.Err != nil {
					t.Fatal(result.Err)
				}
				f := result.FieldDescriptions[0]
				expected{session.name, session.settings, format, result}.compare(t, types.Type{OID: types.OID(f.DataTypeOID), Mod: f.TypeModifier}, s.values)
				if _, err := conn.Exec(ctx, "DROP TABLE v").ReadAll(); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

func literal(v string) string {
	if v == "" {
		return "NULL"
	}
	return "'" + strings.ReplaceAll(v, "'", "''") + "'"
}

// expected is what PostgreSQL has sent.
type expected struct {
	session  string
	settings wire.Settings
	format   int16
	result   *pgconn.Result
}

// compare encodes the values and holds them to what was expected.
func (x expected) compare(t *testing.T, typ types.Type, values []string) {
	t.Helper()
	phys, ok := types.PhysicalOf(typ)
	if !ok {
		t.Fatalf("%s has no representation", typ)
	}
	b := newBuilder(typ, phys)
	for _, v := range values {
		b.add(t, v)
	}
	batch := &engine.Batch{Len: len(values), Cols: []engine.Column{b.col}}
	enc, err := wire.NewEncoder([]wire.Column{{Name: "v", Type: typ}}, batch, []int16{x.format}, x.settings)
	if err != nil {
		t.Fatalf("%s: %v", typ, err)
	}
	out, next, err := enc.Append(nil, batch, 0, batch.Len, 1<<30)
	if err != nil || next != batch.Len {
		t.Fatalf("%s: %d rows, %v", typ, next, err)
	}
	for i := range values {
		size := binary.BigEndian.Uint32(out[1:])
		field := out[7 : 1+size]
		out = out[1+size:]
		var got []byte
		if n := int32(binary.BigEndian.Uint32(field)); n >= 0 {
			got = field[4:]
		}
		if w := x.result.Rows[i][0]; !bytes.Equal(got, w) || (got == nil) != (w == nil) {
			t.Errorf("%s, %s %q, format %d:\n got  %q\n want %q", x.session, typ, values[i], x.format, got, w)
		}
	}
}

// builder makes a column from texts, as the replication decoder would.
type builder struct {
	typ  types.Type
	col  engine.Column
	n    int
	elem *builder
}

func newBuilder(typ types.Type, phys types.Physical) *builder {
	b := &builder{typ: typ, col: engine.Column{Phys: phys}}
	if phys.Kind == types.KindList {
		b.elem = newBuilder(types.Type{OID: types.ElemOf(typ.OID), Mod: typ.Mod}, *phys.Elem)
	}
	return b
}

func (b *builder) add(t *testing.T, text string) {
	t.Helper()
	null := text == ""
	if b.n%64 == 0 {
		b.col.Valid = append(b.col.Valid, 0)
	}
	if !null {
		b.col.Valid[b.n/64] |= 1 << (b.n % 64)
	}
	b.n++
	if b.elem != nil {
		if !null {
			a, err := types.ParseArray(text, ',')
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range a.Elements {
				switch {
				case e == nil:
					b.elem.add(t, "")
				case *e == "":
					b.elem.empty()
				default:
					b.elem.add(t, *e)
				}
			}
		}
		b.col.Ends = append(b.col.Ends, uint32(b.elem.n))
		b.col.Child = &b.elem.col
		return
	}
	if err := b.value([]byte(text), null); err != nil {
		t.Fatalf("%s %q: %v", b.typ, text, err)
	}
}

// empty adds an empty text.
func (b *builder) empty() {
	if b.n%64 == 0 {
		b.col.Valid = append(b.col.Valid, 0)
	}
	b.col.Valid[b.n/64] |= 1 << (b.n % 64)
	b.n++
	b.col.Ends = append(b.col.Ends, uint32(len(b.col.Data)))
}

func (b *builder) value(text []byte, null bool) (err error) {
	c := &b.col
	if null {
		text = map[types.Kind][]byte{types.KindBool: []byte("f"), types.KindDate: []byte("2000-01-01"), types.KindTime: []byte("00:00:00"),
			types.KindTimestamp: []byte("2000-01-01 00:00:00"), types.KindTimestampTZ: []byte("2000-01-01 00:00:00+00"), types.KindInterval: []byte("00:00:00"),
			types.KindUUID: []byte("00000000-0000-0000-0000-000000000000"), types.KindText: nil, types.KindBytes: []byte(`\x`)}[c.Phys.Kind]
		if text == nil && c.Phys.Kind != types.KindText {
			text = []byte("0")
		}
	}
	var n int64
	var f float64
	switch c.Phys.Kind {
	case types.KindBool:
		c.Bool = append(c.Bool, text[0] == 't')
	case types.KindInt16, types.KindInt32, types.KindInt64:
		n, err = types.ParseInt64(text)
		c.I16, c.I32, c.I64 = append(c.I16, int16(n)), append(c.I32, int32(n)), append(c.I64, n)
	case types.KindFloat32, types.KindFloat64:
		f, err = types.ParseFloat64(text)
		c.F32, c.F64 = append(c.F32, float32(f)), append(c.F64, f)
	case types.KindDecimal:
		var v engine.Int128
		v.Hi, v.Lo, err = types.ParseDecimal(text, int(c.Phys.Width), int(c.Phys.Scale))
		c.I16, c.I32, c.I64, c.I128 = append(c.I16, int16(v.Lo)), append(c.I32, int32(v.Lo)), append(c.I64, int64(v.Lo)), append(c.I128, v)
	case types.KindDate:
		var d int32
		d, err = types.ParseDate(text)
		c.I32 = append(c.I32, d)
	case types.KindTime:
		n, err = types.ParseTime(text)
		c.I64 = append(c.I64, n)
	case types.KindTimestamp:
		n, err = types.ParseTimestamp(text)
		c.I64 = append(c.I64, n)
	case types.KindTimestampTZ:
		n, err = types.ParseTimestamptz(text)
		c.I64 = append(c.I64, n)
	case types.KindInterval:
		var iv engine.Interval
		iv.Months, iv.Days, iv.Micros, err = types.ParseInterval(text)
		c.Iv = append(c.Iv, iv)
	case types.KindUUID:
		var v engine.Int128
		v.Hi, v.Lo, err = types.ParseUUID(text)
		c.I128 = append(c.I128, v)
	case types.KindBytes:
		c.Data, err = types.ParseByteaHex(c.Data, text)
		c.Ends = append(c.Ends, uint32(len(c.Data)))
	default:
		c.Data = append(c.Data, text...)
		c.Ends = append(c.Ends, uint32(len(c.Data)))
	}
	return err
}

// TestComputedNumericsPrintWithoutTrailingZeros promises the text of numerics
// that an expression of unconstrained type made.
func TestComputedNumericsPrintWithoutTrailingZeros(t *testing.T) {
	batch := &engine.Batch{Len: 2, Cols: []engine.Column{
		{Phys: types.Physical{Kind: types.KindDecimal, Width: 38, Scale: 18}, I128: []engine.Int128{{Lo: 1_500_000_000_000_000_000}, {Lo: 2_000_000_000_000_000_000}}},
		{Phys: types.Physical{Kind: types.KindInt128}, I128: []engine.Int128{{Hi: -1, Lo: 1<<64 - 7}, {Hi: 1}}},
	}}
	cols := []wire.Column{{Type: types.T(types.NumericOID)}, {Type: types.T(types.NumericOID)}}
	enc, err := wire.NewEncoder(cols, batch, nil, wire.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	out, _, err := enc.Append(nil, batch, 0, 2, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"\x00\x00\x00\x031.5", "\x00\x00\x00\x02-7", "\x00\x00\x00\x012", "\x00\x00\x00\x1418446744073709551616"} {
		if !bytes.Contains(out, []byte(want)) {
			t.Errorf("%q is not in %q", want, out)
		}
	}
}

// TestEncoderStopsAtALimit promises that no row is lost where a buffer is full.
func TestEncoderStopsAtALimit(t *testing.T) {
	batch := &engine.Batch{Len: 10, Cols: []engine.Column{{Phys: types.Physical{Kind: types.KindInt32}, I32: []int32{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}}}}
	enc, err := wire.NewEncoder([]wire.Column{{Type: types.T(types.Int4OID)}}, batch, nil, wire.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	var rows []byte
	for from := 0; from < 10; {
		out, next, err := enc.Append(nil, batch, from, 10, 30)
		if err != nil || next == from {
			t.Fatalf("from %d to %d: %v", from, next, err)
		}
		for ; len(out) > 0; out = out[12:] {
			rows = append(rows, out[11])
		}
		from = next
	}
	if string(rows) != "0123456789" {
		t.Errorf("rows %s", rows)
	}
}
