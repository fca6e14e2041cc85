-- What SHOW INDEXES lists.
--   name text not null
--   "on" text
--   cluster text not null
--   key text[]
--   comment text not null
--   schema_name text not null
--   on_id text
SELECT o.name, r.name AS "on", 'quickstart'::text AS cluster, NULL::text[] AS key, coalesce(o.comment, '') AS comment, s.name AS schema_name,
	r.id AS on_id
FROM c.objects o JOIN c.schemas s ON s.id = o.schema_id
	LEFT JOIN c.uses u ON u.object_id = o.id LEFT JOIN c.objects r ON r.id = u.referenced_object_id
WHERE o.kind = 'index'
