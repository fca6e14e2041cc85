-- Sessions of clients.
--   id uuid not null
--   connection_id bigint not null: the process ID of pg_stat_activity
--   role_id text not null
--   client_ip text: NULL on a Unix socket
--   connected_at timestamptz not null
SELECT session_id::uuid AS id, pid::bigint AS connection_id, 'u1'::text AS role_id, client_addr AS client_ip, backend_start AS connected_at
FROM live.activity
