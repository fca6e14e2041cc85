-- The roles that can log in.
--   usename usesysid usecreatedb usesuper userepl usebypassrls passwd valuntil
SELECT r.name, r.oid, l.superuser, l.superuser, false, l.superuser, '********', l.valid_until
FROM c.roles r JOIN c.role_logins l ON l.id = r.id WHERE l.login
