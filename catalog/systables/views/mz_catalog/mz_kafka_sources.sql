-- Sources from Kafka.
--   id text not null
--   group_id_prefix text not null
--   topic text not null
SELECT id, group_id_prefix, topic FROM c.kafka_sources
