-- Columns of tables and views.
--   table_catalog table_schema table_name column_name ordinal_position column_default is_nullable data_type
--   character_maximum_length
--   character_octet_length
--   numeric_precision
--   numeric_precision_radix
--   numeric_scale
--   datetime_precision
--   collation_catalog collation_schema collation_name
--   udt_catalog udt_schema udt_name dtd_identifier is_self_referencing is_identity
--   identity_generation identity_start identity_increment identity_maximum identity_minimum identity_cycle is_generated
--   generation_expression is_updatable
SELECT 'materialize', n.name, r.name, a.name, a.attnum, CASE WHEN o.identity = '' THEN o.default_text END, CASE WHEN a.not_null THEN 'NO' ELSE 'YES' END,
	CASE WHEN t.typelem <> 0 AND t.typlen = -1 THEN 'ARRAY' ELSE d.display END,
	CASE WHEN a.type_mod > 4 AND a.type_oid IN (1042, 1043) THEN a.type_mod - 4
		WHEN a.type_mod > 0 AND a.type_oid IN (1560, 1562) THEN a.type_mod END,
	CASE WHEN a.type_oid NOT IN (25, 1042, 1043) THEN NULL
		WHEN a.type_mod > 4 THEN (a.type_mod - 4) * 4 ELSE 1073741824 END,
	CASE a.type_oid WHEN 21 THEN 16 WHEN 23 THEN 32 WHEN 20 THEN 64 WHEN 700 THEN 24 WHEN 701 THEN 53
		WHEN 1700 THEN CASE WHEN a.type_mod > 4 THEN (a.type_mod - 4) / 65536 END END,
	CASE WHEN a.type_oid IN (20, 21, 23, 700, 701) THEN 2 WHEN a.type_oid = 1700 THEN 10 END,
	CASE WHEN a.type_oid IN (20, 21, 23) THEN 0
		WHEN a.type_oid = 1700 AND a.type_mod > 4
			THEN CASE WHEN (a.type_mod - 4) % 2048 >= 1024 THEN (a.type_mod - 4) % 2048 - 2048 ELSE (a.type_mod - 4) % 2048 END END,
	CASE WHEN a.type_oid = 1082 THEN 0
		WHEN a.type_oid IN (1083, 1114, 1184, 1266) THEN CASE WHEN a.type_mod < 0 THEN 6 ELSE a.type_mod END
		WHEN a.type_oid = 1186 THEN CASE WHEN a.type_mod < 0 OR a.type_mod % 65536 = 65535 THEN 6 ELSE a.type_mod % 65536 END END,
	CASE WHEN t.typcollation = 950 THEN 'materialize' END, CASE WHEN t.typcollation = 950 THEN 'pg_catalog' END,
	CASE WHEN t.typcollation = 950 THEN 'C' END,
	'materialize', 'pg_catalog', t.typname, a.attnum::text, 'NO', CASE WHEN o.identity <> '' THEN 'YES' ELSE 'NO' END,
	CASE o.identity WHEN 'a' THEN 'ALWAYS' WHEN 'd' THEN 'BY DEFAULT' END,
	q.start::text, q.increment::text, q.max::text, q.min::text, CASE WHEN q.cycle THEN 'YES' ELSE 'NO' END,
	CASE WHEN o.generated_text IS NOT NULL THEN 'ALWAYS' ELSE 'NEVER' END, o.generated_text,
	CASE WHEN o.relation IS NOT NULL THEN 'YES' ELSE 'NO' END
FROM base.columns a
	JOIN base.relations r ON r.oid = a.relation
	JOIN base.namespaces n ON n.oid = r.namespace
	JOIN static.pg_type t ON t.oid = a.type_oid
	JOIN static.type_names d ON d.oid = a.type_oid
	LEFT JOIN base.own_columns o ON o.relation = a.relation AND o.attnum = a.attnum
	LEFT JOIN base.sequences q ON o.identity <> '' AND q.owned_by = a.relation AND q.owned_attnum = a.attnum
WHERE r.relkind IN ('r', 'v')
