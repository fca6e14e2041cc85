-- Sources from PostgreSQL, with their replication slots upstream.
--   id text not null
--   replication_slot text not null
--   timeline_id bigint
SELECT id, slot AS replication_slot, NULL::bigint AS timeline_id FROM c.sources WHERE slot IS NOT NULL
