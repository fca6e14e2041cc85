-- The role.
--   rolname rolsuper rolinherit rolcreaterole rolcreatedb rolcanlogin rolreplication rolconnlimit rolpassword rolbypassrls oid
SELECT 'materialize', true, true, true, true, true, false, -1, '********', true, 10
