-- Sources from Kafka.
--   id text not null
--   group_id_prefix text not null
--   topic text not null
SELECT NULL::text AS id, NULL::text AS group_id_prefix, NULL::text AS topic WHERE false
