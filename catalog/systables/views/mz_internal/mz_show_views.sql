-- What SHOW VIEWS lists.
--   name text not null
--   comment text not null
--   schema_name text not null
SELECT o.name, coalesce(o.comment, '') AS comment, s.name AS schema_name
FROM c.objects o JOIN c.schemas s ON s.id = o.schema_id
WHERE o.kind = 'view'
UNION ALL
SELECT name, coalesce(comment, ''), schema_name FROM static.system_relations WHERE relkind::text = 'v'
