package systables

import (
	"maps"
	"strings"
	"sync"

	"culvert/sql/analyze/pgcatalog"
)

// Functions are the functions of pg_catalog that answer from the catalog, by
// the signature that pgcatalog gives them: a query of one column and one row
// over the relations that Set.Internal finds, with $1, $2 … for the arguments.
// The analyzer puts it in the place of the call.
func Functions() map[string]string { return allFunctions() }

var allFunctions = sync.OnceValue(func() map[string]string {
	all := maps.Clone(functions)
	for _, proc := range pgcatalog.Get().Procs {
		if strings.HasPrefix(proc.Name, "has_") && strings.HasSuffix(proc.Name, "_privilege") {
			all[proc.Signature()] = "SELECT true"
		}
	}
	return all
})

const (
	inPath      = `EXISTS (SELECT 1 FROM base.relation_schemas r WHERE r.oid = $1 AND r.schema_name::name = ANY (current_schemas(true)))`
	description = `(SELECT d.description FROM pg_catalog.pg_description d
		JOIN pg_catalog.pg_class c ON c.oid = d.classoid WHERE d.objoid = $1 AND d.objsubid = 0 AND c.relname = $2)`
	columnDescription = `(SELECT c.comment FROM base.columns c WHERE c.relation = $1 AND c.attnum = $2)`
	indexDefinition   = `(SELECT k.indexdef FROM base.index_definitions k WHERE k.oid = $1)`
	keyDefinition     = `coalesce((SELECT k.constraintdef FROM base.key_definitions k WHERE k.oid = $1),
		(SELECT k.definition FROM base.constraints k WHERE k.oid = $1))`
	// Without pretty printing an expression has brackets of its own.
	plainDefinition = `coalesce((SELECT 'CHECK ((' || c.expr || '))' FROM base.constraints c WHERE c.oid = $1 AND c.contype = 'c'), ` + keyDefinition + `)`
	serialSequence  = `(SELECT min(quote_ident(n.name) || '.' || quote_ident(q.name)) FROM base.sequences q
		JOIN base.namespaces n ON n.oid = q.namespace JOIN base.relations r ON r.oid = q.owned_by JOIN base.namespaces m ON m.oid = r.namespace
		JOIN base.columns a ON a.relation = r.oid AND a.attnum = q.owned_attnum
		WHERE a.name = $2 AND $1 IN (r.name, quote_ident(r.name), m.name || '.' || r.name, quote_ident(m.name) || '.' || quote_ident(r.name)))`
	viewDefinition = `(SELECT r.definition FROM base.relations r WHERE r.oid = $1)`
	setting        = `(SELECT s.setting FROM live.settings s WHERE lower(s.name) = lower($1))`
	// The column of a key; column 0 is the index as a whole.
	indexColumn = `CASE WHEN $2 = 0 THEN ` + indexDefinition + ` ELSE coalesce((SELECT a.name FROM base.key_columns k
		JOIN base.columns a ON a.relation = k.relation AND a.attnum = k.attnum WHERE k.key_oid = $1 AND k.position = $2),
		(SELECT i.keys[$2] FROM c.indexes i JOIN c.objects o ON o.id = i.id WHERE o.oid = $1)) END`
)

var functions = map[string]string{
	"pg_table_is_visible(oid)":          "SELECT " + inPath,
	"pg_type_is_visible(oid)":           "SELECT $1 < 16384",
	"pg_function_is_visible(oid)":       "SELECT $1 < 16384",
	"pg_operator_is_visible(oid)":       "SELECT $1 < 16384",
	"pg_opclass_is_visible(oid)":        "SELECT $1 < 16384",
	"pg_opfamily_is_visible(oid)":       "SELECT $1 < 16384",
	"pg_collation_is_visible(oid)":      "SELECT $1 < 16384",
	"pg_conversion_is_visible(oid)":     "SELECT $1 < 16384",
	"pg_ts_parser_is_visible(oid)":      "SELECT $1 < 16384",
	"pg_ts_dict_is_visible(oid)":        "SELECT $1 < 16384",
	"pg_ts_template_is_visible(oid)":    "SELECT $1 < 16384",
	"pg_ts_config_is_visible(oid)":      "SELECT $1 < 16384",
	"pg_statistics_obj_is_visible(oid)": "SELECT $1 < 16384",

	// Of a name that is not written out; one that is, the session answers itself.
	"current_setting(text)":      "SELECT " + setting,
	"current_setting(text,bool)": "SELECT " + setting,

	"pg_get_userbyid(oid)": "SELECT coalesce((SELECT r.name FROM c.roles r WHERE r.oid = $1), 'unknown (OID=' || $1::text || ')')::name",

	"pg_get_function_result(oid)":             "SELECT (SELECT f.result FROM static.function_texts f WHERE f.oid = $1)",
	"pg_get_function_arguments(oid)":          "SELECT (SELECT f.arguments FROM static.function_texts f WHERE f.oid = $1)",
	"pg_get_function_identity_arguments(oid)": "SELECT (SELECT f.identity_arguments FROM static.function_texts f WHERE f.oid = $1)",

	"obj_description(oid,name)":         "SELECT " + description,
	"obj_description(oid)":              "SELECT (SELECT min(d.description) FROM pg_catalog.pg_description d WHERE d.objoid = $1 AND d.objsubid = 0)",
	"shobj_description(oid,name)":       "SELECT (SELECT r.comment FROM c.roles r WHERE r.oid = $1 AND $2 = 'pg_authid')",
	"col_description(oid,int4)":         "SELECT " + columnDescription,
	"pg_get_indexdef(oid)":              "SELECT " + indexDefinition,
	"pg_get_indexdef(oid,int4,bool)":    "SELECT " + indexColumn,
	"pg_get_constraintdef(oid)":         "SELECT " + plainDefinition,
	"pg_get_constraintdef(oid,bool)":    "SELECT " + keyDefinition,
	"pg_get_serial_sequence(text,text)": "SELECT " + serialSequence,
	"pg_get_viewdef(oid)":               "SELECT " + viewDefinition,
	"pg_get_viewdef(oid,bool)":          "SELECT " + viewDefinition,
	"pg_get_viewdef(oid,int4)":          "SELECT " + viewDefinition,

	// What users cannot make here: there is none to describe.
	"pg_get_ruledef(oid)":                   "SELECT NULL::text",
	"pg_get_ruledef(oid,bool)":              "SELECT NULL::text",
	"pg_get_function_sqlbody(oid)":          "SELECT NULL::text",
	"pg_get_function_arg_default(oid,int4)": "SELECT NULL::text",
	"pg_get_triggerdef(oid)":                "SELECT NULL::text",
	"pg_get_triggerdef(oid,bool)":           "SELECT NULL::text",
	"pg_get_partkeydef(oid)":                "SELECT NULL::text",
	"pg_get_partition_constraintdef(oid)":   "SELECT NULL::text",
	"pg_get_statisticsobjdef(oid)":          "SELECT NULL::text",
	"pg_get_statisticsobjdef_columns(oid)":  "SELECT NULL::text",
	"pg_relation_is_publishable(regclass)":  "SELECT false",
	"pg_my_temp_schema()":                   "SELECT 0::oid",
	"pg_is_other_temp_schema(oid)":          "SELECT false",
	"pg_tablespace_location(oid)":           "SELECT ''::text",

	// Physical sizes are the engine's own; nothing is known per relation.
	"pg_relation_size(regclass)":       "SELECT NULL::bigint",
	"pg_relation_size(regclass,text)":  "SELECT NULL::bigint",
	"pg_table_size(regclass)":          "SELECT NULL::bigint",
	"pg_indexes_size(regclass)":        "SELECT NULL::bigint",
	"pg_total_relation_size(regclass)": "SELECT NULL::bigint",
	"pg_database_size(oid)":            "SELECT NULL::bigint",
	"pg_database_size(name)":           "SELECT NULL::bigint",
	"pg_tablespace_size(oid)":          "SELECT NULL::bigint",
	"pg_tablespace_size(name)":         "SELECT NULL::bigint",

	// The one role owns everything, and has every privilege: see allFunctions.
	"pg_has_role(name,name,text)":  "SELECT true",
	"pg_has_role(name,oid,text)":   "SELECT true",
	"pg_has_role(name,text)":       "SELECT true",
	"pg_has_role(oid,name,text)":   "SELECT true",
	"pg_has_role(oid,oid,text)":    "SELECT true",
	"pg_has_role(oid,text)":        "SELECT true",
	"pg_blocking_pids(int4)":       "SELECT '{}'::integer[]",
	"pg_client_encoding()":         "SELECT 'UTF8'::name",
	"pg_encoding_max_length(int4)": "SELECT CASE $1 WHEN 6 THEN 4 WHEN 0 THEN 1 END",
	"row_security_active(oid)":     "SELECT false",
	"row_security_active(text)":    "SELECT false",
	"pg_is_in_recovery()":          "SELECT false",
}
