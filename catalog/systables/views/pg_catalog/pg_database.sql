-- The database.
--   oid datname datdba encoding datlocprovider datistemplate datallowconn datconnlimit datfrozenxid datminmxid
--   dattablespace datcollate datctype
SELECT 16384, 'materialize', 10, 6, 'c', false, true, -1, '0', '0', 1663, 'C', 'C'
