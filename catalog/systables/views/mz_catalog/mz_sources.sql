-- Sources, their subsources and their progress relations.
--   id text not null
--   oid oid not null
--   schema_id text not null
--   name text not null
--   type text not null: postgres, kafka, subsource or progress
--   connection_id text: of a source itself
--   size text
--   envelope_type text
--   key_format text
--   value_format text
--   cluster_id text
--   owner_id text not null
--   privileges text[] not null
--   create_sql text
--   redacted_create_sql text
SELECT o.id, o.oid, o.schema_id, o.name, o.type, s.connection_id, s.size,
	k.envelope AS envelope_type, k.key_format, k.value_format,
	n.cluster_id, o.owner_id, ARRAY[o.owner_id || '=r/' || o.owner_id] AS privileges, o.create_sql, o.redacted_create_sql
FROM c.objects o
	LEFT JOIN c.sources s ON s.id = o.id
	LEFT JOIN c.kafka_tables k ON k.id = o.id
	LEFT JOIN c.source_tables t ON t.id = o.id
	LEFT JOIN c.in_clusters n ON n.object_id = coalesce(t.source_id, o.id)
WHERE o.kind = 'source'
