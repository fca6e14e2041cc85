-- What the role may do with tables and views.
--   grantor grantee table_catalog table_schema table_name privilege_type is_grantable with_hierarchy
SELECT 'materialize', 'materialize', 'materialize', n.name, r.name, 'SELECT', 'YES', 'YES'
FROM base.relations r JOIN base.namespaces n ON n.oid = r.namespace
WHERE r.relkind IN ('r', 'v')
