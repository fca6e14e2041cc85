package types_test

import (
	"context"
	"testing"

	"culvert/sql/pgerr"
	"culvert/sql/types"
	"culvert/testenv"
)

// TestZoneAbbreviationsAgreeWithPostgreSQL promises what each abbreviation of
// PostgreSQL means, in winter and in summer, and that zones have their names
// in any case.
func TestZoneAbbreviationsAgreeWithPostgreSQL(t *testing.T) {
	pg := testenv.NewPostgres(t, testenv.PostgresOptions{})
	ctx := context.Background()
	conn, err := pg.Connect(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, "SET TimeZone = 'UTC'"); err != nil {
		t.Fatal(err)
	}
	rows, err := conn.Query(ctx, `SELECT v, v::timestamptz::text FROM (
		SELECT d || abbrev AS v FROM pg_timezone_abbrevs, unnest(array['2024-01-15 12:00 ', '2024-07-15 12:00 ', '1990-07-15 12:00']) d
		UNION ALL SELECT '2024-07-15 12:00 ' || lower(name) FROM pg_timezone_names
			WHERE name ~ '^(Europe|America|Asia|Africa|Australia|Pacific|Atlantic|Antarctica|Indian|Etc)/') q`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		var text, want string
		if err := rows.Scan(&text, &want); err != nil {
			t.Fatal(err)
		}
		n++
		if got, err := types.Canonical(types.T(types.TimestamptzOID), text, types.Env{}); err != nil || got != want {
			t.Errorf("%q: got %s (%v), want %s", text, got, pgerr.From(err), want)
		}
	}
	if err := rows.Err(); err != nil || n < 500 {
		t.Errorf("%d texts, %v", n, err)
	}
}
