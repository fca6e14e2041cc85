package postgres

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"culvert/engine"
	"culvert/sql/types"
	"culvert/testenv"
)

// typeValues has, by column type, values that the snapshot and the stream have
// to bring as upstream prints them.
var typeValues = []struct{ typ, values string }{
	{"bool", "true, false"},
	{"int2", "-32768, 0, 32767"},
	{"int4", "-2147483648, 2147483647"},
	{"int8", "-9223372036854775808, 9223372036854775807"},
	{"oid", "0, 4294967295"},
	{"float4", "0, '-0', 1.1, 3.4e38, 'NaN', 'Infinity', '-Infinity'"},
	{"float8", "0.1, 1e-300, 123456789.123456789, 'NaN', '-Infinity'"},
	{"numeric", "0, 0.10, 1234567890123456789012345678901234567890.5, 'NaN', 'Infinity', -1e-20"},
	{"numeric(4,2)", "99.99, -0.01, 0"},
	{"numeric(9,0)", "999999999, -1"},
	{"numeric(18,6)", "999999999999.999999, -0.000001"},
	{"numeric(38,10)", "1234567890123456789012345678.0123456789, -0.0000000001"},
	{"numeric(45,3)", "123456789012345678901234567890123456789012.345"},
	{"numeric(3,5)", "0.00999, -0.001"},
	{"text", `'', 'a', E'tab\tnew\nback\\slash\rreturn\b\f\v', '\N', 'ünï©ode 🐘', '{"x"}'`},
	{"varchar(10)", "'abc  ', ''"},
	{"bpchar(5)", "'ab', '', 'abcde'"},
	{"bpchar(40)", `'ab', '', '  both  ', 'ünï©ode 🐘', E'tab\tnew\nback\\slash\\134', '\N', '\', repeat('x', 40), repeat('é', 40)`},
	{`"char"`, "'a', ''"},
	{"name", "'a_name'"},
	{"bytea", `'', '\x00ff5c0a', 'plain'`},
	{"date", "'2024-02-29', '0001-01-01', '4713-01-01 BC', '99999-12-31', 'infinity', '-infinity', '1969-12-31'"},
	{"time", "'00:00', '23:59:59.999999', '24:00', '12:30:00.5'"},
	{"timetz", "'12:00:00+05:30', '23:59:59.5-11'"},
	{"timestamp", "'2024-02-29 12:34:56.789', '1969-12-31 23:59:59.999999', '0044-03-15 12:00 BC', 'infinity', '-infinity', '20000-01-01'"},
	{"timestamptz", "'2024-02-29 12:34:56.789+02', '1883-11-18 12:00+00', 'infinity', '0100-01-01 BC'"},
	{"interval", "'1 year 2 mons 3 days 04:05:06.789', '-1 year +2 days -00:00:00.000001', '0', '-178000000 years', '100:00:00', '-2 mons +1 day'"},
	{"uuid", "'00000000-0000-0000-0000-000000000000', 'ffffffff-fe12-3456-789a-bcdef0123456'"},
	{"json", `'{"b": 1,  "a": [1, 2]}', 'null'`},
	{"jsonb", `'{"b": 1,  "a": [1, 2.50]}', '"x\\ty"'`},
	{"int4range", "'[1,5)', 'empty', '(,)'"},
	{"numrange", "'[1.5,2.50]'"},
	{"tstzrange", "'[2024-01-01,2024-02-01)'"},
	{"int2vector", "'1 2 3'"},
	{"int4[]", "'{}', '{1,NULL,-3}'"},
	{"text[]", `'{}', array['a,b', E'q"uo\\te', '', NULL, 'NULL', ' sp ', '{}']`},
	{"numeric(10,2)[]", "'{1.50,-0.01}'"},
	{"numeric[]", "'{1.500,NaN}'"},
	{"bool[]", "'{t,f,NULL}'"},
	{"timestamptz[]", "array['2024-02-29 12:00+00'::timestamptz, 'infinity']"},
	{"uuid[]", "'{ffffffff-fe12-3456-789a-bcdef0123456}'"},
	{"jsonb[]", `array['{"a": 1}'::jsonb, 'null']`},
	{"bytea[]", `array['\x00ff'::bytea, '']`},
	{"date[]", "'{2024-01-01,infinity}'"},
	{"interval[]", "array['1 day'::interval, '-00:00:01']"},
	{"float8[]", "'{1.5,NaN}'"},
}

func TestValuesAreAsUpstreamPrintsThem(t *testing.T) {
	t.Parallel()
	var columns, inserts strings.Builder
	for i, v := range typeValues {
		col := "c" + strconv.Itoa(i)
		columns.WriteString(", " + col + " " + v.typ)
		inserts.WriteString("INSERT INTO %s (" + col + ") SELECT unnest_value FROM (VALUES ")
		inserts.WriteString("(NULL::" + v.typ + "), ")
		parts := splitValues(v.values)
		for k, value := range parts {
			if k > 0 {
				inserts.WriteString(", ")
			}
			inserts.WriteString("((" + value + ")::" + v.typ + ")")
		}
		inserts.WriteString(") v (unnest_value);\n")
	}
	create := ""
	for _, table := range []string{"snapshotted", "streamed"} {
		create += "CREATE TABLE " + table + " (k serial PRIMARY KEY" + columns.String() + ");\n"
	}
	r := newRig(t, create+strings.ReplaceAll(inserts.String(), "%s", "snapshotted")+"CREATE PUBLICATION p FOR ALL TABLES;"+
		// What a role or database sets upstream must not change what arrives.
		"ALTER ROLE postgres SET DateStyle = 'SQL, DMY'; ALTER ROLE postgres SET TimeZone = 'Asia/Tokyo'; ALTER ROLE postgres SET IntervalStyle = 'iso_8601';"+
		"ALTER ROLE postgres SET bytea_output = 'escape'; ALTER ROLE postgres SET extra_float_digits = 0")
	cfg := r.start()
	r.exec(strings.ReplaceAll(inserts.String(), "%s", "streamed"))
	for _, table := range cfg.Tables {
		list := "k"
		for i := range typeValues {
			list += fmt.Sprintf(", CASE WHEN c%[1]d IS NOT NULL THEN format('%%s', c%[1]d) END", i)
		}
		r.exec("ALTER ROLE postgres RESET ALL; ALTER ROLE postgres SET TimeZone = 'UTC'; ALTER ROLE postgres SET extra_float_digits = 3")
		want := r.upstream("SELECT " + list + " FROM " + table.Name)
		testenv.Eventually(t, 20*time.Second, func() error { return difference(r.texts(table), want) })
		if len(want) < 2*len(typeValues) {
			t.Errorf("only %d rows upstream", len(want))
		}
	}
}

// splitValues splits at commas outside of quotes and brackets.
func splitValues(list string) []string {
	var parts []string
	depth, start, quoted := 0, 0, false
	for i, ch := range list {
		switch {
		case ch == '\'':
			quoted = !quoted
		case quoted:
		case ch == '[' || ch == '(':
			depth++
		case ch == ']' || ch == ')':
			depth--
		case ch == ',' && depth == 0:
			parts = append(parts, list[start:i])
			start = i + 1
		}
	}
	return append(parts, list[start:])
}

// texts prints the rows of a table as PostgreSQL would.
func (r *rig) texts(table Table) []string {
	r.t.Helper()
	conn := r.Conn(r.t)
	defer conn.Close()
	ctx := r.t.Context()
	physical := r.physical(table.Object)
	rows, err := conn.Scan(ctx, physical, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	defer rows.Close()
	var all []string
	for {
		batch, err := rows.Next(ctx)
		if err != nil {
			r.t.Fatal(err)
		}
		if batch == nil {
			slices.Sort(all)
			return all
		}
		for i := range batch.Len {
			var line []string
			for c := range batch.Cols {
				if batch.Cols[c].IsNull(i) {
					line = append(line, "∅")
					continue
				}
				line = append(line, string(show(nil, table.Columns[c].Type, &batch.Cols[c], i)))
			}
			all = append(all, strings.Join(line, "|"))
		}
	}
}

// physical is the table that holds the rows of an object.
func (r *rig) physical(object string) engine.TableName {
	r.t.Helper()
	name, ok := r.Table(object)
	if !ok {
		r.t.Fatalf("%s is not ready", object)
	}
	return name
}

// show appends a value in PostgreSQL's text format.
func show(dst []byte, t types.Type, c *engine.Column, i int) []byte {
	switch c.Phys.Kind {
	case types.KindBool:
		if c.Bool[i] {
			return append(dst, 't')
		}
		return append(dst, 'f')
	case types.KindInt16:
		return strconv.AppendInt(dst, int64(c.I16[i]), 10)
	case types.KindInt32:
		return strconv.AppendInt(dst, int64(c.I32[i]), 10)
	case types.KindInt64:
		return strconv.AppendInt(dst, c.I64[i], 10)
	case types.KindFloat32:
		return types.AppendFloat4(dst, c.F32[i], 3)
	case types.KindFloat64:
		return types.AppendFloat8(dst, c.F64[i], 3)
	case types.KindDecimal:
		return showDecimal(dst, c, i)
	case types.KindDate:
		return types.AppendDate(dst, c.I32[i])
	case types.KindTime:
		return types.AppendTime(dst, c.I64[i])
	case types.KindTimestamp:
		return types.AppendTimestamp(dst, c.I64[i])
	case types.KindTimestampTZ:
		return types.AppendTimestamptz(dst, c.I64[i], time.UTC)
	case types.KindInterval:
		return types.AppendInterval(dst, c.Iv[i].Months, c.Iv[i].Days, c.Iv[i].Micros)
	case types.KindUUID:
		var raw [16]byte
		for k := range 8 {
			raw[k], raw[8+k] = byte(c.I128[i].Hi>>(56-8*k)), byte(c.I128[i].Lo>>(56-8*k))
		}
		return types.AppendUUID(dst, raw)
	case types.KindBytes:
		return types.AppendBytea(dst, c.Bytes(i))
	case types.KindList:
		dst = append(dst, '{')
		from, to := c.Span(i)
		for k := from; k < to; k++ {
			if k > from {
				dst = append(dst, ',')
			}
			if c.Child.IsNull(int(k)) {
				dst = append(dst, "NULL"...)
				continue
			}
			start := len(dst)
			dst = show(dst, types.Type{OID: types.ElemOf(t.OID), Mod: t.Mod}, c.Child, int(k))
			dst = types.QuoteArrayElement(dst, start, ',')
		}
		return append(dst, '}')
	}
	return append(dst, c.Bytes(i)...)
}

func showDecimal(dst []byte, c *engine.Column, i int) []byte {
	var hi int64
	var lo uint64
	switch {
	case c.I16 != nil:
		hi, lo = int64(c.I16[i])>>63, uint64(c.I16[i])
	case c.I32 != nil:
		hi, lo = int64(c.I32[i])>>63, uint64(c.I32[i])
	case c.I64 != nil:
		hi, lo = c.I64[i]>>63, uint64(c.I64[i])
	default:
		hi, lo = c.I128[i].Hi, c.I128[i].Lo
	}
	return types.AppendDecimal(dst, hi, lo, int(c.Phys.Scale), false)
}

func TestValuesThatNothingHolds(t *testing.T) {
	t.Parallel()
	r := newRig(t, `CREATE TABLE a (k int PRIMARY KEY, n numeric(5,2)); INSERT INTO a VALUES (1, 'NaN');
		CREATE TABLE b (k int PRIMARY KEY, l int[]); INSERT INTO b VALUES (1, '{{1,2},{3,4}}');
		CREATE TABLE c (k int PRIMARY KEY, ts timestamp); CREATE TABLE ok (k int PRIMARY KEY);
		INSERT INTO ok VALUES (1); CREATE PUBLICATION p FOR ALL TABLES`)
	cfg := r.config()
	r.Start(t, r.spec(cfg))
	r.AwaitReady(t, "ok", "c")
	status := r.AwaitError(t, "a", `column "n" of public.a`)
	if status.State.String() != "ceased" || !strings.Contains(status.Hint, "TEXT COLUMNS (public.a.n)") {
		t.Errorf("status of a: %+v", status)
	}
	r.AwaitError(t, "b", `column "l" of public.b`)
	r.exec("INSERT INTO c VALUES (1, '294270-01-01'); INSERT INTO ok VALUES (2)")
	r.AwaitError(t, "c", `column "ts" of public.c`)
	r.same("ok")
	r.Stop(t) // the errors stay
	r.Start(t, r.spec(cfg))
	r.AwaitError(t, "a", `column "n" of public.a`)
	r.AwaitError(t, "c", `column "ts" of public.c`)
	r.exec("INSERT INTO ok VALUES (3)")
	r.same("ok")
}

func TestOtherTypesComeAsText(t *testing.T) {
	t.Parallel()
	r := newRig(t, `CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE DOMAIN small AS int CHECK (VALUE < 10);
		CREATE TABLE t (k int PRIMARY KEY, e mood, p point, i inet, d small, a int[]);
		INSERT INTO t VALUES (1, 'sad', '(1,2)', '10.0.0.0/8', 5, '{{1,2},{3,4}}'), (2, NULL, NULL, NULL, NULL, NULL); CREATE PUBLICATION p FOR TABLE t`)
	for _, c := range r.config().Tables[0].Columns[1:5] {
		if Supported(c.Upstream) {
			t.Errorf("%s is taken as it is", c.Name)
		}
	}
	cfg := r.config("t.e", "t.p", "t.i", "t.d", "t.a")
	r.Start(t, r.spec(cfg))
	r.AwaitReady(t, "t")
	r.same("t")
	r.exec("INSERT INTO t VALUES (3, 'ok', '(3,4)', '::1', 6, '[2:3]={1,2}'); UPDATE t SET e = 'ok' WHERE k = 1; ALTER TYPE mood ADD VALUE 'new'")
	r.same("t")
}
