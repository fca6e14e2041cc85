-- Roles, without passwords.
--   oid rolname rolsuper rolinherit rolcreaterole rolcreatedb rolcanlogin rolreplication rolbypassrls rolconnlimit
SELECT r.oid, r.name, r.oid = 10, r.inherit, r.oid = 10, r.oid = 10, r.oid = 10, false, r.oid = 10, -1 FROM c.roles r
