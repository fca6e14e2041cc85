-- The role, without its password.
--   oid rolname rolsuper rolinherit rolcreaterole rolcreatedb rolcanlogin rolreplication rolbypassrls rolconnlimit
SELECT 10, 'materialize', true, true, true, true, true, false, true, -1
