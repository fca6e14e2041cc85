package exec

import (
	"context"
	"fmt"

	pg_query "github.com/pganalyze/pg_query_go/v6"

	"culvert/catalog"
	"culvert/engine"
	"culvert/engine/query"
	"culvert/sql/analyze"
	"culvert/sql/ast"
	"culvert/sql/plan"
)

// runCreateTableAs makes a table of the rows of a query (ExecCreateTableAs).
func runCreateTableAs(ctx context.Context, s *Session, st *ast.Utility) (*Result, error) {
	if _, err := s.begin(ctx); err != nil {
		return nil, err
	}
	planned, err := plan.Statement(ctx, st, planEnv(s))
	if err != nil {
		return nil, err
	}
	p, ok := planned.(*plan.CreateTableAs)
	if !ok || p.Query == "" {
		if ok {
			err = createTable(ctx, s, &p.CreateTable)
		}
		return done("CREATE TABLE AS"), err
	}
	rows, err := stageQuery(ctx, s, p)
	if err != nil {
		return nil, err
	}
	if err := createTable(ctx, s, &p.CreateTable); err != nil {
		return nil, err
	}
	s.tx.claim().Table(p.Table.ID, catalog.TableUsed)
	if err := rows.change(ctx); err != nil {
		return nil, err
	}
	return done(fmt.Sprint("SELECT ", rows.count)), rows.drop(ctx)
}

// stageQuery stages the rows of the query: those of before the table exists.
func stageQuery(ctx context.Context, s *Session, p *plan.CreateTableAs) (*writer, error) {
	tree, err := pg_query.Parse(p.Query)
	if err != nil {
		return nil, err
	}
	analyzed, err := analyze.Query(analyze.Input{Stmt: tree.Stmts[0].Stmt, Text: p.Query, NoParams: true, Reading: s.Env()}, viewScope{s.scope()})
	if err != nil {
		return nil, err
	}
	if err := awaitReady(ctx, s, analyzed.Objects); err != nil {
		return nil, err
	}
	w := &writer{Write: &query.Write{Kind: query.Insert, Columns: columnsOf(p.Table)}, s: s, table: p.Table, place: "as", rows: "rows"}
	w.own, _ = p.Table.Own()
	w.base = engine.Statement{TimeZone: s.settings.get("TimeZone")}
	statement, err := w.fill(&check{analyzed, fmt.Sprint("k", sequence.Add(1))})
	if err != nil {
		return nil, err
	}
	name := w.stageName(w.rows)
	w.staged = append(w.staged, name)
	w.count, err = s.conn.Stage(withSession(ctx, s), statement, name)
	w.base.Tables = map[string]engine.TableName{}
	return w, err
}
