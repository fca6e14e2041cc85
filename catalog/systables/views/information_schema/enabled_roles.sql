-- The role.
--   role_name
SELECT 'materialize'
