-- The indexes that stand for keys.
--   indexrelid indrelid indnatts indnkeyatts indisunique indnullsnotdistinct indisprimary indisexclusion indimmediate
--   indisclustered indisvalid indcheckxmin indisready indislive indisreplident indkey indcollation indclass indoption
SELECT k.oid, k.relation, cardinality(k.attnums), cardinality(k.attnums), true, false, k.is_primary, false, true,
	false, true, false, true, true, false, array_to_string(k.attnums, ' '), z.zeros, z.zeros, z.zeros
FROM base.keys k JOIN (SELECT key_oid, string_agg('0', ' ') AS zeros FROM base.key_columns GROUP BY key_oid) z ON z.key_oid = k.oid
