-- Tables. Use of them is not counted.
--   relid schemaname relname
SELECT r.oid, n.name, r.name
FROM base.relations r JOIN base.namespaces n ON n.oid = r.namespace
WHERE r.relkind = 'r'
