package plan

import (
	"fmt"
	"slices"
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v6"

	"culvert/catalog"
	"culvert/sql/ast"
	"culvert/sql/parse"
	"culvert/sql/pgerr"
)

// CreateIndex makes an index.
type CreateIndex struct{ Index *catalog.Object }

func (*CreateIndex) plan() {}

func createIndex(st *ast.CreateIndex, env *Env) (Plan, error) {
	if err := checkIndexForm(st); err != nil {
		return nil, err
	}
	on, err := env.resolve(st, st.On)
	if err != nil {
		return nil, err
	}
	if _, ok := on.Own(); ok && st.Unique {
		return uniqueIndex(st, env, on)
	}
	if !on.IsRelation() || len(on.Columns) == 0 {
		return nil, pgerr.New(pgerr.WrongObjectType, "%s cannot be indexed because it is %s", nameText(st.On), article(kindText(on))).At(st.At(st.On.Pos))
	}
	if st.Unique {
		return nil, pgerr.New(pgerr.FeatureNotSupported, "CREATE UNIQUE INDEX is supported on tables that users write only").At(st.At(st.Span().Start))
	}
	cluster, err := env.cluster(st, st.Cluster)
	if err != nil {
		return nil, err
	}
	if _, err := readOptions(env, st, st.With, "indexes", "RETAIN HISTORY", "LOGICAL COMPACTION WINDOW", "FILLFACTOR", "DEDUPLICATE_ITEMS"); err != nil {
		return nil, err
	}
	def := &catalog.Index{On: on.ID, Default: st.Default}
	if def.Keys, err = readIndexKeys(env, st, on); err != nil {
		return nil, err
	}
	index := &catalog.Object{
		Kind: catalog.KindIndex, SchemaID: on.SchemaID, Name: st.Name.Name, OwnerID: catalog.RoleID, ClusterID: cluster.ID,
		Uses: []catalog.ID{on.ID}, Def: def,
	}
	if index.Name == "" {
		index.Name = indexName(env, on, def)
	} else {
		name := ast.ObjectName{Schema: env.Catalog.Schema(on.SchemaID).Name, Item: index.Name, Pos: st.Name.Pos}
		schema, err := env.create(st, name, st.IfNotExists)
		if schema == nil || err != nil {
			return &Nothing{}, err
		}
	}
	index.ID = env.NextID()
	renderIndex(env, index, st.With)
	env.Notice(pgerr.Notice("an index is kept and shown, and changes nothing here: reading is not faster for it"))
	return &CreateIndex{Index: index}, nil
}

// checkIndexForm refuses what would promise something.
func checkIndexForm(st *ast.CreateIndex) error {
	if st.Unique && (len(st.With) > 0 || st.Cluster.Name != "") {
		return pgerr.New(pgerr.FeatureNotSupported, "options of a unique index are not supported").At(st.At(st.Span().Start))
	}
	refused := func(what string) error {
		return pgerr.New(pgerr.FeatureNotSupported, "%s is not supported", what).At(st.At(st.Span().Start))
	}
	switch {
	case st.Method != "" && st.Method != "btree" && st.Method != "arrangement":
		return pgerr.New(pgerr.UndefinedObject, "access method %q does not exist", st.Method).At(st.At(st.Span().Start))
	case st.Default:
		return nil
	}
	tree := st.Tree.Node.GetIndexStmt()
	switch {
	case tree.WhereClause != nil:
		return refused("CREATE INDEX ... WHERE")
	case len(tree.IndexIncludingParams) > 0:
		return refused("CREATE INDEX ... INCLUDE")
	case tree.TableSpace != "":
		return refused("CREATE INDEX ... TABLESPACE")
	case tree.NullsNotDistinct:
		return refused("NULLS NOT DISTINCT")
	}
	for _, param := range tree.IndexParams {
		e := param.GetIndexElem()
		if len(e.Opclass) > 0 || len(e.Collation) > 0 || e.Ordering != pg_query.SortByDir_SORTBY_DEFAULT ||
			e.NullsOrdering != pg_query.SortByNulls_SORTBY_NULLS_DEFAULT {
			return refused("an order, a collation or an operator class of an index")
		}
	}
	return nil
}

// readIndexKeys reads what an index is on. That of a default index is the relation's
// key, or all its columns.
func readIndexKeys(env *Env, st *ast.CreateIndex, on *catalog.Object) ([]catalog.IndexKey, error) {
	var keys []catalog.IndexKey
	column := func(i int) {
		keys = append(keys, catalog.IndexKey{Column: i, Text: ast.QuoteIdent(on.Columns[i].Name)})
	}
	if st.Default {
		if len(on.Keys) > 0 {
			for _, i := range on.Keys[0].Columns {
				column(i)
			}
			return keys, nil
		}
		for i := range on.Columns {
			column(i)
		}
		return keys, nil
	}
	for n, param := range st.Tree.Node.GetIndexStmt().IndexParams {
		e := param.GetIndexElem()
		if e.Expr != nil {
			if err := checkIndexExpression(env, st, e.Expr); err != nil {
				return nil, err
			}
			keys = append(keys, catalog.IndexKey{Column: -1, Text: st.Keys[n]})
			continue
		}
		i := slices.IndexFunc(on.Columns, func(c catalog.Column) bool { return c.Name == e.Name })
		if i < 0 {
			return nil, pgerr.New(pgerr.UndefinedColumn, "column %q does not exist", e.Name).At(st.At(st.On.Pos))
		}
		column(i)
	}
	return keys, nil
}

// checkIndexExpression analyzes an expression over the relation's columns.
func checkIndexExpression(env *Env, st *ast.CreateIndex, expr *pg_query.Node) error {
	query := &pg_query.SelectStmt{
		LimitOption: pg_query.LimitOption_LIMIT_OPTION_DEFAULT, Op: pg_query.SetOperation_SETOP_NONE,
		TargetList: []*pg_query.Node{{Node: &pg_query.Node_ResTarget{ResTarget: &pg_query.ResTarget{Val: expr}}}},
		FromClause: []*pg_query.Node{{Node: &pg_query.Node_RangeVar{RangeVar: st.Tree.Node.GetIndexStmt().Relation}}},
	}
	tree := st.Tree
	tree.Node = &pg_query.Node{Node: &pg_query.Node_SelectStmt{SelectStmt: query}}
	_, err := env.View(st.Source, tree, nil)
	return err
}

// indexName makes the name of an index that the statement does not name:
// t_a_b_idx, with expr for an expression, and t_primary_idx for a default index; a
// number follows where that is taken.
func indexName(env *Env, on *catalog.Object, def *catalog.Index) string {
	suffix := "_primary_idx"
	if !def.Default {
		suffix = ""
		for _, k := range def.Keys {
			part := "expr"
			if k.Column >= 0 {
				part = on.Columns[k.Column].Name
			}
			suffix += "_" + part
		}
		suffix += "_idx"
	}
	for n := 0; ; n++ {
		end := suffix
		if n > 0 {
			end += fmt.Sprint(n)
		}
		if name := suffixed(on.Name, end); env.Catalog.Lookup(on.SchemaID, name) == nil {
			return name
		}
	}
}

// renderIndex writes the statement that makes an index, with the names of now.
func renderIndex(env *Env, index *catalog.Object, with []ast.Option) {
	def := index.Def.(*catalog.Index)
	keys := make([]string, len(def.Keys))
	for i, k := range def.Keys {
		keys[i] = k.Text
	}
	text := &ast.CreateIndex{
		Name: ast.Ident{Name: index.Name}, Cluster: env.clusterName(index), On: env.qualify(env.Catalog.Object(def.On)),
		Rest: "(" + strings.Join(keys, ", ") + ")", With: with,
	}
	index.CreateSQL, index.Redacted = text.String()+";", text.Redacted()+";"
}

// renderIndexAgain changes the names in an index's statement.
func renderIndexAgain(env *Env, index *catalog.Object) error {
	statements, err := parse.Parse(index.CreateSQL)
	if err != nil {
		return err
	}
	renderIndex(env, index, statements[0].(*ast.CreateIndex).With)
	return nil
}
