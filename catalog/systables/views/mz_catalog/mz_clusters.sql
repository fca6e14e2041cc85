-- Clusters: users', and the system's, which nothing can be made in. All are this server.
--   id text not null
--   name text not null
--   owner_id text not null
--   privileges text[] not null
--   managed boolean not null
--   size text: NULL of unmanaged clusters
--   replication_factor bigint
--   disk boolean
--   availability_zones text[]
--   introspection_debugging boolean
--   introspection_interval interval
SELECT c.id, c.name, c.owner_id, ARRAY[c.owner_id || '=UC/' || c.owner_id] AS privileges, c.managed, c.size, c.replication_factor, c.disk,
	c.availability_zones, c.introspection_debugging, c.introspection_interval::interval AS introspection_interval
FROM c.clusters c
UNION ALL
SELECT v.id, v.name, 'u1'::text, ARRAY['=U/u1'], true, NULL::text, 1::bigint, false, NULL::text[], false, NULL::interval
FROM (VALUES ('s1'::text, 'mz_system'::text), ('s2', 'mz_catalog_server')) AS v(id, name)
