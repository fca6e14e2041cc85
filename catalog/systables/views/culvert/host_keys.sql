-- Host keys of bastions that were pinned at the first login.
--   connection_id text not null
--   name text
--   host text not null
--   port integer not null
--   fingerprint text not null
--   learnt_at timestamptz not null
SELECT k.connection_id, o.name, k.host, k.port, k.fingerprint, k.learnt_at
FROM s.host_keys k LEFT JOIN c.objects o ON o.id = k.connection_id
