-- Connections to Kafka.
--   id text not null
--   brokers text[] not null
--   sink_progress_topic text not null
SELECT NULL::text AS id, NULL::text[] AS brokers, NULL::text AS sink_progress_topic WHERE false
