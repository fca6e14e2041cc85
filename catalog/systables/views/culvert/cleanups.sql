-- Work upstream that dropped sources leave behind, tried until it succeeds.
--   source_id text not null
--   kind text not null
--   target text not null: what is to be removed, such as a replication slot
--   since timestamptz not null
--   attempts integer not null
--   last_error text
--   next_try timestamptz
SELECT source_id, kind, target, since, attempts, last_error, next_try FROM live.cleanups
