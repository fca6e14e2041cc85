-- Roles. One is the server's own; the others own objects and cannot log in.
--   rolname rolsuper rolinherit rolcreaterole rolcreatedb rolcanlogin rolreplication rolconnlimit rolpassword rolbypassrls oid
SELECT r.name, r.oid = 10, r.inherit, r.oid = 10, r.oid = 10, r.oid = 10, false, -1, '********', r.oid = 10, r.oid FROM c.roles r
