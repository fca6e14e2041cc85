package plan

import (
	"fmt"
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
	always  bool   // without FROM, the session's schema is meant
	cluster bool   // IN CLUSTER is allowed
}

// listings are the kinds of SHOW, by the words of the statement.
var listings = map[string]listing{
	"CLUSTERS":           {view: "mz_show_clusters", columns: "name, replicas, comment"},
	"COLUMNS":            {view: "mz_show_columns", columns: "name, nullable, type, comment"},
	"CONNECTIONS":        {view: "mz_show_connections", columns: "name, type, comment", from: "schema_name", always: true},
	"DATABASES":          {view: "mz_show_databases", columns: "name, comment"},
	"INDEXES":            {view: "mz_show_indexes", columns: "name, \"on\", cluster, key, comment", from: "schema_name", always: true, cluster: true},
	"MATERIALIZED VIEWS": {view: "mz_show_materialized_views", columns: "name, cluster, comment", from: "schema_name", always: true, cluster: true},
	"OBJECTS":            {view: "mz_show_objects", columns: "name, type, comment", from: "schema_name", always: true},
	"ROLES":              {view: "mz_show_roles", columns: "name, comment"},
	"SCHEMAS":            {view: "mz_show_schemas", columns: "name, comment", from: "database_name"},
	"SECRETS":            {view: "mz_show_secrets", columns: "name, comment", from: "schema_name", always: true},
	"SOURCES":            {view: "mz_show_sources", columns: "name, type, cluster, comment", from: "schema_name", always: true, cluster: true},
	"SUBSOURCES":         {view: "mz_show_subsources", columns: "name, type", from: "schema_name"},
	"TABLES":             {view: "mz_show_tables", columns: "name, comment", from: "schema_name", always: true},
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
	order := "name"
	if st.Objects == "COLUMNS" {
		order = "position"
	}
	text := fmt.Sprintf("SELECT %s FROM mz_internal.%s%s", l.columns, l.view, where)
	switch {
	case st.Like != nil:
		text = fmt.Sprintf("SELECT %s FROM (%s) AS shown WHERE name LIKE %s", l.columns, orderable(text, order), literal(st.Like.Text))
	case !st.Where.IsZero():
		text = fmt.Sprintf("SELECT %s FROM (%s) AS shown WHERE (%s\n)", l.columns, orderable(text, order), st.Where.Text)
	}
	return text + " ORDER BY " + order, nil
}

// orderable adds the column to order by where it is not one that is shown.
func orderable(text, order string) string {
	if order == "name" {
		return text
	}
	return strings.Replace(text, "SELECT ", "SELECT "+order+", ", 1)
}

// conditions narrows a listing down by FROM, ON and IN CLUSTER.
func (l listing) conditions(st *ast.ShowObjects, env *Env) ([]string, error) {
	if !st.From.IsZero() && !st.On.IsZero() {
		return nil, pgerr.New(pgerr.SyntaxError, "Cannot specify both FROM and ON")
	}
	var conditions []string
	switch {
	case st.Objects == "COLUMNS":
		object, err := env.resolveRelation(st, st.From)
		if err != nil {
			return nil, err
		}
		conditions = append(conditions, "object_id = "+literal(object))
	case !st.On.IsZero():
		object, err := env.resolve(st, st.On)
		if err != nil {
			return nil, err
		}
		conditions = append(conditions, "on_id = "+literal(string(object.ID)))
	case !st.From.IsZero() && l.from == "":
		return nil, pgerr.New(pgerr.SyntaxError, "SHOW %s does not take FROM", st.Objects).At(st.At(st.From.Pos))
	case !st.From.IsZero():
		if err := env.checkSchema(st, l, st.From); err != nil {
			return nil, err
		}
		conditions = append(conditions, l.from+" = "+literal(st.From.Item))
	case l.always:
		conditions = append(conditions, "schema_name = "+literal(env.Schema))
	}
	if st.Cluster.Name != "" {
		if !l.cluster {
			return nil, pgerr.New(pgerr.SyntaxError, "SHOW %s does not take IN CLUSTER", st.Objects).At(st.At(st.Cluster.Pos))
		}
		conditions = append(conditions, "cluster = "+literal(st.Cluster.Name))
	}
	return conditions, nil
}

func (env *Env) checkSchema(st ast.Statement, l listing, name ast.ObjectName) error {
	if l.from != "schema_name" {
		return nil
	}
	for _, s := range SystemSchemas {
		if s == name.Item {
			return nil
		}
	}
	_, err := env.schemaOf(st, ast.ObjectName{Database: name.Database, Schema: name.Item, Item: "x", Pos: name.Pos})
	return err
}

// resolveRelation gives the ID of a relation.
func (env *Env) resolveRelation(st ast.Statement, name ast.ObjectName) (string, error) {
	object, err := env.resolve(st, name)
	if err != nil {
		return "", err
	}
	if !object.IsRelation() {
		return "", pgerr.New(pgerr.WrongObjectType, "%s is a %s and so does not have columns", nameText(name), kindText(object)).At(st.At(name.Pos))
	}
	return string(object.ID), nil
}

// literal quotes a text for SQL.
func literal(s string) string {
	quoted := "'" + strings.ReplaceAll(s, "'", "''") + "'"
	if strings.Contains(s, `\`) {
		return " E" + strings.ReplaceAll(quoted, `\`, `\\`)
	}
	return quoted
}

func showCreate(st *ast.ShowCreate, env *Env) (string, error) {
	object, err := env.resolve(st, st.Name)
	if err != nil {
		return "", err
	}
	if !isOfType(object, st.Object) {
		return "", pgerr.New(pgerr.WrongObjectType, "%s is not a %s", nameText(st.Name), strings.ToLower(string(st.Object))).At(st.At(st.Name.Pos)).
			WithDetail("It is a %s.", kindText(object))
	}
	if object.Kind == catalog.KindSecret {
		return "", pgerr.New(pgerr.FeatureNotSupported, "SHOW CREATE SECRET is not supported").At(st.At(st.Span().Start))
	}
	column := "create_sql"
	if st.WithoutLiterals {
		column = "redacted_create_sql"
	}
	return fmt.Sprintf("SELECT name, %s AS create_sql FROM mz_internal.mz_show_create WHERE id = %s", column, literal(string(object.ID))), nil
}

func showVariable(st *ast.ShowVariable) string {
	if st.Name == "all" {
		return "SELECT name, setting, short_desc AS description FROM pg_catalog.pg_settings ORDER BY name"
	}
	return fmt.Sprintf("SELECT pg_catalog.current_setting(%s) AS %s", literal(st.Name), ast.QuoteIdent(st.Name))
}
