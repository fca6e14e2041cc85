-- Sessions of clients.
--   pid integer not null
--   session_id uuid not null
--   role text not null
--   application_name text
--   client_addr text
--   client_port integer
--   connected_at timestamptz not null
--   transaction_started_at timestamptz
--   state text not null
--   state_since timestamptz
--   statement text: the statement that runs or ran last, without literals
--   ssl boolean not null
SELECT pid, session_id::uuid AS session_id, usename AS role, application_name, client_addr, client_port, backend_start AS connected_at,
	xact_start AS transaction_started_at, state, state_change AS state_since, query AS statement, ssl
FROM live.activity
