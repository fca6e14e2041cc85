-- What the columns of users' tables have besides name and type.
--   relation oid
--   attnum smallint
--   default_text text
--   generated_text text
--   identity text
--   sequence_id text
SELECT o.oid AS relation, d.attnum, d.default_text, d.generated_text, d.identity, d.sequence_id
FROM c.own_columns d JOIN c.objects o ON o.id = d.object_id
