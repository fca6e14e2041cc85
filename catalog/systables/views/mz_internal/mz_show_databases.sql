-- What SHOW DATABASES lists.
--   name text not null
--   comment text not null
SELECT 'materialize'::text AS name, ''::text AS comment
