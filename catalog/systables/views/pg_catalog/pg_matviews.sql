-- Materialized views.
--   schemaname matviewname matviewowner hasindexes ispopulated definition
SELECT n.name, r.name, 'materialize', false, true, r.definition
FROM base.relations r JOIN base.namespaces n ON n.oid = r.namespace
WHERE r.relkind = 'm'
