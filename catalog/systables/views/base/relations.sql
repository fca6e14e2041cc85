-- The relations of pg_class but for indexes. The source itself has no columns and is none.
--   oid oid
--   namespace oid
--   name text
--   relkind text
--   natts bigint
--   has_index boolean
--   comment text
--   definition text
--   owner oid
SELECT o.oid, s.oid AS namespace, o.name,
	CASE WHEN o.kind = 'materialized-view' THEN 'm' WHEN o.kind = 'view' OR o.type = 'progress' THEN 'v' ELSE 'r' END AS relkind,
	n.natts, (k.object_id IS NOT NULL OR i.on_id IS NOT NULL) AS has_index, o.comment, ' ' || v.query AS definition, w.oid AS owner
FROM c.objects o
	JOIN c.schemas s ON s.id = o.schema_id
	JOIN (SELECT object_id, count(*) AS natts FROM c.columns GROUP BY object_id) n ON n.object_id = o.id
	LEFT JOIN (SELECT DISTINCT object_id FROM c.keys) k ON k.object_id = o.id
	LEFT JOIN (SELECT DISTINCT on_id FROM c.indexes) i ON i.on_id = o.id
	LEFT JOIN c.views v ON v.id = o.id
	JOIN c.roles w ON w.id = o.owner_id
UNION ALL
SELECT o.oid, s.oid, o.name, 'S', 3, false, o.comment, NULL, w.oid
FROM c.sequences q JOIN c.objects o ON o.id = q.id JOIN c.schemas s ON s.id = o.schema_id JOIN c.roles w ON w.id = o.owner_id
UNION ALL
SELECT r.oid, r.namespace, r.name, r.relkind::text, r.natts::bigint, false, r.comment, r.query, 10::oid
FROM static.system_relations r
