package culvert_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
)

// levels is the table of ARCHITECTURE.md: a package imports packages of lower
// levels only, or, within a level, earlier ones of the same top folder. A folder
// that is not listed belongs to the nearest listed folder above it, and may be
// imported from there and from levels above.
var levels = [][]string{
	{"sql/pgerr", "sql/types", "catalog/secrets"},
	{"sql/analyze/pgcatalog", "sql/lex", "engine/query", "engine", "tunnel", "connectors/schemaregistry"},
	{"sql/ast", "server/wire", "server/auth", "connectors/decode", "connectors/decode/jsonvalue", "connectors/decode/avro", "connectors/decode/protobuf", "connectors/decode/format", "engine/enginetest"},
	{"sql/parse", "catalog", "engine/duckdb/dialect", "engine/duckdb"},
	{"sql/analyze", "sql/plan", "catalog/systables", "connectors", "connectors/connectortest"},
	{"connectors/postgres", "connectors/kafka"},
	{"sql/exec"},
	{"server"},
	{"cmd"},
}

// testSupport are folders that only tests and each other import. testenv itself
// imports nothing of culvert: it starts the program and looks at it from outside.
var testSupport = []string{"testenv", "demo", "bench"}

// suites are the exported test suites: they import testing, and may use testenv.
var suites = []string{"engine/enginetest", "connectors/connectortest"}

// foreign says which folders may import a module in files that are not tests
// (a test may import anything). The longest matching path decides; a module
// that is not listed may be imported anywhere.
var foreign = map[string][]string{
	"golang.org/x/crypto/ssh":           {"tunnel"},
	"github.com/jackc/pgx/v5":           {"connectors/postgres", "testenv", "demo", "bench", "sql/analyze/pgcatalog/gen", "catalog/systables/gen"},
	"github.com/jackc/pgx/v5/pgproto3":  {"server", "connectors/postgres"},
	"github.com/jackc/pgproto3/v2":      {},
	"github.com/jackc/pglogrepl":        {"connectors/postgres"},
	"github.com/twmb/franz-go/pkg/kgo":  {"connectors/kafka", "testenv", "demo", "bench"},
	"github.com/twmb/franz-go/pkg/sr":   {"connectors/schemaregistry", "testenv", "demo", "bench"},
	"github.com/hamba/avro/v2":          {"connectors/decode/avro", "testenv", "demo", "bench"},
	"github.com/bufbuild/protocompile":  {"connectors/decode/protobuf"},
	"github.com/duckdb":                 {"engine/duckdb"},
	"github.com/pganalyze/pg_query_go":  {"sql", "engine/duckdb/dialect"},
	"github.com/tink-crypto/tink-go/v2": {"catalog/secrets"},
	"github.com/spf13/cobra":            {"cmd"},
}

func TestPackagesImportLowerLevelsOnly(t *testing.T) {
	for _, f := range repository(t).files {
		if f.test {
			continue
		}
		from, ok := place(f.dir)
		if !ok && !inAny(f.dir, testSupport) {
			t.Errorf("%s: the folder %s has no level: add it to the table in deps_test.go and in ARCHITECTURE.md", f.path, f.dir)
			continue
		}
		for _, imported := range f.culvertImports() {
			if why := forbidden(f.dir, from, imported); why != "" {
				t.Errorf("%s imports culvert/%s: %s", f.path, imported, why)
			}
		}
	}
}

// forbidden says why a folder may not import another, or nothing.
func forbidden(dir string, from position, imported string) string {
	if inAny(dir, testSupport) {
		if inAny(dir, []string{"testenv"}) && !inAny(imported, []string{"testenv"}) {
			return "testenv looks at culvert from outside; move what needs the package into a test of its own"
		}
		return ""
	}
	if inAny(imported, testSupport) {
		if inAny(dir, suites) && inAny(imported, []string{"testenv"}) {
			return ""
		}
		return "only tests may use " + imported + "; move what both need into a package of its level"
	}
	to, ok := place(imported)
	if !ok {
		return "it has no level: add it to the table in deps_test.go"
	}
	switch {
	case to.level < from.level:
		return ""
	case to.entry == from.entry && strings.HasPrefix(imported, dir+"/"):
		return "" // a package uses the folders below it
	case to.level == from.level && to.order < from.order && topFolder(to.entry) == topFolder(from.entry):
		return ""
	}
	return "that is level " + itoa(to.level) + ", this is level " + itoa(from.level) +
		"; declare an interface here and have cmd/culvert pass the implementation, or move the code down"
}

func TestForeignPackagesStayInTheirPlace(t *testing.T) {
	for _, f := range repository(t).files {
		if f.test {
			continue
		}
		for _, path := range f.imports {
			module, places := owner(path)
			if module != "" && !inAny(f.dir, places) {
				t.Errorf("%s imports %s, which belongs to %s: put what needs it there, behind a type of culvert's own",
					f.path, path, orNobody(places))
			}
		}
	}
}

func TestPackageNamesSayWhatIsInside(t *testing.T) {
	banned := []string{"common", "util", "utils", "helper", "helpers", "misc", "shared"}
	for _, f := range repository(t).files {
		name := strings.TrimSuffix(f.syntax.Name.Name, "_test")
		if slices.Contains(banned, name) {
			t.Errorf("%s: a package named %s says nothing: name it for what it does", f.path, name)
		}
	}
}

// position is where a folder stands in the table.
type position struct {
	level, order int
	entry        string
}

// place finds the longest entry of the table that the folder is in.
func place(dir string) (position, bool) {
	var best position
	found := false
	for level, entries := range levels {
		for order, entry := range entries {
			if inAny(dir, []string{entry}) && len(entry) > len(best.entry) {
				best, found = position{level, order, entry}, true
			}
		}
	}
	return best, found
}

// owner returns the longest listed path that the import is in, and its places.
func owner(path string) (string, []string) {
	module := ""
	for listed := range foreign {
		if inAny(path, []string{listed}) && len(listed) > len(module) {
			module = listed
		}
	}
	return module, foreign[module]
}

// inAny reports whether dir is one of the folders or below one.
func inAny(dir string, folders []string) bool {
	return slices.ContainsFunc(folders, func(f string) bool { return dir == f || strings.HasPrefix(dir, f+"/") })
}

func topFolder(dir string) string {
	top, _, _ := strings.Cut(dir, "/")
	return top
}

func orNobody(places []string) string {
	if len(places) == 0 {
		return "tests only"
	}
	return strings.Join(places, ", ")
}

func itoa(n int) string { return strconv.Itoa(n) }
