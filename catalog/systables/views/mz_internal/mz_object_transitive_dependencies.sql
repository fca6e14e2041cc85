-- What each object uses, directly and by way of others.
--   object_id text not null
--   referenced_object_id text not null
WITH RECURSIVE reach(object_id, referenced_object_id) AS (
	SELECT object_id, referenced_object_id FROM c.uses
	UNION
	SELECT r.object_id, u.referenced_object_id FROM reach r JOIN c.uses u ON u.object_id = r.referenced_object_id)
SELECT object_id, referenced_object_id FROM reach
