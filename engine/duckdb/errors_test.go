package duckdb

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"culvert/engine"
	"culvert/sql/pgerr"

	"github.com/cockroachdb/datadriven"
)

// TestErrors provokes DuckDB's errors and compares what becomes of them. The
// command sql runs a statement on an engine with 40 MB of memory and 1 MB for
// temporary files; text classifies a text that a test cannot provoke.
func TestErrors(t *testing.T) {
	e, err := Open(Options{Dir: t.TempDir(), MemoryLimit: 40 << 20, MaxTempSize: 1 << 20, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := e.Close(true); err != nil {
			t.Error(err)
		}
	}()
	c := connectTest(t, e.(*database))
	defer c.Close()
	datadriven.RunTest(t, "testdata/errors", func(t *testing.T, d *datadriven.TestData) string {
		switch d.Cmd {
		case "sql":
			_, err := run(t, c, d.Input)
			return showError(err)
		case "text":
			return showError(classify(d.Input))
		}
		t.Fatalf("unknown command %s", d.Cmd)
		return ""
	})
}

func showError(err error) string {
	if err == nil {
		return "no error\n"
	}
	var fatal *fatalError
	var b strings.Builder
	var e *pgerr.Error
	switch {
	case errors.As(err, &e):
		fmt.Fprintf(&b, "%s %s\n", e.Code, e.Message)
		if e.Detail != "" {
			fmt.Fprintf(&b, "detail: %s\n", memoryFigures.ReplaceAllString(e.Detail, "…"))
		}
	case errors.Is(err, engine.ErrConflict), errors.Is(err, engine.ErrBusy), errors.Is(err, engine.ErrLocked):
		fmt.Fprintln(&b, err)
	}
	if errors.As(err, &fatal) {
		fmt.Fprintln(&b, "fatal")
	}
	return b.String()
}

var memoryFigures = pattern(`[0-9.]+ [KMG]iB`)
