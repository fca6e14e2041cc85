-- Connections to Kafka.
--   id text not null
--   brokers text[] not null
--   sink_progress_topic text not null
SELECT id, brokers, progress_topic AS sink_progress_topic FROM c.kafka_connections
