-- The tables of primary keys and unique keys.
--   table_catalog table_schema table_name constraint_catalog constraint_schema constraint_name
SELECT 'materialize', n.name, k.relation_name, 'materialize', n.name, k.name
FROM base.keys k JOIN base.namespaces n ON n.oid = k.namespace
