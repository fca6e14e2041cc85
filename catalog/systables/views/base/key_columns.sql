-- The columns of the keys of users' relations.
--   key_oid oid
--   relation oid
--   position bigint
--   attnum smallint
SELECT k.oid AS key_oid, k.relation, u.position, u.attnum
FROM base.keys k, unnest(k.attnums) WITH ORDINALITY AS u(attnum, position)
