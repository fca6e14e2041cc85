-- What SHOW SOURCES lists.
--   name text not null
--   type text not null
--   cluster text
--   comment text not null
--   schema_name text not null
SELECT o.name, o.type, u.name AS cluster, coalesce(o.comment, '') AS comment, s.name AS schema_name
FROM c.objects o JOIN c.schemas s ON s.id = o.schema_id
	LEFT JOIN c.source_tables t ON t.id = o.id
	LEFT JOIN c.in_clusters n ON n.object_id = coalesce(t.source_id, o.id) LEFT JOIN c.clusters u ON u.id = n.cluster_id
WHERE o.kind = 'source'
