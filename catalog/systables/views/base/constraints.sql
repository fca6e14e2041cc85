-- Checks and foreign keys of users' tables, each with its OID: behind those of the table's keys.
--   oid oid
--   relation oid
--   relation_name text
--   namespace oid
--   name text
--   contype text
--   attnums smallint[]
--   ref_relation oid
--   ref_attnums smallint[]
--   on_update text
--   on_delete text
--   match text
--   expr text
--   definition text
SELECT (3221225472 + o.oid::bigint * 64 + k.number)::oid AS oid, o.oid AS relation, o.name AS relation_name, s.oid AS namespace, k.name, k.type AS contype,
	k.attnums, coalesce(r.oid, 0::oid) AS ref_relation, k.ref_attnums, k.on_update, k.on_delete, k.match, k.expr,
	CASE k.type WHEN 'c' THEN 'CHECK (' || k.expr || ')' ELSE k.expr END AS definition
FROM c.constraints k JOIN c.objects o ON o.id = k.object_id JOIN c.schemas s ON s.id = o.schema_id LEFT JOIN c.objects r ON r.id = k.ref_id
WHERE k.type <> 'i'
