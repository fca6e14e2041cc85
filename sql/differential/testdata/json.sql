SELECT data, doc FROM items
SELECT data -> 'a', data ->> 'a', data -> 'b', data ->> 'b', data -> 'a' -> 0, data #> '{a,2,c}', data #>> '{a,1}' FROM items
SELECT doc -> 'x', doc ->> 'y', doc -> 0, doc ->> 1, doc -> 2, doc ->> 2, doc -> -1 FROM items
SELECT doc -> 'k' -> 'n' -> 1, doc #>> '{k,n,0}' FROM items
SELECT data @> '{"b": 1}', data <@ '{"b": 2, "c": 3}', data ? 'a', data ?| ARRAY['a', 'z'], data ?& ARRAY['a', 'b'] FROM items
SELECT data || '{"z": 0}', data - 'a' FROM items WHERE id < 3
SELECT data #- '{a,0}', jsonb_set(data, '{b}', '99'), jsonb_set(data, '{new,x}', '1'), jsonb_set(data, '{new}', '1', false) FROM items WHERE id = 1
SELECT '{"b":1,"a":2,"b":3}'::jsonb, '[1.0, 1e3, 1E-2]'::jsonb, '"\u00e9\n"'::jsonb, ' {"a" : [ ] } '::jsonb, ' {"a" : [ ] } '::json
SELECT '{bad'::jsonb
SELECT '{bad'::json
SELECT jsonb_typeof(data), json_typeof(doc) FROM items
SELECT jsonb_array_length('[1,2,3]'), json_array_length('[]')
SELECT jsonb_array_length('{}')
SELECT to_json('a"b'::text), to_jsonb(1.50), to_json(true), to_json(ARRAY[1, 2]), to_json('2024-01-01 10:00:00'::timestamp), to_jsonb(NULL::text), to_json(ARRAY['a', NULL]), to_jsonb(ARRAY[1.5, 2])
SELECT json_build_object('a', 1, 'b', 'x', 'c', NULL, 'd', 1.50), jsonb_build_object('b', 1, 'a', ARRAY[1]), json_build_array(1, 'a', NULL, true), jsonb_build_array(1, 'a', NULL)
SELECT json_agg(id ORDER BY id), jsonb_agg(price ORDER BY id), json_agg(data ORDER BY id) FROM items
SELECT json_object_agg(id, name), jsonb_object_agg(id, price) FROM items WHERE id < 3
SELECT * FROM jsonb_array_elements('[1, "a", null, {"x": 1}]')
SELECT * FROM jsonb_array_elements_text('[1, "a", null]')
SELECT * FROM jsonb_each('{"a": 1, "b": "x", "c": null}')
SELECT * FROM jsonb_each_text('{"a": 1, "b": "x", "c": null}')
SELECT * FROM json_each('{"b": 1, "a": [1, 2]}')
SELECT jsonb_object_keys('{"b": 1, "a": 2}')
SELECT id, e FROM items, jsonb_array_elements(data -> 'a') AS e WHERE id = 1
SELECT jsonb_pretty('{"a": [1, {"b": 2}], "c": {}}'), jsonb_strip_nulls('{"a": null, "b": {"c": null}}'), json_strip_nulls('{"a":null,"b":1}')
SELECT jsonb_extract_path('{"a": {"b": 1}}', 'a', 'b'), jsonb_extract_path_text('{"a": {"b": "x"}}', 'a', 'b')
SELECT ('{"a": 1.5}'::jsonb -> 'a')::numeric, ('{"a": 7}'::jsonb -> 'a')::int, ('true'::jsonb)::bool, ('2.5'::jsonb)::float8
SELECT '1'::jsonb = '1.0'::jsonb, '{"a":1, "b":2}'::jsonb = '{"b":2, "a":1}'::jsonb, data = '{"b": 2}' FROM items
SELECT data::text, data::json, doc::jsonb FROM items
SELECT data['b'], data['a'][0] FROM items WHERE id = 1
SELECT row_to_json(t) FROM (SELECT id, name, ok, price FROM items WHERE id < 3) t
SELECT data - 0 FROM items WHERE id = 4
SELECT data FROM items ORDER BY data
SELECT DISTINCT data FROM items
SELECT data, count(*) FROM items GROUP BY data
