package culvert_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// source is one Go file of the repository.
type source struct {
	path      string // relative to the root, with slashes
	dir       string // its folder; "." for the root
	test      bool   // its name ends in _test.go
	generated bool   // it has the header "// Code generated … DO NOT EDIT."
	lines     int
	imports   []string
	fset      *token.FileSet
	syntax    *ast.File
}

// tree is the whole repository as the house rules see it.
type tree struct{ files []*source }

var (
	loadOnce sync.Once
	loaded   tree
	loadErr  error
)

// repository parses every Go file once: all but those in testdata, hidden
// folders and bin.
func repository(t *testing.T) tree {
	t.Helper()
	loadOnce.Do(func() { loaded, loadErr = load() })
	if loadErr != nil {
		t.Fatal(loadErr)
	}
	return loaded
}

func load() (tree, error) {
	var all tree
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() {
			if path != "." && (strings.HasPrefix(name, ".") || name == "testdata" || name == "bin") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		f, err := loadFile(path)
		all.files = append(all.files, f)
		return err
	})
	return all, err
}

func loadFile(path string) (*source, error) {
	fset := token.NewFileSet()
	syntax, err := parser.ParseFile(fset, path, nil, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	path = filepath.ToSlash(path)
	f := &source{
		path: path, dir: filepath.ToSlash(filepath.Dir(path)), test: strings.HasSuffix(path, "_test.go"),
		generated: ast.IsGenerated(syntax), lines: fset.File(syntax.Pos()).LineCount() - 1, fset: fset, syntax: syntax,
	}
	for _, spec := range syntax.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, err
		}
		f.imports = append(f.imports, imported)
	}
	return f, nil
}

// culvertImports returns the folders of culvert that the file imports.
func (f *source) culvertImports() []string {
	var folders []string
	for _, path := range f.imports {
		if folder, ok := strings.CutPrefix(path, "culvert/"); ok {
			folders = append(folders, folder)
		}
	}
	return folders
}

// at writes a position as file:line.
func (f *source) at(node ast.Node) string {
	return f.path + ":" + strconv.Itoa(f.line(node.Pos()))
}

func (f *source) line(pos token.Pos) int { return f.fset.Position(pos).Line }

// span returns how many lines lie between the first and the last line of a
// function: its body.
func (f *source) span(node ast.Node) int {
	return max(0, f.line(node.End())-f.line(node.Pos())-1)
}

// functions returns the functions and methods that the file declares.
func (f *source) functions() []*ast.FuncDecl {
	var decls []*ast.FuncDecl
	for _, decl := range f.syntax.Decls {
		if fn, ok := decl.(*ast.FuncDecl); ok {
			decls = append(decls, fn)
		}
	}
	return decls
}

// receiver returns the name of the type that a method belongs to, or nothing.
func receiver(fn *ast.FuncDecl) string {
	if fn.Recv == nil || len(fn.Recv.List) == 0 {
		return ""
	}
	expr := fn.Recv.List[0].Type
	for {
		switch e := expr.(type) {
		case *ast.StarExpr:
			expr = e.X
		case *ast.IndexExpr:
			expr = e.X
		case *ast.IndexListExpr:
			expr = e.X
		case *ast.Ident:
			return e.Name
		default:
			return ""
		}
	}
}

// funcName writes a function's name as Type.Method or Function.
func funcName(fn *ast.FuncDecl) string {
	if r := receiver(fn); r != "" {
		return r + "." + fn.Name.Name
	}
	return fn.Name.Name
}

// calls visits every call of the form pkg.Name where pkg is an identifier.
func (f *source) calls(visit func(call *ast.CallExpr, pkg, name string)) {
	ast.Inspect(f.syntax, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		if sel, ok := call.Fun.(*ast.SelectorExpr); ok {
			if x, ok := sel.X.(*ast.Ident); ok {
				visit(call, x.Name, sel.Sel.Name)
			}
		}
		return true
	})
}

// packages groups the files that are not tests by folder, in order.
func (r tree) packages() [][]*source {
	byDir := map[string][]*source{}
	var dirs []string
	for _, f := range r.files {
		if f.test {
			continue
		}
		if byDir[f.dir] == nil {
			dirs = append(dirs, f.dir)
		}
		byDir[f.dir] = append(byDir[f.dir], f)
	}
	slices.Sort(dirs)
	groups := make([][]*source, len(dirs))
	for i, dir := range dirs {
		groups[i] = byDir[dir]
	}
	return groups
}
