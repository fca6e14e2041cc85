-- Checks, and columns that are not null.
--   constraint_catalog constraint_schema constraint_name check_clause
SELECT 'materialize', n.name, n.oid::text || '_' || r.oid::text || '_' || a.attnum::text || '_not_null', a.name || ' IS NOT NULL'
FROM base.columns a JOIN base.relations r ON r.oid = a.relation JOIN base.namespaces n ON n.oid = r.namespace
WHERE a.not_null AND r.relkind = 'r'
UNION ALL
SELECT 'materialize', n.name, k.name, '(' || k.expr || ')'
FROM base.constraints k JOIN base.namespaces n ON n.oid = k.namespace WHERE k.contype = 'c'
