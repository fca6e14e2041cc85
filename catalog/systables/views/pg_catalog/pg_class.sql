-- Relations and indexes.
--   oid relname relnamespace reltype reloftype relowner relam relfilenode reltablespace relpages reltuples
--   relallvisible reltoastrelid relhasindex relisshared relpersistence relkind relnatts relchecks relhasrules
--   relhastriggers relhassubclass relrowsecurity relforcerowsecurity relispopulated relreplident relispartition
--   relrewrite relfrozenxid relminmxid
SELECT r.oid, r.name, r.namespace, 0, 0, r.owner, CASE WHEN r.relkind IN ('r', 'm') THEN 2 ELSE 0 END, 0, 0, 0, -1,
	0, 0, r.has_index, false, 'p', r.relkind, r.natts, 0, r.relkind = 'v',
	false, false, false, false, true, CASE WHEN r.relkind IN ('r', 'm') THEN 'd' ELSE 'n' END, false,
	0, '0', '0'
FROM base.relations r
UNION ALL
SELECT k.oid, k.name, k.namespace, 0, 0, k.owner, 403, 0, 0, 0, -1,
	0, 0, false, false, 'p', 'i', cardinality(k.attnums), 0, false,
	false, false, false, false, true, 'n', false,
	0, '0', '0'
FROM base.indexes k
