-- Relations and indexes.
--   oid relname relnamespace reltype reloftype relowner relam relfilenode reltablespace relpages reltuples
--   relallvisible reltoastrelid relhasindex relisshared relpersistence relkind relnatts relchecks relhasrules
--   relhastriggers relhassubclass relrowsecurity relforcerowsecurity relispopulated relreplident relispartition
--   relrewrite relfrozenxid relminmxid
SELECT r.oid, r.name, r.namespace, 0, 0, r.owner, CASE WHEN r.relkind IN ('r', 'm') THEN 2 ELSE 0 END, 0, 0, 0, -1,
	0, 0, r.has_index, false, 'p', r.relkind, r.natts, coalesce(k.checks, 0), r.relkind = 'v',
	k.oid IS NOT NULL AND k.triggers, false, false, false, true, CASE WHEN r.relkind IN ('r', 'm') THEN 'd' ELSE 'n' END, false,
	0, '0', '0'
FROM base.relations r
	LEFT JOIN (SELECT u.oid, sum(u.checks) AS checks, bool_or(u.checks = 0) AS triggers FROM (
		SELECT c.relation AS oid, CASE WHEN c.contype = 'c' THEN 1 ELSE 0 END AS checks FROM base.constraints c
		UNION ALL SELECT c.ref_relation, 0 FROM base.constraints c WHERE c.contype = 'f') u GROUP BY u.oid) k ON k.oid = r.oid
UNION ALL
SELECT k.oid, k.name, k.namespace, 0, 0, k.owner, 403, 0, 0, 0, -1,
	0, 0, false, false, 'p', 'i', cardinality(k.attnums), 0, false,
	false, false, false, false, true, 'n', false,
	0, '0', '0'
FROM base.indexes k
