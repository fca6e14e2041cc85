-- Columns of relations, users' and the system's.
--   id text not null: the relation's
--   name text not null
--   position bigint not null: from 1
--   nullable boolean not null
--   type text not null
--   "default" text
--   type_oid oid not null
--   type_mod integer not null
SELECT a.object_id AS id, a.name, a.attnum::bigint AS position, a.nullable, t.display AS type, NULL::text AS "default", a.type_oid, a.type_mod
FROM c.columns a JOIN static.type_names t ON t.oid = a.type_oid
UNION ALL
SELECT a.relation_id, a.name, a.attnum::bigint, NOT a.not_null, t.display, NULL::text, a.type_oid, a.type_mod
FROM static.system_columns a JOIN static.type_names t ON t.oid = a.type_oid
