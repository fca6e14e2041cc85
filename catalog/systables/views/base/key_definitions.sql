-- The text of each key, as pg_get_indexdef and pg_get_constraintdef give it.
--   oid oid
--   indexdef text
--   constraintdef text
SELECT k.oid,
	'CREATE UNIQUE INDEX ' || quote_ident(k.name) || ' ON ' || quote_ident(n.name) || '.' || quote_ident(k.relation_name)
		|| ' USING btree (' || c.names || ')' AS indexdef,
	CASE WHEN k.is_primary THEN 'PRIMARY KEY (' ELSE 'UNIQUE (' END || c.names || ')' AS constraintdef
FROM base.keys k
	JOIN base.namespaces n ON n.oid = k.namespace
	JOIN (SELECT kc.key_oid, string_agg(quote_ident(a.name), ', ' ORDER BY kc.position) AS names
		FROM base.key_columns kc JOIN base.columns a ON a.relation = kc.relation AND a.attnum = kc.attnum
		GROUP BY kc.key_oid) c ON c.key_oid = k.oid
