-- What each object uses directly.
--   object_id text not null
--   referenced_object_id text not null
SELECT object_id, referenced_object_id FROM c.uses
