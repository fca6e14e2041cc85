package analyze

import (
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v6"

	"culvert/engine/query"
	"culvert/sql/analyze/pgcatalog"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// call is a function call being resolved.
type call struct {
	name     []string
	args     []query.Expr
	actual   []types.OID
	argNames []string // of the trailing arguments in named notation
	variadic bool     // VARIADIC was written
	loc      int
}

// display is the call as messages show it: name(type, type).
func (c *call) display() string {
	parts := make([]string, len(c.actual))
	positional := len(c.actual) - len(c.argNames)
	for i, oid := range c.actual {
		parts[i] = oid.Name()
		if i >= positional {
			parts[i] = c.argNames[i-positional] + " => " + parts[i]
		}
	}
	return joinName(c.name) + "(" + strings.Join(parts, ", ") + ")"
}

// candidates is FuncnameGetCandidates.
func (v *env) candidates(c *call) []*candidate {
	schema := "pg_catalog"
	if n := len(c.name); n > 1 {
		v.needSchema(c.name, c.loc)
		schema = c.name[n-2]
	}
	var out []*candidate
	for _, p := range v.pg.ProcsByName[c.name[len(c.name)-1]] {
		if p.Schema != schema {
			continue
		}
		cand := positional(p, len(c.actual), c.variadic)
		if len(c.argNames) > 0 {
			cand = named(p, c)
		}
		if cand != nil {
			out = appendCandidate(out, cand, len(c.actual))
		}
	}
	return out
}

// appendCandidate drops the one of two candidates with the same types that
// stretches further: by variadic elements, then by defaults.
func appendCandidate(list []*candidate, c *candidate, nargs int) []*candidate {
	for i, have := range list {
		if !equalOIDs(have.args[:nargs], c.args[:nargs]) {
			continue
		}
		switch {
		case have.variadic == 0 && c.variadic > 0, have.variadic == c.variadic && have.defaults < c.defaults:
			return list
		default:
			list[i] = c
			return list
		}
	}
	return append(list, c)
}

func positional(p *pgcatalog.Proc, nargs int, written bool) *candidate {
	n := len(p.Args)
	c := &candidate{proc: p}
	switch {
	case p.Variadic != 0 && !written && n <= nargs:
		c.variadic = nargs - n + 1
		c.args = append(c.args, p.Args[:n-1]...)
		for range c.variadic {
			c.args = append(c.args, p.Variadic)
		}
		return c
	case n == nargs:
		c.args = p.Args
		return c
	case n > nargs && n <= nargs+p.NumDefaults:
		c.args, c.defaults = p.Args, n-nargs
		return c
	}
	return nil
}

// named is MatchNamedCall: args are put into the order of the call.
func named(p *pgcatalog.Proc, c *call) *candidate {
	if len(p.Names) == 0 || len(p.Args) < len(c.actual) || p.Variadic != 0 && !c.variadic {
		return nil
	}
	inputs := inputNames(p)
	positional := len(c.actual) - len(c.argNames)
	cand := &candidate{proc: p, order: make([]int, len(p.Args))}
	for i := range cand.order {
		cand.order[i] = -1
	}
	for i := range positional {
		cand.order[i] = i
		cand.args = append(cand.args, p.Args[i])
	}
	for i, name := range c.argNames {
		at := -1
		for j, in := range inputs {
			if in == name {
				at = j
			}
		}
		if at < 0 || cand.order[at] >= 0 {
			return nil
		}
		cand.order[at] = positional + i
		cand.args = append(cand.args, p.Args[at])
	}
	for i, from := range cand.order {
		if from >= 0 {
			continue
		}
		if i < len(p.Args)-p.NumDefaults {
			return nil
		}
		cand.defaults++
		cand.args = append(cand.args, p.Args[i])
	}
	return cand
}

func inputNames(p *pgcatalog.Proc) []string {
	if p.Modes == nil {
		return p.Names
	}
	var out []string
	for i, m := range p.Modes {
		if m == "i" || m == "b" || m == "v" {
			out = append(out, p.Names[i])
		}
	}
	return out
}

// findFunc is func_get_detail: the candidate; or the type that a call in the
// form of a function casts to.
func (v *env) findFunc(c *call) (found *candidate, cast types.OID, several bool) {
	list := v.candidates(c)
	for _, cand := range list {
		if equalOIDs(cand.args[:len(c.actual)], c.actual) {
			return cand, 0, false
		}
	}
	if len(c.actual) == 1 && len(c.argNames) == 0 {
		if target := v.castName(c.name, c.actual[0]); target != 0 {
			return nil, target, false
		}
	}
	list = v.matchTypes(c.actual, list)
	switch len(list) {
	case 0:
		return nil, 0, false
	case 1:
		return list[0], 0, false
	}
	found = v.best(c.actual, list)
	return found, 0, found == nil
}

// castName tells the type that type(x) casts to, as PostgreSQL allows where no
// function of the name takes x as it is.
func (v *env) castName(name []string, source types.OID) types.OID {
	if !inPgCatalog(name) {
		return 0
	}
	t := v.pg.TypesByName[name[len(name)-1]]
	if t == nil {
		return 0
	}
	if source == types.UnknownOID {
		return t.OID
	}
	p := v.findPath(t.OID, source, explicitCast)
	switch {
	case p == nil:
		return 0
	case p.method == query.CastBinary:
		return t.OID
	case p.method == query.CastIO && !(source == types.RecordOID && t.Category == 'S'):
		return t.OID
	}
	return 0
}

// arrangeArgs puts the arguments into the order of the parameters, with defaults
// and the collected variadic elements.
func arrangeArgs(s *scope, c *call, cand *candidate) (args []query.Expr, declared []types.OID) {
	p := cand.proc
	if cand.order != nil {
		defaults := defaultArgs(s, p)
		for i, from := range cand.order {
			if from >= 0 {
				args = append(args, c.args[from])
			} else {
				args = append(args, defaults[i-(len(p.Args)-len(defaults))])
			}
		}
		return args, append([]types.OID(nil), p.Args...)
	}
	args = append(args, c.args...)
	declared = append(declared, cand.args...)
	if cand.defaults > 0 {
		defaults := defaultArgs(s, p)
		args = append(args, defaults[len(defaults)-cand.defaults:]...)
	}
	return args, declared
}

// defaultArgs are the default arguments of a function, which pg_proc has as SQL.
func defaultArgs(s *scope, p *pgcatalog.Proc) []query.Expr {
	tree, err := pg_query.Parse("SELECT " + p.Defaults)
	if err != nil || len(tree.Stmts) != 1 {
		fail(pgerr.New(pgerr.InternalError, "the defaults of function %s do not parse", p.Name))
	}
	in := newScope(s.env, nil)
	in.clause = clauseSelect
	var out []query.Expr
	for _, n := range tree.Stmts[0].Stmt.GetSelectStmt().TargetList {
		e := transformExpr(in, n.GetResTarget().Val)
		s.env.loc[e] = -1
		out = append(out, e)
	}
	return out
}

// outColumns are the columns of a function with OUT parameters.
func (v *env) outColumns(p *pgcatalog.Proc, resolve func(types.OID) types.OID) []query.Column {
	var out []query.Column
	for i, m := range p.Modes {
		if m != "o" && m != "b" && m != "t" {
			continue
		}
		col := query.Column{Type: types.T(resolve(p.AllArgs[i]))}
		if i < len(p.Names) {
			col.Name = p.Names[i]
		}
		out = append(out, col)
	}
	if len(out) < 2 {
		return nil
	}
	return out
}
