package analyze

import (
	"fmt"
	"runtime/debug"
	"unicode/utf8"

	pg_query "github.com/pganalyze/pg_query_go/v6"

	"culvert/engine/query"
	"culvert/sql/analyze/pgcatalog"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// maxDepth bounds the nesting of expressions and queries, views included.
const maxDepth = 10000

// stepsPerByte and minSteps bound the work for a text: BETWEEN transforms its
// operand more than once, which grows without bound when it is nested.
const (
	stepsPerByte = 100
	minSteps     = 10000
)

// maxViewDepth bounds views in views.
const maxViewDepth = 100

// maxInlined bounds how often views are put in place of their names, which
// doubles with each view that names the one below twice.
const maxInlined = 2000

// env is what one analysis has in common over all its queries.
type env struct {
	*typeRules
	in  Input
	cat Catalog // of the text at hand: a view's inside the view

	// arguments stand for $1 … inside the query of a function.
	arguments []query.Expr

	params     []types.OID // from $1 on; unknown: not resolved yet
	paramRefs  []*query.Param
	hidden     []SessionValue
	hiddenRefs []*query.Param

	// loc has the location of each expression, in bytes as libpg_query counts,
	// or -1: what PostgreSQL's exprLocation gives.
	loc   map[query.Expr]int
	owner map[*query.RangeEntry]*scope
	// origin is the relation that an entry is of.
	origin map[*query.RangeEntry]*Relation

	// rowOf is the item that a row has all columns of.
	rowOf map[*query.Row]*item

	objects, relations orderedSet
	readsClock         bool
	depth              int
	steps              int // transformations so far
	viewDepth          int
	inlined            int    // views so far, each as often as it is named
	notes              *notes // nil unless a view is made
	with               []*query.WithWrite
}

type orderedSet struct {
	list []string
	seen map[string]bool
}

func (s *orderedSet) add(item string) {
	if s.seen == nil {
		s.seen = map[string]bool{}
	}
	if item != "" && !s.seen[item] {
		s.seen[item] = true
		s.list = append(s.list, item)
	}
}

// failure carries an error up to Query. As PostgreSQL's ereport(ERROR) leaves
// parse analysis from any depth, so does fail: the transformations are a deep
// recursion in which an error never leads to anything but the end of it.
type failure struct{ err *pgerr.Error }

func fail(err *pgerr.Error) { panic(failure{err}) }

// failAt fails with the position of a location.
func (v *env) failAt(loc int, err *pgerr.Error) { fail(err.At(v.position(loc))) }

// position turns a byte location into a 1-based character of the client's text.
func (v *env) position(loc int) int {
	if loc < 0 || v.viewDepth > 0 {
		return 0
	}
	at := loc + v.in.Offset
	if at > len(v.in.Text) {
		return 0
	}
	return utf8.RuneCountInString(v.in.Text[:at]) + 1
}

// enter counts the depth of the recursion; the result leaves it.
func (v *env) enter() func() {
	v.depth++
	v.steps++
	if v.depth > maxDepth || v.steps > stepsPerByte*len(v.in.Text)+minSteps && v.viewDepth == 0 {
		fail(pgerr.New(pgerr.StatementTooComplex, "statement is nested too deeply"))
	}
	return func() { v.depth-- }
}

// checkDatabase fails for a name that begins with another database's.
func (v *env) checkDatabase(database, shown string, loc int) {
	if v.in.Database != "" && database != v.in.Database {
		v.failAt(loc, pgerr.New(pgerr.FeatureNotSupported, "cross-database references are not implemented: %s", shown))
	}
}

// at gives the location of an expression, or -1.
func (v *env) at(e query.Expr) int {
	if e == nil {
		return -1
	}
	if loc, ok := v.loc[e]; ok {
		return loc
	}
	return -1
}

// mark notes the location of a new expression and gives it back.
func mark[E query.Expr](v *env, e E, loc int) E {
	v.loc[e] = loc
	return e
}

// leftmost is the smallest location of an expression and its arguments.
func (v *env) leftmost(loc int, args ...query.Expr) int {
	for _, a := range args {
		if l := v.at(a); l >= 0 && (loc < 0 || l < loc) {
			loc = l
		}
	}
	return loc
}

func analyzeStatement(in Input, cat Catalog, n *notes) (*Analyzed, error) {
	sel := in.Stmt.GetSelectStmt()
	if sel == nil {
		return nil, pgerr.New(pgerr.FeatureNotSupported, "only queries can be analyzed")
	}
	return analyzeBy(in, cat, n, func(v *env) *Analyzed { return v.finish(transformSelect(newScope(v, nil), sel, true)) })
}

// analyzeBy runs an analysis, which fails by panic.
func analyzeBy(in Input, cat Catalog, n *notes, analysis func(v *env) *Analyzed) (out *Analyzed, err error) {
	v := &env{
		typeRules: &typeRules{pg: pgcatalog.Get()}, in: in, cat: cat,
		loc: map[query.Expr]int{}, owner: map[*query.RangeEntry]*scope{}, origin: map[*query.RangeEntry]*Relation{},
		rowOf: map[*query.Row]*item{}, notes: n,
	}
	defer func() {
		switch r := recover().(type) {
		case nil:
		case failure:
			out, err = nil, r.err
		default:
			out, err = nil, pgerr.Wrap(fmt.Errorf("%v\n%s", r, debug.Stack()), pgerr.InternalError, "the query could not be analyzed")
		}
	}()
	for _, oid := range in.ParamTypes {
		v.params = append(v.params, knownOrUnknown(oid))
	}
	return analysis(v), nil
}

func knownOrUnknown(oid types.OID) types.OID {
	if oid == 0 {
		return types.UnknownOID
	}
	return oid
}

// finish checks that parameters are resolved, and numbers the hidden ones.
func (v *env) finish(q *query.Query) *Analyzed {
	v.checkParams()
	settleLiterals(q)
	for _, w := range v.with {
		settleWrite(w.Write)
	}
	out := &Analyzed{Query: q, With: v.with, Hidden: v.hidden, Objects: v.objects.list, Relations: v.relations.list, ReadsClock: v.readsClock}
	for _, oid := range v.params {
		out.Params = append(out.Params, types.T(oid))
	}
	for _, ref := range v.hiddenRefs {
		ref.Index += len(v.params)
	}
	for i, c := range q.Columns {
		rc := ResultColumn{Name: c.Name, Type: c.Type}
		if q.Targets != nil {
			rc.Table, rc.Attnum = v.originOf(q.Targets[i].Expr)
		}
		out.Columns = append(out.Columns, rc)
	}
	return out
}

// settleLiterals makes text of the literals that nothing gave a type, such as
// those of a row or an argument of type "any". pg_typeof tells them apart.
func settleLiterals(q *query.Query) {
	walkTree(q, func(e query.Expr) bool {
		switch e := e.(type) {
		case *query.Const:
			if e.T.OID == types.UnknownOID {
				e.T = types.T(types.TextOID)
			}
		case *query.Func:
			return e.Name != "pg_typeof"
		}
		return true
	})
}

// originOf finds the relation column that an expression is, as PostgreSQL's
// markTargetListOrigin: through subqueries, not through set operations.
func (v *env) originOf(e query.Expr) (table uint32, attnum int16) {
	col, ok := e.(*query.Var)
	if !ok {
		return 0, 0
	}
	if rel := v.origin[col.Entry]; rel != nil {
		if col.Col < len(rel.Columns) {
			return rel.OID, rel.Columns[col.Col].Attnum
		}
		return 0, 0
	}
	switch entry := col.Entry; {
	case entry.Query != nil && entry.Query.Targets != nil && col.Col < len(entry.Query.Targets):
		return v.originOf(entry.Query.Targets[col.Col].Expr)
	case entry.CTE != nil && entry.CTE.Query != nil && entry.CTE.Query.Targets != nil && col.Col < len(entry.CTE.Query.Targets):
		return v.originOf(entry.CTE.Query.Targets[col.Col].Expr)
	}
	return 0, 0
}

func (view *View) parse() (*pg_query.Node, error) {
	view.once.Do(func() {
		tree, err := pg_query.Parse(view.SQL)
		switch {
		case err != nil:
			view.err = pgerr.Wrap(err, pgerr.InternalError, "the stored view does not parse")
		case len(tree.Stmts) != 1:
			view.err = pgerr.New(pgerr.InternalError, "the stored view is not one statement")
		default:
			view.stmt = tree.Stmts[0].Stmt
		}
	})
	return view.stmt, view.err
}
