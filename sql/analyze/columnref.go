package analyze

import (
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"culvert/engine/query"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// transformColumnRef is transformColumnRef.
func transformColumnRef(s *scope, ref *pg_query.ColumnRef) query.Expr {
	v := s.env
	loc := int(ref.Location)
	if isStar(ref.Fields) {
		if len(ref.Fields) == 1 {
			v.failAt(loc, pgerr.New(pgerr.SyntaxError, "row expansion via \"*\" is not supported here"))
		}
		parts := names(ref.Fields[:len(ref.Fields)-1])
		return wholeRowNamed(s, ref, parts, loc)
	}
	parts := names(ref.Fields)
	if len(parts) == 1 {
		if e := s.findColumn(parts[0], loc); e != nil {
			return e
		}
		if it := s.findItem("", parts[0], loc); it != nil {
			v.noting().reference(s, ref, it, true)
			return wholeRow(s, it, loc)
		}
		s.missingColumn("", parts[0], loc)
	}
	if len(parts) > 4 {
		v.failAt(loc, pgerr.New(pgerr.SyntaxError, "improper qualified name (too many dotted names): %s", joinName(parts)))
	}
	if len(parts) == 4 {
		v.checkDatabase(parts[0], joinName(parts), loc)
	}
	schema, rel, col := "", parts[len(parts)-2], parts[len(parts)-1]
	if len(parts) > 2 {
		schema = parts[len(parts)-3]
	}
	it := s.findItem(schema, rel, loc)
	if it == nil {
		s.missingEntry(schema, rel, loc)
	}
	v.noting().reference(s, ref, it, false)
	if e := s.inItem(it, col, loc); e != nil {
		return e
	}
	if fn := attribute(s, it, col, loc); fn != nil {
		return fn
	}
	s.missingColumn(rel, col, loc)
	return nil
}

// attribute is the notation t.f for f(t), which only functions of the value of
// a scalar function in FROM can answer here: (row).field is handled before.
func attribute(s *scope, it *item, name string, loc int) query.Expr {
	if !it.scalar {
		return nil
	}
	c := &call{name: []string{name}, args: []query.Expr{wholeRow(s, it, loc)}, loc: loc}
	c.actual = typesOf(c.args)
	found, _, _ := s.env.findFunc(c)
	if found == nil || found.proc.Kind != 'f' {
		return nil
	}
	return plainCall(s, c, found)
}

func wholeRowNamed(s *scope, ref *pg_query.ColumnRef, parts []string, loc int) query.Expr {
	schema, name := "", parts[len(parts)-1]
	if len(parts) > 1 {
		schema = parts[len(parts)-2]
	}
	it := s.findItem(schema, name, loc)
	if it == nil {
		s.missingEntry(schema, name, loc)
	}
	s.env.noting().reference(s, ref, it, false)
	return wholeRow(s, it, loc)
}

// wholeRow is transformWholeRowRef: a row of all columns, or the one value of
// a function that returns no row.
func wholeRow(s *scope, it *item, loc int) query.Expr {
	if it.scalar {
		return s.columnOf(it.cols[0], loc)
	}
	row := &query.Row{T: types.T(types.RecordOID)}
	for _, c := range it.cols {
		row.Fields = append(row.Fields, s.columnOf(c, loc))
		row.Names = append(row.Names, c.name)
	}
	s.env.rowOf[row] = it
	return mark(s.env, row, loc)
}

// transformIndirection selects fields and subscripts after an expression.
func transformIndirection(s *scope, e query.Expr, list []*pg_query.Node, loc int) query.Expr {
	for i := 0; i < len(list); i++ {
		switch n := list[i].GetNode().(type) {
		case *pg_query.Node_AIndices:
			end := i
			for end < len(list) && list[end].GetAIndices() != nil {
				end++
			}
			e = transformSubscript(s, e, list[i:end])
			i = end - 1
		case *pg_query.Node_AStar:
			s.env.failAt(loc, pgerr.New(pgerr.FeatureNotSupported, "row expansion via \"*\" is not supported here"))
		case *pg_query.Node_String_:
			e = selectField(s, e, n.String_.Sval, loc)
		}
	}
	return e
}

func selectField(s *scope, e query.Expr, name string, loc int) query.Expr {
	if out := fieldOf(s, e, name, loc); out != nil {
		return out
	}
	c := &call{name: []string{name}, args: []query.Expr{e}, actual: typesOf([]query.Expr{e}), loc: loc}
	if e.Type().OID != types.RecordOID {
		if found, _, _ := s.env.findFunc(c); found != nil && found.proc.Kind == 'f' {
			return plainCall(s, c, found)
		}
		s.env.failAt(loc, pgerr.New(pgerr.WrongObjectType, "column notation .%s applied to type %s, which is not a composite type", name, e.Type().OID.Name()))
	}
	if row, ok := e.(*query.Row); ok && s.env.rowOf[row] != nil {
		s.env.failAt(loc, pgerr.New(pgerr.UndefinedColumn, "column %s.%s does not exist", s.env.rowOf[row].name, name))
	}
	s.env.failAt(loc, pgerr.New(pgerr.UndefinedColumn, "could not identify column \"%s\" in record data type", name))
	return nil
}

// fieldOf selects a field of a row by name; nil when there is none.
func fieldOf(s *scope, e query.Expr, name string, loc int) query.Expr {
	if e.Type().OID != types.RecordOID {
		return nil
	}
	for i, f := range rowFields(s, e) {
		if f.Name == name {
			return pickField(s, e, i, f, loc)
		}
	}
	return nil
}

func pickField(s *scope, e query.Expr, i int, f query.Column, loc int) query.Expr {
	if row, ok := e.(*query.Row); ok {
		return row.Fields[i]
	}
	return mark(s.env, &query.FieldSelect{T: f.Type, Arg: e, Field: i, Name: f.Name}, loc)
}

// rowFields finds the fields of a row: expandRecordVariable. nil: they are not
// known.
func rowFields(s *scope, e query.Expr) []query.Column {
	switch e := e.(type) {
	case *query.Row:
		out := make([]query.Column, len(e.Fields))
		for i, f := range e.Fields {
			out[i] = query.Column{Name: e.Names[i], Type: f.Type()}
		}
		return out
	case *query.Func:
		return e.Outs
	case *query.Var:
		return varFields(s, e)
	case *query.SubLink:
		if e.Kind == query.SubScalar && len(e.Query.Targets) > 0 {
			return rowFields(s, e.Query.Targets[0].Expr)
		}
	case *query.FieldSelect:
		if row, ok := e.Arg.(*query.Row); ok {
			return rowFields(s, row.Fields[e.Field])
		}
	}
	return nil
}

func varFields(s *scope, e *query.Var) []query.Column {
	q := e.Entry.Query
	if e.Entry.CTE != nil {
		q = e.Entry.CTE.Query
	}
	if q == nil {
		return nil
	}
	for q.Set != nil {
		q = q.Set.Left
	}
	if e.Col < len(q.Targets) {
		return rowFields(s, q.Targets[e.Col].Expr)
	}
	if len(q.Values) > 0 {
		return rowFields(s, q.Values[0][e.Col])
	}
	return nil
}

// transformSubscript is transformContainerSubscripts.
func transformSubscript(s *scope, e query.Expr, list []*pg_query.Node) query.Expr {
	v := s.env
	out := &query.Subscript{Container: e}
	for _, n := range list {
		out.Slice = out.Slice || n.GetAIndices().IsSlice
	}
	oid := e.Type().OID
	if oid == types.JSONBOID {
		return subscriptJSON(s, out, list)
	}
	t := v.pg.Types[oid]
	if t == nil || t.Elem == 0 || !t.IsArray() && oid != types.Int2vectorOID && oid != types.OidvectorOID {
		v.failAt(v.at(e), pgerr.New(pgerr.DatatypeMismatch, "cannot subscript type %s because it does not support subscripting", oid.Name()))
	}
	out.T = types.Type{OID: t.Elem, Mod: e.Type().Mod}
	if out.Slice {
		out.T = e.Type()
		if !t.IsArray() {
			out.T.OID = v.arrayOf(t.Elem)
		}
	}
	for _, n := range list {
		ix := n.GetAIndices()
		item := query.SubscriptIndex{Lower: arrayIndex(s, ix.Lidx), Upper: arrayIndex(s, ix.Uidx)}
		if out.Slice && !ix.IsSlice { // a[2, 1:3]: the plain one means 1:2
			item.Lower = mark(v, &query.Const{T: types.T(types.Int4OID), Text: "1"}, -1)
		}
		out.Indexes = append(out.Indexes, item)
	}
	return mark(v, out, v.at(e))
}

func arrayIndex(s *scope, n *pg_query.Node) query.Expr {
	if n == nil {
		return nil
	}
	e := transformExpr(s, n)
	out := coerceTo(s, e, types.T(types.Int4OID), assignmentCast)
	if out == nil {
		s.env.failAt(s.env.at(e), pgerr.New(pgerr.DatatypeMismatch, "array subscript must have type integer"))
	}
	return out
}

func subscriptJSON(s *scope, out *query.Subscript, list []*pg_query.Node) query.Expr {
	v := s.env
	out.T = types.T(types.JSONBOID)
	for _, n := range list {
		ix := n.GetAIndices()
		if ix.IsSlice {
			v.failAt(rawLoc(firstNode(ix.Uidx, ix.Lidx)), pgerr.New(pgerr.DatatypeMismatch, "jsonb subscript does not support slices"))
		}
		e := transformExpr(s, ix.Uidx)
		oid := types.TextOID
		if e.Type().OID != types.UnknownOID && v.canCoerceOne(e.Type().OID, types.Int4OID, implicitCast) {
			oid = types.Int4OID
		}
		e = coerceTo(s, e, types.T(oid), implicitCast)
		if e == nil {
			v.failAt(rawLoc(ix.Uidx), pgerr.New(pgerr.DatatypeMismatch, "subscript type %s is not supported", "unknown").
				WithHint("jsonb subscript must be coercible to either integer or text."))
		}
		out.Indexes = append(out.Indexes, query.SubscriptIndex{Upper: e})
	}
	return mark(v, out, v.at(out.Container))
}
