-- Past statuses of sources and of the tables that they fill.
--   occurred_at timestamptz not null
--   source_id text not null
--   status text not null
--   error text
--   details jsonb
--   replica_id text
SELECT occurred_at, object AS source_id, state AS status, nullif(error, '') AS error,
	CASE WHEN hint <> '' THEN jsonb_build_object('hints', jsonb_build_array(hint)) END AS details, NULL::text AS replica_id
FROM s.status_history
