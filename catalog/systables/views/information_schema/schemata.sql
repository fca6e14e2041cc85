-- Schemas.
--   catalog_name schema_name schema_owner
SELECT 'materialize', n.name, 'materialize' FROM base.namespaces n
