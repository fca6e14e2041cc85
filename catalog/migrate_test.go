package catalog

import (
	"context"
	"errors"
	"strings"
	"testing"

	"culvert/engine"
	"culvert/engine/duckdb"
)

// bare is a directory that nothing was migrated in.
func bare(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{T: t, dir: t.TempDir()}
	f.openBare()
	t.Cleanup(func() { f.close() })
	return f
}

func (f *fixture) openBare() {
	f.Helper()
	var err error
	f.e, err = duckdb.Open(duckdb.Options{Dir: f.dir})
	f.check(err)
	f.conn, err = f.e.Connect(f.Context())
	f.check(err)
}

func (f *fixture) format() string {
	f.Helper()
	format, err := ReadMeta(f.Context(), f.conn, formatKey)
	f.check(err)
	return format
}

func TestMigrateRunsEachStepOnce(t *testing.T) {
	f := bare(t)
	var ran []int
	steps := []Migration{CreateTables(Tables()...)}
	for n := range 3 {
		steps = append(steps, func(ctx context.Context, conn engine.Conn) error {
			ran = append(ran, n)
			return CreateTables(define(engine.SchemaState, "extra"+string(rune('a'+n)), column("x", text)))(ctx, conn)
		})
	}
	for _, count := range []int{2, 2, 4, 4} {
		f.check(Migrate(t.Context(), f.conn, steps[:count]))
		f.close()
		f.openBare()
	}
	if len(ran) != 3 || ran[0] != 0 || ran[1] != 1 || ran[2] != 2 {
		t.Errorf("steps ran as %v", ran)
	}
	if f.format() != "4" {
		t.Errorf("the format is %q", f.format())
	}
}

func TestANewerFormatIsRefused(t *testing.T) {
	f := bare(t)
	f.check(Migrate(t.Context(), f.conn, migrations))
	f.check(WriteMeta(t.Context(), f.conn, formatKey, "7"))
	err := Migrate(t.Context(), f.conn, migrations)
	if err == nil || !strings.Contains(err.Error(), "format 7") || !strings.Contains(err.Error(), "up to 4") {
		t.Errorf("format 7 gives %v", err)
	}
	f.check(WriteMeta(t.Context(), f.conn, formatKey, "seven"))
	if err := Migrate(t.Context(), f.conn, migrations); err == nil || !strings.Contains(err.Error(), `"seven"`) {
		t.Errorf("no number gives %v", err)
	}
}

func TestAFailingStepLeavesTheOldFormat(t *testing.T) {
	f := bare(t)
	failure := errors.New("the step fails")
	extra := define(engine.SchemaState, "extra", column("x", text))
	failing := func(ctx context.Context, conn engine.Conn) error {
		if err := CreateTables(extra)(ctx, conn); err != nil {
			return err
		}
		if err := WriteMeta(ctx, conn, "half", "done"); err != nil {
			return err
		}
		return failure
	}
	err := Migrate(t.Context(), f.conn, append(migrations[:2:2], failing))
	if !errors.Is(err, failure) || !strings.Contains(err.Error(), "format 3") {
		t.Errorf("Migrate gives %v", err)
	}
	f.close()
	f.openBare()
	half, err := ReadMeta(t.Context(), f.conn, "half")
	f.check(err)
	if f.format() != "2" || half != "" {
		t.Errorf("the format is %q, and half is %q", f.format(), half)
	}
	f.check(Migrate(t.Context(), f.conn, append(migrations[:2:2], CreateTables(extra))))
	if f.format() != "3" {
		t.Errorf("after the step was mended the format is %q", f.format())
	}
}

func TestMetaIsReplaced(t *testing.T) {
	f := start(t)
	for _, want := range []string{"a", "b", ""} {
		f.check(WriteMeta(t.Context(), f.conn, "key", want))
		got, err := ReadMeta(t.Context(), f.conn, "key")
		f.check(err)
		if got != want {
			t.Errorf("key is %q, not %q", got, want)
		}
	}
}
