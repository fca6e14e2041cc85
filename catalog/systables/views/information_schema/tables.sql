-- Tables and views.
--   table_catalog table_schema table_name table_type is_insertable_into is_typed
SELECT 'materialize', n.name, r.name, CASE WHEN r.relkind = 'r' THEN 'BASE TABLE' ELSE 'VIEW' END, 'NO', 'NO'
FROM base.relations r JOIN base.namespaces n ON n.oid = r.namespace
WHERE r.relkind IN ('r', 'v')
