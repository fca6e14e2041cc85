package plan

import (
	"slices"

	pg_query "github.com/pganalyze/pg_query_go/v6"

	"culvert/catalog"
	"culvert/sql/ast"
	"culvert/sql/pgerr"
)

// CreateTableAs makes a table of the rows of a query.
type CreateTableAs struct {
	CreateTable
	// Query gives the rows, with users' relations by ID; empty: WITH NO DATA.
	Query string
}

// createTableAs is CREATE TABLE … AS and SELECT … INTO.
func createTableAs(st *ast.Utility, env *Env) (Plan, error) {
	node := st.Tree.Node.GetCreateTableAsStmt()
	if node == nil {
		query := *st.Tree.Node.GetSelectStmt()
		into := query.IntoClause
		query.IntoClause = nil
		node = &pg_query.CreateTableAsStmt{Into: into, Query: &pg_query.Node{Node: &pg_query.Node_SelectStmt{SelectStmt: &query}}, Objtype: pg_query.ObjectType_OBJECT_TABLE}
	}
	form := &pg_query.CreateStmt{Relation: node.Into.Rel, Tablespacename: node.Into.TableSpaceName, AccessMethod: node.Into.AccessMethod}
	if err := checkTableForm(st, form); err != nil {
		return nil, err
	}
	if node.Query.GetSelectStmt() == nil {
		return nil, pgerr.New(pgerr.FeatureNotSupported, "CREATE TABLE ... AS EXECUTE is not supported").At(st.At(st.Span().Start))
	}
	name := rangeName(&st.Postgres, node.Into.Rel)
	schema, err := env.createRelation(st, name, node.IfNotExists)
	if schema == nil || err != nil {
		return &Nothing{}, err
	}
	columns := names(node.Into.ColNames)
	tree := st.Tree
	tree.Node = node.Query
	found, err := env.View(st.Source, tree, slices.Clone(columns))
	if err != nil {
		return nil, err
	}
	if len(columns) > len(found.Columns) {
		return nil, pgerr.New(pgerr.SyntaxError, "too many column names were specified")
	}
	b := newTable(env, &st.Postgres, schema, name.Item)
	for i, c := range found.Columns {
		column := catalog.Column{Name: c.Name, Type: c.Type}
		if i < len(columns) {
			column.Name = columns[i]
		}
		if err := b.newColumn(column, -1); err != nil {
			return nil, err
		}
	}
	made, err := b.created()
	if err != nil {
		return nil, err
	}
	p := &CreateTableAs{CreateTable: *made.(*CreateTable), Query: found.Text}
	if node.Into.SkipData {
		p.Query = ""
	}
	return p, nil
}
