-- Databases.
--   id text not null
--   oid oid not null
--   name text not null
--   owner_id text not null
--   privileges text[] not null
SELECT 'u1'::text AS id, 16384::oid AS oid, 'materialize'::text AS name, 'u1'::text AS owner_id, ARRAY['u1=UC/u1'] AS privileges
