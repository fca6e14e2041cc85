-- The indexes that stand for keys.
--   schemaname tablename indexname indexdef
SELECT n.name, k.relation_name, k.name, d.indexdef
FROM base.keys k JOIN base.namespaces n ON n.oid = k.namespace JOIN base.key_definitions d ON d.oid = k.oid
