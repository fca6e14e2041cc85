-- What SHOW ROLES lists.
--   name text not null
--   comment text not null
SELECT name, coalesce(comment, '') AS comment FROM c.roles
