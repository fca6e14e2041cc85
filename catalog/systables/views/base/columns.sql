-- The columns of the relations of pg_class but for indexes. Those of views are nullable, as PostgreSQL has them.
--   relation oid
--   attnum smallint
--   name text
--   type_oid oid
--   type_mod integer
--   not_null boolean
--   comment text
SELECT o.oid AS relation, a.attnum, a.name, a.type_oid, a.type_mod, NOT a.nullable AND o.kind NOT IN ('view', 'materialized-view') AS not_null, a.comment
FROM c.columns a JOIN c.objects o ON o.id = a.object_id
UNION ALL
SELECT a.relation_oid, a.attnum, a.name, a.type_oid, a.type_mod, a.not_null AND a.relkind::text = 'r', a.comment FROM static.system_columns a
