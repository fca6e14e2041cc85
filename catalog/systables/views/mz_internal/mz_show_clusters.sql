-- What SHOW CLUSTERS lists.
--   name text not null
--   replicas text not null
--   comment text not null
SELECT c.name, r.name AS replicas, ''::text AS comment
FROM mz_catalog.mz_clusters c JOIN mz_catalog.mz_cluster_replicas r ON r.cluster_id = c.id
