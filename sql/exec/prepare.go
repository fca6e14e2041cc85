package exec

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"

	"culvert/server/wire"
	"culvert/sql/analyze"
	"culvert/sql/ast"
	"culvert/sql/pgerr"
	"culvert/sql/plan"
	"culvert/sql/types"
)

// Prepared is an analyzed statement. It is immutable.
type Prepared struct {
	Statement
	declared []types.OID
	noParams bool
	params   []types.Type
	columns  []wire.Column
	query    *prepared // nil: the statement is planned when it runs
}

// prepared is a query that was analyzed, and what it was analyzed against.
type prepared struct {
	analyzed  *analyze.Analyzed
	constants constants // nil: the engine runs it
	stamp     stamp
	key       string
	explain   bool
	generated bool // positions are not those of the client's text
}

// Params are the types of the parameters in order.
func (p *Prepared) Params() []types.Type { return p.params }

// Columns are those of the result; nil: no rows.
func (p *Prepared) Columns() []wire.Column { return p.columns }

// Prepare analyzes a statement. It never runs it. declared has the types that
// the client gave to parameters; 0 is inferred. With nil there may be none.
func (s *Session) Prepare(_ context.Context, st Statement, declared []types.OID) (*Prepared, error) {
	if s.tx != nil && s.tx.failed && !st.AllowedInFailed() {
		return nil, errFailed()
	}
	key, keep := newPlanKey(s, st, declared)
	if keep {
		if p, ok := s.srv.plans.get(key).(*Prepared); ok {
			return p, nil
		}
	}
	p := &Prepared{Statement: st, declared: declared, noParams: declared == nil}
	if err := s.analyze(p); err != nil {
		return nil, err
	}
	if keep && (p.query == nil || !p.query.analyzed.ReadsClock) {
		s.srv.plans.put(key, p)
	}
	return p, nil
}

// analyze fills in what the catalog of now says about a statement.
func (s *Session) analyze(p *Prepared) error {
	p.params, p.columns, p.query = nil, nil, nil
	switch st := p.Statement.Statement.(type) {
	case *ast.Query:
		if st.Kind() != ast.KindSelect {
			return s.analyzeWrite(p, st)
		}
		return s.analyzeQuery(p, st, false)
	case *ast.ShowObjects, *ast.ShowCreate, *ast.ShowVariable:
		query, err := plan.Show(st, planEnv(s))
		if err != nil {
			return err
		}
		if err := s.analyzeQuery(p, query, true); err != nil {
			return err
		}
		if show, ok := st.(*ast.ShowVariable); ok && findVariable(show.Name) != nil {
			p.columns[0].Name = findVariable(show.Name).name
		}
		return nil
	case *ast.Utility:
		if st.Kind() == ast.KindExplain {
			return analyzeExplain(s, p, st)
		}
	}
	return nil
}

// sequence numbers analyzed queries for the engine's cache of translations, and
// the changes that transactions make, no two of which have one number.
var sequence atomic.Uint64

func (s *Session) analyzeQuery(p *Prepared, query *ast.Query, generated bool) error {
	_, plain := p.Statement.Statement.(*ast.Query) // and not what EXPLAIN explains
	analyzed, err := analyze.Query(analyze.Input{
		Stmt: query.Tree.Node, Text: query.Tree.Text, ParamTypes: p.declared, NoParams: p.noParams, Reading: s.Env(),
		Database: s.info.Database, Writes: plain,
	}, s.scope())
	if err != nil {
		return placeError(s, err, query, generated)
	}
	p.params = analyzed.Params
	p.columns = resultColumns(analyzed.Columns)
	p.query = &prepared{analyzed: analyzed, constants: constantColumns(analyzed), stamp: s.stamp(), key: fmt.Sprint("a", sequence.Add(1)), generated: generated}
	return nil
}

func resultColumns(from []analyze.ResultColumn) []wire.Column {
	columns := make([]wire.Column, len(from)) // not nil: SELECT without columns has rows, too
	for i, c := range from {
		columns[i] = wire.Column{Name: c.Name, Type: c.Type, Table: types.OID(c.Table), Attr: c.Attnum}
	}
	return columns
}

// placeError turns a position in the statement's text into one of the client's
// text, and removes one of a text that the client did not write.
func placeError(s *Session, err error, query *ast.Query, generated bool) error {
	e := *pgerr.From(err)
	switch before := query.At(query.Tree.Offset) - 1; {
	case generated:
		e.Position = 0
	case e.Position > 0 && before > 0:
		e.Position += before
	}
	return &e
}

// refreshPlan analyzes a prepared query anew where the catalog has changed since.
func refreshPlan(s *Session, p *Prepared) (*Prepared, error) {
	if p.query == nil || p.query.stamp == s.stamp() {
		return p, nil
	}
	fresh := &Prepared{Statement: p.Statement, declared: p.declared, noParams: p.noParams}
	if err := s.analyze(fresh); err != nil {
		return nil, err
	}
	same := func(a, b wire.Column) bool { return a.Type == b.Type && a.Name == b.Name }
	if !slices.EqualFunc(p.columns, fresh.columns, same) {
		return nil, pgerr.New(pgerr.FeatureNotSupported, "cached plan must not change result type")
	}
	return fresh, nil
}

func planEnv(s *Session) *plan.Env {
	return &plan.Env{
		Catalog:  s.catalog(),
		Schema:   s.currentSchema(),
		Path:     s.searchPath(),
		Cluster:  s.settings.get("cluster"),
		Role:     s.info.Role,
		NextID:   s.srv.opts.Catalog.NextID,
		Upstream: &upstream{session: s},
		View:     viewAnalyzer(s),
		Expr:     exprAnalyzer(s), TypeNamed: typeNamer(s),
		Now:    s.srv.opts.Clock(),
		Notice: s.client.Notice,
	}
}
