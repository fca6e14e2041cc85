-- The schemas of pg_namespace.
--   oid oid
--   name text
--   comment text
SELECT s.oid, s.name, s.comment FROM c.schemas s
UNION ALL
SELECT s.oid, s.name, s.comment FROM static.system_schemas s WHERE s.name IN ('pg_catalog', 'information_schema')
