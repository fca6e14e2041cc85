-- Comments on users' objects, schemas, clusters and roles.
--   id text not null
--   object_type text not null
--   object_sub_id integer: a column's position; NULL for the object itself
--   comment text not null
SELECT id, kind AS object_type, NULL::integer AS object_sub_id, comment FROM c.objects WHERE comment IS NOT NULL
UNION ALL
SELECT o.id, o.kind, a.attnum::integer, a.comment FROM c.columns a JOIN c.objects o ON o.id = a.object_id WHERE a.comment IS NOT NULL
UNION ALL
SELECT id, 'schema'::text, NULL::integer, comment FROM c.schemas WHERE comment IS NOT NULL
UNION ALL
SELECT id, 'cluster'::text, NULL::integer, comment FROM c.clusters WHERE comment IS NOT NULL
UNION ALL
SELECT id, 'cluster-replica'::text, NULL::integer, comment FROM c.cluster_replicas WHERE comment IS NOT NULL
UNION ALL
SELECT id, 'role'::text, NULL::integer, comment FROM c.roles WHERE comment IS NOT NULL
