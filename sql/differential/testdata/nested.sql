-- Arrays.
-- differs: multidimensional arrays
SELECT ARRAY[[1, 2], [3, 4]], '{{a,b},{c,NULL}}'::text[], ARRAY[ARRAY[1], ARRAY[2]], ARRAY[[1.5]], '[2:3]={1,2}'::int[]
-- differs: multidimensional arrays
SELECT (ARRAY[[1, 2], [3, 4]])[2][1], (ARRAY[[1, 2], [3, 4]])[1], array_ndims(ARRAY[[1, 2], [3, 4]]), array_length(ARRAY[[1, 2, 3], [4, 5, 6]], 2), array_dims(ARRAY[[1, 2], [3, 4]]), cardinality(ARRAY[[1, 2], [3, 4]])
-- differs: multidimensional arrays
SELECT unnest(ARRAY[[1, 2], [3, 4]])
SELECT ARRAY[1, 2] || ARRAY[3], ARRAY[1] || 2, 0 || ARRAY[1], ARRAY[1, 2] || NULL, NULL || ARRAY[1], ARRAY[1] || '{2,3}', ARRAY[]::int[] || 1, '{1}'::int[] || '{}'
SELECT ARRAY[1, 2, 3] @> ARRAY[2], ARRAY[1, NULL] @> ARRAY[NULL]::int[], ARRAY[2] <@ ARRAY[1, 2], ARRAY[1, 2] && ARRAY[2, 3], ARRAY[]::int[] <@ ARRAY[1], ARRAY[1, 2] = ARRAY[1, 2], ARRAY[1, NULL] = ARRAY[1, NULL], ARRAY[1, 2] < ARRAY[1, 3], ARRAY[1] < ARRAY[1, 0], ARRAY[NULL::int] > ARRAY[1], ARRAY['a'] <> ARRAY['b'], ARRAY[1] IS NULL
SELECT array_append(ARRAY[1], NULL), array_prepend(NULL, ARRAY[1]), array_append(NULL, 1), array_cat(ARRAY[1], NULL), array_remove(ARRAY[1, NULL, 2], NULL), array_replace(ARRAY[1, NULL], NULL, 0), array_remove(ARRAY['a', 'b', 'a'], 'a'), array_position(ARRAY['a', 'b', 'a'], 'a', 2), array_position(ARRAY[1, NULL], NULL), array_positions(ARRAY[1, NULL, 1], 1), array_fill(0, ARRAY[3]), array_fill('x'::text, ARRAY[2]), trim_array(ARRAY[1, 2, 3], 2)
SELECT array_to_string(ARRAY[1.50, NULL, 2], ', ', 'none'), array_to_string(ARRAY[true, false], ','), array_to_string(ARRAY['2024-01-01'::date], ','), string_to_array('1,2,3', ',')::int[], string_to_array('a,,b', ',', ''), array_length('{}'::int[], 1), array_upper(ARRAY[1, 2], 1), cardinality('{}'::int[]), array_ndims('{}'::int[])
SELECT '{1,2}'::int[], '{"a b","c,d",NULL,"NULL",""}'::text[], '{t,f}'::bool[], '{1.5,2}'::numeric[], '{2024-01-01}'::date[], '{"1 day"}'::interval[], ' { 1 , 2 } '::int[], '{a}'::varchar(1)[], '{"\\x01"}'::bytea[], '{"{\"a\":1}"}'::jsonb[]
SELECT '{1,2'::int[]
SELECT '{1,a}'::int[]
SELECT '1,2'::int[]
SELECT ARRAY[1, 2]::text, ARRAY[1, 2]::text[], ARRAY['1', '2']::int[], ARRAY[1.5, 2.5]::int[], ARRAY[1, 2]::numeric(5,2)[], '{1,2}'::text::int[], ARRAY['abc', 'de']::varchar(2)[], ARRAY['a']::char(3)[]
SELECT (ARRAY[1, 2, 3])[1], (ARRAY[1, 2, 3])[4], (ARRAY[1, 2, 3])[0], (ARRAY[1, 2, 3])[-1], (ARRAY[1, 2, 3])[NULL], (ARRAY[1, 2, 3])[2:3], (ARRAY[1, 2, 3])[:2], (ARRAY[1, 2, 3])[5:6], (ARRAY['a', 'b'])[1] || 'x'
SELECT 1 = ANY (ARRAY[1, NULL]), 2 = ANY (ARRAY[1, NULL]), 1 = ALL (ARRAY[1, NULL]), 2 = ALL (ARRAY[1, NULL]), 1 < ANY ('{0,2}'), 1 >= ALL ('{0,1}'), NULL = ANY (ARRAY[1]), 1 = ANY (NULL::int[]), 'a' LIKE ANY ('{a%,b%}'), 'a' ~ ANY (ARRAY['^a', 'b']), 1.0 = ANY (ARRAY[1, 2]), 'x' <> ALL (ARRAY['a', 'b']), 5 = ANY ('{}')
SELECT i.id, o.oid, o.qty = ANY (i.nums), o.qty <> ALL (i.nums), o.qty > ANY (i.nums), o.qty <= ALL (i.nums) FROM items i, orders o WHERE i.id < 3
SELECT id, nums FROM items WHERE nums @> '{1}' AND NOT nums && '{5,6}' ORDER BY id
SELECT unnest(tags), unnest(nums) FROM items WHERE id = 1
SELECT generate_subscripts(nums, 1), generate_subscripts(nums, 1, true) FROM items WHERE id = 5
SELECT array_agg(x ORDER BY x DESC), array_agg(x) FILTER (WHERE x > 1), array_agg(DISTINCT x) FROM unnest(ARRAY[3, 1, 2, 3]) x
SELECT ARRAY(SELECT x * 2 FROM unnest(nums) x ORDER BY x) FROM items ORDER BY id
SELECT * FROM items WHERE ARRAY[id, small] = ARRAY[1, 10]
-- JSON.
SELECT '{"a": {"b": [1, 2, {"c": "x"}]}}'::jsonb #> '{a,b,2,c}', '{"a": {"b": [1, 2]}}'::jsonb #>> '{a,b,-1}', '{"a": 1}'::jsonb -> 'b', '[1, 2]'::jsonb -> 1, '[1, 2]'::jsonb ->> -1, '{"a": null}'::jsonb ->> 'a', '"x"'::jsonb ->> 0, '{"a": 1}'::json -> 'a', '[1, {"b": 2}]'::json #> '{1,b}'
SELECT '{"a": 1, "b": 2}'::jsonb @> '{"b": 2}', '[1, 2, [3]]'::jsonb @> '[2]', '[1, 2]'::jsonb @> '1', '{"a": {"b": 1, "c": 2}}'::jsonb @> '{"a": {"c": 2}}', '{"b": 2}'::jsonb <@ '{"a": 1, "b": 2}', '{"a": 1}'::jsonb ? 'a', '["a", "b"]'::jsonb ? 'b', '{"a": 1}'::jsonb ?| '{x,a}', '{"a": 1}'::jsonb ?& '{x,a}'
SELECT '{"a": 1}'::jsonb || '{"b": 2, "a": 3}', '[1]'::jsonb || '2', '[1]'::jsonb || '[2, 3]', '{"a": 1, "b": 2}'::jsonb - 'a', '["a", "b"]'::jsonb - 'a', '[1, 2, 3]'::jsonb - 1, '[1, 2, 3]'::jsonb - -1, '{"a": 1, "b": 2}'::jsonb - '{a,b}'::text[], '{"a": {"b": 1}}'::jsonb #- '{a,b}'
SELECT '1'::jsonb || '{"a": 1}'
SELECT jsonb_set('{"a": [1, 2]}', '{a,1}', '"x"'), jsonb_set('{"a": 1}', '{b}', '2'), jsonb_set_lax('{"a": 1}', '{a}', NULL, true, 'delete_key'), jsonb_insert('{"a": [1, 2]}', '{a,1}', '"n"'), jsonb_insert('{"a": [1, 2]}', '{a,1}', '"n"', true), jsonb_insert('{"a": 1}', '{b}', '2')
SELECT jsonb_typeof('1'), jsonb_typeof('null'), jsonb_typeof('"a"'), jsonb_typeof('[]'), jsonb_typeof('{}'), jsonb_typeof('true'), json_typeof('1.5'), jsonb_array_length('[1, [2, 3]]'), json_array_length('[1]')
SELECT jsonb_build_object('a', 1, 'b', ARRAY[1, 2], 'c', '{"x": 1}'::jsonb, 'd', now() IS NULL, 'e', 1.50, 'f', NULL), json_build_array(1, 'a', true, NULL, '{"a": 1}'::json), jsonb_build_array(), json_build_object()
SELECT json_object('{a,1,b,2}'), json_object('{a,b}', '{1,2}'), jsonb_object('{a,b}', '{1,NULL}')
SELECT jsonb_build_object('a')
SELECT to_json(1), to_json('a"b'::text), to_jsonb(true), to_jsonb(1.50), to_json(ARRAY['a', NULL]), to_jsonb('2024-01-01'::date), to_jsonb('2024-01-01 00:00+00'::timestamptz), to_jsonb('1 day'::interval), to_json(NULL::int), to_jsonb('{"b": 1, "a": 2}'::json), to_json(1.5::float8), to_json('NaN'::float8), to_jsonb('\x01'::bytea)
SELECT * FROM jsonb_each('{"a": 1, "b": [1], "c": "x"}')
SELECT * FROM json_each_text('{"a": 1, "b": null}')
SELECT * FROM jsonb_array_elements('[1, "a", {"b": null}]') WITH ORDINALITY AS e(v, n)
SELECT jsonb_array_elements_text('["a", 1, null]'), jsonb_object_keys('{"b": 1, "a": 2, "c": 3}')
SELECT jsonb_array_elements('{"a": 1}')
SELECT * FROM jsonb_to_recordset('[{"a": 1, "b": "x"}, {"a": 2, "c": 3}]') AS r(a int, b text)
SELECT * FROM jsonb_to_record('{"a": 1, "b": [1, 2], "c": {"d": 1}}') AS r(a int, b int[], c jsonb, d text)
SELECT * FROM json_to_recordset('[{"a": 1.5, "b": true}]') AS r(a numeric, b bool)
SELECT jsonb_pretty('{"a": [1, 2], "b": {}}'), jsonb_strip_nulls('{"a": null, "b": [null, {"c": null}]}'), json_strip_nulls('{"a": null}'), jsonb_extract_path('{"a": [1, 2]}', 'a', '1'), json_extract_path_text('{"a": "x"}', 'a')
-- differs: SQL/JSON paths
SELECT jsonb_path_query('{"a": [1, 2, 3]}', '$.a[*]')
-- differs: SQL/JSON paths
SELECT jsonb_path_exists('{"a": 1}', '$.a'), '{"a": 1}'::jsonb @? '$.a', '{"a": 1}'::jsonb @@ '$.a == 1'
SELECT '{"a": 1}'::jsonb = '{"a": 1.0}', '[1, 2]'::jsonb < '[1, 3]', '{"a": 1}'::jsonb > '[1]', 'null'::jsonb < '1', '[]'::jsonb < 'null', '"a"'::jsonb < '"b"', 'true'::jsonb > 'false', '1'::jsonb <> '2', '[1]'::jsonb < '[0, 0]'
SELECT x FROM (VALUES ('{}'::jsonb), ('[]'), ('null'), ('1'), ('2.50'), ('10'), ('-1'), ('"a"'), ('"B"'), ('""'), ('true'), ('false'), ('[1]'), ('[1, 2]'), ('["a"]'), ('{"a": 1}'), ('{"b": 0}'), ('{"aa": 1}'), ('{"a": 1, "b": 2}'), ('[[]]'), ('[{}]'), (NULL)) v(x) ORDER BY x
SELECT x, count(*) FROM (VALUES ('1'::jsonb), ('1'), ('"a"'), ('{"a": [1]}'), ('{"a": [1]}'), (NULL)) v(x) GROUP BY x ORDER BY x DESC
SELECT DISTINCT data -> 'b' FROM items ORDER BY 1
SELECT id, data ->> 'b' AS b FROM items WHERE data ? 'b' ORDER BY (data ->> 'b')::int DESC
SELECT a.id, b.id FROM items a JOIN items b ON a.data -> 'b' = b.data -> 'b' ORDER BY 1, 2
SELECT ('{"a": "5"}'::jsonb ->> 'a')::int + 1, ('{"a": 5}'::jsonb -> 'a')::int, ('{"a": true}'::jsonb -> 'a')::bool, '"x"'::jsonb::text, '1'::jsonb::text, '[1,2]'::json::jsonb, '{"a":  1}'::json::text, '{"b":1,"a":2}'::json::jsonb
SELECT ('{"a": "x"}'::jsonb -> 'a')::int
SELECT '{"a": }'::jsonb
SELECT ''::jsonb
SELECT '"\ud800"'::jsonb
SELECT '{"a": 1e400}'::jsonb IS NOT NULL, '123456789012345678901234567890.12345'::jsonb, '1e5'::jsonb, '1.0'::jsonb, '-0'::jsonb, '"\u0041\n\/"'::jsonb, '{"é": "☃"}'::jsonb, '[1 , 2]'::jsonb, ' null '::jsonb
SELECT data['a'][0], data['a'], data['zz'] FROM items WHERE id = 1
SELECT json_agg(x), jsonb_agg(x), json_agg(x) FILTER (WHERE x > 10), jsonb_object_agg(x, x * 2) FROM generate_series(1, 3) x
SELECT row_to_json(t, true) FROM (SELECT 1 AS a, 'b' AS b) t
-- differs: multidimensional arrays
SELECT array_to_json(ARRAY[[1, 2], [3, 4]])
SELECT to_json(ROW(1, ROW('a')))
-- Binary strings, char(n), "char".
SELECT '\xDEADbeef'::bytea, 'abc'::bytea, E'\\000\\377'::bytea, '\x'::bytea, '\x01'::bytea < '\x0100'::bytea, '\x00'::bytea || 'a'::bytea, substring('\x010203'::bytea from 2 for 1), overlay('\x010203'::bytea placing '\xff'::bytea from 2), position('\x02'::bytea in '\x0102'::bytea), trim('\x00'::bytea from '\x0001'::bytea), octet_length('\x0102'::bytea), convert_from('\xc3a9'::bytea, 'UTF8'), convert_to('é', 'UTF8')
SELECT '\xzz'::bytea
SELECT convert_from('\xff'::bytea, 'UTF8')
SELECT 'ab'::char(4) = 'ab  ', 'ab'::char(4) = 'ab'::text, 'ab '::text = 'ab'::char(4), length('ab'::char(4)), octet_length('ab'::char(4)), 'ab'::char(4) || 'c', concat('ab'::char(4), 'c'), 'ab'::char(4)::text || 'c', 'ab'::char(4) LIKE 'ab', 'ab'::char(4) LIKE 'ab  ', upper('ab'::char(4)) || '|', 'a'::char(4) < 'b'::char(2), 'abcdef'::char(3), char 'xy'
SELECT 'a'::"char", 'abc'::"char", ''::"char", 'a'::"char"::text, 'a'::"char" < 'b'::"char", 97::"char", 'a'::"char"::int
SELECT 'abc'::varchar(2), 'abc'::varchar, 'abc '::varchar(3), 'ab'::varchar = 'ab'::text, repeat('x', 70)::name, 'a'::name || 'b', 'x'::name = 'x', length('ab'::name)
SELECT pad, count(*) FROM items GROUP BY pad ORDER BY pad
SELECT pad::text || '|', pad || code, pad LIKE 'x%', pad = 'x ', max(pad) OVER () FROM items ORDER BY id
-- Unusual values.
SELECT x FROM (VALUES ('NaN'::float8), ('Infinity'), ('-Infinity'), (0), (NULL), (-0.0), (1e-300)) v(x) ORDER BY x
SELECT x FROM (VALUES ('NaN'::numeric), ('Infinity'), ('-Infinity'), (0), (NULL), (0.00)) v(x) ORDER BY x DESC
SELECT sum(x), avg(x), min(x), max(x) FROM (VALUES ('NaN'::numeric), (1)) v(x)
SELECT sum(x), avg(x) FROM (VALUES ('Infinity'::numeric), (1)) v(x)
-- text
SELECT sum(x), avg(x), min(x) FROM (VALUES ('Infinity'::float8), ('-Infinity')) v(x)
-- differs: the scale of equal numerics
SELECT sum(num), avg(num), max(num), min(num) FROM kinds WHERE id IN (1, 2, 6)
-- differs: sums of numerics with very many digits
SELECT sum(wide), avg(wide), max(wide), wide + 1 FROM kinds WHERE id = 4 GROUP BY wide
-- differs: sums of numerics with very many digits
SELECT sum(wide) FROM kinds
SELECT wide, wide * 2, wide / 3, -wide, wide::text, round(wide, 2), wide = wide + 0 FROM kinds WHERE id IN (1, 4)
SELECT count(*), num FROM kinds WHERE id <> 2 GROUP BY num ORDER BY num
SELECT float4::float8, float8::float4, float8::text, float4 + float8, float8::numeric FROM kinds WHERE id IN (1, 6)
SELECT 'infinity'::timestamp + interval '1 day', 'infinity'::timestamp - timestamp '2024-01-01'
SELECT date + 1, ts + interval '1 month', extract(year from date), date_trunc('year', ts), to_char(ts, 'YYYY-MM-DD AD') FROM kinds WHERE id IN (1, 5, 6)
SELECT uuid, uuid::text, uuid = 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', uuid < 'b0000000-0000-0000-0000-000000000000' FROM kinds ORDER BY uuid, id
SELECT '{a0eebc999c0b4ef8bb6d6bb9bd380a11}'::uuid, 'a0ee-bc99-9c0b-4ef8-bb6d-6bb9-bd38-0a11'::uuid
SELECT 'x'::uuid
SELECT oid, oid + 1, oid::int8, oid = 1, oid > '2', oid IN (1, 2) FROM kinds ORDER BY oid
SELECT id, timetz, timetz + interval '1 hour', timetz - interval '30 min', timetz::time, timetz = '01:02:03+00', extract(hour from timetz) FROM kinds WHERE id IN (1, 2, 6)
SELECT tstz::date, tstz::time, tstz::timestamp, tstz::text, ts::timestamptz FROM kinds WHERE id IN (1, 5, 6)
-- Sums of quotients.
SELECT sum(x / 7.0), avg(x / 3.0), sum(DISTINCT x / 7.0), sum(-x / 11.0), sum(x / 7.0) FILTER (WHERE x > 2) FROM generate_series(1, 100) x
SELECT sum(price / 3), avg(price / 7), sum(amount / 9) OVER (ORDER BY id) FROM items WHERE id <> 3 GROUP BY id, amount ORDER BY id
SELECT sum(1e-30::numeric), sum(x * 1e-20) FROM (VALUES (1.5), (-0.25)) v(x)
SELECT stddev(x / 7.0), variance(x / 3.0), sum(x::numeric ^ 3), avg(ln(x::numeric)) FROM generate_series(1, 20) x
SELECT sum(DISTINCT x), avg(DISTINCT x) FROM (VALUES (1.00000000000000000000000000007), (2.00000000000000000000000000007), (1.00000000000000000000000000007), (0.00000000000000000000000000009)) v(x)
