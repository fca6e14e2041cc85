-- Replicas of clusters. All are this server.
--   id text not null
--   name text not null
--   cluster_id text not null
--   size text
--   availability_zone text
--   owner_id text not null
--   disk boolean
SELECT r.id, r.name, r.cluster_id, r.size, r.availability_zone, r.owner_id, r.disk FROM c.cluster_replicas r
UNION ALL
SELECT v.id, 'r1'::text, v.id, NULL::text, NULL::text, 'u1'::text, false FROM (VALUES ('s1'::text), ('s2')) AS v(id)
