package analyze

import (
	"reflect"

	"culvert/engine/query"
)

// walkQuery visits an expression and all below it, queries in SubLinks
// included, parents first. visit returns false to leave out what is below.
func walkQuery(e query.Expr, visit func(query.Expr) bool) {
	if e == nil || reflect.ValueOf(e).IsNil() || !visit(e) {
		return
	}
	if link, ok := e.(*query.SubLink); ok {
		walkAll(link.Left, visit)
		walkTree(link.Query, visit)
		return
	}
	for _, child := range children(e) {
		walkQuery(child, visit)
	}
}

func walkAll(list []query.Expr, visit func(query.Expr) bool) {
	for _, e := range list {
		walkQuery(e, visit)
	}
}

// walkTree visits every expression of a query and of the queries in it.
func walkTree(q *query.Query, visit func(query.Expr) bool) {
	if q == nil {
		return
	}
	for _, c := range q.CTEs {
		walkTree(c.Query, visit)
	}
	if q.Set != nil {
		walkTree(q.Set.Left, visit)
		walkTree(q.Set.Right, visit)
	}
	for _, row := range q.Values {
		walkAll(row, visit)
	}
	for _, t := range q.Targets {
		walkQuery(t.Expr, visit)
	}
	for _, f := range q.From {
		walkFrom(f, visit)
	}
	walkAll([]query.Expr{q.Where, q.Having, q.Limit, q.Offset}, visit)
	walkAll(q.GroupBy, visit)
	walkAll(q.DistinctOn, visit)
	walkSort(q.OrderBy, visit)
	for _, w := range q.Windows {
		walkAll(w.PartitionBy, visit)
		walkSort(w.OrderBy, visit)
		if w.Frame != nil {
			walkAll([]query.Expr{w.Frame.StartExpr, w.Frame.EndExpr}, visit)
		}
	}
}

func walkSort(keys []query.SortKey, visit func(query.Expr) bool) {
	for _, k := range keys {
		walkQuery(k.Expr, visit)
	}
}

func walkFrom(f query.FromItem, visit func(query.Expr) bool) {
	switch f := f.(type) {
	case *query.Join:
		walkFrom(f.Left, visit)
		walkFrom(f.Right, visit)
		walkQuery(f.On, visit)
	case *query.RangeEntry:
		walkTree(f.Query, visit)
		if f.Func != nil {
			walkAll(f.Func.Funcs, visit)
		}
	}
}

// children lists the expressions directly below one, but for a subquery's.
func children(e query.Expr) []query.Expr {
	switch e := e.(type) {
	case *query.Func:
		return e.Args
	case *query.Op:
		return []query.Expr{e.Left, e.Right}
	case *query.Cast:
		return []query.Expr{e.Arg}
	case *query.BoolExpr:
		return e.Args
	case *query.NullTest:
		return []query.Expr{e.Arg}
	case *query.BoolTest:
		return []query.Expr{e.Arg}
	case *query.DistinctExpr:
		return []query.Expr{e.Left, e.Right}
	case *query.NullIf:
		return []query.Expr{e.Left, e.Right}
	case *query.Case:
		return caseChildren(e)
	case *query.Coalesce:
		return e.Args
	case *query.MinMax:
		return e.Args
	case *query.Array:
		return e.Elems
	case *query.Subscript:
		return subscriptChildren(e)
	case *query.Row:
		return e.Fields
	case *query.RowCompare:
		return append(append([]query.Expr(nil), e.Left...), e.Right...)
	case *query.FieldSelect:
		return []query.Expr{e.Arg}
	case *query.ArrayOp:
		return []query.Expr{e.Left, e.Right}
	case *query.SubLink:
		return e.Left
	case *query.Collate:
		return []query.Expr{e.Arg}
	}
	return aggChildren(e)
}

func aggChildren(e query.Expr) []query.Expr {
	var out []query.Expr
	switch e := e.(type) {
	case *query.Agg:
		out = append(append(out, e.Args...), e.Direct...)
		for _, k := range e.OrderBy {
			out = append(out, k.Expr)
		}
		return append(out, e.Filter)
	case *query.WindowFunc:
		return append(append(out, e.Args...), e.Filter)
	}
	return nil
}

func caseChildren(e *query.Case) []query.Expr {
	out := []query.Expr{e.Arg}
	for _, w := range e.Whens {
		out = append(out, w.Cond, w.Result)
	}
	return append(out, e.Else)
}

func subscriptChildren(e *query.Subscript) []query.Expr {
	out := []query.Expr{e.Container}
	for _, ix := range e.Indexes {
		out = append(out, ix.Lower, ix.Upper)
	}
	return out
}

// returnsSet tells whether an expression returns a set.
func returnsSet(e query.Expr) bool {
	found := false
	walkQuery(e, func(e query.Expr) bool {
		switch e := e.(type) {
		case *query.Func:
			found = found || e.Set
		case *query.Agg, *query.WindowFunc, *query.SubLink:
			return false
		}
		return !found
	})
	return found
}

var (
	entryType  = reflect.TypeFor[*query.RangeEntry]()
	windowType = reflect.TypeFor[*query.Window]()
)

// sameExpr tells whether two expressions are equal: the same nodes over the
// same range entries.
func sameExpr(a, b query.Expr) bool { return sameValue(reflect.ValueOf(a), reflect.ValueOf(b)) }

func sameValue(a, b reflect.Value) bool {
	if a.IsValid() != b.IsValid() {
		return false
	}
	if !a.IsValid() {
		return true
	}
	if a.Type() != b.Type() {
		return false
	}
	switch a.Kind() {
	case reflect.Interface:
		return sameValue(a.Elem(), b.Elem())
	case reflect.Pointer:
		if a.Pointer() == b.Pointer() {
			return true
		}
		if a.IsNil() || b.IsNil() || a.Type() == entryType || a.Type() == windowType {
			return false
		}
		return sameValue(a.Elem(), b.Elem())
	case reflect.Struct:
		for i := range a.NumField() {
			if !sameValue(a.Field(i), b.Field(i)) {
				return false
			}
		}
		return true
	case reflect.Slice:
		if a.Len() != b.Len() {
			return false
		}
		for i := range a.Len() {
			if !sameValue(a.Index(i), b.Index(i)) {
				return false
			}
		}
		return true
	}
	return a.Equal(b)
}
