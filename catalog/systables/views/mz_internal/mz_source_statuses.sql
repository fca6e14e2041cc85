-- The status of each source and of each table that a source fills.
--   id text not null
--   name text not null
--   type text not null: postgres, kafka, subsource, progress or table
--   last_status_change_at timestamptz
--   status text not null: created, starting, running, stalled, ceased or dropped
--   error text: the leg that failed and why
--   details jsonb: has hints, what a person can do
SELECT id, name, type, since AS last_status_change_at, state AS status, error,
	CASE WHEN hint IS NOT NULL THEN jsonb_build_object('hints', jsonb_build_array(hint)) END AS details
FROM base.source_statuses
