package parse

import (
	"fmt"
	"strings"
	"testing"

	"culvert/sql/ast"
	"culvert/sql/pgerr"

	"github.com/cockroachdb/datadriven"
)

// TestStatements prints each statement of testdata back: its kind and tag, its
// canonical text, the text without secrets and literals, or the error with a
// caret below the place that it names. -rewrite writes what is printed.
func TestStatements(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			if d.Cmd != "parse" {
				t.Fatalf("unknown command %q", d.Cmd)
			}
			stmts, err := Parse(d.Input)
			if err != nil {
				return describeError(d.Input, pgerr.From(err))
			}
			var b strings.Builder
			for _, s := range stmts {
				checkRoundTrip(t, s)
				fmt.Fprintf(&b, "%s\n", s.String())
				if r := s.Redacted(); r != s.String() {
					fmt.Fprintf(&b, "%s\n", r)
				}
				fmt.Fprintf(&b, "-- %s, tag %s\n", describeKind(s), s.Tag())
			}
			return b.String()
		})
	})
}

func describeKind(s ast.Statement) string {
	if s.Kind() == ast.KindUnsupported {
		return "not supported"
	}
	return s.Kind().String()
}

// describeError prints an error with a caret under its position, which counts
// characters.
func describeError(text string, e *pgerr.Error) string {
	var b strings.Builder
	fmt.Fprintf(&b, "ERROR %s: %s\n", e.Code, e.Message)
	if e.Position > 0 {
		line := string([]rune(text)[:e.Position-1])
		line = line[strings.LastIndexByte(line, '\n')+1:]
		start := strings.Count(string([]rune(text)[:e.Position-1]), "\n")
		full := strings.Split(text, "\n")[start]
		fmt.Fprintf(&b, "  %s\n  %s^\n", full, strings.Repeat(" ", len([]rune(line))))
	}
	if e.Detail != "" {
		fmt.Fprintf(&b, "DETAIL: %s\n", e.Detail)
	}
	if e.Hint != "" {
		fmt.Fprintf(&b, "HINT: %s\n", e.Hint)
	}
	return b.String()
}

// checkRoundTrip: the canonical text is read as a statement with the same
// canonical text, and so is the redacted one.
func checkRoundTrip(t *testing.T, s ast.Statement) {
	t.Helper()
	if s.Kind() == ast.KindUnsupported {
		return
	}
	again, err := Parse(s.String())
	if err != nil || len(again) != 1 {
		t.Errorf("canonical text is not read back: %v\n%s", err, s.String())
		return
	}
	if again[0].String() != s.String() || again[0].Kind() != s.Kind() || again[0].Redacted() != s.Redacted() {
		t.Errorf("canonical text changes:\n%s\n%s", s.String(), again[0].String())
	}
}
