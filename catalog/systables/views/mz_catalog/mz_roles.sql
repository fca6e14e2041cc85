-- Roles.
--   id text not null
--   oid oid not null
--   name text not null
--   inherit boolean not null
SELECT 'u1'::text AS id, 10::oid AS oid, 'materialize'::text AS name, true AS inherit
