-- What SHOW OBJECTS lists.
--   name text not null
--   type text not null
--   comment text not null
--   schema_name text not null
SELECT o.name, o.kind AS type, coalesce(o.comment, '') AS comment, s.name AS schema_name
FROM c.objects o JOIN c.schemas s ON s.id = o.schema_id
UNION ALL
SELECT name, CASE WHEN relkind::text = 'r' THEN 'table' ELSE 'view' END, coalesce(comment, ''), schema_name FROM static.system_relations
