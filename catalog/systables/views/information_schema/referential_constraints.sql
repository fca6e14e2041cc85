-- Foreign keys.
--   constraint_catalog constraint_schema constraint_name unique_constraint_catalog unique_constraint_schema unique_constraint_name
--   match_option update_rule delete_rule
SELECT 'materialize', n.name, f.name, CASE WHEN k.oid IS NOT NULL THEN 'materialize' END, m.name, k.name,
	CASE f.match WHEN 'f' THEN 'FULL' ELSE 'NONE' END,
	CASE f.on_update WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' WHEN 'd' THEN 'SET DEFAULT' WHEN 'r' THEN 'RESTRICT' ELSE 'NO ACTION' END,
	CASE f.on_delete WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' WHEN 'd' THEN 'SET DEFAULT' WHEN 'r' THEN 'RESTRICT' ELSE 'NO ACTION' END
FROM base.constraints f JOIN base.namespaces n ON n.oid = f.namespace
	LEFT JOIN base.keys k ON k.relation = f.ref_relation AND k.attnums = f.ref_attnums LEFT JOIN base.namespaces m ON m.oid = k.namespace
WHERE f.contype = 'f'
