-- The columns of primary keys, unique keys and foreign keys.
--   constraint_catalog constraint_schema constraint_name table_catalog table_schema table_name column_name ordinal_position
--   position_in_unique_constraint
SELECT 'materialize', n.name, k.name, 'materialize', n.name, k.relation_name, a.name, kc.position, NULL::bigint
FROM (SELECT * FROM base.keys i WHERE i.is_constraint) k
	JOIN base.namespaces n ON n.oid = k.namespace
	JOIN base.key_columns kc ON kc.key_oid = k.oid
	JOIN base.columns a ON a.relation = kc.relation AND a.attnum = kc.attnum
UNION ALL
SELECT 'materialize', n.name, f.name, 'materialize', n.name, f.relation_name, a.name, f.position, f.position
FROM (SELECT k.name, k.relation, k.relation_name, k.namespace, u.attnum, u.position
		FROM base.constraints k, unnest(k.attnums) WITH ORDINALITY AS u(attnum, position) WHERE k.contype = 'f') f
	JOIN base.namespaces n ON n.oid = f.namespace
	JOIN base.columns a ON a.relation = f.relation AND a.attnum = f.attnum
