-- Sequences.
--   oid oid
--   namespace oid
--   name text
--   owner_id text
--   type_oid oid
--   start bigint
--   increment bigint
--   min bigint
--   max bigint
--   cache bigint
--   cycle boolean
--   owned_by oid
--   owned_attnum smallint
--   identity boolean
SELECT o.oid, s.oid AS namespace, o.name, o.owner_id, q.type_oid, q.start, q.increment, q.min, q.max, q.cache, q.cycle, t.oid AS owned_by, q.owned_attnum,
	q.identity
FROM c.sequences q JOIN c.objects o ON o.id = q.id JOIN c.schemas s ON s.id = o.schema_id LEFT JOIN c.objects t ON t.id = q.owned_by
