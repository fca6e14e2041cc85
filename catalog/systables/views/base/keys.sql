-- The keys of users' relations, each with the OID of its index and constraint.
--   oid oid
--   relation oid
--   relation_name text
--   namespace oid
--   name text
--   is_primary boolean
--   attnums smallint[]
--   is_constraint boolean
SELECT (2147483648 + o.oid::bigint * 16 + row_number() OVER (PARTITION BY k.object_id ORDER BY k.is_primary DESC, k.name))::oid AS oid,
	o.oid AS relation, o.name AS relation_name, s.oid AS namespace, k.name, k.is_primary, k.attnums, x.name IS NULL AS is_constraint
FROM c.keys k JOIN c.objects o ON o.id = k.object_id JOIN c.schemas s ON s.id = o.schema_id
	LEFT JOIN c.constraints x ON x.object_id = k.object_id AND x.name = k.name AND x.type = 'i'
