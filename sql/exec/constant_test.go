package exec

import (
	"context"
	"fmt"
	"testing"

	"culvert/server/wire"
)

// TestConstantsAreWhatTheEngineGives compares each answer that is made without
// the engine with the engine's answer to the same columns.
func TestConstantsAreWhatTheEngineGives(t *testing.T) {
	term := newNode(t).terminal(t)
	term.run("SET TimeZone = 'Europe/Zurich'")
	for _, columns := range []string{
		"1", "-1", "NULL", "'it''s'", "true", "false", "12345678901", "1.50", "1e400", "numeric 'NaN'", "int2 '1'", "bool 'off'",
		"float4 '1.5'", "float8 '-Infinity'", "float8 '1e300'", "name 'x'", "varchar 'long'", "oid '26'",
		"date '2024-02-29'", "date 'infinity'", "date '0044-03-15 BC'", "timestamp '2024-02-29 12:34:56.789'",
		"timestamptz '2024-07-01 12:00:00+02'", "timestamptz '-infinity'", "uuid '6f1e0c1a-0000-4000-8000-0123456789ab'",
		"current_user", "current_database()", "version()", "current_setting('TimeZone')", "1, 'a', NULL, 2.5", "now()",
	} {
		t.Run(columns, func(t *testing.T) {
			term.run("BEGIN") // now() stays
			defer term.run("COMMIT")
			for _, format := range []int16{0, 1} {
				got, want := encoded(t, term, "SELECT "+columns, format, true), encoded(t, term, "SELECT "+columns+" WHERE true", format, false)
				if got != want {
					t.Errorf("format %d: %s instead of %s", format, got, want)
				}
			}
		})
	}
}

// encoded runs a query and gives the messages of its rows.
func encoded(t *testing.T, term *terminal, query string, format int16, constant bool) string {
	t.Helper()
	ctx := context.Background()
	statements, err := term.session.Parse(query)
	if err != nil {
		t.Fatal(err)
	}
	p, err := term.session.Prepare(ctx, statements[0], nil)
	if err != nil {
		t.Fatal(err)
	}
	if (p.query.constants != nil) != constant {
		t.Fatalf("%s needs the engine: %v", query, constant)
	}
	r, err := term.session.Execute(ctx, p, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	batch, err := r.Next(ctx)
	if err != nil {
		t.Fatal(err)
	}
	e, err := wire.NewEncoder(r.Columns(), batch, []int16{format}, term.session.Output())
	if err != nil {
		t.Fatal(err)
	}
	out, _, err := e.Append(nil, batch, 0, batch.Len, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	if rest, err := r.Next(ctx); rest != nil || err != nil {
		t.Fatalf("after the row: %v, %v", rest, err)
	}
	return fmt.Sprintf("%q %s", out, r.Tag(1))
}
