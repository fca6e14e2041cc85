-- Messages that sources could not read, with their bytes.
--   id text not null: the table, or the source that is a table itself
--   source_id text not null
--   schema_name text not null
--   name text not null
--   partition integer not null
--   offset bigint not null
--   occurred_at timestamptz not null: the time of the message
--   error text not null
--   key bytea
--   value bytea
--   kept boolean not null: reading went on (ON DECODE ERROR = 'keep')
SELECT e.object AS id, coalesce(t.source_id, e.object) AS source_id, s.name AS schema_name, o.name,
	e.part AS partition, e.position AS "offset", e.occurred_at, e.error, e.key, e.value, e.kept
FROM s.source_errors e
	JOIN c.objects o ON o.id = e.object
	JOIN c.schemas s ON s.id = o.schema_id
	LEFT JOIN c.source_tables t ON t.id = e.object
