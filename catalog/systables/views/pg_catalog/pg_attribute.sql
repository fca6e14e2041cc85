-- Columns of relations, and of the indexes that stand for keys.
--   attrelid attname atttypid attstattarget attlen attnum attndims attcacheoff atttypmod attbyval attalign attstorage
--   attcompression attnotnull atthasdef atthasmissing attidentity attgenerated attisdropped attislocal attinhcount attcollation
SELECT a.relation, a.name, a.type_oid, -1, t.typlen, a.attnum, CASE WHEN t.typcategory::text = 'A' AND t.typlen = -1 THEN 1 ELSE 0 END, -1, a.type_mod,
	t.typbyval, t.typalign, t.typstorage, '', a.not_null,
	coalesce(d.identity = '' AND coalesce(d.default_text, d.generated_text) IS NOT NULL, false), false, coalesce(d.identity, ''),
	CASE WHEN d.generated_text IS NOT NULL THEN 's' ELSE '' END, false, true, 0, t.typcollation
FROM base.columns a JOIN static.pg_type t ON t.oid = a.type_oid
	LEFT JOIN base.own_columns d ON d.relation = a.relation AND d.attnum = a.attnum
UNION ALL
SELECT kc.key_oid, a.name, a.type_oid, -1, t.typlen, kc.position, CASE WHEN t.typcategory::text = 'A' AND t.typlen = -1 THEN 1 ELSE 0 END, -1, a.type_mod,
	t.typbyval, t.typalign, t.typstorage, '', false, false, false, '', '', false, true, 0, t.typcollation
FROM base.key_columns kc JOIN base.columns a ON a.relation = kc.relation AND a.attnum = kc.attnum JOIN static.pg_type t ON t.oid = a.type_oid
