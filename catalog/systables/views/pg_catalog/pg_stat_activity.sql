-- The sessions of clients, and the statement that each runs or ran last, without literals.
--   datid datname pid usesysid usename application_name client_addr client_port backend_start xact_start query_start
--   state_change state query backend_type
SELECT 16384, 'materialize', pid, 10, usename, application_name, client_addr, client_port, backend_start, xact_start, query_start,
	state_change, state, query, 'client backend'
FROM live.activity
