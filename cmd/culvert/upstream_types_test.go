package main_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"culvert/testenv"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// sourceTypes has, by type that a source takes as it is, values of it. The
// arrays of all of them are tested with the same values.
var sourceTypes = []struct {
	typ    string
	values []string
}{
	{"bool", []string{"true", "false"}},
	{"int2", []string{"-32768", "0", "32767"}},
	{"int4", []string{"-2147483648", "0", "2147483647"}},
	{"int8", []string{"-9223372036854775808", "0", "9223372036854775807"}},
	{"oid", []string{"0", "4294967295"}},
	{"float4", []string{"0", "-0", "1.1", "3.4028235e38", "1e-45", "NaN", "Infinity", "-Infinity"}},
	{"float8", []string{"0.1", "-0", "1e-300", "123456789.123456789", "1e15", "1e16", "NaN", "-Infinity"}},
	{"numeric", []string{"0", "0.10", "-0.000", "12345678901234567890123456789012345678901234567890.50", "-1e-20", "1e40", "NaN", "-Infinity"}},
	{"numeric(4,2)", []string{"99.99", "-0.01", "0"}},
	{"numeric(9,0)", []string{"999999999", "-1"}},
	{"numeric(18,6)", []string{"999999999999.999999", "-0.000001"}},
	{"numeric(38,10)", []string{"9999999999999999999999999999.9999999999", "-0.0000000001"}},
	{"numeric(45,3)", []string{"123456789012345678901234567890123456789012.345", "NaN"}},
	{"numeric(3,5)", []string{"0.00999", "-0.001"}},
	{"text", []string{"", "a", "tab\tnew\nback\\slash\rreturn\b\f\v", `\N`, "ünï©ode 🐘", `{"x"}`, "NULL", " a,b "}},
	{"varchar", []string{"", "abc  ", "null"}},
	{"varchar(10)", []string{"abc  ", "", "ünï"}},
	{"bpchar", []string{"ab ", ""}},
	{"char(5)", []string{"ab", "", "abcde", "ü"}},
	{"char(40)", []string{"ab", "", "  b", "ünï 🐘", `back\slash`, strings.Repeat("é", 40)}},
	{`"char"`, []string{"a", "", `\377`}},
	{"name", []string{"a_name", "", strings.Repeat("n", 63)}},
	{"bytea", []string{"", `\x00ff5c0a`, "plain"}},
	{"date", []string{"2024-02-29", "0001-01-01", "4713-01-01 BC", "5874897-12-31", "infinity", "-infinity", "1969-12-31"}},
	{"time", []string{"00:00", "23:59:59.999999", "24:00", "12:30:00.5"}},
	{"time(2)", []string{"12:30:00.567"}},
	{"timetz", []string{"12:00:00+05:30", "23:59:59.999999-11", "24:00+00", "00:00:00.5+15:59:59"}},
	{"timestamp", []string{"2024-02-29 12:34:56.789", "1969-12-31 23:59:59.999999", "0044-03-15 12:00 BC", "infinity", "-infinity", "20000-01-01", "4713-01-01 00:00 BC"}},
	{"timestamp(3)", []string{"2024-02-29 12:34:56.78999"}},
	{"timestamptz", []string{"2024-02-29 12:34:56.789+02", "1883-11-18 12:00+00", "infinity", "-infinity", "0100-01-01 00:00+00 BC"}},
	{"interval", []string{"1 year 2 mons 3 days 04:05:06.789", "-1 year +2 days -00:00:00.000001", "0", "-178000000 years", "100:00:00", "-2 mons +1 day"}},
	{"uuid", []string{"00000000-0000-0000-0000-000000000000", "ffffffff-fe12-3456-789a-bcdef0123456"}},
	{"json", []string{`{"b": 1,  "a": [1, 2]}`, "null", `"x\u00e9"`}},
	{"jsonb", []string{`{"b": 1,  "a": [1, 2.50], "aa": null, "b": 2}`, `"x\ty"`, "1e2"}},
	{"int2vector", []string{"1 2 3", ""}},
	{"int4range", []string{"[1,5]", "empty", "(,)", "(,3)"}},
	{"int8range", []string{"(1,5]", "empty", "[7,)"}},
	{"numrange", []string{"[1.5,2.50]", "empty", "(,1.0)"}},
	{"daterange", []string{"[2024-01-01,2024-02-01]", "(,)", "[2024-01-01,infinity)"}},
	{"tsrange", []string{`["2024-01-01 10:00",2024-02-01)`, "empty"}},
	{"tstzrange", []string{`["2024-01-01 10:00+02",2024-02-01 00:00+00)`, "(,)"}},
}

// typeTables makes the tables upstream, and gives what fills one: a row for
// every n-th value of all types, NULL where a type has not so many, and one of
// NULLs alone.
func typeTables(tables ...string) (create string, fill func(table string) string) {
	var columns []string
	rows := 0
	for i, t := range sourceTypes {
		columns = append(columns, fmt.Sprintf("c%d %s, a%d %s[]", i, t.typ, i, t.typ))
		rows = max(rows, len(t.values))
	}
	for _, table := range tables {
		create += fmt.Sprintf("CREATE TABLE %s (k int PRIMARY KEY, %s);\n", table, strings.Join(columns, ", "))
	}
	return create, func(table string) string {
		var b strings.Builder
		for row := range rows + 1 {
			fmt.Fprintf(&b, "INSERT INTO %s VALUES (%d", table, row)
			for _, t := range sourceTypes {
				if row >= len(t.values) {
					b.WriteString(", NULL, NULL")
					continue
				}
				// The n-th array has n values, and then NULL.
				array := "'{}'"
				if row > 0 {
					array = "ARRAY[" + strings.Join(literals(t.values[:row+1], t.typ), ", ") + ", NULL]"
				}
				fmt.Fprintf(&b, ", %s, %s::%s[]", literals(t.values[row:row+1], t.typ)[0], array, t.typ)
			}
			b.WriteString(");\n")
		}
		return b.String()
	}
}

func literals(values []string, typ string) []string {
	var all []string
	for _, v := range values {
		all = append(all, "'"+strings.ReplaceAll(v, "'", "''")+"'::"+typ)
	}
	return all
}

// TestClientsSeeTypesAndValuesAsUpstream: the types, the text and the binary
// form of every value are what upstream's own clients see, whether the value
// came with the snapshot or by the stream.
func TestClientsSeeTypesAndValuesAsUpstream(t *testing.T) {
	t.Parallel()
	create, fill := typeTables("copied", "streamed", "updated")
	w := newWorld(t, "SET standard_conforming_strings = on;"+create+fill("copied")+
		"INSERT INTO updated (k) SELECT k FROM copied;"+
		// What a role sets upstream must not change what arrives.
		"ALTER ROLE postgres SET DateStyle = 'SQL, DMY'; ALTER ROLE postgres SET TimeZone = 'Asia/Tokyo'; ALTER ROLE postgres SET IntervalStyle = 'iso_8601';"+
		"ALTER ROLE postgres SET bytea_output = 'escape'; ALTER ROLE postgres SET extra_float_digits = 0")
	w.exec(createSource)
	w.mark(40 * time.Second)
	w.pg.MustExec(t, "ALTER ROLE postgres RESET ALL; ALTER ROLE postgres SET TimeZone = 'UTC'")
	w.pg.MustExec(t, fill("streamed"))
	var set []string
	for i := range sourceTypes {
		set = append(set, fmt.Sprintf("c%d = s.c%d, a%d = s.a%d", i, i, i, i))
	}
	w.pg.MustExec(t, "UPDATE updated u SET "+strings.Join(set, ", ")+" FROM streamed s WHERE s.k = u.k")
	w.mark(20 * time.Second)
	here, err := w.culvert.Connect(t.Context())
	w.must(err)
	defer here.Close(context.WithoutCancel(t.Context()))
	there, err := w.pg.Connect(t.Context())
	w.must(err)
	defer there.Close(context.WithoutCancel(t.Context()))
	for _, table := range []string{"copied", "streamed", "updated"} {
		for format, name := range []string{"text", "binary"} {
			sql := "SELECT * FROM " + table + " ORDER BY k"
			want, got := rawResult(t, there, sql, int16(format)), rawResult(t, here, sql, int16(format))
			compareRaw(t, table+" as "+name, got, want)
		}
	}
}

func rawResult(t *testing.T, conn *pgx.Conn, sql string, format int16) *pgconn.Result {
	t.Helper()
	result := conn.PgConn().ExecParams(t.Context(), sql, nil, nil, nil, []int16{format}).Read()
	if result.Err != nil {
		t.Fatalf("%s: %v", sql, result.Err)
	}
	return result
}

func compareRaw(t *testing.T, what string, got, want *pgconn.Result) {
	t.Helper()
	if len(got.FieldDescriptions) != len(want.FieldDescriptions) || len(got.Rows) != len(want.Rows) {
		t.Fatalf("%s: %d columns and %d rows, upstream %d and %d", what,
			len(got.FieldDescriptions), len(got.Rows), len(want.FieldDescriptions), len(want.Rows))
	}
	for c, w := range want.FieldDescriptions {
		g := got.FieldDescriptions[c]
		typ := "int4"
		if c > 0 {
			typ = sourceTypes[(c-1)/2].typ
		}
		if g.Name != w.Name || g.DataTypeOID != w.DataTypeOID || g.TypeModifier != w.TypeModifier || g.DataTypeSize != w.DataTypeSize {
			t.Errorf("%s: column %s of %s: %s OID %d size %d modifier %d, upstream OID %d size %d modifier %d", what, w.Name, typ,
				g.Name, g.DataTypeOID, g.DataTypeSize, g.TypeModifier, w.DataTypeOID, w.DataTypeSize, w.TypeModifier)
		}
		for row := range want.Rows {
			g, w := got.Rows[row][c], want.Rows[row][c]
			if (g == nil) != (w == nil) || string(g) != string(w) {
				t.Errorf("%s: row %d of %s (%s): %q, upstream %q", what, row, got.FieldDescriptions[c].Name, typ, g, w)
			}
		}
	}
}

// TestValuesThatNothingHoldsBreakTheirTable: the error names the column and
// what to do, whether the value comes with the snapshot or by the stream; a
// table that ingests the column as text takes it.
func TestValuesThatNothingHoldsBreakTheirTable(t *testing.T) {
	t.Parallel()
	values := []struct{ table, typ, value string }{
		{"nan", "numeric(5,2)", "NaN"},
		{"grid", "int[]", "{{1,2},{3,4}}"},
		{"bounds", "text[]", "[2:3]={a,b}"},
		{"far", "timestamp", "294270-01-01"},
	}
	more := ""
	for _, v := range values {
		for _, suffix := range []string{"_copied", "_streamed"} {
			more += fmt.Sprintf("CREATE TABLE %s%s (k int PRIMARY KEY, v %s);", v.table, suffix, v.typ)
		}
		more += fmt.Sprintf("INSERT INTO %s_copied VALUES (1, '%s');", v.table, v.value)
	}
	w := newWorld(t, more)
	w.exec(createSource)
	w.mark(40 * time.Second)
	for _, v := range values {
		w.pg.MustExec(t, fmt.Sprintf("INSERT INTO %s_streamed VALUES (1, '%s')", v.table, v.value))
	}
	for _, v := range values {
		for _, suffix := range []string{"_copied", "_streamed"} {
			table := v.table + suffix
			testenv.Eventually(t, 20*time.Second, func() error {
				rows, err := w.culvert.Query(t.Context(), "SELECT status, error, details FROM mz_internal.mz_source_statuses WHERE name = '"+table+"'")
				if err != nil {
					return err
				}
				said := fmt.Sprint(rows)
				for _, text := range []string{"ceased", fmt.Sprintf(`column "v" of public.%s`, table), fmt.Sprintf("TEXT COLUMNS (public.%s.v)", table)} {
					if !strings.Contains(said, text) {
						return fmt.Errorf("%s: the status should say %q: %s", table, text, said)
					}
				}
				w.refused("SELECT * FROM "+table, `column "v"`, "TEXT COLUMNS")
				return nil
			})
			w.exec("CREATE TABLE " + table + "_text FROM SOURCE s (REFERENCE public." + table + ") WITH (TEXT COLUMNS (v))")
			here := w.culvert.MustQuery(t, "SELECT v FROM "+table+"_text")
			there := w.pg.MustQuery(t, "SELECT v::text FROM "+table)
			w.must(difference(here, there))
		}
	}
	w.statusHas(time.Second, "running: NULL")
	w.mark(10 * time.Second)
}
