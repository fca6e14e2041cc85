-- The names of all objects with those of their schema and database.
--   id text not null
--   name text not null
--   object_type text not null
--   schema_id text not null
--   schema_name text not null
--   database_id text: NULL for system objects
--   database_name text: NULL for system objects
--   cluster_id text
SELECT o.id, o.name, o.type AS object_type, o.schema_id, s.name AS schema_name, s.database_id,
	CASE WHEN s.database_id IS NOT NULL THEN 'materialize' END AS database_name, o.cluster_id
FROM mz_catalog.mz_objects o JOIN mz_catalog.mz_schemas s ON s.id = o.schema_id
