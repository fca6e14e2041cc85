-- Views.
--   schemaname viewname viewowner definition
SELECT n.name, r.name, pg_get_userbyid(r.owner), r.definition
FROM base.relations r JOIN base.namespaces n ON n.oid = r.namespace
WHERE r.relkind = 'v'
