-- Indexes: those that stand for keys, and users' own.
--   schemaname tablename indexname indexdef
SELECT n.name, k.relation_name, k.name, d.indexdef
FROM base.indexes k JOIN base.namespaces n ON n.oid = k.namespace JOIN base.index_definitions d ON d.oid = k.oid
