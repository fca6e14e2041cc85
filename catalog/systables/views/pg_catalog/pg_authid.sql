-- Roles, without passwords.
--   oid rolname rolsuper rolinherit rolcreaterole rolcreatedb rolcanlogin rolreplication rolbypassrls rolconnlimit rolvaliduntil
SELECT r.oid, r.name, coalesce(l.superuser, false), r.inherit, coalesce(l.superuser, false), coalesce(l.superuser, false), coalesce(l.login, false),
  false, coalesce(l.superuser, false), -1, l.valid_until
FROM c.roles r LEFT JOIN c.role_logins l ON l.id = r.id
