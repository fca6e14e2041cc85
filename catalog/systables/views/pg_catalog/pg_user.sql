-- The roles that can log in.
--   usename usesysid usecreatedb usesuper userepl usebypassrls passwd
SELECT r.name, r.oid, true, true, false, true, '********' FROM c.roles r WHERE r.oid = 10
