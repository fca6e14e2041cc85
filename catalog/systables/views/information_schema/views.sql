-- Views.
--   table_catalog table_schema table_name view_definition check_option is_updatable is_insertable_into
--   is_trigger_updatable is_trigger_deletable is_trigger_insertable_into
SELECT 'materialize', n.name, r.name, r.definition, 'NONE', 'NO', 'NO', 'NO', 'NO', 'NO'
FROM base.relations r JOIN base.namespaces n ON n.oid = r.namespace
WHERE r.relkind = 'v'
