package plan

import (
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v6"

	"culvert/catalog"
	"culvert/sql/analyze"
	"culvert/sql/ast"
)

// renderView writes the statement that makes a view, and its query, with the
// names of now.
func renderView(env *Env, view *catalog.Object) error {
	def := *view.Def.(*catalog.View)
	full, err := viewText(env, &def, true)
	if err != nil {
		return err
	}
	text := &ast.CreateView{
		Materialized: view.Kind == catalog.KindMaterializedView, Name: env.qualify(view), Query: ast.Tree{Text: full},
		Cluster: env.clusterName(view),
	}
	if def.Named {
		for _, c := range view.Columns {
			text.Columns = append(text.Columns, ast.Ident{Name: c.Name})
		}
	}
	if def.Text, err = viewText(env, &def, false); err != nil {
		return err
	}
	if def.Named {
		def.Text = withColumns(view, def.Text)
	}
	def.Text = layOut(def.Text)
	view.Def, view.CreateSQL, view.Redacted = &def, text.String()+";", text.Redacted()+";"
	return nil
}

// viewText is the query of a view with the names of now, in full or without
// the database.
func viewText(env *Env, def *catalog.View, full bool) (string, error) {
	return analyze.NameRelations(def.Query, func(id string) (parts, columns []string) {
		o := env.Catalog.Object(catalog.ID(id))
		database, schema, name := env.Catalog.FullName(o)
		for _, c := range o.Columns {
			columns = append(columns, c.Name)
		}
		if full {
			return []string{database, schema, name}, columns
		}
		return []string{schema, name}, columns
	})
}

// withColumns gives the columns of a query the names that a view's have.
func withColumns(view *catalog.Object, text string) string {
	names := make([]string, len(view.Columns))
	for i, c := range view.Columns {
		names[i] = ast.QuoteIdent(c.Name)
	}
	return "SELECT * FROM (" + text + ") AS " + ast.QuoteIdent(view.Name) + "(" + strings.Join(names, ", ") + ")"
}

// recursiveView gives the query of a view; that of CREATE RECURSIVE VIEW v (a)
// AS q is WITH RECURSIVE v (a) AS (q) SELECT a FROM v.
func recursiveView(st *ast.CreateView) ast.Tree {
	tree := st.Query
	if !st.Recursive {
		return tree
	}
	cte := &pg_query.CommonTableExpr{Ctename: st.Name.Item, Ctequery: tree.Node, Ctematerialized: pg_query.CTEMaterialize_CTEMaterializeDefault}
	outer := &pg_query.SelectStmt{
		LimitOption: pg_query.LimitOption_LIMIT_OPTION_DEFAULT, Op: pg_query.SetOperation_SETOP_NONE,
		WithClause: &pg_query.WithClause{Recursive: true, Ctes: []*pg_query.Node{{Node: &pg_query.Node_CommonTableExpr{CommonTableExpr: cte}}}},
		FromClause: []*pg_query.Node{{Node: &pg_query.Node_RangeVar{RangeVar: &pg_query.RangeVar{Relname: st.Name.Item, Inh: true, Relpersistence: "p"}}}},
	}
	for _, c := range st.Columns {
		name := &pg_query.Node{Node: &pg_query.Node_String_{String_: &pg_query.String{Sval: c.Name}}}
		cte.Aliascolnames = append(cte.Aliascolnames, name)
		ref := &pg_query.Node{Node: &pg_query.Node_ColumnRef{ColumnRef: &pg_query.ColumnRef{Fields: []*pg_query.Node{name}}}}
		outer.TargetList = append(outer.TargetList, &pg_query.Node{Node: &pg_query.Node_ResTarget{ResTarget: &pg_query.ResTarget{Val: ref}}})
	}
	tree.Node = &pg_query.Node{Node: &pg_query.Node_SelectStmt{SelectStmt: outer}}
	return tree
}
