-- The status of each source, each table that a source fills, and each progress relation, which has its source's.
--   id text
--   name text
--   type text
--   schema_id text
--   source_id text
--   state text
--   error text
--   hint text
--   since timestamptz
--   next_try timestamptz
SELECT o.id, o.name, coalesce(o.type, o.kind) AS type, o.schema_id, coalesce(t.source_id, o.id) AS source_id,
	coalesce(st.state, 'created') AS state, st.error, st.hint, st.since, st.next_try
FROM c.objects o
	LEFT JOIN c.source_tables t ON t.id = o.id
	LEFT JOIN live.source_statuses st ON st.object = CASE WHEN o.type = 'progress' THEN t.source_id ELSE o.id END
WHERE o.kind = 'source' OR t.id IS NOT NULL
