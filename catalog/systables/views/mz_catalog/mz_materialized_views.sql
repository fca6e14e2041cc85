-- Materialized views.
--   id text not null
--   oid oid not null
--   schema_id text not null
--   name text not null
--   cluster_id text not null
--   definition text not null: the query
--   owner_id text not null
--   privileges text[] not null
--   create_sql text
--   redacted_create_sql text
SELECT o.id, o.oid, o.schema_id, o.name, n.cluster_id, v.query AS definition, o.owner_id, ARRAY[o.owner_id || '=r/' || o.owner_id] AS privileges,
	o.create_sql, o.redacted_create_sql
FROM c.objects o JOIN c.views v ON v.id = o.id JOIN c.in_clusters n ON n.object_id = o.id
WHERE o.kind = 'materialized-view'
