-- The text of each index, as pg_get_indexdef gives it.
--   oid oid
--   indexdef text
SELECT oid, indexdef FROM base.key_definitions
UNION ALL
SELECT x.oid, 'CREATE INDEX ' || quote_ident(x.name) || ' ON ' || quote_ident(n.name) || '.' || quote_ident(x.relation_name)
	|| ' USING btree (' || array_to_string(i.keys, ', ') || ')'
FROM base.indexes x JOIN c.objects o ON o.oid = x.oid JOIN c.indexes i ON i.id = o.id JOIN base.namespaces n ON n.oid = x.namespace
