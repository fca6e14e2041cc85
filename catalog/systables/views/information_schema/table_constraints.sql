-- Primary keys, unique keys, checks, foreign keys and columns that are not null.
--   constraint_catalog constraint_schema constraint_name table_catalog table_schema table_name constraint_type
--   is_deferrable initially_deferred enforced nulls_distinct
SELECT 'materialize', n.name, k.name, 'materialize', n.name, k.relation_name,
	CASE WHEN k.is_primary THEN 'PRIMARY KEY' ELSE 'UNIQUE' END, 'NO', 'NO', 'YES', CASE WHEN NOT k.is_primary THEN 'YES' END
FROM (SELECT * FROM base.keys i WHERE i.is_constraint) k JOIN base.namespaces n ON n.oid = k.namespace
UNION ALL
SELECT 'materialize', n.name, n.oid::text || '_' || r.oid::text || '_' || a.attnum::text || '_not_null', 'materialize', n.name, r.name,
	'CHECK', 'NO', 'NO', 'YES', NULL
FROM base.columns a JOIN base.relations r ON r.oid = a.relation JOIN base.namespaces n ON n.oid = r.namespace
WHERE a.not_null AND r.relkind = 'r'
UNION ALL
SELECT 'materialize', n.name, k.name, 'materialize', n.name, k.relation_name,
	CASE k.contype WHEN 'c' THEN 'CHECK' ELSE 'FOREIGN KEY' END, 'NO', 'NO', 'YES', NULL
FROM base.constraints k JOIN base.namespaces n ON n.oid = k.namespace
