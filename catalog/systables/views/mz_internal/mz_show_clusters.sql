-- What SHOW CLUSTERS lists.
--   name text not null
--   replicas text: with their sizes
--   comment text not null
SELECT c.name, r.replicas, coalesce(k.comment, '') AS comment
FROM mz_catalog.mz_clusters c
	LEFT JOIN c.clusters k ON k.id = c.id
	LEFT JOIN (SELECT cluster_id, string_agg(name || coalesce(' (' || size || ')', ''), ', ' ORDER BY name) AS replicas
		FROM mz_catalog.mz_cluster_replicas GROUP BY cluster_id) r ON r.cluster_id = c.id
