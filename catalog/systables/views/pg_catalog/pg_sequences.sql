-- Sequences, with how far each has come.
--   schemaname sequencename sequenceowner data_type start_value min_value max_value increment_by cycle cache_size last_value
SELECT n.name, q.name, r.name, q.type_oid, q.start, q.min, q.max, q.increment, q.cycle, q.cache, CASE WHEN l.is_called THEN l.last_value END
FROM base.sequences q JOIN base.namespaces n ON n.oid = q.namespace JOIN c.roles r ON r.id = q.owner_id
	LEFT JOIN live.sequences l ON l.oid = q.oid::bigint
