package analyze

import (
	"fmt"

	pg_query "github.com/pganalyze/pg_query_go/v6"

	"culvert/engine/query"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// fromFunc is one function of FROM with what it is called by.
type fromFunc struct {
	node *pg_query.Node
	expr query.Expr
	name string
	defs []*pg_query.Node // its column definition list
}

// transformRangeFunction is transformRangeFunction and addRangeTableEntryForFunction.
func transformRangeFunction(s *scope, n *pg_query.RangeFunction) *item {
	v := s.env
	funcs := listFunctions(s, n)
	saved := s.lateral
	s.lateral = true
	for _, f := range funcs {
		f.expr = settled(s, in(s, clauseFromFunction, func() query.Expr { return transformExpr(s, f.node) }))
		checkTopLevelSet(s, f.expr)
	}
	s.lateral = saved
	if len(n.Coldeflist) > 0 {
		switch {
		case len(funcs) != 1 && n.IsRowsfrom:
			v.failAt(rawLoc(n.Coldeflist[0]), pgerr.New(pgerr.SyntaxError, "ROWS FROM() with multiple functions cannot have a column definition list").
				WithHint("Put a separate column definition list for each function inside ROWS FROM()."))
		case n.Ordinality:
			v.failAt(rawLoc(n.Coldeflist[0]), pgerr.New(pgerr.SyntaxError, "WITH ORDINALITY cannot be used with a column definition list").
				WithHint("Put the column definition list inside ROWS FROM()."))
		}
		funcs[0].defs = n.Coldeflist
	}
	scan := &query.FuncScan{Ordinality: n.Ordinality}
	entry := &query.RangeEntry{Func: scan, Lateral: true, Alias: funcs[0].name}
	if n.Alias != nil {
		entry.Alias = n.Alias.Aliasname
	}
	for _, f := range funcs {
		cols := functionColumns(s, f, n.Alias, len(funcs))
		entry.Columns = append(entry.Columns, cols...)
		scan.Funcs = append(scan.Funcs, f.expr)
	}
	if n.Ordinality {
		entry.Columns = append(entry.Columns, query.Column{Name: "ordinality", Type: types.T(types.Int8OID)})
	}
	it := s.addEntry(entry, n.Alias, nil)
	it.scalar = len(entry.Columns) == 1 && len(funcs) == 1 && !isRecord(funcs[0].expr)
	return it
}

func isRecord(e query.Expr) bool { return e.Type().OID == types.RecordOID }

// listFunctions lists the functions of a RangeFunction; unnest(a, b) means one
// for each argument.
func listFunctions(s *scope, n *pg_query.RangeFunction) []*fromFunc {
	var out []*fromFunc
	for _, pair := range n.Functions {
		items := pair.GetList().GetItems()
		f := &fromFunc{node: items[0]}
		if len(items) > 1 {
			f.defs = items[1].GetList().GetItems()
		}
		f.name = figureName(f.node)
		call := f.node.GetFuncCall()
		if isPlainUnnest(call) && len(f.defs) == 0 {
			for _, arg := range call.Args {
				one := &pg_query.FuncCall{Funcname: call.Funcname[len(call.Funcname)-1:], Args: []*pg_query.Node{arg}, Location: call.Location}
				out = append(out, &fromFunc{node: &pg_query.Node{Node: &pg_query.Node_FuncCall{FuncCall: one}}, name: "unnest"})
			}
			continue
		}
		out = append(out, f)
	}
	return out
}

func isPlainUnnest(c *pg_query.FuncCall) bool {
	return c != nil && len(c.Args) > 1 && len(c.AggOrder) == 0 && c.AggFilter == nil && !c.AggStar && !c.AggDistinct &&
		!c.FuncVariadic && c.Over == nil && len(c.Funcname) == 1 && lastString(c.Funcname) == "unnest"
}

// checkTopLevelSet fails for a function that returns a set inside another.
func checkTopLevelSet(s *scope, e query.Expr) {
	for _, child := range children(e) {
		walkQuery(child, func(sub query.Expr) bool {
			if fn, ok := sub.(*query.Func); ok && fn.Set {
				s.env.failAt(s.env.at(fn), pgerr.New(pgerr.FeatureNotSupported, "set-returning functions must appear at top level of FROM"))
			}
			_, link := sub.(*query.SubLink)
			return !link
		})
	}
}

// functionColumns are the columns that a function contributes.
func functionColumns(s *scope, f *fromFunc, alias *pg_query.Alias, count int) []query.Column {
	v := s.env
	fn, _ := f.expr.(*query.Func)
	record := isRecord(f.expr)
	if len(f.defs) > 0 {
		if !record || fn != nil && fn.Outs != nil {
			msg := "a column definition list is only allowed for functions returning \"record\""
			if record {
				msg = "a column definition list is redundant for a function with OUT parameters"
			}
			v.failAt(rawLoc(f.defs[0]), pgerr.New(pgerr.SyntaxError, "%s", msg))
		}
		return definedColumns(s, f, fn)
	}
	if record {
		fields := rowFields(s, f.expr)
		if fields == nil {
			v.failAt(v.at(f.expr), pgerr.New(pgerr.SyntaxError, "a column definition list is required for functions returning \"record\""))
		}
		out := make([]query.Column, len(fields))
		for i, c := range fields {
			out[i] = c
			if c.Name == "" {
				out[i].Name = fmt.Sprintf("column%d", i+1)
			}
		}
		return out
	}
	name := f.name
	switch out := v.resultName(fn); {
	case out != "":
		name = out
	case count == 1 && alias != nil:
		name = alias.Aliasname
	}
	return []query.Column{{Name: name, Type: f.expr.Type()}}
}

// resultName is get_func_result_name: the name of a single OUT parameter.
func (v *env) resultName(fn *query.Func) string {
	if fn == nil {
		return ""
	}
	p := v.pg.Procs[fn.OID]
	name := ""
	for i, m := range p.Modes {
		if m != "o" && m != "b" && m != "t" || i >= len(p.Names) {
			continue
		}
		if name != "" {
			return ""
		}
		name = p.Names[i]
	}
	return name
}

func definedColumns(s *scope, f *fromFunc, fn *query.Func) []query.Column {
	var out []query.Column
	for _, n := range f.defs {
		def := n.GetColumnDef()
		for _, have := range out {
			if have.Name == def.Colname {
				fail(pgerr.New(pgerr.DuplicateColumn, "column name \"%s\" specified more than once", def.Colname))
			}
		}
		out = append(out, query.Column{Name: def.Colname, Type: s.env.resolveType(def.TypeName)})
	}
	if fn == nil {
		s.env.failAt(s.env.at(f.expr), pgerr.New(pgerr.FeatureNotSupported, "a column definition list is only supported for functions"))
	}
	fn.Outs = append([]query.Column(nil), out...)
	return out
}
