-- What SHOW CONNECTIONS lists.
--   name text not null
--   type text not null
--   comment text not null
--   schema_name text not null
SELECT o.name, o.type, coalesce(o.comment, '') AS comment, s.name AS schema_name
FROM c.objects o JOIN c.schemas s ON s.id = o.schema_id
WHERE o.kind = 'connection'
