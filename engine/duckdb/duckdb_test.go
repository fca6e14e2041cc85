package duckdb

import (
	"context"
	"fmt"
	"testing"

	"culvert/engine"
	"culvert/sql/types"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

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
			line := ""
			for k := range b.Cols {
				if k > 0 {
					line += "|"
				}
				line += show(&b.Cols[k], i)
			}
			out = append(out, line)
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

func show(c *engine.Column, i int) string {
	if c.IsNull(i) {
		return "∅"
	}
	switch c.Phys.Kind {
	case types.KindBool:
		return fmt.Sprint(c.Bool[i])
	case types.KindText, types.KindBytes:
		return string(c.Bytes(i))
	case types.KindFloat32:
		return fmt.Sprint(c.F32[i])
	case types.KindFloat64:
		return fmt.Sprint(c.F64[i])
	case types.KindInterval:
		return fmt.Sprint(c.Iv[i])
	case types.KindUUID:
		return fmt.Sprintf("%016x%016x", uint64(c.I128[i].Hi), c.I128[i].Lo)
	case types.KindList:
		s := "["
		from, to := c.Span(i)
		for k := from; k < to; k++ {
			if k > from {
				s += " "
			}
			s += show(c.Child, int(k))
		}
		return s + "]"
	}
	switch intWidth(c.Phys) {
	case 2:
		return fmt.Sprint(c.I16[i])
	case 4:
		return fmt.Sprint(c.I32[i])
	case 8:
		return fmt.Sprint(c.I64[i])
	}
	return fmt.Sprint(c.I128[i].Hi, ":", c.I128[i].Lo)
}
