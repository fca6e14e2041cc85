-- Each type: order, group, join, compare, cast, aggregate.
-- each: bool, int2, int4, int8, oid, float4, float8, num, dec, wide, text, varchar, bpchar, "char", name, bytea, date, time, timetz, ts, tstz, ts0, interval, uuid, json, jsonb, int4range, int8range, numrange, tsrange, tstzrange, daterange
SELECT {}, id FROM kinds ORDER BY {}, id
SELECT {}, id FROM kinds ORDER BY {} DESC, id DESC LIMIT 4
SELECT count(*), min(id) FROM kinds GROUP BY {}
SELECT DISTINCT {} IS NULL, {} FROM kinds WHERE id <> 2
SELECT a.id, b.id FROM kinds a JOIN kinds b ON a.{} = b.{}
SELECT a.id, b.id, a.{} = b.{}, a.{} < b.{}, a.{} >= b.{}, a.{} IS DISTINCT FROM b.{} FROM kinds a, kinds b WHERE a.id <= b.id
SELECT id, {}::text, {}::text::varchar(4), pg_typeof({}) FROM kinds
SELECT count({}), count(DISTINCT {}), array_agg({} ORDER BY id) FROM kinds
SELECT min({}), max({}) FROM kinds
SELECT id, {} IN (SELECT {} FROM kinds WHERE id < 4), coalesce({}, (SELECT {} FROM kinds WHERE id = 1)), nullif({}, {}), CASE WHEN id > 3 THEN {} END FROM kinds
SELECT {} FROM kinds WHERE id = 1 UNION SELECT {} FROM kinds WHERE id IN (1, 4, 7)
SELECT id, lag({}) OVER (ORDER BY id), first_value({}) OVER (PARTITION BY id % 2 ORDER BY id) FROM kinds ORDER BY id
SELECT row_to_json(k) FROM (SELECT id, {} FROM kinds WHERE id NOT IN (3, 4)) k
SELECT to_jsonb({}), json_build_array({}) FROM kinds WHERE id IN (1, 6, 7)
-- text
SELECT ROW(id, {}) FROM kinds
-- end
-- Arrays of each type.
-- each: bool, int2, int4, int8, oid, float4, float8, num, dec, text, varchar, bpchar, "char", name, bytea, date, time, timetz, ts, tstz, interval, uuid, json, jsonb, int4range, int8range, numrange, tsrange, tstzrange, daterange
SELECT {}, id FROM lists ORDER BY {}, id
SELECT count(*), min(id) FROM lists GROUP BY {}
SELECT a.id, b.id FROM lists a JOIN lists b ON a.{} = b.{}
SELECT a.id, b.id, a.{} < b.{}, a.{} <> b.{}, a.{} @> b.{}, a.{} && b.{} FROM lists a, lists b WHERE a.id <= b.id
-- text
SELECT id, {}::text, {}[1], {}[2:], array_length({}, 1), {} || {}[1] FROM lists
SELECT count(DISTINCT {}), min({}), max({}) FROM lists
SELECT id, u FROM lists, unnest({}) AS u
SELECT id, k.{} = ANY (l.{}), array_position(l.{}, k.{}) FROM lists l JOIN kinds k USING (id)
-- end
