-- The schemas of pg_namespace.
--   oid oid
--   name text
--   comment text
--   owner oid
SELECT s.oid, s.name, s.comment, r.oid AS owner FROM c.schemas s JOIN c.roles r ON r.id = s.owner_id
UNION ALL
SELECT s.oid, s.name, s.comment, 10::oid FROM static.system_schemas s WHERE s.name IN ('pg_catalog', 'information_schema')
