-- What SHOW TYPES lists.
--   name text not null
--   comment text not null
--   schema_name text not null
SELECT typname::text AS name, ''::text AS comment, 'pg_catalog'::text AS schema_name FROM static.pg_type
