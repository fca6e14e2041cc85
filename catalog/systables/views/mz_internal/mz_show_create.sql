-- The statement that makes each object.
--   id text not null
--   name text not null: database, schema and name
--   create_sql text not null
--   redacted_create_sql text not null: without literals
SELECT o.id, 'materialize.' || s.name || '.' || o.name AS name, o.create_sql, o.redacted_create_sql
FROM c.objects o JOIN c.schemas s ON s.id = o.schema_id
