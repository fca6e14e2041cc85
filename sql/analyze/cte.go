package analyze

import (
	pg_query "github.com/pganalyze/pg_query_go/v6"
	"google.golang.org/protobuf/reflect/protoreflect"

	"culvert/engine/query"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// cte is an item of WITH in sight.
type cte struct {
	name string
	out  *query.CTE
	loc  int
	// state of a recursive item while its query is transformed
	state cteState
	refs  int
	// within is the scope of its set operation.
	within *scope
	silent bool // a write without RETURNING
}

type cteState uint8

const (
	cteDone       cteState = iota
	cteFirstTerm           // its non-recursive term is being transformed
	cteSecondTerm          // its recursive term
)

// refer notes a reference, and checks that a recursive one is allowed.
func (c *cte) refer(s *scope, loc int) {
	if c.silent {
		s.env.failAt(loc, pgerr.New(pgerr.FeatureNotSupported, "WITH query \"%s\" does not have a RETURNING clause", c.name))
	}
	switch c.state {
	case cteDone:
		return
	case cteFirstTerm:
		s.env.failAt(loc, pgerr.New(pgerr.InvalidRecursion, "recursive reference to query \"%s\" must not appear within its non-recursive term", c.name))
	}
	for at := s; at != nil && at != c.within; at = at.parent {
		where := ""
		switch {
		case at.link:
			where = "a subquery"
		case at.nullable > 0:
			where = "an outer join"
		default:
			continue
		}
		s.env.failAt(loc, pgerr.New(pgerr.InvalidRecursion, "recursive reference to query \"%s\" must not appear within %s", c.name, where))
	}
	s.selfRef = true
	if c.refs++; c.refs > 1 {
		s.env.failAt(loc, pgerr.New(pgerr.InvalidRecursion, "recursive reference to query \"%s\" must not appear more than once", c.name))
	}
	c.out.Recursive = true
}

func (s *scope) findCTE(name string) *cte {
	for at := s; at != nil; at = at.parent {
		for _, c := range at.ctes {
			if c.name == name {
				return c
			}
		}
	}
	return nil
}

// futureCTE names an item of WITH that is not in sight yet.
func (s *scope) futureCTE(name string) string {
	for at := s; at != nil; at = at.parent {
		for _, c := range at.future {
			if c.Ctename == name {
				return name
			}
		}
	}
	return ""
}

// transformWith is transformWithClause.
func transformWith(s *scope, with *pg_query.WithClause) {
	v := s.env
	var list []*pg_query.CommonTableExpr
	for _, n := range with.Ctes {
		c := n.GetCommonTableExpr()
		for _, before := range list {
			if before.Ctename == c.Ctename {
				v.failAt(int(c.Location), pgerr.New(pgerr.DuplicateAlias, "WITH query name \"%s\" specified more than once", c.Ctename))
			}
		}
		if c.Ctequery.GetSelectStmt() == nil {
			checkWithWrite(s, c)
		}
		list = append(list, c)
	}
	if with.Recursive {
		list = sortCTEs(s, list)
	}
	s.future = list
	for _, c := range list {
		transformCTE(s, c, with.Recursive)
	}
	s.future = nil
}

// sortCTEs puts the items of WITH RECURSIVE into an order in which each comes
// after those that it refers to.
func sortCTEs(s *scope, list []*pg_query.CommonTableExpr) []*pg_query.CommonTableExpr {
	var out []*pg_query.CommonTableExpr
	state := map[string]int{} // 1: being visited, 2: placed
	var visit func(c *pg_query.CommonTableExpr)
	visit = func(c *pg_query.CommonTableExpr) {
		if state[c.Ctename] == 1 {
			s.env.failAt(int(c.Location), pgerr.New(pgerr.FeatureNotSupported, "mutual recursion between WITH items is not implemented"))
		}
		if state[c.Ctename] == 2 {
			return
		}
		state[c.Ctename] = 1
		for _, other := range list {
			if other != c && mentions(c.Ctequery.ProtoReflect(), other.Ctename) {
				visit(other)
			}
		}
		state[c.Ctename] = 2
		out = append(out, c)
	}
	for _, c := range list {
		visit(c)
	}
	return out
}

// mentions tells whether a parse tree has an unqualified relation of a name.
func mentions(m protoreflect.Message, name string) bool {
	if rv, ok := m.Interface().(*pg_query.RangeVar); ok {
		return rv.Schemaname == "" && rv.Relname == name
	}
	found := false
	m.Range(func(f protoreflect.FieldDescriptor, val protoreflect.Value) bool {
		switch {
		case f.Kind() != protoreflect.MessageKind:
		case f.IsList():
			for i := range val.List().Len() {
				found = found || mentions(val.List().Get(i).Message(), name)
			}
		default:
			found = mentions(val.Message(), name)
		}
		return !found
	})
	return found
}

func transformCTE(s *scope, c *pg_query.CommonTableExpr, recursive bool) {
	v := s.env
	entry := &cte{name: c.Ctename, loc: int(c.Location), out: &query.CTE{Name: c.Ctename}}
	switch c.Ctematerialized {
	case pg_query.CTEMaterialize_CTEMaterializeAlways:
		yes := true
		entry.out.Materialized = &yes
	case pg_query.CTEMaterialize_CTEMaterializeNever:
		no := false
		entry.out.Materialized = &no
	}
	if c.SearchClause != nil || c.CycleClause != nil {
		v.failAt(entry.loc, pgerr.New(pgerr.FeatureNotSupported, "SEARCH and CYCLE are not supported"))
	}
	sel := c.Ctequery.GetSelectStmt()
	if sel == nil {
		transformWithWrite(s, entry, c)
		return
	}
	if recursive && mentions(c.Ctequery.ProtoReflect(), c.Ctename) {
		transformRecursive(s, entry, c, sel)
	} else {
		q := transformSelect(newScope(v, s), sel, false)
		entry.out.Query = q
		entry.out.Columns = cteColumns(v, entry, c, q.Columns)
		s.ctes = append(s.ctes, entry)
	}
	s.query.CTEs = append(s.query.CTEs, entry.out)
}

// cteColumns names the columns of a WITH item (analyzeCTETargetList).
func cteColumns(v *env, entry *cte, c *pg_query.CommonTableExpr, cols []query.Column) []query.Column {
	out := append([]query.Column(nil), cols...)
	given := names(c.Aliascolnames)
	if len(given) > len(out) {
		v.failAt(entry.loc, pgerr.New(pgerr.InvalidColumnReference, "WITH query \"%s\" has %d columns available but %d columns specified",
			entry.name, len(out), len(given)))
	}
	for i, name := range given {
		out[i].Name = name
	}
	for i, col := range out {
		if col.Type.OID == types.UnknownOID {
			out[i].Type = types.T(types.TextOID)
		}
	}
	return out
}

// transformRecursive transforms a WITH RECURSIVE item: the first term tells
// the columns that the second one refers to.
func transformRecursive(s *scope, entry *cte, c *pg_query.CommonTableExpr, sel *pg_query.SelectStmt) {
	v := s.env
	if sel.Op != pg_query.SetOperation_SETOP_UNION {
		v.failAt(entry.loc, pgerr.New(pgerr.InvalidRecursion, "recursive query \"%s\" does not have the form non-recursive-term UNION [ALL] recursive-term", entry.name))
	}
	s.ctes = append(s.ctes, entry)
	in := newScope(v, s)
	in.query, entry.within = &query.Query{}, in
	if sel.WithClause != nil {
		transformWith(in, sel.WithClause)
	}
	if len(sel.SortClause) > 0 {
		v.failAt(rawLoc(sel.SortClause[0]), pgerr.New(pgerr.FeatureNotSupported, "ORDER BY in a recursive query is not implemented"))
	}
	if sel.LimitCount != nil || sel.LimitOffset != nil {
		v.failAt(rawLoc(firstNode(sel.LimitOffset, sel.LimitCount)), pgerr.New(pgerr.FeatureNotSupported, "%s in a recursive query is not implemented", limitName(sel)))
	}
	entry.state = cteFirstTerm
	left := transformArm(in, sel.Larg)
	entry.out.Columns = cteColumns(v, entry, c, left.query.Columns)
	entry.state = cteSecondTerm
	right := transformArm(in, sel.Rarg)
	entry.state = cteDone
	combineArms(in, sel, left, right)
	for i, col := range in.query.Columns {
		if want := entry.out.Columns[i].Type; col.Type.OID != want.OID || col.Type.Mod != want.Mod {
			fail2 := pgerr.New(pgerr.DatatypeMismatch, "recursive query \"%s\" column %d has type %s in non-recursive term but type %s overall",
				entry.name, i+1, types.FormatType(want), types.FormatType(col.Type)).
				WithHint("Cast the output of the non-recursive term to the correct type.")
			v.failAt(left.loc(i), fail2)
		}
	}
	entry.out.Query = in.query
}

func firstNode(list ...*pg_query.Node) *pg_query.Node {
	for _, n := range list {
		if n != nil {
			return n
		}
	}
	return nil
}

func limitName(sel *pg_query.SelectStmt) string {
	if sel.LimitOffset != nil {
		return "OFFSET"
	}
	return "LIMIT"
}
