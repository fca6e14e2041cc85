-- The schema of each relation of pg_class, indexes too.
--   oid oid
--   schema_name text
SELECT o.oid, s.name AS schema_name FROM c.objects o JOIN c.schemas s ON s.id = o.schema_id
UNION ALL
SELECT k.oid, s.name FROM base.keys k JOIN c.schemas s ON s.oid = k.namespace
UNION ALL
SELECT r.oid, s.name FROM static.system_relations r JOIN static.system_schemas s ON s.oid = r.namespace
