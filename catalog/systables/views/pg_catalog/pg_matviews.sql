-- Materialized views.
--   schemaname matviewname matviewowner hasindexes ispopulated definition
SELECT n.name, r.name, pg_get_userbyid(r.owner), r.has_index, true, r.definition
FROM base.relations r JOIN base.namespaces n ON n.oid = r.namespace
WHERE r.relkind = 'm'
