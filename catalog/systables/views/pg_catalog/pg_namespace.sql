-- Schemas. Those of mz_catalog and mz_internal are shown as part of pg_catalog.
--   oid nspname nspowner
SELECT n.oid, n.name, n.owner FROM base.namespaces n
