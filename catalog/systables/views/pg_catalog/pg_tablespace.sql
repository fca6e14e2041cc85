-- PostgreSQL's two tablespaces. Where data lies is the engine's business.
--   oid spcname spcowner
SELECT 1663, 'pg_default', 10 UNION ALL SELECT 1664, 'pg_global', 10
