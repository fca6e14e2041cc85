-- Indexes.
--   id text not null
--   oid oid not null
--   name text not null
--   on_id text: the relation that is indexed
--   cluster_id text not null
--   owner_id text not null
--   create_sql text
--   redacted_create_sql text
SELECT o.id, o.oid, o.name, u.referenced_object_id AS on_id, 'u1'::text AS cluster_id, o.owner_id, o.create_sql, o.redacted_create_sql
FROM c.objects o LEFT JOIN c.uses u ON u.object_id = o.id
WHERE o.kind = 'index'
