package culvert_test

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// codeSpan finds what documents write in backquotes.
var codeSpan = regexp.MustCompile("`([^`\n]+)`")

// pathLike finds the spans that name a path of the repository: with a slash, or
// a file at the root. Patterns, flags, URLs and placeholders are none.
var pathLike = regexp.MustCompile(`^(\./)?[A-Za-z0-9_.][A-Za-z0-9_.-]*(/[A-Za-z0-9_.-]+)*/?$`)

// rootFile finds the names of files that stand at the root.
var rootFile = regexp.MustCompile(`^([A-Z]+\.md|[a-z.-]+\.yml|[a-z]+_test\.go|Makefile|Dockerfile)$`)

// TestDocumentsNameExistingPaths checks the documents that describe the tree.
func TestDocumentsNameExistingPaths(t *testing.T) {
	for _, doc := range []string{"ARCHITECTURE.md", "CONTRIBUTING.md", "README.md"} {
		text, err := os.ReadFile(doc)
		if err != nil {
			t.Errorf("%s is missing: the README says what culvert is and CONTRIBUTING how to work on it, "+
				"ARCHITECTURE is the map of the code", doc)
			continue
		}
		for _, span := range codeSpan.FindAllStringSubmatch(string(text), -1) {
			if path, ok := repositoryPath(span[1]); ok {
				if _, err := os.Stat(path); err != nil {
					t.Errorf("%s names `%s`, which does not exist: name what is there", doc, span[1])
				}
			}
		}
	}
}

// repositoryPath returns the path that a span names when it begins with a folder
// that every checkout has.
func repositoryPath(span string) (string, bool) {
	if !pathLike.MatchString(span) {
		return "", false
	}
	top, _, nested := strings.Cut(strings.TrimPrefix(span, "./"), "/")
	if nested {
		for _, folder := range []string{
			"bench", "catalog", "cmd", "compose", "connectors", "demo", "docs", "engine", "scripts", "server", "sql",
			"testenv", "tunnel", ".ci",
		} {
			if top == folder {
				return span, true
			}
		}
		return "", false
	}
	return span, rootFile.MatchString(span)
}

// longFlag finds flags in a help text, flagRow those in README's table.
var (
	longFlag = regexp.MustCompile(`--[a-z][a-z-]*`)
	flagRow  = regexp.MustCompile("(?m)^\\| `(--[a-z][a-z-]*)")
)

// TestReadmeNamesEveryFlag asks the program for its flags.
func TestReadmeNamesEveryFlag(t *testing.T) {
	out, err := exec.Command("go", "run", "./cmd/culvert", "serve", "--help").CombinedOutput()
	if err != nil {
		t.Fatalf("culvert serve --help: %v\n%s", err, out)
	}
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	inHelp := map[string]bool{}
	for _, flag := range longFlag.FindAllString(string(out), -1) {
		inHelp[flag] = true
		if flag == "--help" {
			continue
		}
		if !strings.Contains(string(readme), "`"+flag) {
			t.Errorf("README.md does not tell of %s: add it to the table of flags", flag)
		}
	}
	for _, row := range flagRow.FindAllStringSubmatch(string(readme), -1) {
		if !inHelp[row[1]] {
			t.Errorf("README.md tells of %s, which culvert serve does not have: remove it", row[1])
		}
	}
}
