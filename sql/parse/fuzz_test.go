package parse

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"culvert/sql/ast"
	"culvert/sql/pgerr"
)

// FuzzParse: no text makes the parser panic or fail with anything but a
// client's error, and canonical text is read back as itself. The seeds are the
// statements of testdata.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/*")
	if err != nil || len(files) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			continue // a folder of the fuzzer's
		}
		for _, block := range strings.Split(string(data), "parse\n")[1:] {
			text, _, _ := strings.Cut(block, "\n----")
			f.Add(text)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		stmts, err := Parse(text)
		if err != nil {
			if e := pgerr.From(err); e.Code == pgerr.InternalError || e.Position > len([]rune(text))+1 {
				t.Fatalf("%s: %s at %d", e.Code, e.Message, e.Position)
			}
			return
		}
		for _, s := range stmts {
			if span := s.Span(); span.Start < 0 || span.End > ast.Pos(len(text)) || span.Start >= span.End {
				t.Fatalf("the statement stands at %+v", span)
			}
			checkRoundTrip(t, s)
		}
	})
}
