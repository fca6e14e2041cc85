-- The indexes of pg_class: those that stand for keys, and users' own. An expression has attnum 0.
--   oid oid
--   relation oid
--   relation_name text
--   namespace oid
--   name text
--   is_unique boolean
--   is_primary boolean
--   attnums smallint[]
--   owner oid
--   comment text
SELECT k.oid, k.relation, k.relation_name, k.namespace, k.name, true AS is_unique, k.is_primary, k.attnums, r.owner, NULL::text AS comment
FROM base.keys k JOIN base.relations r ON r.oid = k.relation
UNION ALL
SELECT o.oid, t.oid, t.name, s.oid, o.name, false, false, i.attnums, w.oid, o.comment
FROM c.indexes i JOIN c.objects o ON o.id = i.id JOIN c.objects t ON t.id = i.on_id JOIN c.schemas s ON s.id = o.schema_id
	JOIN c.roles w ON w.id = o.owner_id
