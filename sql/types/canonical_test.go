package types_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"culvert/sql/pgerr"
	"culvert/sql/types"
	"culvert/testenv"
)

// inputs are texts by type name; each is read by PostgreSQL and by culvert.
var inputs = map[string][]string{
	"boolean":          {"t", "tr", " TRUE ", "f", "fals", "y", "yes", "n", "no", "on", "of", "off", "o", "1", "0", "2", "", "tru e"},
	"smallint":         {"1", "-32768", "32767", "32768", " 7 ", "+5", "--5", "1.0", "", "a", "0x10", "99999999999999999999"},
	"integer":          {"1", "2147483647", "2147483648", "-2147483648", "abc", " 1 2", "-", "+", "1e3", "007"},
	"bigint":           {"9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "x"},
	"oid":              {"1", "4294967295", "4294967296", "-1", "x"},
	"real":             {"1", "1.1", "1e10", "123456", "1234567", "3.4e38", "1e39", "nan", "-inf", "infinity", "1e-50", "0.0001", "0.00001", "-0", "16777216"},
	"double precision": {"1", "1.1", "1e15", "1e14", "123456789012345", "1234567890123456", "1e-4", "1e-5", "0.1", "1e400", "-1e400", "1e-400", "NaN", "Infinity", "-Infinity", "inf", "-0", "", "1_0", "x", " 2.5 ", "1.7976931348623157e308", "5e-324", "100000", "1e22"},
	"numeric": {"1", "1.50", "-0", "-0.00", "0.10", ".5", "5.", "1e3", "1.5e1", "1.5e-3", "1e-20", "NaN", "inf", "-Infinity", "+inf", "abc", "", "1.2.3", "1e", "1e+", "1e999999999999",
		"1e200000", "1e-20000", "000123.4500", "12345678901234567890123456789012345678901234567890.5", "+1", "--1", "0e5", "0.0e-3", "1e131071"},
	"numeric(5,2)":         {"1", "1.005", "1.004", "-1.005", "999.99", "999.995", "1000", "NaN", "inf", "0.001", "99.999"},
	"numeric(2,2)":         {"0.99", "0.995", "1", "0.005"},
	"numeric(3,-2)":        {"12345", "99950", "149", "150", "49", "50"},
	"numeric(2,4)":         {"0.0012", "0.01234", "0.00999", "0.00995"},
	"text":                 {"", "abc", " a "},
	"character varying(3)": {"abc", "abcd", "abc  ", "äöü", "äöüx", "a"},
	"character(3)":         {"a", "abc", "abcd", "abc  ", "ä"},
	`"char"`:               {"a", "", "abc", "ä", `\377`, `\141`, `\000`, `\400`, `\9`, `\`, "1"},
	"name":                 {"abc", strings.Repeat("x", 70), strings.Repeat("ä", 40)},
	"bytea":                {`\x`, `\x00ff`, `\xFF 00`, `\x0`, `\xzz`, `abc`, `a\\b`, `a\001b`, `a\b`, `a\400`, `\x0z`},
	"uuid":                 {"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "{a0eebc99-9c0b4ef8-bb6d6bb9-bd380a11}", "a0eebc999c0b4ef8bb6d6bb9bd380a11", "a0ee-bc99-9c0b-4ef8-bb6d-6bb9-bd38-0a11", "a0eebc999c0b4ef8bb6d6bb9bd380a1", "", "{", "x", "a0eebc999c0b4ef8bb6d6bb9bd380a11x", "a0e-ebc999c0b4ef8bb6d6bb9bd380a11"},
	"json":                 {`{"b":1, "a" : [1,2]}`, `1`, `"x"`, ``, `{`, `{"a"}`, `{"a":}`, `[1,]`, `tru`, `nul`, `01`, `-`, `1.`, `1e5`, `"\u00e4"`, `"\x"`, `{"a":1}x`, `"\ud800"`, `"abc`, "\"a\tb\""},
	"jsonb": {`{"bb":1, "a" : [1,2], "c":{}}`, `{"a":1,"a":2}`, `[]`, `{}`, `1.0`, `1e2`, `-0`, `1.50`, `"a\/b\"\\\n\u0001\u00e4"`, `"\u0000"`, `"\ud83d\ude00"`, `"\ude00"`, `"\ud800x"`,
		`null`, `true`, `[null, true, false, "x", {"k": []}]`, `{"aa":1,"b":2,"a":3}`, ` 5 `, `1 2`, `{"a":1,}`, `1E-2`, `[1,2`, `{"":1}`},
	"date": {"2024-02-29", "2023-02-29", "20240229", "Jan 5, 2024", "5 January 2024", "2024-Jan-05", "05-Jan-2024", "1/2/2024", "13/2/2024", "1/2/03", "99-01-02", "epoch", "infinity", "-infinity", "0044-03-15 BC", "15 Mar 44 BC", "0000-01-01",
		"2024.060", "J2451187", "y2024m02d03", "January 8, 99 BC", "2024-13-01", "2024-00-10", "abc", "", "2024-01", "2024-1-5", "10000-01-01", "5874897-12-31", "5874898-01-01", "4714-11-24 BC", "4714-11-23 BC", "Mon Jan 8 2024", "2024-01-05 25:00", "2024-01-05 13:00:00+02", "08-Jan-99", "19990108", "990108", "1999.008", "2024-01-05T10:00:00Z", "Jan-08-1999", "99-Jan-08", "1999-08-Jan"},
	"time":                {"04:05:06.789", "04:05:06", "04:05", "040506", "0405", "04:05 AM", "04:05 PM", "12:05 AM", "12:05 PM", "13:05 PM", "04:05:06-08", "04:05:06 PST", "24:00:00", "24:00:01", "23:59:60", "25:00", "allballs", "2003-04-12 04:05:06 America/New_York", "04:05:06.1234567", "", "x", "T040506", "04:60:00", "040506.789"},
	"time(2)":             {"04:05:06.789", "23:59:59.999"},
	"time with time zone": {"04:05:06.789-8", "04:05:06-08:00", "04:05-08:00", "040506-08", "04:05:06 PST", "2003-04-12 04:05:06 America/New_York", "04:05:06 z", "04:05:06+15:59:59", "04:05:06+16", "040506+0730", "allballs"},
	"timestamp": {"2024-02-29 10:20:30.123456", "2024-02-29T10:20:30", "2024-02-29", "2024-02-29 24:00:00", "2024-02-29 10:20:60", "epoch", "infinity", "-infinity", "Jan 5 10:20:30 2024", "Fri Jan 05 10:20:30.5 2024 PST", "2024-01-05 10:20:30+02", "20240105T102030", "20240105 102030", "0044-03-15 10:00:00 BC",
		"294247-01-01", "294277-01-01", "4714-11-24 00:00:00 BC", "2024-01-05 10:20:30.9999999", "1999-12-31 23:59:59.9999999", "2024-02-30", "2024-01-05 10:61", "garbage", "", "2024-01-05 10", "2024-01-05 1:2:3", "2024-01-05 01:02:03 PM", "2024-01-05 10:20:30 Europe/Berlin", "2024-01-05 10:20:30 Nowhere/Land", "2024-01-05 10:20:30.12345678", "January 8, 2024 04:05:06 AM", "2024-01-05\t10:20", "2024/01/05 10:20"},
	"timestamp(0)": {"2024-02-29 10:20:30.5", "2024-02-29 10:20:30.499999", "1969-12-31 23:59:59.5"},
	"timestamp(3)": {"2024-02-29 10:20:30.1235", "infinity"},
	"timestamp with time zone": {"2024-02-29 10:20:30.123456+00", "2024-02-29 10:20:30", "2024-07-01 10:20:30", "2024-03-31 02:30:00", "2024-10-27 02:30:00", "2024-02-29 10:20:30-08", "2024-02-29 10:20:30+05:30", "2024-02-29 10:20:30 PST", "2024-02-29 10:20:30 America/New_York", "2024-07-01 10:20:30 america/new_york",
		"epoch", "infinity", "1883-01-01 00:00:00", "0001-01-01 00:00:00 BC", "2024-01-05T10:20:30Z", "2024-01-05 10:20:30+1530", "2024-01-05 10:20:30+16", "Jan 5 2024 10:20 EST", "2500-07-01 12:00:00", "1940-06-15 12:00"},
	"interval": {"1 day", "1 year 2 months 3 days 04:05:06.789", "-1 year -2 mons +3 days -04:05:06", "1-2", "1-2 3 4:05:06", "P1Y2M3DT4H5M6S", "PT1.5S", "P1W", "P0001-02-03T04:05:06", "1.5 days", "1.5 months", "1.5 years", "2 weeks", "1 century", "1 decade", "1 millennium", "@ 1 minute ago", "1 day ago", "01:02", "1:2:3", "100:00:00", "-00:00:01", "1", "1.5", "-1.5", "5 hours 3 minutes", "1 ms", "10 us", "1 microseconds", "3 milliseconds",
		"", "x", "1 fortnight", "1 day 1 day", "999999999999 years", "1 mon -1 day", "-1 day +02:03:04", "-1 mon 00:00:00", "0", "1 year 1 mon", "13 months", "-13 months", "1 day -00:00:00.5", "PT", "P", "P1", "P20010203", "P1-2", "-P1Y", "P-1Y2M", "P1.5D", "PT36H", "P1YT", "1.2.3 days", "2147483647 days", "2147483648 days", "01:60:00", "1 hour 70 minutes", "1 y 1 mon 1 d 1 h 1 m 1 s", "02:03.5", "infinity"},
	"interval day to minute": {"1 2:03:04", "5"}, "interval year": {"14 months", "3"}, "interval(2)": {"1.239 seconds", "-1.235 seconds"}, "interval month": {"5", "1 year 5 days"},
	"integer[]":      {"{1,2,3}", "{}", "{ 1 , NULL , 3 }", "{1,2", "1,2", "{1,,2}", "{a}", "{{1,2},{3,4}}", "{{1,2},{3}}", "[0:1]={1,2}", "[2:1]={1}", "{{1},2}", "{1}x", `{"1",2}`, "", "{{},{}}", "{{}}", "{{{}}}", "{{1},{}}", "{{},{1}}", "[1:2]={1,2}", "[1:3]={1,2}", "{99999999999}", "{1,}"},
	"text[]":         {`{a,b}`, `{"a b",c}`, `{NULL,"NULL",null}`, `{"a\"b","c\\d"}`, `{a\,b}`, `{ a b , c }`, `{""}`, `{"{}"}`, `{"a"b}`, `{a"b"}`, `{"a}`, "{ä, \"\n\"}"},
	"numeric(5,1)[]": {"{1.25,2}", "{99999}"}, "boolean[]": {"{true,f}"}, "timestamp with time zone[]": {`{"2024-01-01 00:00:00+00",NULL}`}, "jsonb[]": {`{"{\"b\": 1,\"a\":2}"}`}, "bytea[]": {`{"\\x00ff"}`}, "date[]": {"{2024-01-01}"}, "double precision[]": {"{1,2.5,NaN}"},
	"int4range": {"[1,5)", "[1,5]", "(1,5)", "[5,5)", "[5,5]", "empty", "(,)", "[,5]", "[1,]", "[5,1]", "[1,5", "1,5", "[1;5]", "[1,5]x", "[a,5]", "[1,2,3]", "(5,6)", "[1,2147483647]", " [ 1 , 2 ] "},
	"numrange":  {"[1.50,2]", "(1,1)", "[1.0,1.00]", "[inf,NaN]"}, "daterange": {"[2024-01-01,2024-01-31]", "(2024-01-01,infinity]"}, "tsrange": {`["2024-01-01 00:00","2024-01-02"]`}, "tstzrange": {`[2024-01-01 00:00+00,)`}, "int8range": {"[1,9223372036854775807]"},
}

// TestCanonicalAgreesWithPostgreSQL promises that culvert reads and prints each
// value as PostgreSQL does, and refuses it with the same SQLSTATE and message.
func TestCanonicalAgreesWithPostgreSQL(t *testing.T) {
	pg := testenv.NewPostgres(t, testenv.PostgresOptions{})
	ctx := context.Background()
	conn, err := pg.Connect(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, "SET TimeZone = 'Europe/Berlin'"); err != nil {
		t.Fatal(err)
	}
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	env := types.Env{TimeZone: berlin}
	pgOracle := oracle{conn.PgConn(), env}
	for name, texts := range inputs {
		var oid uint32
		var mod int32
		typ := strings.ReplaceAll(name, "'", "''")
		if _, err := conn.Exec(ctx, "DROP TABLE IF EXISTS v; CREATE TEMP TABLE v (v "+typ+")"); err != nil {
			t.Fatal(err)
		}
		rr := conn.PgConn().ExecParams(ctx, "SELECT v FROM v", nil, nil, nil, nil)
		fields := rr.FieldDescriptions()
		oid, mod = fields[0].DataTypeOID, fields[0].TypeModifier
		if _, err := rr.Close(); err != nil {
			t.Fatal(err)
		}
		for _, text := range texts {
			want := pgOracle.store(ctx, text)
			got := ours(types.Type{OID: types.OID(oid), Mod: mod}, text, env)
			if got != want {
				t.Errorf("%s %q:\n got  %s\n want %s", name, text, got, want)
				continue
			}
			pgOracle.checkBinary(ctx, t, types.Type{OID: types.OID(oid), Mod: mod}, want)
		}
	}
}

// TestDateOrders promises that ambiguous dates are read in the session's order.
func TestDateOrders(t *testing.T) {
	pg := testenv.NewPostgres(t, testenv.PostgresOptions{})
	ctx := context.Background()
	conn, err := pg.Connect(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, "CREATE TEMP TABLE v (v date)"); err != nil {
		t.Fatal(err)
	}
	texts := append([]string{"1/2/3", "13/1/2", "1/13/2", "01-02-03", "1-Feb-3", "Feb-1-3", "3-Feb-1", "2003-02-01", "1 2 2003", "010203"}, inputs["date"]...)
	for order, name := range map[types.DateOrder]string{types.MDY: "MDY", types.DMY: "DMY", types.YMD: "YMD"} {
		if _, err := conn.Exec(ctx, "SET DateStyle = 'ISO, "+name+"'"); err != nil {
			t.Fatal(err)
		}
		o := oracle{conn.PgConn(), types.Env{DateOrder: order}}
		for _, text := range texts {
			if got, want := ours(types.T(types.DateOID), text, o.env), o.store(ctx, text); got != want {
				t.Errorf("%s %q:\n got  %s\n want %s", name, text, got, want)
			}
		}
	}
}

// oracle is a PostgreSQL with a table v of one column.
type oracle struct {
	conn *pgconn.PgConn
	env  types.Env
}

// store puts the text into the column and reads it back.
func (o oracle) store(ctx context.Context, text string) string {
	rr := o.conn.ExecParams(ctx, "INSERT INTO v VALUES ('"+strings.ReplaceAll(text, "'", "''")+"') RETURNING v", nil, nil, nil, nil)
	value := "NULL"
	for rr.NextRow() {
		value = string(rr.Values()[0])
	}
	_, err := rr.Close()
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return describe(e.Code, e.Message, e.Hint)
	}
	return value
}

// checkBinary compares the binary format of the value stored last, both ways.
func (o oracle) checkBinary(ctx context.Context, t *testing.T, typ types.Type, canonical string) {
	t.Helper()
	if strings.HasPrefix(canonical, "ERROR ") {
		return
	}
	rr := o.conn.ExecParams(ctx, "SELECT v FROM v ORDER BY ctid DESC LIMIT 1", nil, nil, nil, []int16{1})
	var want []byte
	for rr.NextRow() {
		want = bytes.Clone(rr.Values()[0])
	}
	if _, err := rr.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := types.AppendBinary(nil, typ, canonical, o.env)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s %q in binary:\n got  %x (%v)\n want %x", typ, canonical, got, err, want)
	}
	text, err := types.FromBinary(typ, want, o.env)
	if err != nil || text != canonical {
		t.Errorf("%s %x from binary: got %q (%v), want %q", typ, want, text, err, canonical)
	}
}

func ours(typ types.Type, text string, env types.Env) string {
	value, err := types.Canonical(typ, text, env)
	if err != nil {
		e := pgerr.From(err)
		return describe(string(e.Code), e.Message, e.Hint)
	}
	return value
}

func describe(code, message, hint string) string {
	return fmt.Sprintf("ERROR %s: %s [%s]", code, message, hint)
}
