-- Secrets. Their contents cannot be read.
--   id text not null
--   oid oid not null
--   schema_id text not null
--   name text not null
--   owner_id text not null
--   privileges text[] not null
SELECT id, oid, schema_id, name, owner_id, ARRAY[owner_id || '=U/' || owner_id] AS privileges FROM c.objects WHERE kind = 'secret'
