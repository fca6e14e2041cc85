-- Tables that sources fill, with their state.
--   id text not null
--   source_id text not null
--   source text not null
--   schema_name text not null
--   name text not null
--   upstream_schema text: of a table in PostgreSQL
--   upstream_table text not null: the table, or the topic
--   state text not null
--   ready boolean not null: the first snapshot is complete
--   rows_known bigint: how many rows the first snapshot is thought to have
--   rows_done bigint: how many of them are copied
--   error text
--   hint text
--   since timestamptz
--   next_try timestamptz
SELECT o.id, t.source_id, p.name AS source, s.name AS schema_name, o.name, t.upstream_schema, t.upstream_table,
	coalesce(st.state, 'created') AS state, coalesce(st.ready, false) AS ready, st.rows_known, st.rows_done,
	st.error, st.hint, st.since, st.next_try
FROM c.source_tables t
	JOIN c.objects o ON o.id = t.id
	JOIN c.objects p ON p.id = t.source_id
	JOIN c.schemas s ON s.id = o.schema_id
	LEFT JOIN live.source_statuses st ON st.object = t.id
WHERE t.upstream_table IS NOT NULL
