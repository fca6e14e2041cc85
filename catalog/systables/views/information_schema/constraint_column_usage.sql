-- The columns of keys and checks, and those that foreign keys refer to.
--   table_catalog table_schema table_name column_name constraint_catalog constraint_schema constraint_name
SELECT 'materialize', n.name, k.relation_name, a.name, 'materialize', n.name, k.name
FROM (SELECT * FROM base.keys i WHERE i.is_constraint) k
	JOIN base.namespaces n ON n.oid = k.namespace
	JOIN base.key_columns kc ON kc.key_oid = k.oid
	JOIN base.columns a ON a.relation = kc.relation AND a.attnum = kc.attnum
UNION ALL
SELECT 'materialize', m.name, r.name, a.name, 'materialize', n.name, f.name
FROM (SELECT k.name, CASE k.contype WHEN 'f' THEN k.ref_relation ELSE k.relation END AS relation, k.namespace, u.attnum
		FROM base.constraints k, unnest(CASE k.contype WHEN 'f' THEN k.ref_attnums ELSE k.attnums END) AS u(attnum)) f
	JOIN base.namespaces n ON n.oid = f.namespace
	JOIN base.relations r ON r.oid = f.relation
	JOIN base.namespaces m ON m.oid = r.namespace
	JOIN base.columns a ON a.relation = f.relation AND a.attnum = f.attnum
