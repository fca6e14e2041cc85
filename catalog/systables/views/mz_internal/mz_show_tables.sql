-- What SHOW TABLES lists.
--   name text not null
--   comment text not null
--   schema_name text not null
--   on_id text: the source that fills the table
SELECT o.name, coalesce(o.comment, '') AS comment, s.name AS schema_name, t.source_id AS on_id
FROM c.objects o JOIN c.schemas s ON s.id = o.schema_id LEFT JOIN c.source_tables t ON t.id = o.id
WHERE o.kind = 'table'
UNION ALL
SELECT name, coalesce(comment, ''), schema_name, NULL::text FROM static.system_relations WHERE relkind::text = 'r'
