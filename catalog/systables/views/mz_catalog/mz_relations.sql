-- Objects that have rows, users' and the system's.
--   id text not null
--   oid oid not null
--   schema_id text not null
--   name text not null
--   type text not null: table, source, view or materialized-view
--   owner_id text not null
--   cluster_id text
--   privileges text[] not null
SELECT id, oid, schema_id, name, type, owner_id, cluster_id, privileges
FROM mz_catalog.mz_objects WHERE type IN ('table', 'source', 'view', 'materialized-view')
