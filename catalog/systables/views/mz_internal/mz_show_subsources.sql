-- What SHOW SUBSOURCES lists.
--   name text not null
--   type text not null: subsource or progress
--   schema_name text not null
--   on_id text not null: the source
SELECT o.name, o.type, s.name AS schema_name, t.source_id AS on_id
FROM c.objects o JOIN c.source_tables t ON t.id = o.id JOIN c.schemas s ON s.id = o.schema_id
WHERE o.kind = 'source'
