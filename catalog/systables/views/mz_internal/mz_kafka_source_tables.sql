-- Tables that sources from Kafka fill.
--   id text not null
--   topic text not null
--   envelope_type text
--   key_format text
--   value_format text
SELECT t.id, t.topic, t.envelope AS envelope_type, t.key_format, t.value_format
FROM c.kafka_tables t JOIN c.objects o ON o.id = t.id
WHERE o.kind = 'table'
