-- Schemas, users' and the system's.
--   id text not null
--   oid oid not null
--   database_id text: NULL for system schemas
--   name text not null
--   owner_id text not null
--   privileges text[] not null
SELECT id, oid, 'u1'::text AS database_id, name, owner_id, ARRAY[owner_id || '=UC/' || owner_id] AS privileges FROM c.schemas
UNION ALL
SELECT id, oid, NULL::text, name, 'u1'::text, ARRAY['=U/u1'] FROM static.system_schemas
