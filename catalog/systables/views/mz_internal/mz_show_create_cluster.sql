-- The statement that makes each cluster.
--   id text not null
--   name text not null
--   create_sql text not null
--   redacted_create_sql text not null: without literals
SELECT id, name, create_sql, redacted_create_sql FROM c.clusters
