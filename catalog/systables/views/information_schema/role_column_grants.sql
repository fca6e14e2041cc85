-- What the role may do with columns.
--   grantor grantee table_catalog table_schema table_name column_name privilege_type is_grantable
SELECT 'materialize', 'materialize', 'materialize', n.name, r.name, a.name, 'SELECT', 'YES'
FROM base.columns a JOIN base.relations r ON r.oid = a.relation JOIN base.namespaces n ON n.oid = r.namespace
WHERE r.relkind IN ('r', 'v')
