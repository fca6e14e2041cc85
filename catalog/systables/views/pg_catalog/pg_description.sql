-- Comments on relations, indexes, columns and schemas.
--   objoid classoid objsubid description
SELECT r.oid, 1259, 0, r.comment FROM base.relations r WHERE r.comment IS NOT NULL
UNION ALL
SELECT x.oid, 1259, 0, x.comment FROM base.indexes x WHERE x.comment IS NOT NULL
UNION ALL
SELECT a.relation, 1259, a.attnum::integer, a.comment FROM base.columns a WHERE a.comment IS NOT NULL
UNION ALL
SELECT n.oid, 2615, 0, n.comment FROM base.namespaces n WHERE n.comment IS NOT NULL
