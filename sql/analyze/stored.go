package analyze

import (
	"slices"
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v6"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"culvert/engine/query"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// ExprUse is what an expression of a table definition is for.
type ExprUse uint8

// The uses of expressions.
const (
	DefaultExpr   ExprUse = iota // DEFAULT
	CheckExpr                    // CHECK
	GeneratedExpr                // GENERATED ALWAYS AS
	UsingExpr                    // ALTER COLUMN … TYPE … USING
)

// exprRules says, for each use, its clause and what messages call it.
var exprRules = [...]struct {
	clause clause
	name   string
}{
	DefaultExpr: {clauseDefault, "DEFAULT expression"}, CheckExpr: {clauseCheck, "check constraint"},
	GeneratedExpr: {clauseGenerated, "column generation expression"}, UsingExpr: {clauseUsing, "transform expression"},
}

// StoredExpr is an expression that a table keeps.
type StoredExpr struct {
	// Text has the table's columns as c<Attnum> and users' relations by ID.
	Text string
	// Columns are the attribute numbers of the columns that it names, in order of
	// their appearance.
	Columns []int16
	// Uses are the IDs of the objects that its literals of relations name.
	Uses []string
}

// Expr analyzes an expression of a table's definition: in.Stmt is the expression,
// rel the table, whose columns it may name but for a default, and column the one
// that it is a value of; -1: of none.
func Expr(in Input, cat Catalog, use ExprUse, rel *Relation, column int) (*StoredExpr, error) {
	in.NoParams = true
	out := &StoredExpr{}
	var err error
	n := &notes{relations: map[*pg_query.RangeVar]*item{}, stars: map[*pg_query.ResTarget][]starColumn{},
		literals: map[int32]string{}, aliases: map[*item]string{}, text: in.Text}
	_, failed := analyzeBy(in, cat, n, func(v *env) *Analyzed {
		x := &stored{env: v, use: use, rel: rel, column: column}
		x.check(in.Stmt.ProtoReflect())
		e := x.value(in.Stmt)
		out.Columns = columnsIn(e, rel)
		if use == GeneratedExpr {
			x.checkGenerated(e)
		}
		return v.finish(&query.Query{Targets: []query.Target{{Expr: e}}, Columns: []query.Column{{Type: e.Type()}}})
	})
	if failed != nil {
		return nil, failed
	}
	kept := proto.Clone(in.Stmt).(*pg_query.Node)
	n.storeNames(kept.ProtoReflect(), rel)
	out.Uses = usesIn(n.literals)
	out.Text, err = printExpr(kept)
	if err != nil {
		return nil, pgerr.Wrap(err, pgerr.FeatureNotSupported, "this expression cannot be kept")
	}
	return out, nil
}

// TypeNamed resolves the name of a type.
func TypeNamed(in Input, cat Catalog, name *pg_query.TypeName) (t types.Type, err error) {
	_, err = analyzeBy(in, cat, nil, func(v *env) *Analyzed {
		t = v.resolveType(name)
		return nil
	})
	return t, err
}

// stored is the analysis of an expression that a table keeps.
type stored struct {
	*env
	use    ExprUse
	rel    *Relation
	column int // whose value it is; -1: none's
}

// check refuses what no stored expression may have, in the order of the text.
func (v *stored) check(m protoreflect.Message) {
	switch node := m.Interface().(type) {
	case *pg_query.SubLink:
		v.failAt(int(node.Location), pgerr.New(pgerr.FeatureNotSupported, "cannot use subquery in %s", exprRules[v.use].name))
	case *pg_query.ColumnRef:
		if v.use == DefaultExpr {
			v.failAt(int(node.Location), pgerr.New(pgerr.FeatureNotSupported, "cannot use column reference in DEFAULT expression"))
		}
	}
	eachMessage(m, v.check)
}

// value transforms the expression over the table's columns.
func (v *stored) value(n *pg_query.Node) query.Expr {
	s := newScope(v.env, nil)
	s.query = &query.Query{}
	if v.use != DefaultExpr {
		entry := tableEntry(v.rel.Name, v.rel, "", make([]query.PhysicalColumn, len(v.rel.Columns)))
		s.items = []*item{(&write{Write: &query.Write{}, rel: v.rel}).targetItem(s, entry, nil)}
	}
	s.clause = exprRules[v.use].clause
	e := transformExpr(s, n)
	switch {
	case v.use == CheckExpr:
		return toBoolean(s, e, "CHECK")
	case v.column < 0:
		return e
	}
	return v.assign(s, e, v.rel.Columns[v.column])
}

// assign casts a value to the type of its column, which it must have by itself
// (cookDefault).
func (v *stored) assign(s *scope, e query.Expr, c RelColumn) query.Expr {
	out := coerceTo(s, e, c.Type, assignmentCast)
	switch {
	case out != nil:
		return out
	case v.use == UsingExpr:
		fail(pgerr.New(pgerr.DatatypeMismatch, "result of USING clause for column \"%s\" cannot be cast automatically to type %s",
			c.Name, types.FormatType(c.Type)).WithHint("You might need to add an explicit cast."))
	case v.use == GeneratedExpr:
		fail(pgerr.New(pgerr.DatatypeMismatch, "column \"%s\" is of type %s but generation expression is of type %s", c.Name,
			types.FormatType(types.T(c.Type.OID)), types.FormatType(types.T(e.Type().OID))).WithHint("You will need to rewrite or cast the expression."))
	}
	fail(pgerr.New(pgerr.DatatypeMismatch, "column \"%s\" is of type %s but default expression is of type %s", c.Name,
		types.FormatType(types.T(c.Type.OID)), types.FormatType(types.T(e.Type().OID))).WithHint("You will need to rewrite or cast the expression."))
	return nil
}

// columnsIn gives the attribute numbers of the columns in an expression.
func columnsIn(e query.Expr, rel *Relation) []int16 {
	var out []int16
	walkQuery(e, func(e query.Expr) bool {
		if c, ok := e.(*query.Var); ok && c.Col < len(rel.Columns) {
			if a := rel.Columns[c.Col].Attnum; !slices.Contains(out, a) {
				out = append(out, a)
			}
		}
		return true
	})
	return out
}

// checkGenerated refuses other generated columns and what is not immutable.
func (v *stored) checkGenerated(e query.Expr) {
	mutable := len(v.hidden) > 0
	walkQuery(e, func(e query.Expr) bool {
		switch e := e.(type) {
		case *query.Var:
			if v.rel.Own != nil && v.rel.Own.Columns[e.Col].Generated != "" {
				v.failAt(v.at(e), pgerr.New(pgerr.InvalidObjectDefinition, "cannot use generated column \"%s\" in column generation expression", v.rel.Columns[e.Col].Name).
					WithDetail("A generated column cannot reference another generated column."))
			}
		case *query.Func:
			mutable = mutable || v.mutable(e.OID)
		case *query.Op:
			mutable = mutable || v.mutable(e.Operator.Func)
		}
		return true
	})
	if mutable || v.readsClock {
		fail(pgerr.New(pgerr.InvalidObjectDefinition, "generation expression is not immutable"))
	}
}

func (v *stored) mutable(proc types.OID) bool {
	p := v.pg.Procs[proc]
	return p != nil && p.Volatile != 'i'
}

// storeNames writes the names of an expression as they are kept.
func (n *notes) storeNames(m protoreflect.Message, rel *Relation) {
	switch node := m.Interface().(type) {
	case *pg_query.ColumnRef:
		last := node.Fields[len(node.Fields)-1].GetString_().GetSval()
		for _, c := range rel.Columns {
			if c.Name == last {
				node.Fields = []*pg_query.Node{stringNode(attnumName(c.Attnum))}
			}
		}
		return
	case *pg_query.A_Const:
		if text := n.literals[node.Location]; text != "" {
			if val, ok := node.Val.(*pg_query.A_Const_Sval); ok {
				val.Sval = &pg_query.String{Sval: text}
			}
		}
		return
	}
	eachMessage(m, func(below protoreflect.Message) { n.storeNames(below, rel) })
}

// usesIn gives the users' relations that literals were read as.
func usesIn(literals map[int32]string) []string {
	var out []string
	for _, text := range literals {
		if id, ok := strings.CutPrefix(text, idLiteral); ok && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out
}

// printExpr writes an expression.
func printExpr(e *pg_query.Node) (string, error) {
	text, err := printTree(selectOf(e))
	return strings.TrimPrefix(text, "SELECT "), err
}

func selectOf(e *pg_query.Node) *pg_query.Node {
	sel := &pg_query.SelectStmt{
		LimitOption: pg_query.LimitOption_LIMIT_OPTION_DEFAULT, Op: pg_query.SetOperation_SETOP_NONE, TargetList: []*pg_query.Node{resTarget(e)},
	}
	return &pg_query.Node{Node: &pg_query.Node_SelectStmt{SelectStmt: sel}}
}

// NameExpr writes a stored expression with the names of now: those of the columns
// and of users' relations.
func NameExpr(text string, column func(attnum string) string, name func(id string) (parts, columns []string)) (string, error) {
	tree, err := pg_query.Parse("SELECT " + text)
	if err != nil {
		return "", err
	}
	var visit func(protoreflect.Message)
	visit = func(m protoreflect.Message) {
		switch node := m.Interface().(type) {
		case *pg_query.ColumnRef:
			if c := column(node.Fields[0].GetString_().GetSval()); c != "" {
				node.Fields = []*pg_query.Node{stringNode(c)}
			}
		case *pg_query.A_Const:
			nameLiteral(node, name)
		}
		eachMessage(m, visit)
	}
	target := tree.Stmts[0].Stmt.GetSelectStmt().TargetList[0].GetResTarget().Val
	visit(target.ProtoReflect())
	return printExpr(target)
}
