package testenv

import (
	"strings"
	"testing"
)

func TestPsqlRunsStatementsInOneSessionAndStopsAtAnError(t *testing.T) {
	p := NewPostgres(t, PostgresOptions{})
	out, err := Psql(t.Context(), p.Target(), "BEGIN;", "CREATE TABLE t (a int);", "COMMIT;", "TABLE t;")
	if err != nil || !strings.Contains(out, "(0 rows)") {
		t.Fatalf("%v\n%s", err, out)
	}
	out, err = Psql(t.Context(), p.Target(), "SELECT 1/0;", "DROP TABLE t;")
	if err == nil || !strings.Contains(err.Error(), "division by zero") {
		t.Fatalf("%v\n%s", err, out)
	}
	if strings.Contains(out, "DROP TABLE") {
		t.Fatal("psql went on after an error")
	}
}
