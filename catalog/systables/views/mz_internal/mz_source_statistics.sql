-- What each source has read and written.
--   id text not null
--   replica_id text
--   messages_received bigint not null
--   bytes_received bigint not null
--   updates_staged bigint not null
--   updates_committed bigint not null
--   records_indexed bigint not null
--   bytes_indexed bigint not null
--   rehydration_latency interval
--   snapshot_records_known bigint
--   snapshot_records_staged bigint
--   snapshot_committed boolean not null
--   offset_known bigint
--   offset_committed bigint
SELECT source AS id, NULL::text AS replica_id, messages_received, bytes_received, updates_staged, updates_committed,
	0::bigint AS records_indexed, 0::bigint AS bytes_indexed, NULL::interval AS rehydration_latency,
	snapshot_known AS snapshot_records_known, snapshot_staged AS snapshot_records_staged, snapshot_done AS snapshot_committed,
	offset_known, offset_committed
FROM live.source_statistics
