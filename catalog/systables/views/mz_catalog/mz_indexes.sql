-- Indexes of users' making. The keys of tables are in pg_index, too.
--   id text not null
--   oid oid not null
--   name text not null
--   on_id text not null: the relation that is indexed
--   cluster_id text not null
--   owner_id text not null
--   create_sql text not null
--   redacted_create_sql text not null
SELECT o.id, o.oid, o.name, i.on_id, n.cluster_id, o.owner_id, o.create_sql, o.redacted_create_sql
FROM c.objects o JOIN c.indexes i ON i.id = o.id JOIN c.in_clusters n ON n.object_id = o.id
