-- Primary keys, unique keys, checks and foreign keys.
--   oid conname connamespace contype condeferrable condeferred convalidated conrelid contypid conindid conparentid
--   confrelid confupdtype confdeltype confmatchtype conislocal coninhcount connoinherit conkey confkey conbin
SELECT k.oid, k.name, k.namespace, CASE WHEN k.is_primary THEN 'p' ELSE 'u' END, false, false, true, k.relation, 0::oid, k.oid, 0,
	0::oid, ' ', ' ', ' ', true, 0, true, k.attnums, NULL::smallint[], NULL::text
FROM base.keys k WHERE k.is_constraint
UNION ALL
SELECT f.oid, f.name, f.namespace, f.contype, false, false, true, f.relation, 0::oid, coalesce(k.oid, 0::oid), 0,
	f.ref_relation, f.on_update, f.on_delete, f.match, true, 0, f.contype = 'f', f.attnums,
	CASE WHEN f.contype = 'f' THEN f.ref_attnums END, CASE WHEN f.contype = 'c' THEN f.expr END
FROM base.constraints f LEFT JOIN base.keys k ON f.contype = 'f' AND k.relation = f.ref_relation AND k.attnums = f.ref_attnums
