package plan

import (
	"fmt"
	"slices"
	"strings"

	"culvert/catalog"
	"culvert/sql/ast"
	"culvert/sql/parse"
	"culvert/sql/pgerr"
)

// listing is a SHOW of many objects: a view of mz_internal with the columns to
// show, and by which columns it is narrowed down.
type listing struct {
	view    string
	columns string // those shown
	from    string // the column that FROM compares; "" when FROM is not allowed
	always  bool   // without FROM and ON, the session's schema is meant
	on      bool   // ON is allowed
	cluster bool   // IN CLUSTER is allowed
	order   string // the columns to order by; "": name
}

// listings are the kinds of SHOW, by the words of the statement.
var listings = map[string]listing{
	"CLUSTER REPLICAS":   {view: "mz_show_cluster_replicas", columns: "cluster, replica, size, ready, comment", order: "cluster, replica"},
	"CLUSTERS":           {view: "mz_show_clusters", columns: "name, replicas, comment"},
	"COLUMNS":            {view: "mz_show_columns", columns: "name, nullable, type, comment", order: "position"},
	"CONNECTIONS":        {view: "mz_show_connections", columns: "name, type, comment", from: "schema_name", always: true},
	"DATABASES":          {view: "mz_show_databases", columns: "name, comment"},
	"INDEXES":            {view: "mz_show_indexes", columns: "name, \"on\", cluster, key, comment", from: "schema_name", always: true, on: true, cluster: true},
	"MATERIALIZED VIEWS": {view: "mz_show_materialized_views", columns: "name, cluster, comment", from: "schema_name", always: true, cluster: true},
	"OBJECTS":            {view: "mz_show_objects", columns: "name, type, comment", from: "schema_name", always: true},
	"ROLES":              {view: "mz_show_roles", columns: "name, comment"},
	"SCHEMAS":            {view: "mz_show_schemas", columns: "name, comment", from: "database_name"},
	"SECRETS":            {view: "mz_show_secrets", columns: "name, comment", from: "schema_name", always: true},
	"SOURCES":            {view: "mz_show_sources", columns: "name, type, cluster, comment", from: "schema_name", always: true, cluster: true},
	"SUBSOURCES":         {view: "mz_show_subsources", columns: "name, type", from: "schema_name", always: true, on: true},
	"TABLES":             {view: "mz_show_tables", columns: "name, comment", from: "schema_name", always: true, on: true},
	"TYPES":              {view: "mz_show_types", columns: "name, comment", from: "schema_name"},
	"VIEWS":              {view: "mz_show_views", columns: "name, comment", from: "schema_name", always: true},
}

// Show gives the query that a SHOW statement stands for. Positions in it are
// not those of the client's text.
func Show(st ast.Statement, env *Env) (*ast.Query, error) {
	var text string
	var err error
	switch st := st.(type) {
	case *ast.ShowObjects:
		text, err = showObjects(st, env)
	case *ast.ShowCreate:
		text, err = showCreate(st, env)
	case *ast.ShowVariable:
		text = showVariable(st)
	default:
		return nil, Unsupported(st)
	}
	if err != nil {
		return nil, err
	}
	statements, err := parse.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("reading the query of %s: %w", st.Kind(), err)
	}
	return statements[0].(*ast.Query), nil
}

func showObjects(st *ast.ShowObjects, env *Env) (string, error) {
	l, ok := listings[st.Objects]
	if !ok {
		return "", pgerr.New(pgerr.FeatureNotSupported, "SHOW %s is not supported", st.Objects).At(st.At(st.Span().Start))
	}
	conditions, err := l.conditions(st, env)
	if err != nil {
		return "", err
	}
	where := ""
	if conditions != nil {
		where = " WHERE " + strings.Join(conditions, " AND ")
	}
	order := l.order
	if order == "" {
		order = "name"
	}
	text := fmt.Sprintf("SELECT %s FROM mz_internal.%s%s", l.columns, l.view, where)
	switch {
	case st.Like != nil:
		text = fmt.Sprintf("SELECT %s FROM (%s) AS shown WHERE %s LIKE %s", l.columns, orderable(text, order), l.named(), literal(st.Like.Text))
	case !st.Where.IsZero():
		text = fmt.Sprintf("SELECT %s FROM (%s) AS shown WHERE (%s\n)", l.columns, orderable(text, order), st.Where.Text)
	}
	return text + " ORDER BY " + order, nil
}

// named is the column that LIKE compares.
func (l listing) named() string {
	if name, _, _ := strings.Cut(l.columns, ","); name == "cluster" {
		return name
	}
	return "name"
}

// orderable adds the column to order by where it is not one that is shown.
func orderable(text, order string) string {
	if order != "position" {
		return text
	}
	return strings.Replace(text, "SELECT ", "SELECT "+order+", ", 1)
}

// conditions narrows a listing down by FROM, ON and IN CLUSTER.
func (l listing) conditions(st *ast.ShowObjects, env *Env) ([]string, error) {
	if err := l.checkClauses(st, env); err != nil {
		return nil, err
	}
	var conditions []string
	narrow := func(column, value string) { conditions = append(conditions, column+" = "+literal(value)) }
	switch {
	case st.Objects == "COLUMNS":
		relation, err := env.relation(st, st.From)
		if err != nil {
			return nil, err
		}
		conditions = append(conditions, relation)
	case !st.From.IsZero():
		if err := l.checkFrom(st, env); err != nil {
			return nil, err
		}
		narrow(l.from, st.From.Item)
	case l.always && st.On.IsZero():
		narrow("schema_name", env.Schema)
	}
	if !st.On.IsZero() {
		object, err := env.resolve(st, st.On)
		if err != nil {
			return nil, err
		}
		if !canBeOn(st.Objects, object) {
			return nil, pgerr.New(pgerr.WrongObjectType, "cannot show %s on %s because it is %s",
				strings.ToLower(st.Objects), nameText(st.On), article(kindText(object))).At(st.At(st.On.Pos))
		}
		narrow("on_id", string(object.ID))
	}
	if st.Cluster.Name != "" {
		narrow("cluster", st.Cluster.Name)
	}
	return conditions, nil
}

// canBeOn tells whether a listing can be of what is on an object: indexes are on
// relations, and the rest is what a source fills.
func canBeOn(objects string, o *catalog.Object) bool {
	if objects == "INDEXES" {
		return o.IsRelation()
	}
	return o.Kind == catalog.KindSource
}

// checkClauses refuses clauses that a listing does not have.
func (l listing) checkClauses(st *ast.ShowObjects, env *Env) error {
	clause, pos := "", ast.NoPos
	switch {
	case !st.From.IsZero() && l.from == "" && st.Objects != "COLUMNS":
		clause, pos = "FROM", st.From.Pos
	case !st.On.IsZero() && !l.on:
		clause, pos = "ON", st.On.Pos
	case st.Cluster.Name != "" && !l.cluster:
		clause, pos = "IN CLUSTER", st.Cluster.Pos
	default:
		if st.Cluster.Name == "" || isSystemCluster(st.Cluster.Name) {
			return nil
		}
		_, err := env.cluster(st, st.Cluster)
		return err
	}
	return pgerr.New(pgerr.SyntaxError, "SHOW %s does not take %s", st.Objects, clause).At(st.At(pos))
}

// checkFrom refuses a schema or database that there is not.
func (l listing) checkFrom(st *ast.ShowObjects, env *Env) error {
	name := st.From
	switch {
	case l.from == "schema_name" && slices.Contains(SystemSchemas, name.Item):
		return nil
	case l.from == "schema_name":
		_, err := env.schemaOf(st, ast.ObjectName{Database: name.Database, Schema: name.Item, Pos: name.Pos})
		return err
	case name.Item != catalog.DatabaseName:
		return unknownDatabase(st, name.Item, name.Pos)
	}
	return nil
}

// relation gives the condition on object_id that picks a relation: a user's by
// its ID, and one of culvert's own by its name, which is looked up when the
// query is analyzed.
func (env *Env) relation(st ast.Statement, name ast.ObjectName) (string, error) {
	object, err := env.lookup(st, name)
	switch {
	case err != nil:
		return "", err
	case object == nil && isSystemName(name):
		text := ast.ObjectName{Schema: name.Schema, Item: name.Item}.String()
		return "object_id = (SELECT id FROM mz_catalog.mz_objects WHERE oid = " + literal(text) + "::pg_catalog.regclass::pg_catalog.oid)", nil
	case object == nil:
		return "", env.unknownItem(st, name)
	case !object.IsRelation():
		return "", noColumns(st, name, object)
	}
	return "object_id = " + literal(string(object.ID)), nil
}

// isSystemName tells whether a name that no user's object has is one of
// culvert's own. The schemas that are searched without being named have only
// relations with these prefixes.
func isSystemName(name ast.ObjectName) bool {
	if name.Schema != "" {
		return slices.Contains(SystemSchemas, name.Schema)
	}
	return reservedPrefix(name.Item)
}

// literal quotes a text for SQL.
func literal(s string) string {
	quoted := "'" + strings.ReplaceAll(s, "'", "''") + "'"
	if strings.Contains(s, `\`) {
		return " E" + strings.ReplaceAll(quoted, `\`, `\\`)
	}
	return quoted
}
