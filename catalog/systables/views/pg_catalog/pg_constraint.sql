-- Primary keys and unique keys.
--   oid conname connamespace contype condeferrable condeferred convalidated conrelid contypid conindid conparentid
--   confrelid confupdtype confdeltype confmatchtype conislocal coninhcount connoinherit conkey
SELECT k.oid, k.name, k.namespace, CASE WHEN k.is_primary THEN 'p' ELSE 'u' END, false, false, true, k.relation, 0, k.oid, 0,
	0, ' ', ' ', ' ', true, 0, true, k.attnums
FROM base.keys k
