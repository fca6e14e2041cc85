package types_test

import (
	"context"
	"math"
	"strconv"
	"testing"
	"time"

	"culvert/sql/types"
	"culvert/testenv"
)

// TestFormatTypeAgreesWithPostgreSQL promises format_type's names.
func TestFormatTypeAgreesWithPostgreSQL(t *testing.T) {
	pg := testenv.NewPostgres(t, testenv.PostgresOptions{})
	conn, err := pg.Connect(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	mods := []int32{-1, 0, 1, 3, 4, 7, 20, types.MakeNumericMod(10, 2), types.MakeNumericMod(3, -2), 4<<16 | 0xffff, 0x7fff0002, 7<<24 | 0xffff}
	for _, info := range types.All() {
		for _, mod := range mods {
			var want string
			if err := conn.QueryRow(context.Background(), "SELECT format_type($1::oid, $2)", uint32(info.OID), mod).Scan(&want); err != nil {
				if mod < 0 {
					t.Errorf("format_type(%d, %d): %v", info.OID, mod, err)
				}
				continue
			}
			if got := types.FormatType(types.Type{OID: info.OID, Mod: mod}); got != want {
				t.Errorf("FormatType(%s, %d) = %q, want %q", info.Name, mod, got, want)
			}
		}
	}
}

func TestByName(t *testing.T) {
	for name, want := range map[string]types.OID{
		"int4": types.Int4OID, "integer": types.Int4OID, "int": types.Int4OID, "timestamp with time zone": types.TimestamptzOID, "_int4": types.Int4ArrayOID,
		"integer[]": types.Int4ArrayOID, "text[]": types.TextArrayOID, "decimal": types.NumericOID, "character varying": types.VarcharOID, `"char"`: types.CharOID,
		"char": types.CharOID, "character": types.BpcharOID, "double precision": types.Float8OID,
	} {
		if info, ok := types.ByName(name); !ok || info.OID != want {
			t.Errorf("ByName(%q) = %v, want %d", name, info, want)
		}
	}
	if info, ok := types.ByName("nosuch"); ok {
		t.Errorf("ByName(nosuch) = %v", info)
	}
}

func TestDecimalRoundTrip(t *testing.T) {
	for _, c := range []struct {
		text         string
		width, scale int
		want         string // "": refused
	}{
		{"0", 38, 0, "0"}, {"-0.05", 5, 2, "-0.05"}, {"12345678901234567890123456789012345678", 38, 0, "12345678901234567890123456789012345678"},
		{"-99999999999999999999999999999999999999", 38, 0, "-99999999999999999999999999999999999999"},
		{"0.00000000000000000000000000000000000001", 38, 38, "0.00000000000000000000000000000000000001"},
		{"100000000000000000000", 38, 2, "100000000000000000000.00"}, {"1.50", 4, 1, "1.5"}, {"1.55", 4, 1, ""}, {"1000", 5, 2, ""}, {"999.99", 5, 2, "999.99"},
		{"NaN", 5, 2, ""}, {"Infinity", 38, 0, ""}, {"123456789012345678901234567890123456789", 38, 0, ""}, {"", 5, 0, ""}, {"-", 5, 0, ""}, {"1e5", 9, 0, ""}, {"1", 38, 38, ""},
	} {
		hi, lo, err := types.ParseDecimal([]byte(c.text), c.width, c.scale)
		if c.want == "" {
			if err == nil {
				t.Errorf("ParseDecimal(%q, %d, %d) = %d:%d, want an error", c.text, c.width, c.scale, hi, lo)
			}
			continue
		}
		if got := string(types.AppendDecimal(nil, hi, lo, c.scale, false)); err != nil || got != c.want {
			t.Errorf("ParseDecimal(%q, %d, %d) = %s (%v), want %s", c.text, c.width, c.scale, got, err, c.want)
		}
	}
	if got := string(types.AppendDecimal(nil, 0, 15000, 4, true)); got != "1.5" {
		t.Errorf("trimmed: %s", got)
	}
	if got := string(types.AppendDecimal(nil, 0, 10000, 4, true)); got != "1" {
		t.Errorf("trimmed: %s", got)
	}
}

// TestParsersReadWhatPostgreSQLPrints promises that the fast parsers invert
// the printers over the whole range of their types.
func TestParsersReadWhatPostgreSQLPrints(t *testing.T) {
	moments := []int64{0, 1, -1, 999999, 1e6, 1709202030123456, -62135596800000000, -62167219200000001, -210866803200000000, 253402300800000000, types.TimestampInfinity, types.TimestampMinusInfinity}
	zone, err := time.LoadLocation("Asia/Kolkata")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range moments {
		text := types.AppendTimestamp(nil, m)
		if got, err := types.ParseTimestamp(text); err != nil || got != m {
			t.Errorf("ParseTimestamp(%s) = %d (%v), want %d", text, got, err, m)
		}
		text = types.AppendTimestamptz(nil, m, zone)
		if got, err := types.ParseTimestamptz(text); err != nil || got != m {
			t.Errorf("ParseTimestamptz(%s) = %d (%v), want %d", text, got, err, m)
		}
	}
	for _, d := range []int32{0, 1, -1, 19782, -719529, -2440588, 2145042905, types.DateInfinity, types.DateMinusInfinity} {
		text := types.AppendDate(nil, d)
		if got, err := types.ParseDate(text); err != nil || got != d {
			t.Errorf("ParseDate(%s) = %d (%v), want %d", text, got, err, d)
		}
	}
	for _, iv := range [][3]int64{{0, 0, 0}, {14, -3, 14706789000}, {-14, 3, -14706789000}, {0, 0, -500000}, {1, 0, 0}, {-1, 0, 1}, {0, 1, 360000e6}, {math.MaxInt32, math.MinInt32, 0}} {
		text := types.AppendInterval(nil, int32(iv[0]), int32(iv[1]), iv[2])
		months, days, micros, err := types.ParseInterval(text)
		if err != nil || [3]int64{int64(months), int64(days), micros} != iv {
			t.Errorf("ParseInterval(%s) = %d %d %d (%v), want %v", text, months, days, micros, err, iv)
		}
	}
	for _, n := range []int64{0, 7, -7, math.MaxInt64, math.MinInt64} {
		if got, err := types.ParseInt64([]byte(strconv.FormatInt(n, 10))); err != nil || got != n {
			t.Errorf("ParseInt64(%d) = %d (%v)", n, got, err)
		}
	}
	hi, lo, err := types.ParseUUID([]byte("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"))
	if err != nil || uint64(hi) != 0xa0eebc999c0b4ef8 || lo != 0xbb6d6bb9bd380a11 {
		t.Errorf("ParseUUID = %x %x (%v)", hi, lo, err)
	}
	if got, err := types.ParseByteaHex(nil, []byte(`\x00ff10`)); err != nil || string(got) != "\x00\xff\x10" {
		t.Errorf("ParseByteaHex = %x (%v)", got, err)
	}
	for _, bad := range []string{"2024-02-30", "2024-13-01", "x", "", "2024-01-01 "} {
		if got, err := types.ParseDate([]byte(bad)); err == nil && bad != "2024-01-01 " {
			t.Errorf("ParseDate(%q) = %d, want an error", bad, got)
		}
	}
}

// TestFastParsersAllocateNothing guards the path of millions of values.
func TestFastParsersAllocateNothing(t *testing.T) {
	dst := make([]byte, 0, 64)
	texts := [][]byte{[]byte("2024-02-29"), []byte("2024-02-29 10:20:30.123456"), []byte("2024-02-29 10:20:30.123456+00"), []byte("1 year 2 mons -3 days +04:05:06"),
		[]byte("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"), []byte(`\x00ff`), []byte("12345.67"), []byte("-17"), []byte("10:20:30.5")}
	allocs := testing.AllocsPerRun(100, func() {
		_, err1 := types.ParseDate(texts[0])
		_, err2 := types.ParseTimestamp(texts[1])
		_, err3 := types.ParseTimestamptz(texts[2])
		_, _, _, err4 := types.ParseInterval(texts[3])
		_, _, err5 := types.ParseUUID(texts[4])
		_, err6 := types.ParseByteaHex(dst, texts[5])
		_, _, err7 := types.ParseDecimal(texts[6], 10, 2)
		_, err8 := types.ParseInt64(texts[7])
		_, err9 := types.ParseTime(texts[8])
		_, err10 := types.ParseFloat64(texts[6])
		for _, err := range []error{err1, err2, err3, err4, err5, err6, err7, err8, err9, err10} {
			if err != nil {
				t.Fatal(err)
			}
		}
		dst = types.AppendTimestamptz(dst[:0], 1709202030123456, time.UTC)
		dst = types.AppendDecimal(dst[:0], 0, 1234567, 2, false)
		dst = types.AppendFloat8(dst[:0], 1234.5, 1)
		dst = types.AppendInterval(dst[:0], 14, -3, 14706789000)
	})
	if allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}

func TestPhysicalOf(t *testing.T) {
	for _, c := range []struct {
		typ  types.Type
		want types.Physical
	}{
		{types.T(types.Int4OID), types.Physical{Kind: types.KindInt32}},
		{types.T(types.NumericOID), types.Physical{Kind: types.KindText}},
		{types.Type{OID: types.NumericOID, Mod: types.MakeNumericMod(10, 2)}, types.Physical{Kind: types.KindDecimal, Width: 10, Scale: 2}},
		{types.Type{OID: types.NumericOID, Mod: types.MakeNumericMod(39, 2)}, types.Physical{Kind: types.KindText}},
		{types.Type{OID: types.NumericOID, Mod: types.MakeNumericMod(3, -2)}, types.Physical{Kind: types.KindDecimal, Width: 5}},
		{types.Type{OID: types.NumericOID, Mod: types.MakeNumericMod(2, 4)}, types.Physical{Kind: types.KindDecimal, Width: 4, Scale: 4}},
		{types.T(types.RegclassOID), types.Physical{Kind: types.KindInt64}},
		{types.T(types.JSONBOID), types.Physical{Kind: types.KindText}},
	} {
		if got, ok := types.PhysicalOf(c.typ); !ok || got != c.want {
			t.Errorf("PhysicalOf(%s) = %v, want %v", c.typ, got, c.want)
		}
	}
	list, ok := types.PhysicalOf(types.Type{OID: types.NumericArrayOID, Mod: types.MakeNumericMod(10, 2)})
	if !ok || list.Kind != types.KindList || *list.Elem != (types.Physical{Kind: types.KindDecimal, Width: 10, Scale: 2}) {
		t.Errorf("PhysicalOf(numeric(10,2)[]) = %v", list)
	}
	if _, ok := types.PhysicalOf(types.T(types.AnyarrayOID)); ok {
		t.Error("a column can be anyarray")
	}
}
