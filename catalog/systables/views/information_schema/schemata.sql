-- Schemas.
--   catalog_name schema_name schema_owner
SELECT 'materialize', n.name, pg_get_userbyid(n.owner) FROM base.namespaces n
