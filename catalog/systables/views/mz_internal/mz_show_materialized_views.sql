-- What SHOW MATERIALIZED VIEWS lists.
--   name text not null
--   cluster text not null
--   comment text not null
--   schema_name text not null
SELECT o.name, u.name AS cluster, coalesce(o.comment, '') AS comment, s.name AS schema_name
FROM c.objects o JOIN c.schemas s ON s.id = o.schema_id
	JOIN c.in_clusters n ON n.object_id = o.id JOIN c.clusters u ON u.id = n.cluster_id
WHERE o.kind = 'materialized-view'
