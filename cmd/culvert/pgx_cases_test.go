package main_test

import (
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgtype"
)

// pgxCase is a statement with its arguments, as a program would pass them.
type pgxCase struct {
	sql  string
	args []any
}

// noon is a moment with microseconds, in a zone that is not UTC.
var noon = time.Date(2026, 2, 28, 12, 0, 0, 123456000, time.FixedZone("", 3600))

// typedValues are values of Go for each type, in and out.
var typedValues = []struct {
	typ    string
	values []any
}{
	{"bool", []any{true, false}},
	{"int2", []any{int16(-32768), int16(32767)}},
	{"int4", []any{int32(-2147483648), 7}},
	{"int8", []any{int64(-9223372036854775808), int64(9223372036854775807)}},
	{"float4", []any{float32(1.5), float32(-0.1)}},
	{"float8", []any{0.1, 1e300, -1e-300}},
	{"numeric", []any{"12345678901234567890.123456789", "-0.000001", "NaN", "0", "1.50"}},
	{"numeric(12,3)", []any{"1.5", "-99999.9994"}},
	{"text", []any{"", "Grüße, 世界", "it's \\ \"quoted\"\n"}},
	{"varchar", []any{"abc"}},
	{"varchar(2)", []any{"abc"}},
	{"char(4)", []any{"ab"}},
	{"bytea", []any{[]byte{}, []byte{0, 1, 0x5c, 0xff}}},
	{"date", []any{noon, time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), pgtype.Date{InfinityModifier: pgtype.Infinity, Valid: true}}},
	{"time", []any{pgtype.Time{Microseconds: 86399999999, Valid: true}, pgtype.Time{Valid: true}}},
	{"timestamp", []any{time.Date(2026, 2, 28, 12, 0, 0, 1000, time.UTC), pgtype.Timestamp{InfinityModifier: pgtype.NegativeInfinity, Valid: true}}},
	{"timestamptz", []any{noon, time.Unix(0, 0), pgtype.Timestamptz{InfinityModifier: pgtype.Infinity, Valid: true}}},
	{"interval", []any{pgtype.Interval{Months: 14, Days: -3, Microseconds: 3723000001, Valid: true}, 90 * time.Minute}},
	{"uuid", []any{[16]byte{0xa0, 0xee, 0xbc, 0x99, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, "00000000-0000-0000-0000-000000000000"}},
	{"json", []any{`{"b": [1, 2.50, null], "a" : "x"}`, map[string]any{"a": 1}}},
	{"jsonb", []any{`{"b": [1, 2.50, null], "a" : "x"}`, []any{1, "x", nil}}},
	{"int4[]", []any{[]int32{}, []int32{1, -2, 3}, []*int32{nil}}},
	{"int8[]", []any{[]int64{1, 2}}},
	{"text[]", []any{[]string{"", "a b", `q"\{},`, "NULL"}, []*string{nil}}},
	{"bool[]", []any{[]bool{true, false}}},
	{"numeric[]", []any{"{1.50,NULL}"}},
	{"timestamptz[]", []any{[]time.Time{noon}}},
	{"uuid[]", []any{"{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}"}},
}

// typedCases are the cases of every type: as a parameter and back, NULL, and in
// an expression.
func typedCases() []pgxCase {
	var cases []pgxCase
	for _, t := range typedValues {
		for _, v := range append(t.values, nil) {
			cases = append(cases, pgxCase{"SELECT $1::" + t.typ + " AS v", []any{v}})
			if !strings.Contains(t.typ, "(") { // PostgreSQL describes coalesce by what it folds to
				cases = append(cases, pgxCase{"SELECT coalesce($1::" + t.typ + ", NULL), $1::" + t.typ + " IS NULL", []any{v}})
			}
		}
	}
	return cases
}

// pgxCases are statements as programs write them, over the tables of pgxSchema.
var pgxCases = []pgxCase{
	{"SELECT $1 + 1", []any{41}},
	{"SELECT $1 + 1", []any{nil}},
	{"SELECT $1 || 'x'", []any{"a"}},
	{"SELECT $1 || 'x' || $2", []any{"a", "b"}},
	{"SELECT $1", []any{"untyped"}},
	{"SELECT $1, $2", []any{"a", nil}},
	{"SELECT $1::text || $1::text", []any{"twice"}},
	{"SELECT $2::int - $1::int", []any{1, 10}},
	{"SELECT -$1::int", []any{5}},
	{"SELECT abs($1), round($2, $3)", []any{-1.5, "2.345", 1}},
	{"SELECT id, name FROM people WHERE id = $1", []any{2}},
	{"SELECT id, name FROM people WHERE id = $1", []any{int64(2)}},
	{"SELECT id FROM people WHERE name = $1", []any{"ann"}},
	{"SELECT id FROM people WHERE name LIKE $1 ORDER BY id", []any{"%n%"}},
	{"SELECT id FROM people WHERE name = $1 OR $1 IS NULL ORDER BY id", []any{nil}},
	{"SELECT id FROM people ORDER BY id LIMIT $1", []any{2}},
	{"SELECT id FROM people ORDER BY id LIMIT $1 OFFSET $2", []any{2, 1}},
	{"SELECT id FROM people ORDER BY id LIMIT $1", []any{nil}},
	{"SELECT id FROM people WHERE id = any($1) ORDER BY id", []any{[]int32{1, 3, 99}}},
	{"SELECT id FROM people WHERE id = any($1::int[]) ORDER BY id", []any{[]int32{2}}},
	{"SELECT id FROM people WHERE id <> all($1) ORDER BY id", []any{[]int32{1}}},
	{"SELECT id FROM people WHERE name = any($1) ORDER BY id", []any{[]string{"ann", "bob"}}},
	{"SELECT id FROM people WHERE id IN ($1, $2) ORDER BY id", []any{1, 2}},
	{"SELECT id FROM people WHERE born > $1 - interval '1 day' ORDER BY id", []any{noon}},
	{"SELECT id FROM people WHERE born BETWEEN $1 AND $2 ORDER BY id", []any{time.Unix(0, 0), noon}},
	{"SELECT id FROM people WHERE born >= $1::timestamptz ORDER BY id", []any{"2026-01-01 00:00:00+00"}},
	{"SELECT born + $1 FROM people WHERE id = 1", []any{pgtype.Interval{Days: 1, Valid: true}}},
	{"SELECT sum(money) FROM people WHERE money > $1", []any{"1.25"}},
	{"SELECT money * $1 FROM people ORDER BY id", []any{"2"}},
	{"SELECT count(*), avg(id), max(name), bool_and(ok) FROM people WHERE id > $1", []any{0}},
	{"SELECT name, count(*) FILTER (WHERE ok) FROM people GROUP BY name HAVING count(*) >= $1 ORDER BY name", []any{1}},
	{"SELECT CASE WHEN id > $1 THEN $2 ELSE 'few' END FROM people ORDER BY id", []any{1, "many"}},
	{"SELECT coalesce(nick, $1) FROM people ORDER BY id", []any{"none"}},
	{"SELECT doc->>$1 FROM people ORDER BY id", []any{"a"}},
	{"SELECT doc @> $1 FROM people ORDER BY id", []any{`{"a": 1}`}},
	{"SELECT tags[$1] FROM people ORDER BY id", []any{1}},
	{"SELECT $1 = any(tags) FROM people ORDER BY id", []any{"x"}},
	{"SELECT * FROM people ORDER BY id", nil},
	{"SELECT p.name, s.at FROM people p JOIN steps s ON s.person = p.id AND s.person = $1 ORDER BY s.at", []any{1}},
	{"WITH c AS (SELECT id FROM people WHERE id >= $1) SELECT count(*) FROM c", []any{2}},
	{"SELECT * FROM (VALUES ($1::int, $2::text), (2, 'b')) v(a, b) ORDER BY a", []any{1, "a"}},
	{"SELECT generate_series(1, $1)", []any{3}},
	{"SELECT date_trunc($1, born) FROM people ORDER BY id", []any{"month"}},
	{"SELECT extract(year FROM $1::timestamptz)", []any{noon}},
	{"SELECT exists(SELECT 1 FROM people WHERE id = $1)", []any{1}},
	{"SELECT", nil},
	{"SELECT name FROM people WHERE false", nil},
	{"SELECT NULL", nil},
	{"SELECT 'x' AS \"A b\", 1 AS \"A b\"", nil},
	{"VALUES (1, NULL), (2, 'x')", nil},
	{"", nil},
	{"-- nothing", nil},
	{"SET application_name = 'x'", nil},
	{"SHOW application_name", nil},
	{"SELECT current_setting('application_name')", nil},
	// What fails, fails alike.
	{"SELECT 1/$1::int", []any{0}},
	{"SELECT $1::int", []any{"x"}},
	{"SELECT $1::date", []any{"2026-02-30"}},
	{"SELECT 2147483647 + $1::int", []any{1}},
	{"SELECT $1::int2", []any{70000}},
	{"SELECT nothing FROM people WHERE id = $1", []any{1}},
	{"SELECT id FROM people WHERE id = $2", []any{1, 2}},
	{"SELECT id FROM people WHERE id = $1", []any{"x"}},
	{"SELECT id FROM people LIMIT $1", []any{-1}},
	{"SELECT $1 + $2", []any{1, 2}},
	{"SELEC $1", []any{1}},
	{"SELECT * FROM nothing", nil},
	{"SELECT jsonb '{'", nil},
	{"SELECT ('x' || $1)::int", []any{"y"}},
}
