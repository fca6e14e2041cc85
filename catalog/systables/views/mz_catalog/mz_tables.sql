-- Tables.
--   id text not null
--   oid oid not null
--   schema_id text not null
--   name text not null
--   owner_id text not null
--   privileges text[] not null
--   create_sql text
--   redacted_create_sql text
--   source_id text: the source that fills the table
SELECT o.id, o.oid, o.schema_id, o.name, o.owner_id, ARRAY[o.owner_id || '=arwd/' || o.owner_id] AS privileges, o.create_sql, o.redacted_create_sql, t.source_id
FROM c.objects o LEFT JOIN c.source_tables t ON t.id = o.id
WHERE o.kind = 'table'
