package dialect

import (
	"strings"

	"culvert/engine/query"
	"culvert/sql/types"
)

// The catalog functions read the catalog's own tables (schema c of the data
// file) and the static relations that describe the system's. In their
// templates cat. and fix. stand for the two.

const (
	// userRelation and systemRelation find the schema of a relation.
	userRelation   = "cat.objects o JOIN cat.schemas s ON s.id = o.schema_id"
	systemRelation = "fix.system_relations r"
	// keys numbers the keys as pg_class does: their OIDs follow from it.
	keys = "(SELECT k.*, 2147483648 + o.oid * 16 + row_number() OVER (PARTITION BY k.object_id ORDER BY k.is_primary DESC, k.name) AS oid, " +
		"o.name AS relation, o.schema_id FROM cat.keys k JOIN cat.objects o ON o.id = k.object_id)"
	// keyColumns is the list of a key's columns.
	keyColumns = "(SELECT string_agg(text_quote_ident(a.name), ', ' ORDER BY list_position(k.attnums, a.attnum)) FROM cat.columns a " +
		"WHERE a.object_id = k.object_id AND list_contains(k.attnums, a.attnum))"
	keyDefinition = "(SELECT 'CREATE UNIQUE INDEX ' || text_quote_ident(k.name) || ' ON ' || text_quote_ident(s.name) || '.' || text_quote_ident(k.relation) || " +
		"' USING btree (' || " + keyColumns + " || ')' FROM " + keys + " k JOIN cat.schemas s ON s.id = k.schema_id WHERE k.oid = $1)"
	constraintDefinition = "(SELECT CASE WHEN k.is_primary THEN 'PRIMARY KEY (' ELSE 'UNIQUE (' END || " + keyColumns + " || ')' FROM " + keys + " k WHERE k.oid = $1)"
	viewDefinition       = "coalesce((SELECT v.query FROM cat.views v JOIN cat.objects o ON o.id = v.id WHERE o.oid = $1), (SELECT r.query FROM " + systemRelation + " WHERE r.oid = $1))"
	// Key OIDs lie above all others; a key is where its relation is.
	relationVisible = "coalesce((SELECT s.name = 'public' FROM " + userRelation + " WHERE o.oid = (CASE WHEN $1 >= 2147483648 THEN ($1 - 2147483649) // 16 ELSE $1 END)), " +
		"(SELECT r.schema_name IN ('pg_catalog', 'mz_catalog') FROM " + systemRelation + " WHERE r.oid = $1))"
	relationName = "coalesce((SELECT CASE WHEN s.name = 'public' THEN '' ELSE text_quote_ident(s.name) || '.' END || text_quote_ident(o.name) FROM " + userRelation + " WHERE o.oid = $1), " +
		"(SELECT CASE WHEN r.schema_name IN ('pg_catalog', 'mz_catalog') THEN '' ELSE text_quote_ident(r.schema_name) || '.' END || text_quote_ident(r.name) FROM " + systemRelation + " WHERE r.oid = $1), " +
		"(SELECT text_quote_ident(k.name) FROM " + keys + " k WHERE k.oid = $1), CASE WHEN $1 = 0 THEN '-' ELSE CAST($1 AS VARCHAR) END)"
	schemaName  = "coalesce((SELECT text_quote_ident(s.name) FROM cat.schemas s WHERE s.oid = $1), (SELECT text_quote_ident(s.name) FROM fix.system_schemas s WHERE s.oid = $1), CASE WHEN $1 = 0 THEN '-' ELSE CAST($1 AS VARCHAR) END)"
	procName    = "coalesce((SELECT min(p.proname) FROM fix.pg_proc p WHERE p.oid = $1), CASE WHEN $1 = 0 THEN '-' ELSE CAST($1 AS VARCHAR) END)"
	roleName    = "(CASE $1 WHEN 10 THEN 'materialize' WHEN 0 THEN '-' ELSE CAST($1 AS VARCHAR) END)"
	description = "(CASE $2 WHEN 'pg_class' THEN coalesce((SELECT o.comment FROM cat.objects o WHERE o.oid = $1), (SELECT r.comment FROM " + systemRelation + " WHERE r.oid = $1)) " +
		"WHEN 'pg_namespace' THEN coalesce((SELECT s.comment FROM cat.schemas s WHERE s.oid = $1), (SELECT s.comment FROM fix.system_schemas s WHERE s.oid = $1)) END)"
	columnDescription = "coalesce((SELECT a.comment FROM cat.columns a JOIN cat.objects o ON o.id = a.object_id WHERE o.oid = $1 AND a.attnum = $2), " +
		"(SELECT a.comment FROM fix.system_columns a WHERE a.relation_oid = $1 AND a.attnum = $2))"
	typeVisible = "(SELECT count(*) > 0 OR NULL FROM fix.type_names n WHERE n.oid = $1)"
	procVisible = "(SELECT count(*) > 0 OR NULL FROM fix.pg_proc p WHERE p.oid = $1)"
)

const (
	procResult = "(SELECT CASE WHEN p.proretset THEN 'SETOF ' ELSE '' END || format_type(p.prorettype, -1) FROM fix.pg_proc p WHERE p.oid = $1)"
	// procArguments shows modes and names where there are some; defaults are not shown.
	procArguments = "(SELECT text_join(list_transform(coalesce(p.proallargtypes, CAST(list_filter(string_split(p.proargtypes, ' '), lambda a: a <> '') AS BIGINT[])), lambda a, i: " +
		"CASE coalesce(list_extract(p.proargmodes, i), 'i') WHEN 'o' THEN 'OUT ' WHEN 'b' THEN 'INOUT ' WHEN 'v' THEN 'VARIADIC ' ELSE '' END || " +
		"CASE WHEN list_extract(p.proargnames, i) <> '' THEN text_quote_ident(list_extract(p.proargnames, i)) || ' ' ELSE '' END || format_type(a, -1)), ', ', NULL) " +
		"FROM fix.pg_proc p WHERE p.oid = $1)"
)

// noneOf is for objects that do not exist here, so that the answer about each
// is NULL.
const noneOf = "CAST(NULL AS VARCHAR)"

var systemTemplates = templates{
	// The first argument is a handle of the session's: see analyze.SequenceHandle.
	"nextval(int8,regclass)":          "seq_next($1, $2)",
	"currval(int8,regclass)":          "seq_current($1, $2)",
	"lastval(int8)":                   "seq_last($1)",
	"setval(int8,regclass,int8)":      "seq_set($1, $2, $3, true)",
	"setval(int8,regclass,int8,bool)": "seq_set($1, $2, $3, $4)",

	"format_type(oid,int4)":                   "format_type($1, coalesce($2, -2))",
	"pg_get_expr(pg_node_tree,oid)":           "$1",
	"pg_get_expr(pg_node_tree,oid,bool)":      "$1",
	"pg_encoding_to_char(int4)":               "(CASE $1 WHEN 6 THEN 'UTF8' WHEN 0 THEN 'SQL_ASCII' ELSE '' END)",
	"pg_char_to_encoding(name)":               "(CASE upper($1) WHEN 'UTF8' THEN 6 WHEN 'SQL_ASCII' THEN 0 ELSE -1 END)",
	"getdatabaseencoding()":                   "'UTF8'",
	"pg_get_userbyid(oid)":                    "(CASE WHEN $1 = 10 THEN 'materialize' ELSE 'unknown (OID=' || $1 || ')' END)",
	"pg_table_is_visible(oid)":                relationVisible,
	"pg_type_is_visible(oid)":                 typeVisible,
	"pg_function_is_visible(oid)":             procVisible,
	"obj_description(oid,name)":               description,
	"col_description(oid,int4)":               columnDescription,
	"shobj_description(oid,name)":             noneOf,
	"pg_get_indexdef(oid)":                    keyDefinition,
	"pg_get_indexdef(oid,int4,bool)":          "(CASE WHEN $2 = 0 THEN " + keyDefinition + " ELSE (SELECT text_quote_ident(a.name) FROM " + keys + " k JOIN cat.columns a ON a.object_id = k.object_id WHERE k.oid = $1 AND a.attnum = list_extract(k.attnums, nullif(greatest($2, 0), 0))) END)",
	"pg_get_constraintdef(oid)":               constraintDefinition,
	"pg_get_constraintdef(oid,bool)":          constraintDefinition,
	"pg_get_viewdef(oid)":                     viewDefinition,
	"pg_get_viewdef(oid,bool)":                viewDefinition,
	"pg_get_function_result(oid)":             procResult,
	"pg_get_function_arguments(oid)":          procArguments,
	"pg_get_function_identity_arguments(oid)": procArguments,
	"pg_get_partkeydef(oid)":                  noneOf,
	"pg_get_ruledef(oid)":                     noneOf,
	"pg_get_ruledef(oid,bool)":                noneOf,
	"pg_get_triggerdef(oid)":                  noneOf,
	"pg_get_triggerdef(oid,bool)":             noneOf,
	"pg_get_statisticsobjdef_columns(oid)":    noneOf,
	"pg_get_serial_sequence(text,text)":       noneOf,
	"pg_tablespace_location(oid)":             "''",
	"pg_relation_is_publishable(regclass)":    "FALSE",
	"pg_is_in_recovery()":                     "FALSE",
	"pg_my_temp_schema()":                     "0",
	"pg_is_other_temp_schema(oid)":            "FALSE",
	"pg_size_pretty(int8)":                    "size_pretty($1)",
	"has_schema_privilege(oid,text)":          "TRUE", "has_schema_privilege(text,text)": "TRUE", "has_schema_privilege(name,oid,text)": "TRUE", "has_schema_privilege(name,text,text)": "TRUE",
	"has_table_privilege(oid,text)": "TRUE", "has_table_privilege(text,text)": "TRUE", "has_table_privilege(name,oid,text)": "TRUE", "has_table_privilege(name,text,text)": "TRUE",
	"has_any_column_privilege(oid,text)": "TRUE", "has_column_privilege(oid,int2,text)": "TRUE", "has_column_privilege(oid,text,text)": "TRUE",
	"has_database_privilege(oid,text)": "TRUE", "has_database_privilege(text,text)": "TRUE", "has_database_privilege(name,text,text)": "TRUE", "has_database_privilege(name,oid,text)": "TRUE",
	"has_function_privilege(oid,text)": "TRUE", "has_type_privilege(oid,text)": "TRUE", "has_sequence_privilege(oid,text)": "TRUE", "has_tablespace_privilege(oid,text)": "TRUE",
	"pg_has_role(oid,text)": "TRUE", "pg_has_role(name,text)": "TRUE", "pg_has_role(name,oid,text)": "TRUE", "pg_has_role(name,name,text)": "TRUE",
	"row_security_active(oid)":         "FALSE",
	"pg_relation_filenode(regclass)":   "CAST(NULL AS BIGINT)",
	"pg_table_size(regclass)":          "CAST(NULL AS BIGINT)", // the engine does not tell sizes by table
	"pg_total_relation_size(regclass)": "CAST(NULL AS BIGINT)",
	"pg_relation_size(regclass)":       "CAST(NULL AS BIGINT)",
	"pg_relation_size(regclass,text)":  "CAST(NULL AS BIGINT)",
	"pg_indexes_size(regclass)":        "CAST(NULL AS BIGINT)",
	"pg_database_size(oid)":            "CAST(NULL AS BIGINT)",
	"pg_database_size(name)":           "CAST(NULL AS BIGINT)",
	"pg_tablespace_size(oid)":          "CAST(NULL AS BIGINT)",
}

// regNames are the names of object identifiers, as their output functions
// print them.
var regNames = map[types.OID]string{
	types.RegclassOID: relationName, types.RegnamespaceOID: schemaName, types.RegroleOID: roleName,
	types.RegprocOID: procName, types.RegprocedureOID: procName,
}

// withCatalogs puts the names of the catalogs into a template.
func withCatalogs(t *translator, template string) string {
	return strings.NewReplacer("cat.", t.opts.Data+".c.", "fix.", t.opts.Shim+".static.", "pg.", t.opts.Shim+".pg.").Replace(template)
}

// regText gives the name of an object identifier.
func regText(t *translator, e expr, typ types.Type) expr {
	if typ.OID == types.RegtypeOID {
		return expr{sql: "CASE WHEN " + e.sql + " = 0 THEN '-' ELSE format_type(" + e.sql + ", -2) END", phys: physText}
	}
	name, ok := regNames[typ.OID]
	if !ok {
		unsupported("text of type %s is not supported", typ)
	}
	return expr{sql: "(" + fill(withCatalogs(t, name), e.sql) + ")", phys: physText}
}

func regLookup(t *translator, text expr, typ types.Type) expr {
	switch typ.OID {
	case types.RegclassOID:
		return expr{sql: fill(withCatalogs(t, relationByName), text.sql, raiseMissing("42P01", "relation", text.sql)), phys: physInt8}
	case types.RegtypeOID:
		return expr{sql: fill(withCatalogs(t, typeByName), text.sql, raiseMissing("42704", "type", text.sql)), phys: physInt8}
	}
	unsupported("cast of a text that is not a literal to %s is not supported", typ)
	return text
}

const (
	relationByName = "(CASE WHEN $1 IS NOT NULL THEN coalesce(" + relationOID + ", CAST($2 AS BIGINT)) END)"
	relationOID    = "(SELECT min(o.oid) FROM " + userRelation + " WHERE $1 IN (o.name, text_quote_ident(o.name)) AND s.name = 'public' OR $1 IN (s.name || '.' || o.name, text_quote_ident(s.name) || '.' || text_quote_ident(o.name))), " +
		"(SELECT min(r.oid) FROM " + systemRelation + " WHERE $1 = r.name AND r.schema_name IN ('pg_catalog', 'mz_catalog') OR $1 = r.schema_name || '.' || r.name), try_cast($1 AS BIGINT)"
	typeByName = "(CASE WHEN $1 IS NOT NULL THEN coalesce(" + typeOID + ", CAST($2 AS BIGINT)) END)"
	typeOID    = "(SELECT min(n.oid) FROM fix.type_names n WHERE lower($1) IN (n.name, n.display, 'pg_catalog.' || n.name)), try_cast($1 AS BIGINT)"
)

func raiseMissing(code, what, sql string) string {
	return "error('" + errorPrefix + code + ":" + what + " \"' || " + sql + " || '\" does not exist' || chr(1))"
}

var systemBuilders = map[string]builder{
	"num_nulls":    func(t *translator, f *query.Func, args []expr) expr { return countNulls(t, f, args, " IS NULL") },
	"num_nonnulls": func(t *translator, f *query.Func, args []expr) expr { return countNulls(t, f, args, " IS NOT NULL") },
	"to_regclass(text)": func(t *translator, f *query.Func, args []expr) expr {
		return expr{sql: fill(withCatalogs(t, "coalesce("+relationOID+")"), args[0].sql), phys: physInt8}
	},
	"to_regtype(text)": func(t *translator, f *query.Func, args []expr) expr {
		return expr{sql: fill(withCatalogs(t, "coalesce("+typeOID+")"), args[0].sql), phys: physInt8}
	},
}

func countNulls(t *translator, f *query.Func, args []expr, test string) expr {
	if f.Variadic {
		unsupported("function %s with VARIADIC is not supported", signature(f))
	}
	sum := joinSQL(args, " + ", func(a expr) string { return "CAST(" + a.sql + test + " AS INTEGER)" })
	return expr{sql: "(" + sum + ")", phys: physInt4}
}
