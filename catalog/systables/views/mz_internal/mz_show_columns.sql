-- What SHOW COLUMNS lists.
--   object_id text not null
--   position bigint not null
--   name text not null
--   nullable boolean not null
--   type text not null
--   comment text not null
SELECT a.object_id, a.attnum::bigint AS position, a.name, a.nullable, t.display AS type, coalesce(a.comment, '') AS comment
FROM c.columns a JOIN static.type_names t ON t.oid = a.type_oid
UNION ALL
SELECT a.relation_id, a.attnum::bigint, a.name, NOT a.not_null, t.display, coalesce(a.comment, '')
FROM static.system_columns a JOIN static.type_names t ON t.oid = a.type_oid
