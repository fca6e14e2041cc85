-- What SHOW CLUSTER REPLICAS lists.
--   cluster text not null
--   replica text not null
--   size text
--   ready boolean not null
--   comment text not null
SELECT c.name AS cluster, r.name AS replica, r.size, true AS ready, coalesce(k.comment, '') AS comment
FROM mz_catalog.mz_cluster_replicas r JOIN mz_catalog.mz_clusters c ON c.id = r.cluster_id LEFT JOIN c.cluster_replicas k ON k.id = r.id
	AND k.cluster_id = r.cluster_id
