package analyze

import (
	"strconv"

	pg_query "github.com/pganalyze/pg_query_go/v6"

	"culvert/engine/query"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// scope is the state of one query level: PostgreSQL's ParseState.
type scope struct {
	parent *scope
	env    *env
	query  *query.Query
	clause clause // what is being transformed

	items []*item // what names can refer to
	seen  []*seen // every range entry of the level, for hints
	ctes  []*cte  // WITH items in sight on this level
	// future are WITH items on this level that are not in sight yet.
	future []*pg_query.CommonTableExpr

	hasAggs bool
	// selfRef: FROM has the recursive reference of a WITH item.
	selfRef bool
	// link: the level is a subquery in an expression; nullable counts the outer
	// joins that may give NULLs for what is being transformed.
	link       bool
	nullable   int
	hasWindows bool
	windows    []*namedWindow
	// lateral: a FROM item that may refer to those before it is being transformed.
	lateral bool
	// fixUnknown: literals of undetermined type in the select list become text.
	fixUnknown bool
	groupings  []*groupingCall
	targets    *targetList
	// setRoot is the scope of the whole set operation that this is a part of.
	setRoot *scope
}

func newScope(v *env, parent *scope) *scope {
	s := &scope{parent: parent, env: v, fixUnknown: true}
	return s
}

// item is a namespace entry: PostgreSQL's ParseNamespaceItem.
type item struct {
	name  string // the alias; empty for a join without one
	rel   *Relation
	entry *query.RangeEntry // nil for a join
	cols  []column
	// scalar: a function that returns one unnamed value; its name as a whole
	// row is the value itself.
	scalar bool

	relVisible  bool
	colsVisible bool
	lateralOnly bool
	lateralOK   bool
}

// column is a column of an item and what it stands for.
type column struct {
	name string
	expr query.Expr
}

// seen is a range entry with the names that users see, for hints.
type seen struct {
	alias string
	rel   *Relation
	// aliased: the alias is the user's, not the relation's name.
	aliased bool
	names   []string
	item    *item
	cte     string // the WITH item that it is of
}

// columnOf gives a fresh reference to a column, with its own location.
func (s *scope) columnOf(c column, loc int) query.Expr {
	switch e := c.expr.(type) {
	case *query.Var:
		fresh := *e
		return mark(s.env, &fresh, loc)
	case *query.Coalesce:
		fresh := *e
		return mark(s.env, &fresh, loc)
	case *query.Cast:
		fresh := *e
		return mark(s.env, &fresh, loc)
	case *query.OutputRef:
		fresh := *e
		return mark(s.env, &fresh, loc)
	}
	return c.expr
}

// levelOf counts the query levels from s up to the owner of an entry.
func (s *scope) levelOf(entry *query.RangeEntry) int {
	owner := s.env.owner[entry]
	level := 0
	for at := s; at != nil; at = at.parent {
		if at == owner {
			return level
		}
		level++
	}
	return -1 // of a subquery below
}

// findItem finds what qualifies a column: PostgreSQL's refnameNamespaceItem.
func (s *scope) findItem(schema, name string, loc int) *item {
	for at := s; at != nil; at = at.parent {
		var found *item
		for _, it := range at.items {
			if !it.relVisible || it.lateralOnly && !at.lateral || !it.answers(schema, name) {
				continue
			}
			if found != nil {
				s.env.failAt(loc, pgerr.New(pgerr.AmbiguousAlias, "table reference \"%s\" is ambiguous", name))
			}
			at.checkLateral(it, loc)
			found = it
		}
		if found != nil {
			return found
		}
	}
	return nil
}

func (it *item) answers(schema, name string) bool {
	if schema == "" {
		return it.name == name && name != ""
	}
	return it.rel != nil && it.rel.Schema == schema && it.rel.Name == name && it.name == it.rel.Name
}

func (s *scope) checkLateral(it *item, loc int) {
	if it.lateralOnly && !it.lateralOK {
		s.env.failAt(loc, pgerr.New(pgerr.InvalidColumnReference, "invalid reference to FROM-clause entry for table \"%s\"", it.name).
			WithDetail("The combining JOIN type must be INNER or LEFT for a LATERAL reference."))
	}
}

// findColumn finds an unqualified column: PostgreSQL's colNameToVar.
func (s *scope) findColumn(name string, loc int) query.Expr {
	for at := s; at != nil; at = at.parent {
		var found query.Expr
		for _, it := range at.items {
			if !it.colsVisible || it.lateralOnly && !at.lateral {
				continue
			}
			e := at.inItem(it, name, loc)
			if e == nil {
				continue
			}
			if found != nil {
				s.env.failAt(loc, pgerr.New(pgerr.AmbiguousColumn, "column reference \"%s\" is ambiguous", name))
			}
			at.checkLateral(it, loc)
			found = e
		}
		if found != nil {
			return found
		}
	}
	return nil
}

// inItem finds a column of one item; nil when it has none of the name.
func (s *scope) inItem(it *item, name string, loc int) query.Expr {
	var found query.Expr
	for _, c := range it.cols {
		if c.name != name {
			continue
		}
		if found != nil {
			s.env.failAt(loc, pgerr.New(pgerr.AmbiguousColumn, "column reference \"%s\" is ambiguous", name))
		}
		found = s.columnOf(c, loc)
	}
	if found == nil && name == "tableoid" && it.rel != nil {
		return mark(s.env, &query.Const{T: types.T(types.OidOID), Text: strconv.FormatUint(uint64(it.rel.OID), 10)}, loc)
	}
	return found
}

// checkConflicts fails when two sides of FROM have an item of one name.
func (s *scope) checkConflicts(a, b []*item) {
	for _, x := range a {
		for _, y := range b {
			if !x.relVisible || !y.relVisible || x.name != y.name || x.name == "" {
				continue
			}
			if x.rel != nil && y.rel != nil && x.rel.OID != y.rel.OID && x.name == x.rel.Name && y.name == y.rel.Name {
				continue // different tables of one name may be told apart by schema
			}
			fail(pgerr.New(pgerr.DuplicateAlias, "table name \"%s\" specified more than once", x.name))
		}
	}
}

func setLateral(items []*item, only, ok bool) {
	for _, it := range items {
		it.lateralOnly, it.lateralOK = only, ok
	}
}
