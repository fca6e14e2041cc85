-- Roles.
--   rolname rolsuper rolinherit rolcreaterole rolcreatedb rolcanlogin rolreplication rolconnlimit rolpassword rolvaliduntil rolbypassrls oid
SELECT r.name, coalesce(l.superuser, false), r.inherit, coalesce(l.superuser, false), coalesce(l.superuser, false), coalesce(l.login, false),
  false, -1, '********', l.valid_until, coalesce(l.superuser, false), r.oid
FROM c.roles r LEFT JOIN c.role_logins l ON l.id = r.id
