-- Replicas of clusters. There is one, the server itself.
--   id text not null
--   name text not null
--   cluster_id text not null
--   size text
--   availability_zone text
--   owner_id text not null
--   disk boolean
SELECT 'u1'::text AS id, 'r1'::text AS name, 'u1'::text AS cluster_id, NULL::text AS size, NULL::text AS availability_zone,
	'u1'::text AS owner_id, NULL::boolean AS disk
