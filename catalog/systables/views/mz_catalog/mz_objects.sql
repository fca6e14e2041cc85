-- Objects of all kinds, users' and the system's.
--   id text not null
--   oid oid not null
--   schema_id text not null
--   name text not null
--   type text not null: table, source, view, materialized-view, index, connection or secret
--   owner_id text not null
--   cluster_id text
--   privileges text[] not null
SELECT o.id, o.oid, o.schema_id, o.name, o.kind AS type, o.owner_id, n.cluster_id,
	CASE WHEN o.kind IN ('connection', 'secret') THEN ARRAY[o.owner_id || '=U/' || o.owner_id]
		WHEN o.kind = 'table' THEN ARRAY[o.owner_id || '=arwd/' || o.owner_id] WHEN o.kind = 'index' THEN ARRAY[]::text[] ELSE ARRAY[o.owner_id || '=r/' || o.owner_id] END AS privileges
FROM c.objects o LEFT JOIN c.in_clusters n ON n.object_id = o.id
UNION ALL
SELECT r.id, r.oid, r.schema_id, r.name, CASE WHEN r.relkind::text = 'r' THEN 'table' ELSE 'view' END, 'u1'::text, NULL::text, ARRAY['=r/u1']
FROM static.system_relations r
