package analyze

import (
	"fmt"
	"slices"
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v6"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"culvert/engine/query"
	"culvert/sql/ast"
	"culvert/sql/pgerr"
)

// IDSchema is what stands for the schema of a user's relation in the stored
// query of a view; the name is then the relation's ID, and a list of column
// names behind the alias says which columns it had when the view was made. So
// the query means the same when the relation has another name or more columns.
const IDSchema = "#"

// ViewQuery is what a view keeps of its query.
type ViewQuery struct {
	Columns []ResultColumn
	// Uses are the IDs of the relations that the query names.
	Uses []string
	// Text is the query with users' relations by ID, each * expanded where the
	// columns have names of their own, and literals of dates, times and relations
	// as they were read.
	Text string
}

// ViewOf analyzes the query of a view that is made. names are those that the
// statement gives to the first columns; Columns has them where the query can say
// them itself.
func ViewOf(in Input, cat Catalog, names []string) (*ViewQuery, error) {
	in.Stmt = proto.Clone(in.Stmt).(*pg_query.Node)
	in.NoParams = true
	n := &notes{
		relations: map[*pg_query.RangeVar]*item{}, stars: map[*pg_query.ResTarget][]starColumn{}, literals: map[int32]string{},
		aliases: map[*item]string{}, text: in.Text,
	}
	analyzed, err := analyzeStatement(in, cat, n)
	if err != nil {
		return nil, err
	}
	n.rewrite(in.Stmt.ProtoReflect())
	nameTargets(in.Stmt.GetSelectStmt(), analyzed.Columns, names)
	text, err := printTree(in.Stmt)
	if err != nil {
		return nil, pgerr.Wrap(err, pgerr.FeatureNotSupported, "a view of this query cannot be kept")
	}
	return &ViewQuery{Columns: analyzed.Columns, Uses: analyzed.Relations, Text: text}, nil
}

// nameTargets gives the columns of a query names of their own, unless another
// clause may refer to them by those that they have.
func nameTargets(sel *pg_query.SelectStmt, columns []ResultColumn, names []string) {
	if len(names) > len(columns) || len(sel.TargetList) != len(columns) ||
		len(sel.SortClause) > 0 || len(sel.GroupClause) > 0 || len(sel.DistinctClause) > 0 {
		return
	}
	for i, name := range names {
		if columns[i].Name != name {
			columns[i].Name, sel.TargetList[i].GetResTarget().Name = name, name
		}
	}
}

// notes are what an analysis tells of the names in a query, so that it can be
// written with names that stay. Only the query itself is noted, not the views
// and functions that it uses.
type notes struct {
	text      string
	relations map[*pg_query.RangeVar]*item
	refs      []notedRef
	stars     map[*pg_query.ResTarget][]starColumn // nil: stays a star
	literals  map[int32]string                     // by location
	levels    []notedLevel
	aliases   map[*item]string // those that had to change
}

// notedLevel is an item and the query level whose FROM has it.
type notedLevel struct {
	scope *scope
	item  *item
}

// notedRef is a column or row that is qualified by the name of an item; whole:
// the name itself is the reference.
type notedRef struct {
	ref   *pg_query.ColumnRef
	scope *scope
	item  *item
	whole bool
}

// starColumn is a column that * stands for.
type starColumn struct {
	item *item
	name string
}

// noting gives the notes to write into, or nil.
func (v *env) noting() *notes {
	if v.viewDepth > 0 {
		return nil
	}
	return v.notes
}

func (n *notes) relation(s *scope, rv *pg_query.RangeVar, it *item) {
	if n == nil {
		return
	}
	n.relations[rv] = it
	n.levels = append(n.levels, notedLevel{s, it})
}

func (n *notes) reference(s *scope, ref *pg_query.ColumnRef, it *item, whole bool) {
	if n != nil {
		n.refs = append(n.refs, notedRef{ref, s, it, whole})
	}
}

// literal notes how a literal was read. One that was read in two ways stays.
func (n *notes) literal(loc int, text string) {
	if n == nil || loc < 0 {
		return
	}
	if before, ok := n.literals[int32(loc)]; ok && before != text {
		text = ""
	}
	n.literals[int32(loc)] = text
}

// star notes the columns that a star of the select list stands for, unless one
// of them has no name to be told by.
func (n *notes) star(s *scope, res *pg_query.ResTarget, list []column) {
	if n == nil || res == nil {
		return
	}
	var out []starColumn
	for _, c := range list {
		named, ok := s.nameOf(c)
		if !ok {
			n.stars[res] = nil
			return
		}
		out = append(out, named)
	}
	n.stars[res] = out
}

// starOf notes the columns that item.* stands for.
func (n *notes) starOf(res *pg_query.ResTarget, it *item) {
	if n == nil {
		return
	}
	var out []starColumn
	for i, c := range it.cols {
		if slices.ContainsFunc(it.cols[:i], func(before column) bool { return before.name == c.name }) {
			out = nil
			break
		}
		out = append(out, starColumn{it, c.name})
	}
	n.stars[res] = out
}

// nameOf finds the item in sight whose column an expression is, and the column's
// name there; ok is false when none has it under a name of its own.
func (s *scope) nameOf(c column) (named starColumn, ok bool) {
	want, isVar := c.expr.(*query.Var)
	if !isVar {
		return starColumn{}, false
	}
	for _, it := range s.items {
		if !it.relVisible || it.name == "" {
			continue
		}
		count := map[string]int{}
		for _, have := range it.cols {
			count[have.name]++
		}
		for _, have := range it.cols {
			if same, ok := have.expr.(*query.Var); ok && same.Entry == want.Entry && same.Col == want.Col && have.name == c.name {
				return starColumn{it, c.name}, count[c.name] == 1
			}
		}
	}
	return starColumn{}, false
}

// resolves tells whether the plain name of an item means it, seen from a level.
func (s *scope) resolves(it *item) bool {
	for at := s; at != nil; at = at.parent {
		found, other := false, false
		for _, have := range at.items {
			if have.relVisible && have.name == it.name {
				found, other = found || have == it, other || have != it
			}
		}
		if found || other {
			return found && !other
		}
	}
	return true // the level is not in sight any more: ORDER BY of a set operation
}

// rewrite changes a query to what is kept of it.
func (n *notes) rewrite(m protoreflect.Message) {
	n.disambiguate()
	for rv, it := range n.relations {
		n.renameRelation(rv, it)
	}
	for _, r := range n.refs {
		last := r.ref.Fields[len(r.ref.Fields)-1]
		r.ref.Fields = []*pg_query.Node{stringNode(n.alias(r.item)), last}
		if r.whole {
			r.ref.Fields = r.ref.Fields[:1]
		}
	}
	n.rewriteBelow(m)
}

// disambiguate gives an alias of its own to each item whose name alone does not
// tell it from another's: FROM a.t, b.t.
func (n *notes) disambiguate() {
	for i, one := range n.levels {
		for _, other := range n.levels[:i] {
			if other.scope == one.scope && other.item.name == one.item.name {
				n.rename(one.item)
			}
		}
	}
	for _, r := range n.refs {
		if n.aliases[r.item] == "" && !r.scope.resolves(r.item) {
			n.rename(r.item)
		}
	}
}

// rename gives an item an alias that nothing in the query has.
func (n *notes) rename(it *item) {
	for i := 1; ; i++ {
		if name := fmt.Sprintf("%s_%d", it.name, i); !strings.Contains(n.text, name) && !n.taken(name) {
			n.aliases[it] = name
			return
		}
	}
}

func (n *notes) taken(name string) bool {
	for _, alias := range n.aliases {
		if alias == name {
			return true
		}
	}
	return false
}

// alias is the name of an item in what is kept.
func (n *notes) alias(it *item) string {
	if alias := n.aliases[it]; alias != "" {
		return alias
	}
	return it.name
}

func (n *notes) renameRelation(rv *pg_query.RangeVar, it *item) {
	rv.Catalogname = ""
	alias := n.alias(it)
	if it.rel.byID() {
		rv.Schemaname, rv.Relname = IDSchema, it.rel.ID
		rv.Alias = &pg_query.Alias{Aliasname: alias}
		for _, c := range it.cols {
			rv.Alias.Colnames = append(rv.Alias.Colnames, stringNode(c.name))
		}
		return
	}
	rv.Schemaname, rv.Relname = it.rel.Schema, it.rel.Name
	if rv.Alias == nil && alias != rv.Relname {
		rv.Alias = &pg_query.Alias{}
	}
	if rv.Alias != nil {
		rv.Alias.Aliasname = alias
	}
}

// byID tells whether a relation is a user's, which has an ID for good. Those of
// the system have names for good.
func (r *Relation) byID() bool { return strings.HasPrefix(r.ID, "u") }

// rewriteBelow changes literals and select lists.
func (n *notes) rewriteBelow(m protoreflect.Message) {
	switch node := m.Interface().(type) {
	case *pg_query.SelectStmt:
		node.TargetList = n.expanded(node.TargetList)
	case *pg_query.A_Const:
		if text := n.literals[node.Location]; text != "" {
			if val, ok := node.Val.(*pg_query.A_Const_Sval); ok {
				val.Sval = &pg_query.String{Sval: text}
			}
		}
		return
	}
	eachMessage(m, n.rewriteBelow)
}

func (n *notes) expanded(list []*pg_query.Node) []*pg_query.Node {
	var out []*pg_query.Node
	for _, node := range list {
		columns := n.stars[node.GetResTarget()]
		if columns == nil {
			out = append(out, node)
			continue
		}
		for _, c := range columns {
			ref := &pg_query.ColumnRef{Fields: []*pg_query.Node{stringNode(n.alias(c.item)), stringNode(c.name)}}
			out = append(out, resTarget(&pg_query.Node{Node: &pg_query.Node_ColumnRef{ColumnRef: ref}}))
		}
	}
	return out
}

func resTarget(val *pg_query.Node) *pg_query.Node {
	return &pg_query.Node{Node: &pg_query.Node_ResTarget{ResTarget: &pg_query.ResTarget{Val: val}}}
}

// eachMessage calls visit for the messages directly below one.
func eachMessage(m protoreflect.Message, visit func(protoreflect.Message)) {
	m.Range(func(f protoreflect.FieldDescriptor, val protoreflect.Value) bool {
		switch {
		case f.Kind() != protoreflect.MessageKind:
		case f.IsList():
			for i := range val.List().Len() {
				visit(val.List().Get(i).Message())
			}
		default:
			visit(val.Message())
		}
		return true
	})
}

// NameRelations writes the stored query of a view with the names of now. name
// gives the parts of a relation's name, to be written, and the names of its
// columns.
func NameRelations(text string, name func(id string) (parts, columns []string)) (string, error) {
	tree, err := pg_query.Parse(text)
	if err != nil {
		return "", err
	}
	var visit func(protoreflect.Message)
	visit = func(m protoreflect.Message) {
		switch node := m.Interface().(type) {
		case *pg_query.RangeVar:
			if node.Schemaname == IDSchema {
				parts, columns := name(node.Relname)
				nameRelation(node, parts, columns)
			}
		case *pg_query.A_Const:
			nameLiteral(node, name)
		}
		eachMessage(m, visit)
	}
	stmt := tree.Stmts[0].Stmt
	visit(stmt.ProtoReflect())
	return printTree(stmt)
}

// nameRelation gives a relation its name, and leaves out what an alias would
// repeat.
func nameRelation(rv *pg_query.RangeVar, parts, columns []string) {
	last := len(parts) - 1
	rv.Catalogname, rv.Schemaname, rv.Relname = "", "", parts[last]
	if last > 0 {
		rv.Schemaname = parts[last-1]
	}
	if last > 1 {
		rv.Catalogname = parts[last-2]
	}
	n := len(rv.Alias.Colnames)
	for n > 0 && rv.Alias.Colnames[n-1].GetString_().GetSval() == columns[n-1] {
		n--
	}
	rv.Alias.Colnames = rv.Alias.Colnames[:n]
	if n == 0 && rv.Alias.Aliasname == rv.Relname {
		rv.Alias = nil
	}
}

// nameLiteral gives the literal of a user's relation its name of now.
func nameLiteral(c *pg_query.A_Const, name func(id string) (parts, columns []string)) {
	id, ok := strings.CutPrefix(c.GetSval().GetSval(), idLiteral)
	if !ok || strings.Trim(id, "0123456789") != "u" {
		return
	}
	parts, _ := name(id)
	c.Val = &pg_query.A_Const_Sval{Sval: &pg_query.String{Sval: quotedName(parts)}}
}

// idLiteral begins the literal that is a user's relation for regclass.
const idLiteral = `"` + IDSchema + `".`

// relationLiteral notes the relation that a literal was read as.
func (n *notes) relationLiteral(loc int, rel *Relation) {
	if rel.byID() {
		n.literal(loc, idLiteral+rel.ID)
		return
	}
	n.literal(loc, quotedName([]string{rel.Schema, rel.Name}))
}

func quotedName(parts []string) string {
	quoted := make([]string, len(parts))
	for i, p := range parts {
		quoted[i] = ast.QuoteIdent(p)
	}
	return joinName(quoted)
}
