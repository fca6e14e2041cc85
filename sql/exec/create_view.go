package exec

import (
	"context"

	"culvert/catalog"
	"culvert/sql/analyze"
	"culvert/sql/ast"
	"culvert/sql/plan"
)

// createView stores a view. Nothing is computed: what a view shows is computed
// where it is read.
func createView(ctx context.Context, s *Session, p *plan.CreateView) error {
	draft, err := s.change(ctx, "CREATE VIEW")
	if err != nil {
		return err
	}
	return s.apply(ctx, draft, catalog.Edit{Put: p.View})
}

// viewAnalyzer gives the function that analyzes the query of a view against the
// catalog of the session's transaction.
func viewAnalyzer(s *Session) func(ast.Source, ast.Tree, []string) (*analyze.ViewQuery, error) {
	return func(st ast.Source, query ast.Tree, names []string) (*analyze.ViewQuery, error) {
		found, err := analyze.ViewOf(analyze.Input{
			Stmt: query.Node, Text: query.Text, Reading: s.Env(), Database: s.info.Database,
		}, s.scope(), names)
		if err != nil {
			return nil, placeError(s, err, &ast.Query{Postgres: ast.NewPostgres(st, query, ast.KindSelect, "SELECT")}, false)
		}
		return found, nil
	}
}
