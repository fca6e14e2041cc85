-- The character set.
--   character_set_name character_repertoire form_of_use default_collate_catalog default_collate_schema default_collate_name
SELECT 'UTF8', 'UCS', 'UTF8', 'materialize', 'pg_catalog', 'C'
