-- Sequences, but for those of identity columns.
--   sequence_catalog sequence_schema sequence_name data_type numeric_precision numeric_precision_radix numeric_scale
--   start_value minimum_value maximum_value increment cycle_option
SELECT 'materialize', n.name, q.name, CASE q.type_oid WHEN 21 THEN 'smallint' WHEN 23 THEN 'integer' ELSE 'bigint' END,
	CASE q.type_oid WHEN 21 THEN 16 WHEN 23 THEN 32 ELSE 64 END, 2, 0,
	q.start::text, q.min::text, q.max::text, q.increment::text, CASE WHEN q.cycle THEN 'YES' ELSE 'NO' END
FROM base.sequences q JOIN base.namespaces n ON n.oid = q.namespace WHERE NOT q.identity
