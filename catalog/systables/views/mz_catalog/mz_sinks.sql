-- Sinks. There are none.
--   id text not null
--   oid oid not null
--   schema_id text not null
--   name text not null
--   type text not null
--   connection_id text
--   size text
--   envelope_type text
--   format text
--   key_format text
--   value_format text
--   cluster_id text not null
--   owner_id text not null
--   create_sql text not null
--   redacted_create_sql text not null
SELECT NULL::text AS id, NULL::oid AS oid, NULL::text AS schema_id, NULL::text AS name, NULL::text AS type, NULL::text AS connection_id,
	NULL::text AS size, NULL::text AS envelope_type, NULL::text AS format, NULL::text AS key_format, NULL::text AS value_format,
	NULL::text AS cluster_id, NULL::text AS owner_id, NULL::text AS create_sql, NULL::text AS redacted_create_sql
WHERE false
