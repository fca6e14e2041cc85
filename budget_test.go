package culvert_test

import (
	"fmt"
	"go/ast"
	"testing"
)

// The budgets make responsibilities visible. They hold for tests, too, but for
// the share of short functions; generated files are free.
const (
	maxFileLines   = 600
	maxFuncLines   = 100 // of the body
	shortFuncLines = 50  // shortFuncShare of all functions stay under it
	shortFuncShare = 0.95
	maxParams      = 5
	maxNesting     = 4
	maxFields      = 25
	maxMethods     = 30
)

// exceptions lists what may break a budget, as "rule path" or "rule path name",
// with the reason. An exception that is no longer needed must go.
var exceptions = map[string]string{}

// overruns collects what breaks a budget, so that exceptions can be matched.
type overruns struct {
	t    *testing.T
	used map[string]bool
}

func (o *overruns) check(key string, got, limit int, where, advice string) {
	o.t.Helper()
	if got <= limit {
		return
	}
	if _, ok := exceptions[key]; ok {
		o.used[key] = true
		return
	}
	o.t.Errorf("%s: %d of at most %d: %s (or list %q with the reason in budget_test.go)", where, got, limit, advice, key)
}

func TestBudgets(t *testing.T) {
	o := &overruns{t: t, used: map[string]bool{}}
	methods := map[string]int{}
	for _, f := range repository(t).files {
		if f.generated {
			continue
		}
		o.check("file "+f.path, f.lines, maxFileLines, f.path+" has too many lines", "split it by responsibility")
		for _, fn := range f.functions() {
			checkFunction(o, f, fn)
			if r := receiver(fn); r != "" {
				methods[f.dir+" "+r]++
			}
		}
		checkStructs(o, f)
	}
	for name, n := range methods {
		o.check("methods "+name, n, maxMethods, name+" has too many methods", "split the type by responsibility")
	}
	for key, reason := range exceptions {
		if reason == "" {
			t.Errorf("the exception %q in budget_test.go gives no reason", key)
		}
		if !o.used[key] {
			t.Errorf("the exception %q in budget_test.go is not needed any more: remove it", key)
		}
	}
}

func checkFunction(o *overruns, f *source, fn *ast.FuncDecl) {
	name := funcName(fn)
	where := f.at(fn) + " " + name
	o.check("func "+f.path+" "+name, f.span(fn), maxFuncLines, where+" has too many lines",
		"give its steps names of the field")
	o.check("params "+f.path+" "+name, fn.Type.Params.NumFields(), maxParams, where+" has too many parameters",
		"group those that belong together in a type")
	if fn.Body != nil {
		o.check("nesting "+f.path+" "+name, nesting(fn.Body), maxNesting, where+" is nested too deeply",
			"return early, or move the inner part out")
	}
}

func checkStructs(o *overruns, f *source) {
	ast.Inspect(f.syntax, func(n ast.Node) bool {
		spec, ok := n.(*ast.TypeSpec)
		if !ok {
			return true
		}
		if st, ok := spec.Type.(*ast.StructType); ok {
			o.check("fields "+f.path+" "+spec.Name.Name, st.Fields.NumFields(), maxFields,
				f.at(spec)+" "+spec.Name.Name+" has too many fields", "split it by what changes together")
		}
		return true
	})
}

// nesting returns how deep control flow is nested. An else-if stands beside its
// if, cases beside their switch, and a function literal adds no level.
func nesting(node ast.Node) int {
	deepest := 0
	inside := func(nodes ...ast.Node) int {
		most := 0
		for _, n := range nodes {
			most = max(most, nesting(n))
		}
		return most
	}
	ast.Inspect(node, func(n ast.Node) bool {
		depth := 0
		switch s := n.(type) {
		case *ast.IfStmt:
			depth = 1 + inside(s.Body)
			switch e := s.Else.(type) {
			case *ast.BlockStmt:
				depth = max(depth, 1+inside(e))
			case *ast.IfStmt:
				depth = max(depth, inside(e))
			}
			depth = max(depth, inside(exprOf(s.Init, s.Cond)...))
		case *ast.ForStmt:
			depth = 1 + inside(s.Body)
		case *ast.RangeStmt:
			depth = max(1+inside(s.Body), inside(s.X))
		case *ast.SwitchStmt:
			depth = 1 + inside(s.Body)
		case *ast.TypeSwitchStmt:
			depth = 1 + inside(s.Body)
		case *ast.SelectStmt:
			depth = 1 + inside(s.Body)
		default:
			return true
		}
		deepest = max(deepest, depth)
		return false
	})
	return deepest
}

// exprOf returns the parts of an if that can hold function literals.
func exprOf(init ast.Stmt, cond ast.Expr) []ast.Node {
	nodes := []ast.Node{cond}
	if init != nil {
		nodes = append(nodes, init)
	}
	return nodes
}

func TestMostFunctionsAreShort(t *testing.T) {
	total, short := 0, 0
	longest := ""
	for _, f := range repository(t).files {
		if f.test || f.generated {
			continue
		}
		for _, fn := range f.functions() {
			total++
			if n := f.span(fn); n < shortFuncLines {
				short++
			} else {
				longest += fmt.Sprintf("\n%s %s: %d lines", f.at(fn), funcName(fn), n)
			}
		}
	}
	if total > 0 && float64(short) < shortFuncShare*float64(total) {
		t.Errorf("only %d of %d functions are under %d lines: split some of these:%s", short, total, shortFuncLines, longest)
	}
}
