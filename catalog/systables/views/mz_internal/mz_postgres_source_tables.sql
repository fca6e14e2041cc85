-- Tables that sources fill, with the names of their upstream tables.
--   id text not null
--   schema_name text not null
--   table_name text not null
SELECT id, upstream_schema AS schema_name, upstream_table AS table_name FROM c.source_tables WHERE upstream_schema IS NOT NULL
