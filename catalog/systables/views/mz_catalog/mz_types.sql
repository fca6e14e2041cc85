-- Types.
--   id text not null
--   oid oid not null
--   schema_id text not null
--   name text not null
--   category text not null
--   owner_id text not null
--   privileges text[] not null
--   create_sql text
--   redacted_create_sql text
SELECT 's' || t.oid::text AS id, t.oid, 's2'::text AS schema_id, t.typname::text AS name,
	CASE t.typcategory::text WHEN 'A' THEN 'array' WHEN 'B' THEN 'boolean' WHEN 'D' THEN 'date-time' WHEN 'N' THEN 'numeric' WHEN 'R' THEN 'range'
		WHEN 'S' THEN 'string' WHEN 'T' THEN 'timespan' WHEN 'I' THEN 'network-address' WHEN 'P' THEN 'pseudo' ELSE 'user-defined' END AS category,
	'u1'::text AS owner_id, ARRAY['=U/u1'] AS privileges, NULL::text AS create_sql, NULL::text AS redacted_create_sql
FROM static.pg_type t
