package exec

import (
	"context"

	"culvert/engine"
	"culvert/server/wire"
	"culvert/sql/ast"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// explainColumns is the result of EXPLAIN.
var explainColumns = []wire.Column{{Name: "QUERY PLAN", Type: types.T(types.TextOID)}}

// analyzeExplain analyzes the query that EXPLAIN explains.
func analyzeExplain(s *Session, p *Prepared, st *ast.Utility) error {
	explain := st.Tree.Node.GetExplainStmt()
	for _, option := range explain.GetOptions() {
		switch name := option.GetDefElem().GetDefname(); name {
		case "analyze", "format":
			return pgerr.New(pgerr.FeatureNotSupported, "EXPLAIN with option %s is not supported", name).At(st.At(st.Span().Start))
		case "verbose", "costs", "settings", "buffers", "wal", "timing", "summary":
		default:
			return pgerr.New(pgerr.SyntaxError, "unrecognized EXPLAIN option %q", name).At(st.At(st.Span().Start))
		}
	}
	if explain.GetQuery().GetSelectStmt() == nil {
		return pgerr.New(pgerr.FeatureNotSupported, "EXPLAIN explains queries only").At(st.At(st.Span().Start))
	}
	tree := st.Tree
	tree.Node = explain.GetQuery()
	query := &ast.Query{Postgres: ast.NewPostgres(st.Source, tree, ast.KindSelect, "SELECT")}
	if err := s.analyzeQuery(p, query, false); err != nil {
		return err
	}
	p.columns = explainColumns
	p.query.explain = true
	return nil
}

// runExplain runs EXPLAIN: the plan that the engine makes of the query.
func runExplain(ctx context.Context, s *Session, statement engine.Statement) (*Result, error) {
	lines, err := s.conn.Explain(ctx, statement)
	if err != nil {
		return nil, err
	}
	rows := make([][]any, len(lines))
	for i, line := range lines {
		rows[i] = []any{line}
	}
	columns := []engine.ColumnDef{{Name: "plan", Phys: types.Physical{Kind: types.KindText}}}
	return &Result{columns: explainColumns, fixed: engine.BatchOf(columns, rows...), tag: "EXPLAIN"}, nil
}
