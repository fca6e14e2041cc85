-- Defaults and expressions of generated columns.
--   oid adrelid adnum adbin
SELECT (2147483648 + d.relation::bigint * 64 + d.attnum % 64)::oid, d.relation, d.attnum, coalesce(d.generated_text, d.default_text)
FROM base.own_columns d WHERE coalesce(d.generated_text, d.default_text) IS NOT NULL AND d.identity = ''
