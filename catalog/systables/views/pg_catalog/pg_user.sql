-- The role.
--   usename usesysid usecreatedb usesuper userepl usebypassrls passwd
SELECT 'materialize', 10, true, true, false, true, '********'
