-- The database.
--   catalog_name
SELECT 'materialize'
