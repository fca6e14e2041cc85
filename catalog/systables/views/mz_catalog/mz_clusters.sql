-- Clusters. There is one, the server itself.
--   id text not null
--   name text not null
--   owner_id text not null
--   privileges text[] not null
--   managed boolean not null
--   size text
--   replication_factor bigint
--   disk boolean
--   availability_zones text[]
--   introspection_debugging boolean
--   introspection_interval interval
SELECT 'u1'::text AS id, 'quickstart'::text AS name, 'u1'::text AS owner_id, ARRAY['u1=UC/u1'] AS privileges, true AS managed,
	NULL::text AS size, 1::bigint AS replication_factor, NULL::boolean AS disk, NULL::text[] AS availability_zones,
	NULL::boolean AS introspection_debugging, NULL::interval AS introspection_interval
