-- Tables that sources from Kafka fill.
--   id text not null
--   topic text not null
--   envelope_type text
--   key_format text
--   value_format text
SELECT NULL::text AS id, NULL::text AS topic, NULL::text AS envelope_type, NULL::text AS key_format, NULL::text AS value_format WHERE false
