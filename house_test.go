package culvert_test

import (
	"go/ast"
	"path"
	"strings"
	"testing"
)

func TestEveryPackageHasAComment(t *testing.T) {
	for _, files := range repository(t).packages() {
		documented := false
		for _, f := range files {
			if f.syntax.Doc.Text() != "" {
				documented = true
			}
		}
		if !documented {
			t.Errorf("%s: the package has no comment: say above the package clause of one file what it does", files[0].dir)
		}
	}
}

func TestEveryExportedNameHasAComment(t *testing.T) {
	for _, f := range repository(t).files {
		if f.test || f.generated || f.syntax.Name.Name == "main" {
			continue
		}
		for _, decl := range f.syntax.Decls {
			for _, name := range undocumented(decl) {
				t.Errorf("%s: %s has no comment: write a sentence of what a caller needs to know", f.at(decl), name)
			}
		}
	}
}

// undocumented returns the exported names of a declaration that no comment
// stands at: neither on the name itself nor on the group it is in. Methods count
// when their type is exported.
func undocumented(decl ast.Decl) []string {
	switch d := decl.(type) {
	case *ast.FuncDecl:
		r := receiver(d)
		if d.Name.IsExported() && (r == "" || ast.IsExported(r)) && d.Doc.Text() == "" {
			return []string{funcName(d)}
		}
	case *ast.GenDecl:
		if d.Doc.Text() != "" {
			return nil
		}
		var names []string
		for _, spec := range d.Specs {
			names = append(names, undocumentedSpec(spec)...)
		}
		return names
	}
	return nil
}

func undocumentedSpec(spec ast.Spec) []string {
	var names []string
	switch s := spec.(type) {
	case *ast.TypeSpec:
		if s.Name.IsExported() && s.Doc.Text() == "" && s.Comment.Text() == "" {
			names = append(names, s.Name.Name)
		}
	case *ast.ValueSpec:
		if s.Doc.Text() != "" || s.Comment.Text() != "" {
			return nil
		}
		for _, name := range s.Names {
			if name.IsExported() {
				names = append(names, name.Name)
			}
		}
	}
	return names
}

func TestNothingRunsBeforeMain(t *testing.T) {
	for _, f := range repository(t).files {
		for _, fn := range f.functions() {
			if fn.Name.Name == "init" && fn.Recv == nil && !f.generated {
				t.Errorf("%s: no init(): register or compute it where it is used, or pass it in", f.at(fn))
			}
		}
	}
}

func TestOnlyCommandsExit(t *testing.T) {
	for _, f := range repository(t).files {
		command := f.syntax.Name.Name == "main" && (inAny(f.dir, []string{"cmd", "demo", "bench"}) || path.Base(f.dir) == "gen")
		if f.test || command {
			continue
		}
		f.calls(func(call *ast.CallExpr, pkg, name string) {
			if pkg == "os" && name == "Exit" || pkg == "log" && strings.HasPrefix(name, "Fatal") {
				t.Errorf("%s: only cmd ends the process: return an error instead of %s.%s", f.at(call), pkg, name)
			}
		})
	}
}

func TestTestsDoNotSleep(t *testing.T) {
	for _, f := range repository(t).files {
		if !f.test {
			continue
		}
		f.calls(func(call *ast.CallExpr, pkg, name string) {
			if pkg == "time" && name == "Sleep" {
				t.Errorf("%s: no time.Sleep in tests: wait for the condition with a deadline, or use testing/synctest", f.at(call))
			}
		})
	}
}

// TestTestsAreNotSkipped allows a skip only right inside "if testing.Short()":
// such a test runs in make test, and is left out of the run with the race
// detector. A test whose server is missing fails.
func TestTestsAreNotSkipped(t *testing.T) {
	for _, f := range repository(t).files {
		short := map[ast.Node]bool{}
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			if cond, ok := n.(*ast.IfStmt); ok && isShortCheck(cond.Cond) {
				for _, stmt := range cond.Body.List {
					if expr, ok := stmt.(*ast.ExprStmt); ok {
						short[expr.X] = true
					}
				}
			}
			return true
		})
		f.calls(func(call *ast.CallExpr, pkg, name string) {
			if (name == "Skip" || name == "Skipf" || name == "SkipNow") && isTestValue(pkg) && !short[call] {
				t.Errorf("%s: no %s.%s: a test whose server is missing fails (testenv does so and says what to install); "+
					"only testing.Short() may skip", f.at(call), pkg, name)
			}
		})
	}
}

func isTestValue(name string) bool {
	return name == "t" || name == "b" || name == "f" || name == "tb"
}

func isShortCheck(cond ast.Expr) bool {
	call, ok := cond.(*ast.CallExpr)
	if !ok {
		return false
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	x, ok := sel.X.(*ast.Ident)
	return ok && x.Name == "testing" && sel.Sel.Name == "Short"
}

// TestMarksAreNotLeft refuses the marks of unfinished work.
func TestMarksAreNotLeft(t *testing.T) {
	marks := []string{"TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK"}
	for _, f := range repository(t).files {
		for _, group := range f.syntax.Comments {
			for _, mark := range marks {
				if containsWord(group.Text(), mark) {
					t.Errorf("%s: %s: finish it, or leave it out and open an issue", f.at(group), mark)
				}
			}
		}
	}
}

func containsWord(text, word string) bool {
	for _, field := range strings.FieldsFunc(text, func(r rune) bool {
		return r != '_' && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && (r < '0' || r > '9')
	}) {
		if field == word {
			return true
		}
	}
	return false
}
