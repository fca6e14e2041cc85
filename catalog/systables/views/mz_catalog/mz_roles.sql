-- Roles.
--   id text not null
--   oid oid not null
--   name text not null
--   inherit boolean not null
SELECT id, oid, name, inherit FROM c.roles
