-- What SHOW INDEXES lists.
--   name text not null
--   "on" text not null
--   cluster text not null
--   key text[] not null
--   comment text not null
--   schema_name text not null
--   on_id text not null
SELECT o.name, r.name AS "on", u.name AS cluster, i.keys AS key, coalesce(o.comment, '') AS comment, s.name AS schema_name, i.on_id
FROM c.objects o JOIN c.schemas s ON s.id = o.schema_id
	JOIN c.indexes i ON i.id = o.id JOIN c.objects r ON r.id = i.on_id
	JOIN c.in_clusters n ON n.object_id = o.id JOIN c.clusters u ON u.id = n.cluster_id
