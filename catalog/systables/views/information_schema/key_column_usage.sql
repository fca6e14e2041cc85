-- The columns of primary keys and unique keys.
--   constraint_catalog constraint_schema constraint_name table_catalog table_schema table_name column_name ordinal_position
SELECT 'materialize', n.name, k.name, 'materialize', n.name, k.relation_name, a.name, kc.position
FROM base.keys k
	JOIN base.namespaces n ON n.oid = k.namespace
	JOIN base.key_columns kc ON kc.key_oid = k.oid
	JOIN base.columns a ON a.relation = kc.relation AND a.attnum = kc.attnum
