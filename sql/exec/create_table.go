package exec

import (
	"context"

	pg_query "github.com/pganalyze/pg_query_go/v6"

	"culvert/catalog"
	"culvert/engine"
	"culvert/sql/analyze"
	"culvert/sql/ast"
	"culvert/sql/plan"
	"culvert/sql/types"
)

// createTable makes a table in the session's transaction, its rows' place with it.
func createTable(ctx context.Context, s *Session, p *plan.CreateTable) error {
	draft, err := s.change(ctx, "CREATE TABLE")
	if err != nil {
		return err
	}
	if err := s.conn.CreateTable(ctx, ownDef(p.Table)); err != nil {
		return err
	}
	var edits []catalog.Edit
	for _, o := range append(p.Sequences, p.Table) {
		edits = append(edits, catalog.Edit{Put: o})
	}
	return s.apply(ctx, draft, edits...)
}

// ownDef is the physical table of a user's table.
func ownDef(o *catalog.Object) engine.TableDef {
	own, _ := o.Own()
	def := engine.TableDef{Name: own.PhysicalName()}
	for i, c := range o.Columns {
		phys, _ := types.PhysicalOf(c.Type) // checked when the column was made
		def.Columns = append(def.Columns, engine.ColumnDef{Name: own.Columns[i].ColumnName(), Phys: phys})
	}
	if len(def.Columns) == 0 { // the engine has no tables without
		def.Columns = []engine.ColumnDef{{Name: "c0", Phys: types.Physical{Kind: types.KindBool}}}
	}
	return def
}

// exprAnalyzer gives the function that analyzes expressions of tables' definitions.
func exprAnalyzer(s *Session) func(*ast.Postgres, *pg_query.Node, analyze.ExprUse, *catalog.Object, int) (*analyze.StoredExpr, error) {
	return func(st *ast.Postgres, expr *pg_query.Node, use analyze.ExprUse, table *catalog.Object, column int) (*analyze.StoredExpr, error) {
		in := utilityInput(s, st)
		in.Stmt = expr
		scope := s.scope()
		found, err := analyze.Expr(in, scope, use, scope.relation(table, s.catalog().Schema(table.SchemaID).Name), column)
		if err != nil {
			return nil, placeUtility(s, err, st)
		}
		return found, nil
	}
}

// typeNamer gives the function that resolves names of types.
func typeNamer(s *Session) func(*ast.Postgres, *pg_query.TypeName) (types.Type, error) {
	return func(st *ast.Postgres, name *pg_query.TypeName) (types.Type, error) {
		t, err := analyze.TypeNamed(utilityInput(s, st), s.scope(), name)
		if err != nil {
			return t, placeUtility(s, err, st)
		}
		return t, nil
	}
}

func utilityInput(s *Session, st *ast.Postgres) analyze.Input {
	return analyze.Input{Text: st.Tree.Text, NoParams: true, Reading: s.Env(), Database: s.info.Database}
}

func placeUtility(s *Session, err error, st *ast.Postgres) error {
	return placeError(s, err, &ast.Query{Postgres: *st}, false)
}
