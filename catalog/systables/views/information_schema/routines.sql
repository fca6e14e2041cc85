-- Functions.
--   specific_catalog specific_schema specific_name routine_catalog routine_schema routine_name routine_type data_type
--   type_udt_catalog type_udt_schema type_udt_name dtd_identifier routine_body routine_definition external_language
--   parameter_style is_deterministic sql_data_access is_null_call schema_level_routine security_type
SELECT 'materialize', 'pg_catalog', p.proname || '_' || p.oid::text, 'materialize', 'pg_catalog', p.proname,
	CASE p.prokind::text WHEN 'f' THEN 'FUNCTION' WHEN 'p' THEN 'PROCEDURE' END,
	CASE WHEN t.typelem <> 0 AND t.typlen = -1 THEN 'ARRAY' ELSE d.display END,
	'materialize', 'pg_catalog', t.typname, '0', 'EXTERNAL', NULL, 'INTERNAL',
	'GENERAL', CASE WHEN p.provolatile::text = 'i' THEN 'YES' ELSE 'NO' END, 'MODIFIES', CASE WHEN p.proisstrict THEN 'YES' ELSE 'NO' END, 'YES', 'INVOKER'
FROM static.pg_proc p JOIN static.pg_type t ON t.oid = p.prorettype JOIN static.type_names d ON d.oid = p.prorettype
