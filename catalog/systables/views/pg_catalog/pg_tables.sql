-- Tables.
--   schemaname tablename tableowner hasindexes hasrules hastriggers rowsecurity
SELECT n.name, r.name, pg_get_userbyid(r.owner), r.has_index, false, false, false
FROM base.relations r JOIN base.namespaces n ON n.oid = r.namespace
WHERE r.relkind = 'r'
