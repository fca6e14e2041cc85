package dialect

var systemTemplates = templates{
	"format_type(oid,int4)":              "format_type($1, coalesce($2, -1))",
	"pg_get_expr(pg_node_tree,oid)":      "$1",
	"pg_get_expr(pg_node_tree,oid,bool)": "$1",
	"pg_encoding_to_char(int4)":          "(CASE WHEN $1 = 6 THEN 'UTF8' WHEN $1 = 0 THEN 'SQL_ASCII' ELSE '' END)",
}

var systemBuilders = map[string]builder{}
