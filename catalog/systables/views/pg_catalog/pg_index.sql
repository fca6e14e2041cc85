-- Indexes: those that stand for keys, and users' own.
--   indexrelid indrelid indnatts indnkeyatts indisunique indnullsnotdistinct indisprimary indisexclusion indimmediate
--   indisclustered indisvalid indcheckxmin indisready indislive indisreplident indkey indcollation indclass indoption
SELECT k.oid, k.relation, cardinality(k.attnums), cardinality(k.attnums), k.is_unique, false, k.is_primary, false, true,
	false, true, false, true, true, false, array_to_string(k.attnums, ' '), z.zeros, z.zeros, z.zeros
FROM base.indexes k
	JOIN (SELECT u.oid, string_agg('0', ' ') AS zeros FROM (SELECT x.oid, unnest(x.attnums) AS attnum FROM base.indexes x) u GROUP BY u.oid) z
		ON z.oid = k.oid
