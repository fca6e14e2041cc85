-- Collations.
--   collation_catalog collation_schema collation_name pad_attribute
SELECT 'materialize', 'pg_catalog', c.collname, 'NO PAD' FROM static.pg_collation c
