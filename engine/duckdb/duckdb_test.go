package duckdb

import (
	"context"
	"testing"

	"culvert/engine/enginetest"
)

func openTest(t testing.TB) *database {
	t.Helper()
	e, err := Open(Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(true); err != nil {
			t.Error(err)
		}
	})
	return e.(*database)
}

func connectTest(t testing.TB, d *database) *conn {
	t.Helper()
	c, err := d.Connect(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c.(*conn)
}

// run runs DuckDB SQL and gives its rows as texts; NULL is ∅.
func run(t testing.TB, c *conn, sql string) ([]string, error) {
	t.Helper()
	r, err := c.queryText(context.Background(), sql)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var out []string
	for {
		b, err := r.Next(context.Background())
		if err != nil {
			return out, err
		}
		if b == nil {
			return out, nil
		}
		for i := range b.Len {
			out = append(out, enginetest.Line(b, i))
		}
	}
}

func mustRun(t testing.TB, c *conn, sql string) []string {
	t.Helper()
	out, err := run(t, c, sql)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return out
}
