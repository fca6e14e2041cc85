-- Connections.
--   id text not null
--   oid oid not null
--   schema_id text not null
--   name text not null
--   type text not null: ssh-tunnel, postgres, kafka or confluent-schema-registry
--   owner_id text not null
--   privileges text[] not null
--   create_sql text not null: the statement that makes the connection
--   redacted_create_sql text not null: the same without literals
SELECT id, oid, schema_id, name, type, owner_id, ARRAY[owner_id || '=U/' || owner_id] AS privileges, create_sql, redacted_create_sql
FROM c.objects WHERE kind = 'connection'
