-- What SHOW SCHEMAS lists.
--   name text not null
--   comment text not null
--   database_name text: NULL for system schemas
SELECT name, coalesce(comment, '') AS comment, 'materialize'::text AS database_name FROM c.schemas
UNION ALL
SELECT name, coalesce(comment, ''), NULL::text FROM static.system_schemas
